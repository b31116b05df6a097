"""The steps of a period from the command line: what each refuses, and that nothing happens twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from scripts.demo.stage import ROOT, Stage


def daisee(stage: Stage, who: str, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command run as somebody."""
    command = [sys.executable, "-m", "offchain_worker.cli.main", "--quiet", *arguments]
    command += ["--config", str(stage.folder / "daisee.toml")]
    command += ["--as", str(stage.folder / "identities" / f"{who}.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr.strip()


def balances(stage: Stage) -> Any:
    code, printed, _ = daisee(stage, "provider", "account", "show", "--json")
    assert code == 0
    return json.loads(printed)


def test_settle__twice__is_refused_and_books_nothing(settled_period: Stage) -> None:
    before = balances(settled_period)
    code, printed, said = daisee(settled_period, "provider", "period", "settle", "2016-06")
    assert (code, printed) == (1, "")
    assert said.startswith("error: settle: the contract refused with Settlement")
    assert balances(settled_period) == before


def test_settle__by_a_stranger__is_refused(settled_period: Stage) -> None:
    code, _, said = daisee(settled_period, "worker-1", "period", "settle", "2016-06")
    assert code == 1
    assert "the contract refused with" in said


def test_collect__answered_already__shows_who_signed(settled_period: Stage) -> None:
    code, printed, said = daisee(
        settled_period, "provider", "period", "collect", "2016-06", "--task", "settlement", "--json"
    )
    assert (code, said) == (0, "")
    assert len(json.loads(printed)["signers"]) >= 2


def test_publish__again_without_replace__is_refused(settled_period: Stage) -> None:
    meters = str(settled_period.folder / "meters.json")
    code, _, said = daisee(settled_period, "operator", "dataset", "publish", "2016-06", "--meters", meters)
    assert code == 1
    assert said == "error: 2016-06 has dataset version 1 already; to publish a correction add --replace"


def test_publish__unreadable_file__names_file_row_and_reason(settled_period: Stage, tmp_path: Path) -> None:
    meters = json.loads((settled_period.folder / "meters.json").read_text())
    broken = tmp_path / "broken.csv"
    broken.write_bytes(b"Horodate;Valeur\n2016-06-01T00:30:00+02:00;12")
    meters["points"][3]["files"] = [str(broken)]
    listed = tmp_path / "meters.json"
    listed.write_text(json.dumps(meters))
    blocks = sorted(path.name for path in (settled_period.folder / "store").rglob("*"))
    code, printed, said = daisee(
        settled_period, "operator", "dataset", "publish", "2016-06", "--replace", "--meters", str(listed)
    )
    assert (code, printed) == (1, "")
    assert said.splitlines()[-1].startswith(f"error: {broken}: no known format")
    assert sorted(path.name for path in (settled_period.folder / "store").rglob("*")) == blocks


def test_status__settled__says_so(settled_period: Stage) -> None:
    code, printed, _ = daisee(settled_period, "provider", "period", "status", "2016-06", "--json")
    result = json.loads(printed)
    assert (code, result["state"], result["version"], result["columns"]) == (0, "settled", 1, 27)
    assert int(result["allocated"]) <= int(result["produced"])
    record = settled_period.community.settlement.record(settled_period.period)
    conformity, settlement = result["tasks"]
    assert settlement["reportHash"] == "0x" + record.report_hash.hex()
    assert (conformity["task"], settlement["task"]) == ("conformity", "settlement")
    assert conformity["attempt"] == settlement["attempt"] == 1
    _, printed, _ = daisee(settled_period, "provider", "period", "status", "2016-06")
    assert f"  settlement, attempt 1: report {settlement['reportHash']}\n" in printed


def test_tally__the_vote_on_the_key__is_told(settled_period: Stage) -> None:
    code, printed, _ = daisee(settled_period, "provider", "tally", "--json")
    (proposal,) = json.loads(printed)
    assert (code, proposal["state"], proposal["members"]) == (0, "executed", 24)
    assert (proposal["for"], proposal["against"], proposal["quorum"]) == (15, 3, 12)


def test_vote__on_a_closed_proposal__is_refused(settled_period: Stage) -> None:
    code, _, said = daisee(settled_period, "home-1", "vote", "1", "for")
    assert code == 1
    assert "the contract refused with GovernorUnexpectedProposalState" in said


def test_propose__key_with_a_weight_beyond_all__is_refused_before_sending(
    settled_period: Stage, tmp_path: Path
) -> None:
    key = dict(settled_period.neighbourhood.key)
    key["stages"] = [{"rule": "STATIC", "group": 0, "points": [1], "producers": [], "weights": [1_000_001]}]
    path = tmp_path / "key.json"
    path.write_text(json.dumps(key))
    code, _, said = daisee(settled_period, "home-1", "propose", "key", str(path), "--description", "Too much?")
    assert code == 1
    assert said.startswith("error:") and "1000001" in said.replace(",", "").replace(" ", "")


def test_withdraw__more_than_there_is__is_refused(settled_period: Stage) -> None:
    code, _, said = daisee(settled_period, "home-1", "account", "withdraw", "10000000")
    assert code == 1
    assert "the contract refused with Ledger" in said
