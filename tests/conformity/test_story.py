"""
What becomes of a bad dataset, told by the chain's own log: three members, three real workers, two months.

June: a file of Home 1 gives two values for one time. The workers reject the dataset, the member and the provider read
why, the operator publishes the mended file and the month settles. Meanwhile the members vote that such a conflict is
left out and the gap bridged. July has the same fault: its dataset is conform, the step is marked as repaired, Home 1's
bill is provisional and says why, and an auditor recomputes all of it.
"""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from offchain_worker.chain.governor import Support, signed_description
from offchain_worker.chain.logs import read
from offchain_worker.domain import conformity_rules
from offchain_worker.jobs import gathering, results
from offchain_worker.storage import places
from scripts import local_chain
from scripts.demo import calendar, month, story
from scripts.demo.founding import declare_points, deploy_community, pay_in, publish_reading_keys
from scripts.demo.stage import DAY, ROOT, Stage
from scripts.demo.voice import Voice

LABELS = ("Roof", "Office 1", "Home 1")
HOME, HOME_COLUMN, HOME_MEMBER = 2, 2, 3
QUESTION = "Bridge a gap of one hour at most, and leave out what contradicts itself?"
NEW_TREATMENTS = {
    "conflict": {"treatment": "repair", "method": "leave_out", "steps": 0},
    "gap": {"treatment": "repair", "method": "interpolate", "steps": 2},
}


def small(stage: Stage) -> None:
    """Keep three points and the three members who answer for them."""
    whole = stage.neighbourhood
    chosen = [point for point in whole.points if point.label in LABELS]
    points = tuple(replace(point, index=index) for index, point in enumerate(chosen))
    people = tuple(stay.person for point in points for stay in point.stays)
    prices = [price for price in whole.tariff["prices"] if price["producer"] == 0]
    tariff = {**whole.tariff, "prices": prices}
    stage.neighbourhood = replace(whole, points=points, people=people, tariff=tariff)


def contradicted(point_file: Path, stamp: str) -> bytes:
    """A file in which one time stands twice, with another value."""
    lines = gzip.decompress(point_file.read_bytes()).split(b"\n")
    at = next(number for number, line in enumerate(lines) if line.startswith(stamp.encode()))
    value = int(lines[at].split(b";")[1])
    lines.insert(at + 1, f"{stamp};{value + 1000}".encode())
    return b"\n".join(lines)


def publish(stage: Stage, bad_stamp: str = "", *more: str) -> dict[str, Any]:
    """The operator publishes the month, with a contradiction in Home 1's file at `bad_stamp`."""
    listed = json.loads(month.write_operators_list(stage).read_text())
    if bad_stamp:
        bad = stage.folder / "bad.csv"
        bad.write_bytes(contradicted(stage.neighbourhood.points[HOME].files[0], bad_stamp))
        listed["points"][HOME]["files"] = [str(bad)]
    path = stage.folder / "list.json"
    path.write_text(json.dumps(listed))
    printed = month.daisee(stage, "operator", "dataset", "publish", stage.label, "--meters", str(path), "--json", *more)
    found: dict[str, Any] = json.loads(printed)
    return found


def vote_on_conformity(stage: Stage, start_of_july: int) -> None:
    """The members vote new treatments, for July on."""
    governor, rule_book = stage.community.governor, stage.community.rules
    document = json.dumps({**stage.neighbourhood.conformity, "treatments": NEW_TREATMENTS})
    rules = conformity_rules.parse(document).to_bytes()
    call = rule_book.contract.encode_abi("setConformity", args=[rules, start_of_july])
    proposer = stage.sender("home-1")
    description = signed_description(QUESTION, str(proposer.address))
    proposer.send(governor.function("propose", [rule_book.address], [0], [call], description))
    (proposal,) = governor.proposals()
    stage.clock.advance_to(proposal.vote_start + 1)
    for name in ("roof-owner", "office-1", "home-1"):
        stage.sender(name).send(governor.function("castVote", proposal.identifier, int(Support.FOR)))
    stage.clock.advance_to(proposal.vote_end + 1)
    digest = stage.connection.web3.keccak(text=proposal.description)
    execute = governor.function("execute", list(proposal.targets), [0], list(proposal.calls), digest)
    stage.sender("provider").send(execute)


def create(stage: Stage) -> None:
    """The provider creates the month, which has begun."""
    stage.sender("provider").send(stage.community.meter_data.function("createPeriod", stage.period))


def log_of(stage: Stage, period: int) -> list[tuple[str, Any]]:
    """The period's datasets and verdicts in the order of the chain's log."""
    registry = stage.community.meter_data
    head = stage.connection.stamp().number
    told = []
    for entry in read(stage.connection, registry.address, 0, head):
        for name, figure in (("DatasetPublished", "version"), ("VerdictRecorded", "verdict")):
            event = registry.contract.events[name]()
            if bytes(entry["topics"][0]) == bytes.fromhex(event.topic.removeprefix("0x")):
                arguments = event.process_log(entry)["args"]
                if arguments["period"] == period:
                    told.append((name, arguments[figure]))
    return told


