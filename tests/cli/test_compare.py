"""`daisee compare`: the operator's readings beside the owner's own, as a user meets it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from offchain_worker.cli import main
from offchain_worker.meters.zone import local_midnight
from tests.meters.customer_space import PRM, file, head, readings
from tests.meters.enedis_files import PRM as LINKY
from tests.meters.enedis_files import r151, tic_standard

START = local_midnight("Europe/Paris", "2016-06-01")


@pytest.fixture
def daisee(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    """Run the command in this process: (exit code, stdout, stderr)."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["daisee", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main.run()
        out, err = capfd.readouterr()
        return int(caught.value.code or 0), out, err

    return run


def own_curve(path: Path, watt_hours: list[int], step: int = 900, start: int = START, meter: str = "my-p1") -> Path:
    """Canonical curves as `daisee collect curves` writes them."""
    from offchain_worker.meters.findings import iso

    lines = ["interval_start,meter,direction,energy_micro_kwh"]
    lines += [f"{iso(start + step * at)},{meter},consumption,{wh * 1000}" for at, wh in enumerate(watt_hours)]
    path.write_text("\n".join(lines) + "\n")
    return path


def operators(path: Path, watts: list[object]) -> Path:
    path.write_bytes(file([*head(), *readings("2016-06-01", watts)]))
    return path


def test_compare__sources_that_agree__exits_0(daisee: Any, tmp_path: Path) -> None:
    theirs = operators(tmp_path / "operator.csv", [200] * 48)
    mine = own_curve(tmp_path / "own.csv", [50] * 96)
    code, out, _ = daisee("compare", theirs, "--own", mine, "--json")
    (one,) = json.loads(out)["comparisons"]
    assert (code, one["agree"], one["compared"], one["operator_only"], one["own_only"]) == (0, True, 48, 0, 0)
    assert (one["operator_micro_kwh"], one["own_micro_kwh"], one["differences"]) == (4_800_000, 4_800_000, [])


def test_compare__three_hours_that_differ__shows_both_values_and_the_span_and_exits_1(
    daisee: Any, tmp_path: Path
) -> None:
    theirs = operators(tmp_path / "operator.csv", [200] * 20 + [800] * 6 + [200] * 22)
    mine = own_curve(tmp_path / "own.csv", [50] * 96)
    listed = tmp_path / "differences.csv"
    code, out, _ = daisee("compare", theirs, "--own", mine, "--out", listed, "--json")
    (one,) = json.loads(out)["comparisons"]
    assert (code, one["agree"]) == (1, False)
    assert one["differences"] == [
        {
            "start": "2016-06-01T08:00:00Z",
            "end": "2016-06-01T11:00:00Z",
            "steps": 6,
            "operator_micro_kwh": 2_400_000,
            "own_micro_kwh": 600_000,
        }
    ]
    rows = listed.read_text().splitlines()
    assert rows[1] == f"{PRM},consumption,2016-06-01T08:00:00Z,2016-06-01T08:30:00Z,400000,100000"
    assert len(rows) == 7


def test_compare__for_people__says_what_differs_in_french(daisee: Any, tmp_path: Path) -> None:
    theirs = operators(tmp_path / "operator.csv", [200] * 47 + [800])
    mine = own_curve(tmp_path / "own.csv", [50] * 96)
    code, out, _ = daisee("compare", theirs, "--own", mine, "--lang", "fr")
    assert code == 1
    assert "0.400         0.100    -0.300" in out
    assert "Du 2016-06-01 23:30 au 2016-06-02 00:00" in out


def test_compare__differences_within_the_tolerance__are_none(daisee: Any, tmp_path: Path) -> None:
    theirs = operators(tmp_path / "operator.csv", [200] * 48)
    mine = own_curve(tmp_path / "own.csv", [51, 50] * 48)  # 101 Wh beside 100
    assert daisee("compare", theirs, "--own", mine)[0] == 0
    assert daisee("compare", theirs, "--own", mine, "--watt-hours", 0, "--percent", 0)[0] == 1


def test_compare__many_small_differences_to_one_side__add_up(daisee: Any, tmp_path: Path) -> None:
    """102 Wh beside 100 is within 2 Wh, but 2 % of the day are not."""
    theirs = operators(tmp_path / "operator.csv", [200] * 48)
    mine = own_curve(tmp_path / "own.csv", [51] * 96)
    code, out, _ = daisee("compare", theirs, "--own", mine, "--json")
    (one,) = json.loads(out)["comparisons"]
    assert (code, one["agree"], one["differences"], one["difference_micro_kwh"]) == (1, False, [], 96_000)


def test_compare__what_only_one_has__is_counted_and_not_compared(daisee: Any, tmp_path: Path) -> None:
    theirs = operators(tmp_path / "operator.csv", [200] * 10 + [None] * 4 + [200] * 34)
    mine = own_curve(tmp_path / "own.csv", [50] * 80)
    code, out, _ = daisee("compare", theirs, "--own", mine, "--json")
    (one,) = json.loads(out)["comparisons"]
    assert (code, one["compared"], one["operator_only"], one["own_only"]) == (0, 36, 8, 4)


