"""Tables of weights from CSV: percent and ppm, one file a stage, and what is wrong named with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from offchain_worker.cli.main import app
from offchain_worker.domain import table as tables
from offchain_worker.domain.errors import TableInvalid
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.stages import Rule, Stage
from offchain_worker.exchange import weights

KEY = AllocationKey((Stage(Rule.TABLE, points=(4, 1)),), committer="0x" + "c0" * 20)
TWO = AllocationKey((Stage(Rule.TABLE, points=(1,)), Stage(Rule.TABLE, points=(4,))), committer="0x" + "c0" * 20)
SHEET = "interval_start;1;4\n2016-05-31T22:00:00Z;25;75\n2016-05-31T22:30:00Z;12,5;33.3333\n"


def test_table__of_percentages__is_ppm_in_the_keys_order() -> None:
    found = weights.table(KEY, [("june.csv", SHEET)])
    assert found.rows[0].tolist() == [[750_000, 250_000], [333_333, 125_000]]
    assert (found.start, found.step_seconds, found.key_hash) == (1_464_732_000, 1800, KEY.hash())


def test_table__in_ppm_and_by_commas__is_the_same() -> None:
    sheet = "interval_start,point 1 ppm,4 ppm\n2016-05-31T22:00:00+00:00,250000,750000\n"
    sheet += "2016-06-01T00:30:00+02:00,125000,333333\n"
    assert weights.table(KEY, [("june.csv", sheet)]).root == weights.table(KEY, [("june.csv", SHEET)]).root


def test_table__of_two_stages__takes_a_file_each() -> None:
    parts = [("a.csv", SHEET.replace(";4", "").replace(";75", "").replace(";33.3333", ""))]
    parts.append(("b.csv", "interval_start;4\n2016-05-31T22:00:00Z;100\n2016-05-31T22:30:00Z;0\n"))
    found = weights.table(TWO, parts)
    assert {stage: rows.tolist() for stage, rows in found.rows.items()} == {
        0: [[250_000], [125_000]],
        1: [[1_000_000], [0]],
    }


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ("", "line 1: the header is interval_start"),
        ("interval_start;x\n", "'x' is no point's number"),
        ("interval_start;1;1\n", "line 1: a point stands twice"),
        (SHEET.replace(";75", ""), "line 2: 2 fields, the header has 3"),
        (SHEET.replace("12,5", "12,51234"), "line 3, point 1: '12,51234' is no percentage"),
        (SHEET.replace("12,5", "-1"), "line 3, point 1: '-1' is no percentage"),
        (SHEET.replace("T22:30:00Z", "T22:30:00"), "has no time zone"),
        (SHEET.replace("T22:30:00Z", "T22:31:00Z"), "60 s after line 2"),
        (SHEET + "2016-05-31T23:30:00Z;1;1\n", "line 4: 3600 s after the line before, not 1800"),
        (SHEET.replace(";4\n", ";9\n"), r"points \[1, 9\], but stage 1 serves \[1, 4\]"),
        (SHEET.replace(";75", ";75.0001"), "stage 1, step 0: weights add up to 1000001, over 1000000 ppm"),
        ("interval_start;1;4\n2016-05-31T22:00:00Z;1;1\n", "1 rows; a table has one for each step"),
    ],
)
def test_table__of_a_faulty_sheet__names_the_place(sheet: str, message: str) -> None:
    with pytest.raises(TableInvalid, match=message):
        weights.table(KEY, [("june.csv", sheet)])


def test_table__files_of_other_steps_or_too_few__are_refused() -> None:
    with pytest.raises(TableInvalid, match="1 files, but the key has 2 TABLE stages"):
        weights.table(TWO, [("a.csv", SHEET)])
    one = "interval_start;1\n2016-05-31T22:00:00Z;1\n2016-05-31T22:30:00Z;1\n"
    with pytest.raises(TableInvalid, match=r"b\.csv: other steps than a\.csv"):
        weights.table(TWO, [("a.csv", one), ("b.csv", one.replace(";1", ";4").replace("T22:", "T23:"))])


def test_daisee__table_build_and_check__agree_on_the_root(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text(KEY.to_json())
    (tmp_path / "june.csv").write_text(SHEET)
    out, key = tmp_path / "table.json", str(tmp_path / "key.json")
    run = CliRunner().invoke(
        app, ["table", "build", str(tmp_path / "june.csv"), "--key", key, "--out", str(out), "--json"]
    )
    assert run.exit_code == 0, run.output
    found = json.loads(run.stdout)
    assert found["root"] == "0x" + tables.parse(out.read_bytes()).root.hex()
    again = CliRunner().invoke(app, ["table", "check", str(out), "--key", key, "--json"])
    assert json.loads(again.stdout)["root"] == found["root"]
    (tmp_path / "two.json").write_text(TWO.to_json())
    other = CliRunner().invoke(app, ["table", "check", str(out), "--key", str(tmp_path / "two.json")])
    assert other.exit_code == 1
    assert isinstance(other.exception, TableInvalid)