def findings(stage: Stage, reader: str, expected: int) -> dict[str, Any]:
    """What the workers found in Home 1's files, as somebody reads it with their own keys; `expected` is the exit code."""
    command = [
        sys.executable,
        "-m",
        "offchain_worker.cli.main",
        "--quiet",
        "dataset",
        "findings",
        stage.label,
        "--json",
    ]
    command += ["--config", str(stage.folder / "daisee.toml")]
    command += ["--as", str(stage.folder / "identities" / f"{reader}.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (expected, "")
    columns = json.loads(done.stdout)["columns"]
    assert len(columns) == (1 if reader == "home-1" else len(LABELS))
    (found,) = [column for column in columns if column["column"] == HOME_COLUMN]
    return dict(found)


def bill_and_curve(stage: Stage) -> tuple[dict[str, Any], dict[str, Any]]:
    """Home 1's bill and curve, opened with its own keys."""
    community, store = stage.community, places.open_store(places.beside(stage.store, stage.folder))
    record = community.meter_data.period(stage.period)
    accepted = community.settlement.accepted(stage.period)
    assert accepted is not None
    envelopes = community.meter_data.envelopes(stage.period)
    keys = gathering.keys(store, envelopes, record.input_digest, stage.identity("home-1"))
    result = results.open_result(store, accepted.report.result_digest)
    return result.bill(keys, HOME_MEMBER), result.curve(keys, HOME_COLUMN)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The three members at the first second of June, with a vote for July behind them at its end."""
    folder = tmp_path_factory.mktemp("conformity")
    with local_chain.running(story.chain_start("2016-06")) as chain:
        stage = story.open_stage("2016-06", folder, chain.url, Voice(Console(file=io.StringIO(), width=120)))
        small(stage)
        deploy_community(stage)
        publish_reading_keys(stage)
        declare_points(stage)
        pay_in(stage)
        stage.clock.advance_to(stage.period_start)
        create(stage)
        vote_on_conformity(stage, calendar.midnight(date(2016, 7, 1), stage.zone))
        with month.workers(stage):
            yield stage


def test_bad_dataset__rejected_then_repaired_then_allowed_by_vote__is_told_by_the_chain(founded: Stage) -> None:
    june = founded
    june.clock.advance_to(june.period_end + 2 * DAY)
    first = publish(june, "2016-06-10T12:00:00+02:00")
    assert first["expectedVerdict"] == "rejected"
    assert month.attest(june, "conformity")["result"] == "the dataset is rejected"
    for reader in ("home-1", "provider"):
        found = findings(june, reader, 1)["findings"]
        (conflict,) = [finding for finding in found if finding["severity"] == "error"]
        assert (conflict["code"], conflict["count"]) == ("conflict", 2)
        assert "Demandez au gestionnaire laquelle est juste" in conflict["sentence"]["fr"]

    second = publish(june, "", "--replace")
    assert (second["version"], second["expectedVerdict"]) == (2, "conform")
    assert month.attest(june, "conformity")["result"] == "the dataset is conform"
    assert log_of(june, 201606) == [
        ("DatasetPublished", 1),
        ("VerdictRecorded", 2),  # rejected
        ("DatasetPublished", 2),
        ("VerdictRecorded", 0),  # conform
    ]
    month.attest(june, "settlement")
    june.clock.advance_to(june.community.settlement.record(june.period).window_end + 1)
    month.daisee(june, "provider", "period", "settle", "2016-06")
    bill, curve = bill_and_curve(june)
    assert (bill["provisional"], bill["reasons"], set(curve["qualities"])) == (False, [], {"0"})

    july = replace(june, label="2016-07", month=date(2016, 7, 1))
    create(july)
    july.clock.advance_to(july.period_end + 2 * DAY)
    publish(july, "2016-07-10T12:00:00+02:00")
    assert month.attest(july, "conformity")["result"] == "the dataset is conform"
    assert log_of(july, 201607) == [("DatasetPublished", 1), ("VerdictRecorded", 0)]
    found = findings(july, "home-1", 0)
    assert found["repaired"] == 1
    assert [(f["code"], f["severity"]) for f in found["findings"]] == [("repaired", "warning"), ("conflict", "warning")]

    month.attest(july, "settlement")
    bill, curve = bill_and_curve(july)
    assert bill["provisional"]
    assert bill["reasons"] == [{"column": HOME_COLUMN, "code": "repaired", "steps": 1}]
    place = curve["qualities"].index("4")
    assert curve["start"] + place * 1800 == int(calendar.midnight(date(2016, 7, 10), july.zone)) + 23 * 1800
    energies = [int(energy) for energy in curve["energies"]]
    assert energies[place] == (energies[place - 1] + energies[place + 1]) // 2
    assert "all checks pass" in month.daisee(july, "auditor", "audit", "2016-07", "--level", "full")
