"""The vote, the month itself, and what follows it: data, two attested tasks, settlement, withdrawal, audit."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from offchain_worker.chain.governor import ProposalState, Support, signed_description
from offchain_worker.domain import key
from offchain_worker.jobs import gathering, results
from offchain_worker.storage import places
from offchain_worker.storage.places import open_store
from scripts.demo import calendar
from scripts.demo.cast import MeteringPoint, Stay
from scripts.demo.charter import consent
from scripts.demo.founding import open_stay, point_salt
from scripts.demo.stage import DAY, ROOT, Stage

QUESTION = "Serve the users of the building first, then the neighbourhood?"


def vote_on_key(stage: Stage) -> None:
    """The community's key is proposed, voted and takes effect with the period."""
    community, voice = stage.community, stage.voice
    governor = community.governor
    proposed = key.parse(json.dumps(stage.neighbourhood.key))
    call = community.rules.contract.encode_abi("setKey", args=[proposed.abi(), stage.period_start])
    voters = [person for person in stage.founders() if person.wallet]
    proposer = stage.sender(voters[0].slug)
    arguments = ([community.rules.address], [0], [call], signed_description(QUESTION, str(proposer.address)))
    receipt = proposer.send(governor.function("propose", *arguments))
    voice.spent("propose a key", receipt)
    proposal = governor.proposals()[-1]
    stage.clock.advance_to(proposal.vote_start + 1)
    for index, voter in enumerate(voice.each(voters, "ballots")):
        support = Support.AGAINST if index % 6 == 5 else Support.FOR
        ballot = governor.function("castVote", proposal.identifier, int(support))
        voice.spent("cast a ballot", stage.sender(voter.slug).send(ballot))
    stage.clock.advance_to(proposal.vote_end + 1)
    tally = governor.tally(proposal)
    voice.say(f"«{QUESTION}» {tally.in_favour} for, {tally.against} against; quorum {tally.quorum} of {tally.members}.")
    if tally.state is not ProposalState.SUCCEEDED:
        raise SystemExit(f"error: the proposal is {tally.state.name}")
    digest = stage.connection.web3.keccak(text=proposal.description)
    execute = governor.function("execute", *(list(proposal.targets), [0], list(proposal.calls), digest))
    voice.spent("carry out a decision", stage.sender("provider").send(execute))
    for line in key.describe(proposed, "en"):
        voice.say(line)


@dataclass(frozen=True)
class Move:
    """Somebody leaves a point or comes to one at a local midnight."""

    at: int
    point: MeteringPoint
    stay: Stay
    arrives: bool


def moves(stage: Stage) -> list[Move]:
    """Who moves between the chain's start and the end of the period, in order; leaving comes before arriving."""
    found = []
    for point in stage.neighbourhood.points:
        for stay in point.stays:
            start = calendar.midnight(stay.first, stage.zone)
            if stage.chain_start < start < stage.period_end:
                found.append(Move(start, point, stay, True))
            if stay.last and stage.chain_start < (end := calendar.midnight(stay.last, stage.zone)) < stage.period_end:
                found.append(Move(end, point, stay, False))
    return sorted(found, key=lambda move: (move.at, move.arrives, move.point.index))


def carry_out(stage: Stage, move: Move) -> None:
    """Somebody moves out, or enrols and moves in, on the day."""
    registry = stage.community.registry
    stage.clock.advance_to(move.at)
    person = move.stay.person
    if not move.arrives:
        close = registry.function("closeParticipation", move.point.index, move.at)
        stage.voice.spent("close a participation", stage.sender("provider").send(close))
        stage.voice.say(f"{stage.clock.today}: {person.name} (member {stage.members[person.name]}) moves out.")
        return
    agreed = consent(stage, person, registry.address)
    enrol = registry.function("enrol", (agreed["wallet"], agreed["kind"], agreed["digest"], agreed["signature"]))
    stage.voice.spent("enrol a member", stage.sender("provider").send(enrol))
    stage.members[person.name] = len(registry.members())
    if person.wallet:
        identity = stage.identity(person.slug)
        stage.clock.fill_purse(identity.address)
        publish = registry.function("setEncryptionKey", identity.public_key)
        stage.sender(person.slug).send(publish)
    open_stay(stage, move.point, move.stay, move.at)
    stage.voice.say(f"{stage.clock.today}: {person.name} (member {stage.members[person.name]}) move in.")


def live_the_month(stage: Stage) -> None:
    """The period passes; people move in and out."""
    before = [move for move in moves(stage) if move.at < stage.period_start]
    for move in before:
        carry_out(stage, move)
    stage.clock.advance_to(stage.period_start)
    create = stage.community.meter_data.function("createPeriod", stage.period)
    stage.voice.spent("create the period", stage.sender("provider").send(create))
    for move in moves(stage)[len(before) :]:
        carry_out(stage, move)
    stage.clock.advance_to(stage.period_end + 2 * DAY)
    stage.voice.say(f"It is {stage.clock.today}; the operator has read every meter.")


def daisee(stage: Stage, identity: str, *arguments: str) -> str:
    """Run the command line as somebody would; its progress goes to this terminal. Returns what it printed."""
    command = [sys.executable, "-m", "offchain_worker.cli.main", "--quiet"]
    command += [
        "--config",
        str(stage.folder / "daisee.toml"),
        "--as",
        str(stage.folder / "identities" / f"{identity}.json"),
        *arguments,
    ]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"error: `daisee {' '.join(arguments)}` ended with {done.returncode}\n{done.stdout}")
    return done.stdout


