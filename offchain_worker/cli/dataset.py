"""`daisee dataset publish`: the operator's files, redacted, split, encrypted, pinned and registered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer

from offchain_worker.chain.community import Community
from offchain_worker.chain.meter_data import PeriodState
from offchain_worker.domain import canonical, lanes
from offchain_worker.domain.errors import DaiseeError, LanesTooMany
from offchain_worker.domain.quantities import PeriodId
from offchain_worker.domain.roster import Roster
from offchain_worker.jobs import dataset as datasets
from offchain_worker.scale import meter_files
from offchain_worker.scale.meter_files import Source
from offchain_worker.storage import envelopes
from offchain_worker.storage.envelopes import Reader

from . import output
from .session import PeriodArgument, Session, period_id, period_label
from .settings import JsonOption

log = structlog.get_logger()
app = typer.Typer(
    no_args_is_help=True, help="Datasets: what the grid operator (or the provider as its relay) publishes."
)

METERS_SCHEMA = "daisee.meters/1"


class MetersInvalid(DaiseeError):
    """The list of meters cannot be used."""


class DatasetRefused(DaiseeError):
    """The dataset cannot be published now."""


def read_meters(path: Path) -> tuple[dict[int, str], dict[Path, str]]:
    """The meter of each point and all files of a `daisee.meters/1` list, each with the meter it is listed under, "" if
    there are several; files are relative to the current folder.

    Raises MetersInvalid naming the place.
    """
    try:
        document = canonical.loads(path.read_bytes(), METERS_SCHEMA)
    except OSError as error:
        raise MetersInvalid(f"{path}: cannot be read ({error.strerror})") from error
    meters: dict[int, str] = {}
    files: dict[Path, str] = {}
    for entry in document["points"]:
        if entry["point"] in meters:
            raise MetersInvalid(f"{path}: point {entry['point']} is listed twice")
        meters[entry["point"]] = entry["meter"]
        for name in map(Path, entry["files"]):
            files[name] = entry["meter"] if files.get(name, entry["meter"]) == entry["meter"] else ""
    return meters, files


def readers(community: Community, roster: Roster, block: int) -> list[Reader]:
    """Who gets the keys: operator, provider, auditors and workers to everything, members to their own."""
    registry = community.registry
    whole = [registry.grid_operator(block), registry.provider(block), *registry.auditors(block)]
    whole += [worker.address for worker in community.hub.workers(block) if worker.active]
    found = []
    for address in dict.fromkeys(whole):
        public_key = registry.encryption_key(address, block)
        if public_key is None:
            log.warning("no envelope: this reader has published no reading key", reader=address)
        else:
            found.append(Reader(address, public_key))
    wallets = {member: registry.wallet_of(member, block) for member in roster.members}
    keys = {
        wallet: public_key
        for wallet in wallets.values()
        if wallet is not None and (public_key := registry.encryption_key(wallet, block)) is not None
    }
    with_wallet = {member: wallet for member, wallet in wallets.items() if wallet is not None}
    return found + datasets.member_readers(roster, with_wallet, keys)


def _check_publishable(community: Community, period: PeriodId, replace: bool, block: int) -> int:
    record = community.meter_data.period(period, block)
    label = period_label(period)
    if record.state is PeriodState.NONE:
        raise DatasetRefused(f"{label} is not created yet: run `daisee period create {label}`")
    if record.version and not replace:
        raise DatasetRefused(
            f"{label} has dataset version {record.version} already; to publish a correction add --replace"
        )
    return record.version + 1


@app.command()
def publish(
    context: typer.Context,
    period: Annotated[str, PeriodArgument],
    meters_list: Annotated[
        Path, typer.Option("--meters", help="Which meter is which point, and its files (daisee.meters/1)")
    ],
    evidence: Annotated[
        Path | None, typer.Option("--relay-evidence", help="The operator's answer, when the provider relays")
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Publish a corrected version")] = False,
    as_json: JsonOption = False,
) -> None:
    """Publish a period's readings. Nothing is pinned or registered if a file cannot be used."""
    session = Session.of(context)
    community, store, chosen = session.community, session.store, period_id(period)
    block = community.connection.stamp().number
    version = _check_publishable(community, chosen, replace, block)
    record = community.meter_data.period(chosen, block)
    rules = community.rules.rules_at(record.start, block)
    roster = community.registry.roster(record.start, record.end, block)
    try:
        lanes.lanes(rules.key, rules.tariff.bands, len(roster.production))
    except LanesTooMany as error:
        hint = "; for this month, close a plant's participation at its start"
        raise LanesTooMany(f"{period_label(chosen)}: {error}{hint}") from error
    if rules.key.tables and not any(community.meter_data.table_root(chosen, block)):
        log.warning("no table was committed: the key's TABLE stages give nothing", period=period_label(chosen))
    meters_of_points, paths = read_meters(meters_list)
    with output.progress() as bar:
        reading = bar.add_task("reading files", total=len(paths))
        files = []
        for path in paths:
            files.append(meter_files.opened(Source(path)))
            bar.advance(reading)
        making = bar.add_task("redacting, encrypting, checking", total=1)
        step = (record.end - record.start) // record.steps
        span = datasets.Span(
            community.deployment.chain_id, community.registry.address, chosen, version, record.start, record.end, step
        )
        listed = {str(path): meter for path, meter in paths.items()}
        made = datasets.build(span, roster, meters_of_points, files, rules.conformity, rules.tariff, listed=listed)
        bar.advance(making)
        input_digest = made.pin(store)
        sealed = envelopes.seal(input_digest, made.secret, readers(community, roster, block))
        envelopes_digest = store.put(sealed)
    relay = canonical.digest(evidence.read_bytes()) if evidence is not None else bytes(32)
    arguments = (chosen, input_digest, made.readings_root, envelopes_digest, relay)
    receipt = session.sender(community).send(community.meter_data.function("publishDataset", *arguments))
    findings = [finding for curve in made.standardised.curves for finding in curve.findings]
    result: dict[str, Any] = {
        "period": period_label(chosen),
        "version": version,
        "inputDigest": "0x" + input_digest.hex(),
        "readingsRoot": "0x" + made.readings_root.hex(),
        "columns": len(roster.columns),
        "files": len(paths),
        "blocks": len(made.blocks) + 2,
        "bytes": sum(map(len, made.blocks.values())) + len(made.manifest) + len(sealed),
        "expectedVerdict": made.verdict.name.lower(),
        "findings": [
            {"code": str(f.code), "severity": str(f.severity), "count": f.count, "message": f.message} for f in findings
        ],
        "gas": receipt["gasUsed"] if receipt is not None else 0,
    }

    def show(_: object) -> None:
        output.results.print(
            f"{result['period']}: version {version} registered, {result['columns']} columns, {result['blocks']} blocks; "
            f"the workers will find it {result['expectedVerdict']}"
        )
        for finding in result["findings"]:
            output.results.print(f"  {finding['severity']} {finding['code']}: {finding['message']}", markup=False)

    output.emit(json.loads(json.dumps(result)), as_json, show)
