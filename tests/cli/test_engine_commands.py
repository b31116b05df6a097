"""`daisee allocate` and `daisee key`: what they write and print, and what they refuse."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from offchain_worker.cli import main
from offchain_worker.domain.errors import DaiseeError, DocumentInvalid, KeyFault, KeyInvalid, TariffIncomplete
from offchain_worker.domain.key import AllocationKey, Rule, Stage
from offchain_worker.domain.roster import Column, Direction, Roster, Source
from offchain_worker.domain.tariff import Price, Tariff

PRO_RATA = AllocationKey((Stage(Rule.PRO_RATA),))
HEADER = "interval_start,meter,direction,energy_micro_kwh\n"
# Two homes and a plant over two half-hours: 30 for needs 20 and 40, then 9 for 3 and 3. Rows in no order.
CURVES = HEADER + (
    "2016-06-01T00:30:00Z,sun,production,9\n"
    "2016-06-01T00:00:00Z,home-b,consumption,40\n"
    "2016-06-01T00:00:00Z,sun,production,30\n"
    "2016-06-01T00:00:00Z,home-a,consumption,20\n"
    "2016-06-01T00:30:00Z,home-b,consumption,3\n"
    "2016-06-01T02:30:00+02:00,home-a,consumption,3\n"
)
START = 1464739200  # 2016-06-01T00:00:00Z


def run(*arguments: Any) -> Any:
    """Run a command; an error of ours is raised, as `daisee` would print it."""
    result = CliRunner().invoke(main.app, [str(argument) for argument in arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "curves.csv").write_text(CURVES)
    (tmp_path / "key.json").write_text(PRO_RATA.to_json())
    return tmp_path


def allocate(here: Path, *more: Any, curves: str = "curves.csv") -> Any:
    return run("allocate", "--curves", here / curves, "--key", here / "key.json", "--out", here / "out", *more)


def column(point: int, member: int, meter: str, start: int = START, end: int = START + 3600) -> Column:
    plant = meter == "sun"
    direction = Direction.PRODUCTION if plant else Direction.CONSUMPTION
    return Column(point, member, 1, direction, Source.SOLAR if plant else Source.NONE, start, end, meter)


def test_allocate__curves_and_key__writes_who_got_what(here: Path) -> None:
    result = allocate(here, "--json")
    assert result.exit_code == 0
    assert (here / "out" / "allocations.csv").read_text() == (
        "interval_start,meter,allocated_micro_kwh\n"
        "2016-06-01T00:00:00Z,home-a,10\n"
        "2016-06-01T00:00:00Z,home-b,20\n"
        "2016-06-01T00:30:00Z,home-a,3\n"
        "2016-06-01T00:30:00Z,home-b,3\n"
    )
    assert (here / "out" / "surplus.csv").read_text() == (
        "interval_start,meter,surplus_micro_kwh\n2016-06-01T00:00:00Z,sun,0\n2016-06-01T00:30:00Z,sun,3\n"
    )
    parquet = pl.read_parquet(here / "out" / "allocations.parquet")
    assert parquet.columns == ["interval_start", "meter", "allocated_micro_kwh"]
    assert parquet["allocated_micro_kwh"].to_list() == [10, 20, 3, 3]
    assert parquet["interval_start"].dt.epoch("s").to_list() == [START, START, START + 1800, START + 1800]
    summary = json.loads((here / "out" / "summary.json").read_text())
    assert json.loads(result.stdout) == summary
    totals = {name: summary[name] for name in ("produced", "consumed", "allocated", "surplus", "scr_ppm", "ssr_ppm")}
    assert totals == {
        "produced": 39,
        "consumed": 66,
        "allocated": 36,
        "surplus": 3,
        "scr_ppm": 923_076,
        "ssr_ppm": 545_454,
    }
    assert summary["meters"] == [
        {"meter": "home-a", "direction": "consumption"}
        | {"consumed": 23, "allocated": 13, "ssr_ppm": 565_217, "residual": 10},
        {"meter": "home-b", "direction": "consumption"}
        | {"consumed": 43, "allocated": 23, "ssr_ppm": 534_883, "residual": 20},
        {"meter": "sun", "direction": "production"}
        | {"produced": 39, "allocated": 36, "scr_ppm": 923_076, "surplus": 3},
    ]  # fmt: skip
    assert summary["key_hash"] == "0x" + PRO_RATA.hash().hex()
    assert not (here / "out" / "invoices.json").exists()


def test_allocate__parquet_or_gzip__gives_the_same_files(here: Path) -> None:
    allocate(here)
    expected = {file.name: file.read_bytes() for file in (here / "out").iterdir()}
    table = pl.read_csv(here / "curves.csv")
    table.write_parquet(here / "text.parquet")
    table.with_columns(pl.col("interval_start").str.to_datetime(time_zone="UTC")).write_parquet(here / "time.parquet")
    (here / "curves.csv.gz").write_bytes(gzip.compress(CURVES.encode()))
    for name in ("text.parquet", "time.parquet", "curves.csv.gz"):
        allocate(here, curves=name)
        assert {file.name: file.read_bytes() for file in (here / "out").iterdir()} == expected


def test_allocate__for_people__is_a_table_and_one_sentence(here: Path) -> None:
    (here / "curves.csv").write_text(CURVES.replace(",40\n", ",40000000\n").replace(",30\n", ",30000000\n"))
    result = allocate(here)
    assert "home-b" in result.stdout
    assert "30.000 kWh local of 30.000 produced (99.9 %) and 40.000 consumed (74.9 %)" in result.stdout


def test_allocate__roster_with_a_move__gives_each_their_own_steps(here: Path) -> None:
    middle = START + 1800
    columns = (
        column(0, 1, "home-a", end=middle),
        column(0, 2, "home-a", start=middle),
        column(1, 3, "home-b", end=middle),  # then vacant: its last reading is nobody's
        column(2, 4, "sun"),
    )
    (here / "roster.json").write_text(Roster(columns).to_json())
    summary = json.loads(allocate(here, "--roster", here / "roster.json", "--json").stdout)
    assert (summary["consumed"], summary["allocated"], summary["surplus"]) == (63, 33, 6)
    assert "2016-06-01T00:30:00Z,home-b,0\n" in (here / "out" / "allocations.csv").read_text()
    assert "2016-06-01T00:30:00Z,home-a,3\n" in (here / "out" / "allocations.csv").read_text()


def test_allocate__tariff__writes_the_invoices_and_a_run_without_removes_them(here: Path) -> None:
    (here / "curves.csv").write_text(CURVES.replace(",20\n", ",20000000\n").replace(",30\n", ",30000000\n"))
    (here / "tariff.json").write_text(Tariff(1, 0, prices=(Price(2, 0, 0, 150_000),)).to_json())
    summary = json.loads(allocate(here, "--tariff", here / "tariff.json", "--json").stdout)
    # home-a got 20.000003 kWh, home-b 43 µkWh, at 15 c€
    assert summary["debit_cents"] == 300
    assert summary["net_cents"] == [0, -300, 0, 300]
    money = json.loads((here / "out" / "invoices.json").read_text())
    assert [(i["issuer"], i["receiver"], i["total"]) for i in money["invoices"]] == [(3, 1, "300"), (3, 2, "0")]
    allocate(here)
    assert not (here / "out" / "invoices.json").exists()


def test_allocate__tariff_without_a_price__is_refused(here: Path) -> None:
    (here / "tariff.json").write_text(Tariff(1, 0).to_json())
    with pytest.raises(TariffIncomplete, match="producer 2 for group 1 in band 0"):
        allocate(here, "--tariff", here / "tariff.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("2016-06-01T00:30:00Z,home-b,consumption,3\n", ""),
         "meter home-b (consumption), 2016-06-01T00:30:00Z: no reading (1 of 2 steps are missing)"),
        (("2016-06-01T00:30:00Z,sun,production,9\n", ""),
         "meter sun (production), 2016-06-01T00:30:00Z: no reading (1 of 2 steps are missing)"),
        (("00:30:00Z,home-b,consumption,3\n", "00:00:00Z,home-b,consumption,3\n"),
         "row 6: meter home-b (consumption), 2016-06-01T00:00:00Z: a reading stands twice"),
        (("home-b,consumption,3\n", "home-b,consumption,-3\n"),
         "row 6: meter home-b (consumption), 2016-06-01T00:30:00Z: a reading is below zero"),
        (("home-b,consumption,3\n", "home-b,consumption,3.5\n"), "row 6: energy_micro_kwh is no integer"),
        (("home-b,consumption,3\n", "home-b,consumption,\n"), "row 6: "),
        (("T00:30:00Z,home-b", "T01:00:00Z,home-b"), "home-b (consumption): steps of 60 minutes among steps of 30"),
        (("T00:30:00Z,home-b", "T00:15:00Z,home-b"), "home-b (consumption): steps of 15 minutes among steps of 30"),
        (("T00:30:00Z,home-b", "T00:30:07Z,home-b"), "is between two steps of 30 minutes"),
        ((CURVES, HEADER), "has no readings"),
        ((CURVES, "what,is,this\n"), "looked for 'interval_start,meter,direction,energy_micro_kwh'"),
        ((",direction,", ",way,"), "looked for"),
        (("home-b,consumption,40", "home-b,production,40"), "no reading (1 of 2 steps are missing)"),
    ],
)  # fmt: skip
def test_allocate__curves_not_whole__are_refused_by_place_and_nothing_is_written(
    here: Path, change: tuple[str, str], message: str
) -> None:
    (here / "curves.csv").write_text(CURVES.replace(*change))
    with pytest.raises(DaiseeError) as refused:
        allocate(here)
    assert str(refused.value).startswith(f"{here / 'curves.csv'}: ")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not (here / "out").exists()


def test_allocate__steps_of_no_known_length__are_refused(here: Path) -> None:
    (here / "curves.csv").write_text(CURVES.replace("T00:30", "T00:07").replace("T02:30", "T02:07"))
    with pytest.raises(DaiseeError, match="steps of 420 s; a step has 5, 10, 15, 30 or 60 minutes"):
        allocate(here)


def test_allocate__production_alone__is_refused(here: Path) -> None:
    (here / "curves.csv").write_text(HEADER + "2016-06-01T00:00:00Z,sun,production,9\n")
    with pytest.raises(DaiseeError, match="consumption: no columns"):
        allocate(here)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ((column(0, 1, "home-a"), column(1, 2, "sun")), "meter home-b \\(consumption\\) is not on the roster"),
        (
            (column(0, 1, "home-a"), column(1, 2, "home-c")),
            "meter home-c \\(consumption\\) of the roster has no readings",
        ),
        ((column(0, 1, "home-a"), column(1, 2, "")), "roster, column 1 \\(point 1\\): has no meter; name it"),
    ],
)
def test_allocate__roster_of_other_meters__is_refused(here: Path, columns: tuple[Column, ...], message: str) -> None:
    (here / "roster.json").write_text(Roster(columns).to_json())
    with pytest.raises(DaiseeError, match=message):
        allocate(here, "--roster", here / "roster.json")


def test_allocate__key_of_unknown_points__is_refused(here: Path) -> None:
    (here / "key.json").write_text(AllocationKey((Stage(Rule.EGALITARIAN, points=(0, 8)),)).to_json())
    with pytest.raises(KeyInvalid, match="stage 1: point 8 is not a consumption point"):
        allocate(here)


def test_allocate__file_that_is_not_there__is_named(here: Path) -> None:
    with pytest.raises(DaiseeError, match=r"nothing\.csv: cannot be read \(No such file or directory\)"):
        allocate(here, curves="nothing.csv")


def test_allocate__folder_that_cannot_be_made__is_named(here: Path) -> None:
    (here / "out").write_text("a file")
    with pytest.raises(DaiseeError, match="out: cannot be written"):
        allocate(here)


def test_key_show__in_french__is_sentences(here: Path) -> None:
    result = run("key", "show", here / "key.json", "--lang", "fr")
    assert result.stdout.splitlines() == [
        "La production locale est répartie entre tous les consommateurs au prorata de ce que chacun consomme.",
        "Ce que personne n'a pris est le surplus, livré au réseau.",
    ]
    found = json.loads(run("key", "show", here / "key.json", "--json").stdout)
    assert found["words"]["fr"] == result.stdout.splitlines()
    assert found["key"] == PRO_RATA.document()


def test_key_hash__valid_key__is_the_hash_of_the_vector(here: Path) -> None:
    vectors = Path(__file__).resolve().parent.parent / "vectors" / "key.json"
    expected = json.loads(vectors.read_text("utf-8"))["valid"][0]["hash"]
    assert run("key", "hash", here / "key.json").stdout == expected + "\n"
    assert json.loads(run("key", "hash", here / "key.json", "--json").stdout) == {"key_hash": expected}


def test_key_check__with_a_roster__tells_of_empty_groups_and_refuses_unknown_points(here: Path) -> None:
    (here / "roster.json").write_text(Roster((column(0, 1, "home-a"), column(1, 2, "sun"))).to_json())
    (here / "key.json").write_text(AllocationKey((Stage(Rule.PRO_RATA, group=7),)).to_json())
    result = run("key", "check", here / "key.json", "--roster", here / "roster.json")
    assert result.exit_code == 0
    assert "nobody consumes in group 7" in result.stdout
    (here / "key.json").write_text(AllocationKey((Stage(Rule.PRO_RATA, points=(1,)),)).to_json())
    assert run("key", "check", here / "key.json").stdout.startswith("valid, 0x")
    with pytest.raises(KeyInvalid) as refused:
        run("key", "check", here / "key.json", "--roster", here / "roster.json")
    assert refused.value.fault is KeyFault.POINT_NOT_CONSUMING


def test_key_check__no_key_at_all__is_refused_in_one_line(here: Path) -> None:
    with pytest.raises(DocumentInvalid, match=r"^daisee\.key/1: line 1, column 1: "):
        run("key", "check", here / "curves.csv")
