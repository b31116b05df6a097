"""e-distribución, i-DE and UFD: their columns, both stampings of i-DE, the wide layout, clock-change days."""

from __future__ import annotations

import numpy as np
import pytest

from offchain_worker import meters
from offchain_worker.domain.roster import Direction
from offchain_worker.meters.curve import Curve
from tests.meters.spanish_files import CUPS, E_DISTRIBUCION, OTHER, clock, file, utc

IDE = "CUPS;FECHA-HORA;INV / VER;CONSUMO Wh;GENERACION Wh;"
PEAK = {10, 11, 12, 13, 18, 19, 20, 21}
WIDE = "CUPS;Fecha;" + ";".join(f"H{hour}" for hour in range(1, 26))


def curves(data: bytes) -> list[Curve]:
    return list(meters.read(data, "f.csv", "Europe/Madrid").curves)


def codes(curve: Curve) -> list[tuple[str, str]]:
    return [(str(finding.code), str(finding.severity)) for finding in curve.findings]


def ide(start: str, end: str, stamped: str, flags: bool = True, minutes: int = 60) -> bytes:
    """A file of i-DE with 1, 2, 3 … Wh."""
    lines = [
        f"{CUPS};{shown:%Y/%m/%d %H:%M};{flag if flags else ''};{number};0;"
        for number, (shown, flag) in enumerate(clock(start, end, stamped, minutes), 1)
    ]
    header = IDE if flags else IDE.replace("INV / VER", "NOTA")
    return file([header, *lines], newline="\r\n")


def test_e_distribucion__both_directions__are_curves_and_own_use_an_allocation() -> None:
    lines = [f"{CUPS};11/02/2025;{hour};0,875;0,139;0,5;R" for hour in range(1, 25)]
    found = {(c.direction, c.kind): int(c.energy.sum()) for c in curves(file([E_DISTRIBUCION, *lines]))}
    assert found == {
        (Direction.CONSUMPTION, "load"): 21_000_000,
        (Direction.PRODUCTION, "load"): 3_336_000,
        (Direction.CONSUMPTION, "allocation"): 12_000_000,
    }


def test_e_distribucion__october_day__is_numbered_through_and_empty_hours_are_missing() -> None:
    lines = [f"{CUPS};26/10/2025;{hour};{'' if hour == 25 else '0,62'};0;;R" for hour in range(1, 26)]
    consumption, production = curves(file([E_DISTRIBUCION, *lines]))
    assert (len(consumption.starts), len(production.starts)) == (24, 25)
    assert production.starts.tolist() == list(range(utc("2025-10-26 00:00"), utc("2025-10-27 00:00"), 3600))
    assert codes(consumption) == [("clock_change", "info"), ("gap", "warning")]


def test_e_distribucion__redacted_for_consumption__shows_nothing_of_production() -> None:
    lines = [f"{CUPS};11/02/2025;{hour};0,875;0,139;0,5;R" for hour in range(1, 25)]
    begin, end = utc("2025-02-11 00:00"), utc("2025-02-11 01:00")
    cut = meters.redact(file([E_DISTRIBUCION, *lines]), "f", "0" * 22, begin, end, CUPS, Direction.CONSUMPTION)
    assert cut == file([E_DISTRIBUCION, f"{'0' * 22};11/02/2025;1;0,875;;0,5;R"])


@pytest.mark.parametrize("minutes", [60, 15])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2025-10-01", "2025-11-01"),
        ("2025-03-01", "2025-04-01"),
        ("2024-03-31", "2024-04-01"),
        ("2025-10-26", "2025-10-27"),
    ],
)
def test_i_de__end_stamps_with_flags__lose_and_repeat_no_hour(start: str, end: str, minutes: int) -> None:
    consumption, production = curves(ide(start, end, "end", minutes=minutes))
    begin, stop = utc(start), utc(end)
    assert consumption.starts.tolist() == list(range(begin, stop, 60 * minutes))
    assert consumption.energy.tolist() == [1000 * number for number in range(1, len(consumption.starts) + 1)]
    assert int(production.energy.sum()) == 0
    assert {code for code, _ in codes(consumption)} == {"clock_change"}


def test_i_de__whole_days_from_midnight__are_taken_for_starts_and_said() -> None:
    consumption, _ = curves(ide("2025-10-01", "2025-11-01", "start"))
    assert consumption.starts.tolist() == list(range(utc("2025-10-01"), utc("2025-11-01"), 3600))
    assert codes(consumption)[0] == ("stamping", "warning")


@pytest.mark.parametrize("stamped", ["end", "start"])
def test_i_de__tariff_periods__tell_where_stamps_stand(stamped: str) -> None:
    header = "CUPS;FECHA-HORA;INV / VER;PERIODO TARIFARIO;CONSUMO kWh;GENERACION kWh"
    lines = []
    for (shown, flag), (begun, _) in zip(
        clock("2025-11-03 00:00", "2025-11-05 00:00", stamped), clock("2025-11-03 00:00", "2025-11-05 00:00", "start"),
        strict=True,
    ):  # fmt: skip
        period = "Punta" if begun.hour in PEAK else "Llano"
        lines.append(f"{CUPS};{shown:%d/%m/%Y %H:%M};{flag};{period};0,{begun.hour:03};0")
    consumption, _ = curves(file([header, *lines]))
    assert consumption.starts.tolist() == list(range(utc("2025-11-03"), utc("2025-11-05"), 3600))
    assert consumption.energy.tolist() == [1000 * hour for hour in [*range(24)] * 2]
    assert codes(consumption) == ([("stamping", "info")] if stamped == "start" else [])