def write_operators_list(stage: Stage) -> Path:
    """What only owner and operator know: which meter is which point, and the files read from it."""
    listed = []
    for point in stage.neighbourhood.points:
        listed.append(
            {
                "point": point.index,
                "meter": point.meter,
                "files": [str(path.relative_to(ROOT)) for path in point.files],
                "salts": [
                    {"from": stay.first.isoformat(), "salt": "0x" + point_salt(point, stay).hex()}
                    for stay in point.stays
                ],
            }
        )
    path = stage.folder / "meters.json"
    path.write_text(json.dumps({"schema": "daisee.meters/1", "points": listed}, indent=1), encoding="utf-8")
    return path


@contextmanager
def workers(stage: Stage, numbers: Iterable[int] = (1, 2, 3)) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Workers, each a process with its own keys and its own folder."""
    running = []
    for index in numbers:
        port = stage.ports[index - 1]
        command = [
            sys.executable,
            "-m",
            "offchain_worker.cli.main",
            "--config",
            str(stage.folder / "daisee.toml"),
            "--as",
            str(stage.folder / "identities" / f"worker-{index}.json"),
            "worker",
            "run",
            "--port",
            str(port),
            "--state",
            str(stage.folder / f"worker-{index}"),
        ]
        with (stage.folder / f"worker-{index}.log").open("wb") as log:
            running.append(subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT))
    try:
        yield running
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(timeout=20)


def publish(stage: Stage) -> None:
    """The operator redacts, encrypts, pins and registers its files."""
    listed = write_operators_list(stage)
    published = json.loads(
        daisee(stage, "operator", "dataset", "publish", stage.label, "--meters", str(listed), "--json")
    )
    stage.voice.gas.setdefault("publish a dataset", []).append(published["gas"])
    stage.voice.say(
        f"{published['columns']} columns from {published['files']} files: redacted, encrypted, pinned as "
        f"{published['blocks']} blocks ({published['bytes'] / 1e6:.1f} MB), registered as version {published['version']}."
    )


def attest(stage: Stage, kind: str) -> dict[str, object]:
    """The provider collects the workers' signatures on one task and submits them."""
    started = time.monotonic()
    collected = json.loads(daisee(stage, "provider", "period", "collect", stage.label, "--task", kind, "--json"))
    stage.voice.gas.setdefault(f"attest the {kind}", []).append(collected["gas"])
    signers = ", ".join(str(worker) for worker in collected["signers"])
    stage.voice.say(
        f"{kind}: signed by workers {signers} in {time.monotonic() - started:.1f} s; {collected['result']}."
    )
    return collected


def community_figures(stage: Stage, result_digest: bytes) -> dict[str, int]:
    """The period's indicators, opened with the provider's keys from what the workers pinned."""
    community, store = stage.community, open_store(places.beside(stage.store, stage.folder))
    record = community.meter_data.period(stage.period)
    envelopes = community.meter_data.envelopes(stage.period)
    keys = gathering.secret(store, envelopes, record.input_digest, stage.identity("provider"))
    return dict(results.open_result(store, result_digest).community(keys)["indicators"])


def settle(stage: Stage) -> None:
    """After the window the provider settles."""
    community = stage.community
    record = community.settlement.record(stage.period)
    accepted = community.settlement.accepted(stage.period)
    if accepted is None:
        raise SystemExit("error: there is no report to settle")
    report = accepted.report
    figures = community_figures(stage, report.result_digest)
    stage.voice.say(
        f"{report.produced / 1e9:,.1f} MWh produced, {report.allocated / 1e9:,.1f} MWh shared: "
        f"SCR {figures['scrPpm'] / 1e4:.1f} %, SSR {figures['ssrPpm'] / 1e4:.1f} %."
    )
    stage.clock.advance_to(record.window_end + 1)
    stage.voice.say(f"{stage.clock.today}: the time to check the report is over.")
    settled = json.loads(daisee(stage, "provider", "period", "settle", stage.label, "--json"))
    stage.voice.gas.setdefault("settle the period", []).append(settled["gas"])
    net = settled["netCents"]
    names = {member: name for name, member in stage.members.items()}
    stage.voice.say(f"{settled['debit'] / 100:,.2f} € are invoiced; what is booked sums to {sum(net)} cents.")
    for member in sorted(range(1, len(net)), key=lambda index: net[index])[:: max(1, len(net) // 4)]:
        word = "pays" if net[member] < 0 else "receives"
        stage.voice.say(f"{names[member]} {word} {abs(net[member]) / 100:,.2f} €.")
    stage.voice.say(f"The community keeps {net[0] / 100:,.2f} € of fees.")


def withdraw(stage: Stage) -> None:
    """The roof's owner takes the month's income out."""
    owner = next(person for person in stage.founders() if person.name == "Roof owner")
    member = stage.members[owner.name]
    cents = stage.community.settlement.call("availableTo", member)
    receipt = stage.sender(owner.slug).send(stage.community.settlement.function("withdraw", cents))
    stage.voice.spent("withdraw", receipt)
    stage.voice.say(f"{owner.name} withdraws {cents / 100:,.2f} €.")


def audit(stage: Stage) -> None:
    """An auditor recomputes everything from the chain and the store."""
    printed = daisee(stage, "auditor", "audit", stage.label, "--level", "full").strip().splitlines()
    passed = sum(line.startswith("ok ") for line in printed)
    stage.voice.say(f"{passed} checks passed: rules, roster, signatures, every pinned block, every root, every cent.")
    for line in printed:
        if not line.startswith("ok "):
            stage.voice.say(line)
