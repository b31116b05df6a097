"""Coefficients for the operator: rounded down, never over one, and the operator's result follows from them by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from offchain_worker.cli.main import app
from offchain_worker.domain.allocation import share
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.quantities import PointIndex
from offchain_worker.domain.roster import numbered
from offchain_worker.domain.stages import Rule, Stage
from offchain_worker.domain.table import Table
from offchain_worker.exchange import coefficients
from offchain_worker.exchange.coefficients import CannotSend
from offchain_worker.meters import coefficients as spanish

PRO_RATA = AllocationKey((Stage(Rule.PRO_RATA),))
START = 1464732000
CUPS = {0: "ES0021000000000000AB0F", 1: "ES0021000000000001AB0F"}
CAU = "ES0021000000000000AB0FA000"


def static(*weights: int) -> AllocationKey:
    points = tuple(PointIndex(at) for at in range(len(weights)))
    return AllocationKey((Stage(Rule.STATIC, points=points, weights=weights),))


def energies(*rows: tuple[int, ...]) -> np.ndarray:
    return np.array(rows, np.int64)


def test_of_key__two_consumers_one_plant__by_hand() -> None:
    """1 kWh for needs of 1 and 2: a third and two thirds, to three decimals 0.333 and 0.666; 1 Wh is lost in rounding."""
    found = coefficients.of_key(PRO_RATA, numbered(2, 1), energies((1_000_000, 2_000_000, 1_000_000)), START, 1800, 3)
    assert found.values[0, :, 0].tolist() == [333, 666]
    assert found.allocated.tolist() == [[333_000, 666_000]]
    assert found.wanted.tolist() == [[333_333, 666_666]]
    assert (found.largest_difference, found.total_difference) == (666, 999)


def test_of_key__with_the_keys_own_decimals__is_exact() -> None:
    key = AllocationKey((Stage(Rule.PRO_RATA),), coefficient_decimals=3)
    found = coefficients.of_key(key, numbered(2, 1), energies((1_000_000, 2_000_000, 1_000_000)), START, 1800, 3)
    assert found.allocated.tolist() == found.wanted.tolist() == [[333_000, 666_000]]
    assert coefficients.summary(found, key)["exact"]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 10**9), min_size=5, max_size=5), min_size=1, max_size=6),
    st.integers(1, 9),
    st.booleans(),
)
def test_of_key__any_readings__are_shares_of_one_and_never_too_much(
    rows: list[list[int]], decimals: int, per_producer: bool
) -> None:
    key = AllocationKey((Stage(Rule.PRO_RATA),), per_producer=per_producer)
    readings, roster = np.array(rows, np.int64), numbered(3, 2)
    found = coefficients.of_key(key, roster, readings, START, 900, decimals)
    assert (found.values >= 0).all()
    assert (found.values.sum(axis=1) <= 10**decimals).all()
    assert (found.allocated <= found.wanted).all()
    wanted = share(readings[:, :3].copy(), readings[:, 3:].copy(), key, roster).allocated
    assert (found.wanted == wanted).all()
    with_decimals = AllocationKey(key.stages, per_producer=per_producer, coefficient_decimals=decimals)
    same = coefficients.of_key(with_decimals, roster, readings, START, 900, decimals)
    assert same.largest_difference == 0


def test_generic_csv__is_the_documented_one() -> None:
    found = coefficients.of_key(PRO_RATA, numbered(2, 1), energies((1_000_000, 3_000_000, 1_000_000)), START, 1800, 6)
    assert coefficients.generic_csv(found, ["home", "shop"], ["roof"]).decode().splitlines() == [
        "interval_start;producer;consumer;coefficient",
        "2016-05-31T22:00:00Z;;home;0.250000",
        "2016-05-31T22:00:00Z;;shop;0.750000",
    ]


def test_generic_csv__of_a_key_per_producer__names_pairs() -> None:
    key = AllocationKey((Stage(Rule.PRO_RATA),), per_producer=True)
    readings = energies((1_000_000, 3_000_000, 1_000_000, 1_000_000))
    found = coefficients.of_key(key, numbered(2, 2), readings, START, 1800, 2)
    lines = coefficients.generic_csv(found, ["home", "shop"], ["roof", "mill"]).decode().splitlines()
    assert lines[1:] == [
        "2016-05-31T22:00:00Z;roof;home;0.25",
        "2016-05-31T22:00:00Z;mill;home;0.25",
        "2016-05-31T22:00:00Z;roof;shop;0.75",
        "2016-05-31T22:00:00Z;mill;shop;0.75",
    ]


@pytest.mark.parametrize(
    ("key", "called"),
    [
        (PRO_RATA, "default dynamic"),
        (AllocationKey((Stage(Rule.EGALITARIAN),)), "simple dynamic"),
        (AllocationKey((Stage(Rule.PRO_RATA, group=1), Stage(Rule.PRO_RATA))), "simple dynamic"),
        (static(250_000, 750_000), "static"),
        (AllocationKey((Stage(Rule.PRO_RATA),), per_producer=True), "full dynamic"),
    ],
)
def test_method__of_a_key__is_the_french_type(key: AllocationKey, called: str) -> None:
    assert coefficients.method(key) == called


def test_spanish_file__of_a_static_key__is_the_operators() -> None:
    made = coefficients.spanish_file(static(250_000, 750_000), CAU, 2016, CUPS)
    assert made.file_name == f"{CAU}_2016.txt"
    assert spanish.to_bytes(made).decode() == f"{CUPS[0]};0,250000\n{CUPS[1]};0,750000\n"
    assert (spanish.parse(spanish.to_bytes(made), made.file_name).millionths == made.millionths).all()


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (PRO_RATA, "Spain takes coefficients fixed in advance"),
        (static(250_000, 749_999), "the weights add up to 999999 ppm"),
        (static(250_000, 250_000, 500_000), "no CUPS is given for point 2"),
    ],
)
def test_spanish_file__what_it_cannot_say__is_refused(key: AllocationKey, said: str) -> None:
    with pytest.raises(CannotSend, match=said):
        coefficients.spanish_file(key, CAU, 2016, CUPS)


@pytest.mark.parametrize("decimals", [0, 10])
def test_of_key__decimals_beyond_bounds__are_refused(decimals: int) -> None:
    with pytest.raises(CannotSend, match=f"{decimals} decimals; give 1 to 9"):
        coefficients.of_key(PRO_RATA, numbered(1, 1), energies((1, 1)), START, 1800, decimals)


def test_of_key__a_step_too_large_for_the_decimals__is_refused() -> None:
    with pytest.raises(CannotSend, match="a step produces too much for 9 decimals"):
        coefficients.of_key(PRO_RATA, numbered(1, 1), energies((1, 2**62)), START, 1800, 9)


def test_export__from_curves__writes_the_file_and_says_how_exact(tmp_path: Path) -> None:
    rows = ["interval_start,meter,direction,energy_micro_kwh"]
    for start in ("2016-06-01T00:00:00Z", "2016-06-01T00:30:00Z"):
        rows += [f"{start},home,consumption,1000000", f"{start},shop,consumption,2000000"]
        rows += [f"{start},roof,production,1000000"]
    (tmp_path / "june.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "key.json").write_text(PRO_RATA.to_json(), encoding="utf-8")
    arguments = ["coefficients", "export", "--curves", str(tmp_path / "june.csv"), "--key", str(tmp_path / "key.json")]
    done = CliRunner().invoke(app, [*arguments, "--out", str(tmp_path / "out"), "--json"], catch_exceptions=False)
    assert json.loads(done.stdout) == {
        "file": "coefficients-june.csv",
        "method": "default dynamic",
        "decimals": 6,
        "exact": True,
        "largestDifferenceMicroKwh": 0,
        "totalDifferenceMicroKwh": 0,
    }
    assert (tmp_path / "out" / "coefficients-june.csv").read_text().splitlines()[1] == (
        "2016-06-01T00:00:00Z;;home;0.333333"
    )


def column(point: int, member: int, start: int, end: int, meter: str, direction: str = "consumption") -> dict[str, Any]:
    source = "solar" if direction == "production" else "none"
    fields = {"point": point, "member": member, "group": 1, "direction": direction, "source": source}
    return {**fields, "from": start, "to": end, "meter": meter}


@pytest.fixture
def moved(tmp_path: Path) -> list[str]:
    """Two half-hours; the home changes hands between them. Arguments of an export without its key."""
    middle, end = START + 1800, START + 3600
    columns = [
        column(0, 1, START, middle, "home"),
        column(0, 2, middle, end, "home"),
        column(1, 3, START, end, "shop"),
        column(2, 4, START, end, "roof", "production"),
    ]
    (tmp_path / "roster.json").write_text(json.dumps({"schema": "daisee.roster/1", "columns": columns}))
    rows = ["interval_start,meter,direction,energy_micro_kwh"]
    for start in ("2016-05-31T22:00:00Z", "2016-05-31T22:30:00Z"):
        rows += [f"{start},home,consumption,1000000", f"{start},shop,consumption,3000000"]
        rows += [f"{start},roof,production,1000000"]
    (tmp_path / "june.csv").write_text("\n".join(rows) + "\n")
    given = ["--curves", str(tmp_path / "june.csv"), "--roster", str(tmp_path / "roster.json")]
    return ["coefficients", "export", *given, "--out", str(tmp_path / "out")]


def exported(arguments: list[str], key: AllocationKey, folder: Path) -> list[str]:
    (folder / "key.json").write_text(key.to_json())
    done = CliRunner().invoke(app, [*arguments, "--key", str(folder / "key.json")], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return (folder / "out" / "coefficients-june.csv").read_text().splitlines()[1:]


def test_export__a_meter_that_changed_hands__has_one_line_a_step(moved: list[str], tmp_path: Path) -> None:
    assert exported(moved, PRO_RATA, tmp_path) == [
        "2016-05-31T22:00:00Z;;home;0.250000",
        "2016-05-31T22:00:00Z;;shop;0.750000",
        "2016-05-31T22:30:00Z;;home;0.250000",
        "2016-05-31T22:30:00Z;;shop;0.750000",
    ]
    per_producer = AllocationKey((Stage(Rule.PRO_RATA),), per_producer=True)
    assert exported(moved, per_producer, tmp_path)[:2] == [
        "2016-05-31T22:00:00Z;roof;home;0.250000",
        "2016-05-31T22:00:00Z;roof;shop;0.750000",
    ]


def test_export__of_a_table__takes_its_rows(moved: list[str], tmp_path: Path) -> None:
    points = tuple(map(PointIndex, (0, 1)))
    key = AllocationKey((Stage(Rule.TABLE, points=points),), committer="0x" + "c0" * 20)
    made = Table(key.hash(), START, 1800, {0: energies((400_000, 600_000), (100_000, 0))})
    (tmp_path / "table.json").write_text(made.to_json())
    found = exported([*moved, "--table", str(tmp_path / "table.json")], key, tmp_path)
    assert [line.split(";")[2:] for line in found] == [
        ["home", "0.400000"],
        ["shop", "0.600000"],
        ["home", "0.100000"],
        ["shop", "0.000000"],
    ]
    other = Table(key.hash(), START + 1800, 1800, made.rows)
    (tmp_path / "table.json").write_text(other.to_json())
    tried = CliRunner().invoke(
        app, [*moved, "--key", str(tmp_path / "key.json"), "--table", str(tmp_path / "table.json")]
    )
    assert tried.exit_code == 1 and "table: of the period from" in str(tried.exception)