def test_i_de__without_flags__resolves_the_repeated_hour_by_order() -> None:
    consumption, _ = curves(ide("2025-10-25", "2025-10-27", "end", flags=False))
    assert consumption.starts.tolist() == list(range(utc("2025-10-25"), utc("2025-10-27"), 3600))
    assert consumption.energy.tolist() == [1000 * number for number in range(1, 50)]


def test_i_de__flag_of_summer_in_winter__is_said_and_the_clock_holds() -> None:
    lines = [f"{CUPS};{shown:%Y/%m/%d %H:%M};1;100;0;" for shown, _ in clock("2025-01-01", "2025-01-02", "end")]
    consumption, _ = curves(file([IDE, *lines]))
    assert consumption.starts[0] == utc("2025-01-01")
    assert codes(consumption) == [("offset", "warning")]


def test_i_de__redacted__keeps_the_rows_inside() -> None:
    cut = meters.redact(ide("2025-11-01", "2025-11-02", "end"), "f", "7" * 22, utc("2025-11-01 22:00"), 2**40)
    lines = [f"{'7' * 22};2025/11/01 23:00;0;23;0;", f"{'7' * 22};2025/11/02 00:00;0;24;0;"]
    assert cut == file([IDE, *lines], newline="\r\n")


def test_i_de__redacted_starts__are_read_as_starts_whatever_is_left() -> None:
    begin, end = utc("2025-10-03 05:00"), utc("2025-10-03 07:00")
    cut = meters.redact(ide("2025-10-01", "2025-11-01", "start"), "f", "7" * 22, begin, end)
    consumption, _ = curves(cut)
    assert consumption.starts.tolist() == [begin, begin + 3600]
    assert meters.redact(cut, "f", "7" * 22, begin, end) == cut


def test_ufd__quarter_hours__are_energies_of_their_quarter() -> None:
    labels = [f"{quarter // 4:02}:{quarter % 4 * 15:02}" for quarter in range(1, 97)]
    lines = [f"{CUPS};01/04/2026;{label};0,5;0,1" for label in labels]
    consumption, production = curves(file(["CUPS;FECHA;HORA;EHCR (kWh);EHEX (kWh)", *lines], bom=True))
    assert consumption.starts.tolist() == list(range(utc("2026-04-01"), utc("2026-04-02"), 900))
    assert (int(consumption.energy.sum()), int(production.energy.sum())) == (48_000_000, 9_600_000)


@pytest.mark.parametrize(
    ("day", "next_day", "cells"),
    [
        ("26/10/2025", "2025-10-27", ["1"] * 25),
        ("30/03/2025", "2025-03-31", [*["1"] * 23, "", ""]),
        ("30/03/2025", "2025-03-31", ["1", "1", "", *["1"] * 21, ""]),
        ("01/04/2025", "2025-04-02", [*["1"] * 24, ""]),
        ("01/04/2025", "2025-04-02", [*["1"] * 24, "0"]),
    ],
    ids=["october", "march_numbered_through", "march_by_the_clock", "usual", "usual_with_unused_hour"],
)
def test_ufd_wide__a_day__has_the_hours_of_its_day(day: str, next_day: str, cells: list[str]) -> None:
    (curve,) = curves(file([WIDE, f"{CUPS};{day};" + ";".join(cells)]))
    filled = sum(1 for cell in cells if cell == "1")
    assert curve.ends[-1] == utc(next_day)
    assert np.diff(curve.starts).tolist() == [3600] * (filled - 1)
    assert int(curve.energy.sum()) == filled * 1_000_000


def test_ufd_wide__hour_25_of_a_usual_day__is_an_error() -> None:
    (curve,) = curves(file([WIDE, f"{CUPS};01/04/2025;" + ";".join(["1"] * 25)]))
    assert (len(curve.starts), ("no_such_time", "error") in codes(curve)) == (24, True)


def test_ufd_wide__empty_hour_of_a_usual_day__is_missing() -> None:
    cells = ["1"] * 10 + [""] + ["1"] * 13 + [""]
    (curve,) = curves(file([WIDE, f"{CUPS};01/04/2025;" + ";".join(cells)]))
    assert codes(curve) == [("gap", "warning")]


def test_ufd_wide__directions_by_row__are_two_curves_and_redact_apart() -> None:
    header = WIDE.replace("Fecha;", "Fecha;Magnitud;")
    lines = [f"{CUPS};01/04/2025;{what};" + ";".join([value] * 24) + ";" for what, value in (("AE", "2"), ("AS", "3"))]
    data = file([header, *lines])
    assert [(c.direction, int(c.energy.sum())) for c in curves(data)] == [
        (Direction.CONSUMPTION, 48_000_000),
        (Direction.PRODUCTION, 72_000_000),
    ]
    begin, end = utc("2025-04-01 01:00"), utc("2025-04-01 03:00")
    cut = meters.redact(data, "f", "0" * 22, begin, end, CUPS, Direction.PRODUCTION)
    assert cut == file([header, f"{'0' * 22};01/04/2025;AS;;3;3" + ";" * 22])
    (curve,) = curves(cut)
    assert (curve.direction, curve.starts.tolist()) == (Direction.PRODUCTION, [begin, begin + 3600])


def test_spanish_files__other_points__leave_no_trace_in_a_redacted_file() -> None:
    lines = [f"{cups};11/02/2025;{hour};0,875;0;;R" for cups in (CUPS, OTHER) for hour in range(1, 25)]
    data = file([f"Titular;{OTHER}", f"CUPS: {CUPS}", E_DISTRIBUCION, *lines])
    cut = meters.redact(data, "f", "0" * 22, 0, 2**40, CUPS)
    assert CUPS.encode() not in cut
    assert OTHER.encode() not in cut
    assert cut.splitlines()[0] == b"CUPS: " + b"0" * 22