def test_compare__frames_of_the_meter_itself__are_read_between_their_registers(daisee: Any, tmp_path: Path) -> None:
    frames = tmp_path / "tic.txt"
    start = local_midnight("Europe/Paris", "2022-02-01")
    frames.write_bytes(b"".join(tic_standard(start + 60 * at, 6000 + 4 * at) for at in range(181)))
    theirs = tmp_path / "operator.csv"
    theirs.write_bytes(file([*head(LINKY), *readings("2022-02-01", [240] * 5 + [300])]))
    code, out, err = daisee("compare", theirs, "--own", frames, "--json")
    assert err == ""
    (one,) = json.loads(out)["comparisons"]
    assert (code, one["compared"], one["own_micro_kwh"]) == (1, 6, 720_000)
    assert [(d["steps"], d["operator_micro_kwh"], d["own_micro_kwh"]) for d in one["differences"]] == [
        (1, 150_000, 120_000)
    ]


def test_compare__an_operator_who_gives_registers_only__is_compared_day_by_day(daisee: Any, tmp_path: Path) -> None:
    theirs = tmp_path / "r151.xml"
    theirs.write_bytes(r151([("2022-02-01", 1000, 5000), ("2022-02-02", 1400, 5600), ("2022-02-03", 1900, 6100)]))
    start = local_midnight("Europe/Paris", "2022-02-02")
    mine = own_curve(tmp_path / "own.csv", [10] * 96 + [9] * 4 + [10] * 92, start=start)
    code, out, _ = daisee("compare", theirs, "--own", mine, "--json")
    (one,) = json.loads(out)["comparisons"]
    assert (code, one["compared"]) == (1, 2)
    assert [(d["operator_micro_kwh"], d["own_micro_kwh"]) for d in one["differences"]] == [(2_000_000, 1_916_000)]


@pytest.mark.parametrize(
    ("own", "options", "said"),
    [
        ([50] * 96, ["--meter", "1"], f"the operator's files hold no readings of meter 1; they hold {PRM}"),
        ([50] * 96, ["--own-meter", "x"], "the own files hold no readings of meter x; they hold my-p1"),
        ([], [], "no common"),
        ([50] * 96, ["--own", "missing.csv"], "missing.csv: cannot be read"),
    ],
)
def test_compare__what_cannot_be_compared__is_refused_in_one_line(
    daisee: Any, tmp_path: Path, own: list[int], options: list[str], said: str
) -> None:
    theirs = operators(tmp_path / "operator.csv", [200] * 48)
    mine = own_curve(tmp_path / "own.csv", own or [50] * 8, start=START if own else START + 40 * 86_400)
    code, out, err = daisee("compare", theirs, "--own", mine, *options)
    assert (code, out) == (1, "")
    assert err.startswith("error: ") and said in err
    assert len(err.strip().splitlines()) == 1


def test_compare__one_telegram_alone__is_no_energy(daisee: Any, tmp_path: Path) -> None:
    theirs = operators(tmp_path / "operator.csv", [200] * 48)
    frame = tmp_path / "frame.txt"
    frame.write_bytes(tic_standard(START, 6000))
    code, _, err = daisee("compare", theirs, "--own", frame)
    assert code == 1
    assert err.startswith("error: the own files hold no energy: give a load curve, or a register read more than once")


def test_compare__two_own_meters__asks_which(daisee: Any, tmp_path: Path) -> None:
    theirs = operators(tmp_path / "operator.csv", [200] * 48)
    files = [own_curve(tmp_path / f"{name}.csv", [50] * 96, meter=name) for name in ("a", "b")]
    code, _, err = daisee("compare", theirs, "--own", files[0], "--own", files[1])
    assert (code, err.strip()) == (1, "error: the own files hold 2 meters: a, b; name one with --own-meter")


def test_compare__curves_that_collect_made__agree_with_an_operator_who_is_right(daisee: Any, tmp_path: Path) -> None:
    """A meter that counts 4 Wh a minute gives 120 Wh each half-hour, which is what a right operator says."""
    frames = tmp_path / "tic.txt"
    start = local_midnight("Europe/Paris", "2022-02-01")
    frames.write_bytes(b"".join(tic_standard(start + 60 * at, 6000 + 4 * at) for at in range(181)))
    assert daisee("collect", "line", frames, "--log", tmp_path / "log")[0] == 0
    made = daisee("collect", "curves", "--log", tmp_path / "log", "--out", tmp_path / "own", "--step", 30)
    assert made[0] == 0, made
    theirs = tmp_path / "operator.csv"
    theirs.write_bytes(file([*head(LINKY), *readings("2022-02-01", [240] * 6)]))
    code, out, err = daisee("compare", theirs, "--own", tmp_path / "own" / "curves.parquet", "--json")
    (one,) = json.loads(out)["comparisons"]
    assert (code, err, one["compared"], one["difference_micro_kwh"]) == (0, "", 6, 0)
