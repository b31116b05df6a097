"""Spanish tables without a column of the CUPS: it may stand above the header, and never stays behind."""

from __future__ import annotations

import pytest

from offchain_worker import meters
from tests.meters import spanish_files
from tests.meters.spanish_files import CUPS

OTHER = "ES0021000000000002AB0F"
ROWS = [f"03/06/2025;{hour};0,{hour:03};R" for hour in range(1, 25)]
DAY = spanish_files.utc("2025-06-03 00:00"), spanish_files.utc("2025-06-04 00:00")


def table(*above: str) -> bytes:
    return spanish_files.file([*above, "Fecha;Hora;Consumo_kWh;Metodo_obtencion", *ROWS])


def test_read__cups_above_the_header__is_the_point() -> None:
    curve = meters.read(table(f"CUPS: {CUPS.lower()}", "Titular: una vecina"), "f.csv").curves[0]
    assert (curve.meter, len(curve.starts), int(curve.energy.sum())) == (CUPS, 24, 300_000)


def test_read__two_cups_above_the_header__leave_the_point_open() -> None:
    assert meters.read(table(CUPS, OTHER), "f.csv").curves[0].meter == ""


def test_redact__cups_above_the_header__is_replaced_and_read_again() -> None:
    stand_in = "0" * len(CUPS)
    left = meters.redact(table(f"CUPS: {CUPS.lower()}"), "f.csv", stand_in, *DAY)
    assert CUPS.encode() not in left.upper()
    assert [curve.meter for curve in meters.read(left, "f.csv").curves] == [stand_in]


def test_redact__no_cups_anywhere__shows_the_rows_and_nothing_else() -> None:
    left = meters.redact(table(), "f.csv", "", DAY[0], DAY[0] + 7200)
    assert left.decode("utf-8-sig").splitlines()[1:] == ROWS[:2]


def test_redact__two_cups_above_the_header__lets_neither_out() -> None:
    left = meters.redact(table(f"{CUPS} y {OTHER}"), "f.csv", "", *DAY)
    assert b"ES00" not in left


def test_read__rows_above_a_header_whose_own_header_is_spoilt__are_refused_rather_than_lost() -> None:
    header = spanish_files.E_DISTRIBUCION
    june = [f"{CUPS};03/06/2025;{hour};0,{hour:03};0,1;;R" for hour in range(1, 25)]
    lines = [header.replace("Hora", "Hxra"), *june, header, f"{CUPS};04/06/2025;1;0,5;0,1;;R"]
    with pytest.raises(meters.MeterFileError, match=r"row 2: .* stands above the header: damaged"):
        meters.read(spanish_files.file(lines), "two.csv")
