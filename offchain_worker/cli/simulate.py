"""`daisee simulate`: what other keys would have done, member by member, over past months."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from offchain_worker.billing import figures
from offchain_worker.billing import parties as parties_module
from offchain_worker.domain import key as keys
from offchain_worker.domain import roster as rosters
from offchain_worker.domain import tariff as tariffs
from offchain_worker.domain.quantities import PPM
from offchain_worker.jobs import gathering, what_if
from offchain_worker.jobs.program import program_hash
from offchain_worker.jobs.what_if import Prices, Rules
from offchain_worker.simulate import comparison, confirmation, months, page
from offchain_worker.simulate.comparison import IN_FORCE, Named
from offchain_worker.simulate.confirmation import ConfirmationInvalid
from offchain_worker.simulate.months import Month, NoMonths
from offchain_worker.storage.encryption import MemberKeys
from offchain_worker.storage.store import copy

from . import files, output, whole_curves
from .bill import Language
from .session import Session, euros, period_id, period_label
from .settings import JsonOption
from .written import columns, kwh, percent

_PRICE = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]{1,6}))?")


def simulate(
    context: typer.Context,
    key: Annotated[list[Path] | None, typer.Option("--key", help="A key to try (daisee.key/1); several times")] = None,
    count: Annotated[int, typer.Option("--months", min=1, max=120, help="How many past months")] = 12,
    supplier: Annotated[str, typer.Option("--supplier-price", help="€/kWh for what is not local, e.g. 0.115")] = "0",
    feed_in: Annotated[str, typer.Option("--feed-in-price", help="€/kWh for surplus, e.g. 0.06")] = "0",
    curves: Annotated[Path | None, typer.Option("--curves", help="Canonical curves: no chain is asked")] = None,
    roster: Annotated[
        Path | None, typer.Option("--roster", help="With --curves: whose meters (daisee.roster/1)")
    ] = None,
    tariff: Annotated[Path | None, typer.Option("--tariff", help="With --curves: prices (daisee.tariff/1)")] = None,
    time_zone: Annotated[str, typer.Option("--time-zone", help="With --curves: local time")] = "Europe/Paris",
    html: Annotated[Path | None, typer.Option("--html", help="Write a page with charts")] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the page")] = Language.FR,
    parties: Annotated[Path | None, typer.Option("--parties", help="Names for the page (daisee.parties/1)")] = None,
    proposed: Annotated[
        Path | None, typer.Option("--proposed-tariff", help="A tariff to try with each key (daisee.tariff/1)")
    ] = None,
    pin: Annotated[str | None, typer.Option("--pin", help="Pin the answer for this month, sealed for members")] = None,
    opened: Annotated[str | None, typer.Option("--open", help="Show one's own part of a pinned answer (0x…)")] = None,
    confirm: Annotated[
        str | None, typer.Option("--confirm", help="Compute a pinned answer again (0x…) and sign it, as a worker does")
    ] = None,
    signature: Annotated[
        list[Path] | None, typer.Option("--signature", help="With --open: who confirmed it; several times")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare keys over past months: energy, euros, fairness, who wins and who loses.

    Without --curves the months are read from chain and store by who may read everything, and the keys are compared with
    the one in force. With --curves the first key is what the others are compared with.
    """
    if opened is not None:
        _open(context, opened, signature or [], as_json)
        return
    if confirm is not None:
        _confirm(context, confirm)
        return
    tried = files.parsed(proposed, tariffs.parse) if proposed else None
    named = [Named(path.stem, files.parsed(path, keys.parse), tried) for path in key or []]
    if tried is not None and not named:
        named = [Named(proposed.stem if proposed else "", None, tried)]
    prices = Prices(_micro_euro(supplier), _micro_euro(feed_in))
    if pin is not None:
        _pin(context, pin, named, prices, as_json)
        return
    with output.progress() as bar:
        task = bar.add_task("months", total=None)

        def tell(label: str) -> None:
            bar.update(task, advance=1, description=label)

        if curves is None:
            session = Session.of(context)
            found = months.from_chain(session.community, session.store, session.identity, count, program_hash(), tell)
            named = [Named(IN_FORCE, None), *named]
        else:
            found = _from_files(curves, roster, tariff, time_zone, count)
            for one in named:
                if one.key is not None:
                    _check_points(one.key, found[0].roster)
        result = comparison.compare(found, named, prices, tell)
    if html is not None:
        known = parties_module.load(parties) if parties else None
        names = {index: party.name for index, party in known.members.items()} if known else None
        files.write(html.parent, {html.name: page.page(result, lang.value, names).encode()})
    output.emit(result, as_json, _show)


