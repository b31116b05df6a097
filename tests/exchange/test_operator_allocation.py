"""The operator's own allocation: read, sealed, compared within its resolution; a difference has its point and span."""

from __future__ import annotations

import numpy as np
import pytest

from offchain_worker.exchange import operator_allocation as operators
from offchain_worker.exchange.operator_allocation import Difference, OperatorFileInvalid
from offchain_worker.storage.encryption import NotReadable, Undecryptable
from offchain_worker.storage.store import MemoryStore
from tests.jobs import neighbourhood as n
from tests.meters.eda_files import CONSUMER, LABELS, Digits, quarters, report

HEAD = "meter;direction;start;end;local_kwh\n"
LOCAL = np.full(n.STEPS, 250_123, np.int64)
"""µkWh in each half-hour of the two days."""


def hours(values: list[str], meter: str = n.DAN) -> bytes:
    """A CSV of the operator, an hour a row from the period's start."""
    rows = [
        f"{meter};consumption;{stamp(n.START + 3600 * at)};{stamp(n.START + 3600 * (at + 1))};{value}"
        for at, value in enumerate(values)
    ]
    return (HEAD + "\n".join(rows) + "\n").encode()


def stamp(seconds: int) -> str:
    return str(np.datetime64(seconds, "s")) + "+00:00"


def read(data: bytes) -> list[operators.OperatorCurve]:
    return operators.read([("result.csv", data)], n.ROSTER, n.METERS, n.START, n.END)


def compared(data: bytes) -> list[Difference]:
    (curve,) = read(data)
    return operators.compare(curve, LOCAL, 2, n.START, n.STEP)[0]


def test_read__columns_and_resolution__follow_from_the_file() -> None:
    (curve,) = read(hours(["0.500", "0.501"]))
    assert (curve.column, curve.resolution) == (3, 1000)
    assert curve.energy.tolist() == [500_000, 501_000]


def test_compare__within_the_resolution__agrees() -> None:
    """Ours is 0.500246 kWh an hour; an operator that writes Wh may say 0.500 or 0.501."""
    assert compared(hours(["0.500", "0.501"])) == []
    assert compared(hours(["0.500246", "0.500247"])) == []


def test_compare__beyond_it__says_point_span_and_size() -> None:
    found = compared(hours(["0.500", "0.502", "0.400", "0.500", "0.600"]))
    assert found == [
        Difference(3, 2, n.START + 3600, n.START + 3 * 3600, 2, 100_246),
        Difference(3, 2, n.START + 4 * 3600, n.START + 5 * 3600, 1, 99_754),
    ]
    assert str(found[0]) == (
        "point 2 (column 3), 2016-05-31T23:00:00Z to 2016-06-01T01:00:00Z: 2 intervals, up to 100246 µkWh"
    )


