"""Other keys, and the operator's own figures, on a settled month: from the command line, by who may read what."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from offchain_worker.cli.dataset import read_meters
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.stages import Rule
from offchain_worker.domain.stages import Stage as KeyStage
from offchain_worker.jobs import gathering, results
from offchain_worker.meters.findings import iso
from offchain_worker.storage.places import open_store
from scripts.demo.stage import Stage
from tests.period.test_commands import daisee

ALIKE = AllocationKey((KeyStage(Rule.EGALITARIAN),))


@pytest.fixture
def alike(tmp_path: Path) -> str:
    path = tmp_path / "alike.json"
    path.write_text(ALIKE.to_json(), encoding="utf-8")
    return str(path)


@pytest.fixture
def own_store(settled_period: Stage, tmp_path: Path) -> str:
    """A copy of the period's store, to pin in."""
    shutil.copytree(settled_period.folder / "store", tmp_path / "store")
    return str(tmp_path / "store")


def test_simulate__the_key_in_force__is_what_was_booked(settled_period: Stage, alike: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    parties = str(settled_period.folder / "parties.json")
    code, printed, said = daisee(
        settled_period, "provider", "simulate", "--key", alike, "--html", str(page), "--parties", parties, "--json"
    )
    assert (code, said) == (0, "")
    found = json.loads(printed)
    net = settled_period.community.settlement.settled(settled_period.period).net_cents
    assert found["months"] == ["2016-06"]
    for entry in found["members"]:
        first, second = entry["outcomes"]
        assert first["credit"] - first["debit"] == net[entry["member"]]
        assert first["cost"] == -net[entry["member"]]
        assert second["change"] == second["cost"] - first["cost"]
    one, two = found["keys"]
    assert one["allocated"] == sum(entry["outcomes"][0]["bought"] for entry in found["members"])
    dust = 1440 * len(found["members"])  # each step, flooring leaves less than a µkWh a column to the surplus
    assert abs(one["allocated"] - two["allocated"]) < dust
    assert "Roof owner" in page.read_text(encoding="utf-8")


def test_simulate__as_a_member__is_refused(settled_period: Stage, alike: str) -> None:
    code, _, said = daisee(settled_period, "office-1", "simulate", "--key", alike)
    assert code == 1
    assert "may read its own columns only" in said


def test_simulate__pinned__each_member_opens_their_own(settled_period: Stage, alike: str, own_store: str) -> None:
    arguments = ("simulate", "--key", alike, "--supplier-price", "0.115", "--pin", "2016-06", "--json")
    arguments += ("--store", own_store)
    code, printed, said = daisee(settled_period, "provider", *arguments)
    assert (code, said) == (0, "")
    digest = json.loads(printed)["digest"]
    assert json.loads(daisee(settled_period, "auditor", *arguments)[1])["digest"] == digest
    code, printed, _ = daisee(settled_period, "office-1", "simulate", "--open", digest, "--json", "--store", own_store)
    own = json.loads(printed)
    assert (code, own["answer"]["schema"], own["answer"]["member"]) == (0, "daisee.what-if/1", 2)
    net = settled_period.community.settlement.settled(settled_period.period).net_cents[2]
    assert int(own["answer"]["outcomes"][0]["credit"]) - int(own["answer"]["outcomes"][0]["debit"]) == net
    code, printed, _ = daisee(settled_period, "provider", "simulate", "--open", digest, "--json", "--store", own_store)
    assert json.loads(printed)["answer"]["schema"] == "daisee.what-if-community/1"


def test_simulate__confirmed_by_a_worker__counts_towards_the_quorum(
    settled_period: Stage, alike: str, own_store: str, tmp_path: Path
) -> None:
    arguments = ("simulate", "--key", alike, "--pin", "2016-06", "--json", "--store", own_store)
    code, printed, said = daisee(settled_period, "provider", *arguments)
    assert (code, said) == (0, "")
    digest = json.loads(printed)["digest"]
    code, printed, said = daisee(settled_period, "worker-1", "simulate", "--confirm", digest, "--store", own_store)
    assert (code, said) == (0, "")
    (tmp_path / "worker-1.json").write_text(printed.strip(), encoding="utf-8")
    signature = ("--signature", str(tmp_path / "worker-1.json"))
    code, printed, _ = daisee(
        settled_period, "office-1", "simulate", "--open", digest, *signature, "--json", "--store", own_store
    )
    found = json.loads(printed)
    assert code == 0
    assert found["confirmedBy"] == [settled_period.identity("worker-1").address.lower()]
    assert found["quorum"] > 1


def test_table__where_the_key_has_none__says_so(settled_period: Stage, own_store: str, tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text(
        AllocationKey((KeyStage(Rule.TABLE, points=(1,)),), committer="0x" + "c0" * 20).to_json(), encoding="utf-8"
    )
    (tmp_path / "sheet.csv").write_text(
        "interval_start;1\n2016-06-30T22:00:00Z;100\n2016-06-30T22:30:00Z;100\n", encoding="utf-8"
    )
    table = str(tmp_path / "table.json")
    build = ("table", "build", str(tmp_path / "sheet.csv"), "--key", str(tmp_path / "key.json"), "--out", table)
    assert daisee(settled_period, "provider", *build)[0] == 0
    code, _, said = daisee(settled_period, "provider", "table", "commit", "2016-07", table, "--store", own_store)
    assert code == 1
    assert "the key that will be in force has no TABLE stage" in said
    code, _, said = daisee(settled_period, "provider", "table", "show", "2016-06")
    assert code == 1
    assert "the key in force has no TABLE stage" in said


def test_coefficients__exported__say_how_near_the_operator_comes(settled_period: Stage, tmp_path: Path) -> None:
    code, printed, said = daisee(
        settled_period, "provider", "coefficients", "export", "2016-06", "--out", str(tmp_path), "--json"
    )
    assert (code, said) == (0, "")
    found = json.loads(printed)
    assert (found["method"], found["decimals"]) == ("simple dynamic", 6)
    assert found["largestDifferenceMicroKwh"] < 100
    head, first, *_ = (tmp_path / found["file"]).read_text(encoding="utf-8").splitlines()
    assert head == "interval_start;producer;consumer;coefficient"
    assert first.startswith("2016-05-31T22:00:00Z;;point ")


def operators_file(stage: Stage, column: int, change: dict[int, int]) -> bytes:
    """What an operator that agrees would send of a column, in Wh, but for the steps changed (by so many Wh)."""
    community = stage.community
    period = community.meter_data.period(stage.period)
    store = open_store(str(stage.folder / "store"))
    identity = stage.identity("operator")
    keys = gathering.keys(store, community.meter_data.envelopes(stage.period), period.input_digest, identity)
    accepted = community.settlement.accepted(stage.period)
    curve: dict[str, Any] = results.open_result(store, accepted.report.result_digest).curve(keys, column)
    point = community.registry.roster(period.start, period.end).columns[column].point
    meter = read_meters(stage.folder / "meters.json")[0][point]
    rows = ["meter;direction;start;end;local_kwh"]
    for t, local in enumerate(curve["local"]):
        start, end = (iso(curve["start"] + (t + more) * curve["stepSeconds"]) for more in (0, 1))
        wh = (int(local) + 500) // 1000 + change.get(t, 0)
        rows.append(f"{meter};consumption;{start};{end};{wh // 1000}.{wh % 1000:03d}")
    return ("\n".join(rows) + "\n").encode()


@pytest.mark.parametrize(("change", "agrees"), [({}, True), ({600: 40, 601: 50}, False)])
def test_audit__with_the_operators_results__agrees_or_says_where(
    settled_period: Stage, tmp_path: Path, own_store: str, change: dict[int, int], agrees: bool
) -> None:
    roster = settled_period.community.registry.roster(settled_period.period_start, settled_period.period_end)
    column = next(at for at in roster.consumption if roster.columns[at].member == 2)
    file, meters = tmp_path / "operator.csv", str(settled_period.folder / "meters.json")
    file.write_bytes(operators_file(settled_period, column, change))
    imported = ("coefficients", "import", "2016-06", str(file), "--meters", meters, "--json", "--store", own_store)
    code, printed, said = daisee(settled_period, "operator", *imported)
    assert (code, said) == (0, "")
    digest = json.loads(printed)["digest"]
    audited = ("audit", "2016-06", "--level", "member", "--operator-allocation", digest, "--json", "--store", own_store)
    code, printed, _ = daisee(settled_period, "office-1", *audited)
    (check,) = [check for check in json.loads(printed)["checks"] if check["code"] == f"operator-agrees-{column}"]
    assert (code, check["passed"]) == ((0, True) if agrees else (1, False))
    if agrees:
        assert check["detail"] == "1440 of 1440 steps, to 1000 µkWh"
    else:
        point = roster.columns[column].point
        assert check["detail"].startswith(
            f"point {point} (column {column}), 2016-06-13T10:00:00Z to 2016-06-13T11:00:00Z: 2 intervals, up to 5"
        )


def test_audit__public_with_the_operators_results__needs_keys(settled_period: Stage) -> None:
    code, _, said = daisee(settled_period, "auditor", "audit", "2016-06", "--operator-allocation", "0x" + "00" * 32)
    assert (code, said) == (1, "error: the operator's results are encrypted: audit with --level member or full")