def _from_files(curves: Path, roster: Path | None, tariff: Path | None, time_zone: str, count: int) -> list[Month]:
    if tariff is None:
        raise NoMonths("simulate: --curves needs --tariff, since no chain says what energy costs")
    known = files.parsed(roster, rosters.parse) if roster else None
    prices = files.parsed(tariff, tariffs.parse)
    whole = whole_curves.read(files.opened(curves), str(curves), known)
    tariffs.check_prices(prices, whole.roster.production_points, whole.roster.consumption_groups)
    return months.from_curves(
        whole.starts, whole.step_seconds, whole.roster, whole.consumption, whole.production, prices, time_zone, count
    )


def _check_points(key: keys.AllocationKey, known: rosters.Roster) -> None:
    keys.check_points(key, known.consumption_points, production_points=known.production_points)


def _pin(context: typer.Context, period: str, named: list[Named], prices: Prices, as_json: bool) -> None:
    """Compute the answer for one month and pin it; prints the digest a proposal can name."""
    session = Session.of(context)
    digest, artefacts = _answer(
        session,
        period,
        lambda now: [now, *(Rules(one.key or now.key, one.tariff or now.tariff) for one in named)],
        prices,
    )
    copy(artefacts.values(), session.store)
    result = {"period": period, "digest": "0x" + digest.hex(), "blocks": len(artefacts)}
    output.emit(result, as_json, lambda r: output.results.print(f"{r['digest']} ({r['blocks']} blocks)"))


def _confirm(context: typer.Context, text: str) -> None:
    """Compute what a pinned answer answers; prints a signature under it, or fails if it comes out differently."""
    session = Session.of(context)
    asked = what_if.question(session.store, _digest(text))
    rules = [
        Rules(keys.parse(key), tariffs.parse(tariff))
        for key, tariff in zip(asked["keys"], asked["tariffs"], strict=True)
    ]
    prices = Prices(int(asked["supplierMicroEuroPerKwh"]), int(asked["feedInMicroEuroPerKwh"]))
    digest, _ = _answer(session, period_label(asked["period"]), lambda _: rules, prices)
    if digest != _digest(text):
        raise ConfirmationInvalid(f"simulate: the answer to that question is 0x{digest.hex()}, not {text}")
    community = session.community
    registry = community.deployment.contracts["CommunityRegistry"]
    output.results.print(
        confirmation.sign(session.identity, community.deployment.chain_id, registry, digest).decode(),
        markup=False,
        soft_wrap=True,
        highlight=False,
    )


def _answer(
    session: Session, period: str, rules: Callable[[Rules], list[Rules]], prices: Prices
) -> tuple[bytes, dict[bytes, bytes]]:
    """The digest of an answer for a month and its artefacts; `rules` gives those to compare, from those in force."""
    found = months.open_period(session.community, session.store, session.identity, period_id(period))
    if found is None:
        raise NoMonths(f"{period} has not passed its conformity check; see `daisee period status {period}`")
    terms, dataset = found.terms, found.dataset
    digest, artefacts, _ = what_if.compute(
        terms,
        program_hash(),
        dataset.manifest,
        found.secret,
        dataset.blocks,
        rules(Rules(terms.key, terms.tariff)),
        prices,
    )
    return digest, artefacts