def test_compare__a_month_in_one_figure__is_compared_as_a_whole() -> None:
    total = int(LOCAL.sum())
    row = f"{n.DAN};consumption;{stamp(n.START)};{stamp(n.END)};{{}}\n"
    assert compared((HEAD + row.format(total // 10**6)).encode()) == []
    assert len(compared((HEAD + row.format(total // 10**6 + 2)).encode())) == 1


def test_compare__intervals_between_steps__are_refused() -> None:
    row = f"{n.DAN};consumption;{stamp(n.START + 900)};{stamp(n.START + 4500)};1.0\n"
    (curve,) = read((HEAD + row).encode())
    with pytest.raises(OperatorFileInvalid, match=r"column 3, 2016-05-31T22:15:00Z: an interval that does not fall"):
        operators.compare(curve, LOCAL, 2, n.START, n.STEP)


def test_read__a_point_that_changed_hands__gives_each_column_its_days() -> None:
    found = read(hours(["0.1"] * 48, n.SHOP))
    assert [(curve.column, len(curve.starts)) for curve in found] == [(1, 24), (2, 24)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("x;consumption;2016-06-01T00:00:00;2016-06-01T01:00:00Z;1", "does not say how far ahead of UTC it is"),
        ("x;consumption;yesterday;2016-06-01T01:00:00Z;1", "'yesterday' is not a time"),
        ("x;up;2016-06-01T00:00:00Z;2016-06-01T01:00:00Z;1", "wants consumption or production"),
        ("x;consumption;2016-06-01T00:00:00Z;2016-06-01T01:00:00Z;1.234,5", "at most 6 decimals"),
        ("x;consumption;2016-06-01T02:00:00Z;2016-06-01T01:00:00Z;1", "before it starts"),
        ("x;consumption;2016-06-01T00:00:00Z", "3 cells, 5 are wanted"),
    ],
)
def test_read__a_bad_row__is_refused_with_its_line(row: str, said: str) -> None:
    with pytest.raises(OperatorFileInvalid, match=rf"result\.csv, line 2: .*{said}"):
        read((HEAD + row + "\n").encode())


def test_read__two_results_for_one_time__are_refused() -> None:
    files = [("a.csv", hours(["0.5", "0.5"])), ("b.csv", hours(["0.6"]))]
    with pytest.raises(OperatorFileInvalid, match="the operator gives two results for one time"):
        operators.read(files, n.ROSTER, n.METERS, n.START, n.END)


def test_read__nothing_of_these_meters__is_refused() -> None:
    with pytest.raises(OperatorFileInvalid, match="no result of the operator for these meters"):
        read(hours(["0.5"], "99999999999999"))


def test_read__a_spanish_file__takes_the_shared_energy_to_the_wh() -> None:
    cups = "ES0021000000000000AB0F"
    rows = [f"{cups};01/06/2016;{hour};1,500;0,000;0,{200 + hour};R" for hour in range(1, 25)]
    data = ("CUPS;Fecha;Hora;AE_kWh;AS_KWh;AE_AUTOCONS_kWh;REAL/ESTIMADO\n" + "\n".join(rows) + "\n").encode()
    (curve,) = operators.read([("e.csv", data)], n.ROSTER, {2: cups}, n.START, n.END)
    assert (curve.column, curve.resolution, len(curve.starts)) == (3, 1000, 24)
    assert curve.energy[:2].tolist() == [201_000, 202_000]


def test_read__an_austrian_report__takes_what_is_billed_and_leaves_the_share_aside() -> None:
    """A day of quarter-hours of G.02 (the theoretical share) and G.03 (what was consumed of it): G.03 is the result."""
    times = quarters("2016-06-01")
    shares, results = [Digits("0.25")] * 96, [Digits("0.118001")] * 4 + [Digits("0.2")] * 92
    columns = [
        (CONSUMER, "CONSUMPTION", LABELS["G.02"], shares),
        (CONSUMER, "CONSUMPTION", LABELS["G.03"], results),
    ]
    (curve,) = operators.read([("report.xlsx", report(times, columns))], n.ROSTER, {2: CONSUMER}, n.START, n.END)
    assert (curve.column, curve.resolution, len(curve.starts)) == (3, 1, 96)
    assert int(curve.starts[0]) == n.START
    assert curve.energy[[0, 3, 4]].tolist() == [118_001, 118_001, 200_000]
    differences, steps = operators.compare(curve, np.full(192, 200_000, np.int64), 2, n.START, 900)
    assert steps == 96
    assert differences == [Difference(3, 2, n.START, n.START + 3600, 4, 81_999)]


def test_read__decimal_commas__are_read_as_points() -> None:
    assert [curve.energy.tolist() for curve in read(hours(["0,500", "1,25"]))] == [[500_000, 1_250_000]]


def test_read__meters_of_nobody__are_told() -> None:
    unknown: set[str] = set()
    data = hours(["0.5"]) + hours(["0.5"], "99999999999999").removeprefix(HEAD.encode())
    found = operators.read([("result.csv", data)], n.ROSTER, n.METERS, n.START, n.END, unknown)
    assert ([curve.column for curve in found], unknown) == ([3], {"99999999999999"})


def test_resolution_of__all_zero__is_not_taken_for_a_kwh() -> None:
    assert operators.resolution_of([np.zeros(3, np.int64)]) == 1000
    assert operators.resolution_of([np.array([10, 20], np.int64), np.array([105], np.int64)]) == 1


def test_seal__a_member__opens_its_own_column_only() -> None:
    store, digest = MemoryStore(), bytes(range(32))
    curves = read(hours(["0.500"]) + hours(["0.3"], n.SHOP).removeprefix(HEAD.encode()))
    sealed = operators.seal(curves, digest, n.SECRET, store)
    listed = operators.columns_of(store, sealed, digest)
    assert sorted(listed) == [1, 3]
    dan = n.SECRET.of_member(4, (3,))
    opened = operators.open_curve(store, listed[3], digest, dan, 3)
    assert (opened.energy.tolist(), opened.resolution) == ([500_000], 1000)
    with pytest.raises(NotReadable, match="no key for column 1"):
        operators.open_curve(store, listed[1], digest, dan, 1)
    with pytest.raises(OperatorFileInvalid, match="belongs to another dataset version"):
        operators.columns_of(store, sealed, bytes(32))
    with pytest.raises(Undecryptable):
        operators.open_curve(store, listed[1], digest, n.SECRET, 3)