def _open(context: typer.Context, digest: str, signatures: list[Path], as_json: bool) -> None:
    """What a pinned answer says to whose keys open it: a member its own lines, a reader of everything the community's."""
    session = Session.of(context)
    question = what_if.question(session.store, _digest(digest))
    community = session.community
    envelopes = community.meter_data.envelopes(question["period"])
    reader = gathering.keys(session.store, envelopes, bytes.fromhex(question["inputDigest"][2:]), session.identity)
    member = reader.index if isinstance(reader, MemberKeys) else None
    signers = confirmation.confirmed(
        [files.opened(path) for path in signatures],
        [worker.address for worker in community.hub.workers() if worker.active],
        community.deployment.chain_id,
        community.deployment.contracts["CommunityRegistry"],
        _digest(digest),
    )
    result = {
        "question": question,
        "answer": what_if.opened(session.store, _digest(digest), reader, member),
        "confirmedBy": signers,
        "quorum": community.hub.quorum(),
    }

    def show(_: object) -> None:
        named = [keys.describe(keys.parse(text), "en")[0] for text in question["keys"]]
        for sentence, line in zip(named, result["answer"]["outcomes"], strict=True):
            got = int(line["allocated"] if member is None else line["bought"]) + int(line.get("sold", 0))
            output.results.print(f"{kwh(got)} kWh local, all electricity {euros(int(line['cost']))}: {sentence}")
        if signatures:
            output.results.print(f"confirmed by {len(signers)} workers; their quorum is {result['quorum']}")

    output.emit(result, as_json, show)


def _digest(text: str) -> bytes:
    if not re.fullmatch(r"0x[0-9a-f]{64}", text):
        raise typer.BadParameter(f"{text!r} is not a digest: 0x and 64 hexadecimal digits")
    return bytes.fromhex(text[2:])


def _micro_euro(text: str) -> int:
    found = _PRICE.fullmatch(text)
    if not found:
        raise typer.BadParameter(f"{text!r} is not a price in €/kWh, with at most six decimals")
    return int(found[1]) * PPM + int((found[2] or "").ljust(6, "0"))


def _show(found: dict[str, Any]) -> None:
    head = ("key", "local kWh", "of produced", "of consumed", "invoiced", "all electricity", "Jain", "pay less", "more")
    rows = [
        (
            one["name"],
            kwh(one["allocated"]),
            percent(one["scrPpm"]),
            percent(one["ssrPpm"]),
            euros(one["invoiced"]),
            euros(one["cost"]),
            figures.decimal(one["fairness"]["jainPpm"] // 1000, 1000, 3, "en"),
            str(one["winners"]),
            str(one["losers"]),
        )
        for one in found["keys"]
    ]
    lines = [
        f"{found['months'][0]} to {found['months'][-1]}, compared with {found['baseline']}",
        *columns([head, *rows]),
    ]
    names = [one["name"] for one in found["keys"]]
    per_member = [
        ("member", "consumed kWh", *(f"{name}: kWh" for name in names), *(f"{name}: €" for name in names[1:]))
    ]
    for entry in found["members"]:
        local = [kwh(outcome["bought"] + outcome["sold"]) for outcome in entry["outcomes"]]
        changes = [
            f"{'+' if outcome['change'] > 0 else ''}{euros(outcome['change'])}" for outcome in entry["outcomes"][1:]
        ]
        per_member.append((str(entry["member"]), kwh(entry["consumed"]), *local, *changes))
    lines += ["", *columns(per_member)]
    if not found["supplierMicroEuroPerKwh"]:
        lines.append("No --supplier-price: who gets less local energy pays less here, but more to their supplier.")
    output.results.print("\n".join(lines), markup=False, soft_wrap=True)
