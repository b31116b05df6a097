"""
The two days a year on which clocks change, in every format that writes local time: 46 and 50 half-hours (92 and 100
quarter-hours, 23 and 25 hours), each at its UTC start, and nothing in them guessed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from offchain_worker import meters
from offchain_worker.meters import formats, xlsx
from tests.meters import customer_space, eda_files, spanish_files
from tests.meters.enedis_files import (
    PRM,
    R63_HEADER,
    csv,
    data_connect,
    day_after,
    midnight,
    r4x,
    r4x_curve,
    r50,
    r63_rows,
    soap,
    soap_curve,
    stamps,
    starts,
    tic_standard,
    watts,
    zoned,
)
from tests.meters.enedis_json_files import measured, measures
from tests.meters.mutation_cases_sheets import HEADER as OLD_HEADER
from tests.meters.spanish_files import CUPS, DATADIS, E_DISTRIBUCION, clock

SPRING, AUTUMN = "2025-03-30", "2025-10-26"
MINUTES = {"hours": 60, "half-hours": 30, "quarter-hours": 15, "ten minutes": 10, "five minutes": 5}
UNCHANGING = {"canonical", "emoncms", "greenbutton", "eda_message"}
"""Formats whose stamps are UTC or seconds from 1970: nothing changes in them."""
REGISTERS = {"enedis_r15", "enedis_r151", "enedis_r171", "enedis_r64", "dsmr_p1"}
"""Formats of registers alone, read at moments of their own: tested with each of them."""


def customer(day: str, minutes: int) -> bytes:
    written = zoned(day, minutes, end=minutes > 10)
    rows = [f"{stamp};{200 + 2 * at}" for at, stamp in enumerate(written)]
    return customer_space.file([*customer_space.head(), *rows])


def history(day: str, minutes: int) -> bytes:
    """A history of segment C4: no unit, START stamps."""
    rows = [f"{stamp};{200 + 2 * at}" for at, stamp in enumerate(zoned(day, minutes, end=False))]
    return customer_space.file([*customer_space.head(unit=""), *rows])


def by_soap(version: int) -> Callable[[str, int], bytes]:
    def written(day: str, minutes: int) -> bytes:
        shown = zoned if version == 2 else stamps
        rows = zip(shown(day, minutes, end=minutes > 10), watts(300), strict=False)
        tag = "points" if version == 3 else "mesure"
        return soap(soap_curve(rows, f"PT{minutes}M", tag=tag), (day, day_after(day)), version)

    return written


def api_2026(day: str, minutes: int) -> bytes:
    written = stamps(day, minutes, end=minutes > 10)
    return json.dumps(measured(written, watts(len(written)), f"PT{minutes}M")).encode()


def linky(day: str, minutes: int) -> bytes:
    """The meter's own load curve: a frame at the end of each half-hour with its point."""
    step = 60 * minutes
    return b"".join(
        tic_standard(at + step, 1000 + n, 0, (at + step, 400 + 2 * n)) for n, at in enumerate(starts(day, minutes))
    )


def spanish_day(day: str) -> str:
    return datetime.fromisoformat(day).strftime("%d/%m/%Y")


def numbered(header: str, ending: str) -> Callable[[str, int], bytes]:
    """Hours (or quarter-hours) numbered through the day: 1 to 23, 24 or 25."""

    def written(day: str, minutes: int) -> bytes:
        count = len(starts(day, minutes))
        return spanish_files.file(
            [header, *(f"{CUPS};{spanish_day(day)};{at};0,{at:03}{ending}" for at in range(1, count + 1))]
        )

    return written


def off_the_clock(header: str, ending: str) -> Callable[[str, int], bytes]:
    """Hours as the clock shows their ends: 03:00 twice in October, not at all in March; midnight is 24:00."""

    def written(day: str, minutes: int) -> bytes:
        lines = [header]
        for at, (shown, _) in enumerate(clock(day, day_after(day), "end", minutes), 1):
            hour = "24:00" if f"{shown:%H:%M}" == "00:00" else f"{shown:%H:%M}"
            lines.append(f"{CUPS};{spanish_day(day)};{hour};0,{at:03}{ending}")
        return spanish_files.file(lines)

    return written


def datadis_api(day: str, minutes: int) -> bytes:
    entries = []
    for at, (shown, _) in enumerate(clock(day, day_after(day), "end", minutes), 1):
        hour = "24:00" if f"{shown:%H:%M}" == "00:00" else f"{shown:%H:%M}"
        entries.append({"cups": CUPS, "date": day.replace("-", "/"), "time": hour, "consumptionKWh": at / 1000, "obtainMethod": "Real"})  # fmt: skip
    return json.dumps(entries).encode()


def i_de(day: str, minutes: int) -> bytes:
    rows = [
        f"{CUPS};{shown:%Y/%m/%d %H:%M};{summer};{at};0;"
        for at, (shown, summer) in enumerate(clock(day, day_after(day), "end", minutes), 1)
    ]
    return spanish_files.file(["CUPS;FECHA-HORA;INV / VER;CONSUMO Wh;GENERACION Wh;", *rows])


def wide(day: str, minutes: int) -> bytes:
    count = len(starts(day, minutes))
    header = "CUPS;Fecha;" + ";".join(f"H{hour}" for hour in range(1, 26))
    cells = ";".join(f"0,{hour:03}" if hour <= count else "" for hour in range(1, 26))
    return spanish_files.file([header, f"{CUPS};{spanish_day(day)};{cells}"])


def austrian(day: str, _: int) -> bytes:
    times = eda_files.quarters(day)
    column = (eda_files.CONSUMER, "CONSUMPTION", eda_files.LABELS["G.01"], [0.25] * len(times))
    return eda_files.report(times, [column])


def day_hour(day: str, minutes: int) -> bytes:
    described = f"Brute;{PRM};Courbe de charge;;;Consommation;Energie active;Brut;W;{minutes}"
    times = stamps(day, minutes, "%d/%m/%Y;%H:%M:%S", end=minutes > 10)
    return csv(OLD_HEADER, [f"{time};{200 + 2 * at};{described}" for at, time in enumerate(times)])


def exported(day: str, minutes: int) -> bytes:
    """A sheet of the customer space: both ends of each interval as the clock shows them."""
    bounds = [stamps(day, minutes, "%d/%m/%Y %H:%M:%S", end=end) for end in (False, True)]
    rows = [["", begin, end, f"0,{200 + 2 * at}"] for at, (begin, end) in enumerate(zip(*bounds, strict=True))]
    return xlsx.written("Consommation Horaire", [["PRM", PRM], ["", "Début", "Fin", "Valeur (en kW)"], *rows])


def powers(day: str, minutes: int) -> bytes:
    """The supplier EDF's download: ends of intervals, the latest first, midnight as 00:00 of the day it ends."""
    times = stamps(day, minutes, "%H:%M:%S")
    rows = [f"{time};{200 + 2 * at};Réelle" for at, time in enumerate(times)]
    head = "Date et heure de relève par le distributeur;Puissance atteinte (W);Nature de la donnée"
    return csv(head, [f"{spanish_day(day)};;", *rows[::-1]], "latin-1")


WRITERS: list[tuple[str, str, Callable[[str, int], bytes]]] = [
    ("enedis_customer_space", "half-hours", customer),
    ("enedis_customer_space", "quarter-hours", customer),
    ("enedis_customer_space", "ten minutes", customer),
    ("sge_hdm", "ten minutes", history),
    ("enedis_r63", "half-hours", lambda day, minutes: csv(R63_HEADER, r63_rows(day, minutes))),
    ("enedis_r63", "quarter-hours", lambda day, minutes: csv(R63_HEADER, r63_rows(day, minutes))),
    ("enedis_r63", "five minutes", lambda day, minutes: csv(R63_HEADER, r63_rows(day, minutes))),
    ("enedis_r6x_json", "half-hours", lambda day, minutes: measures(measured(stamps(day, minutes), watts(len(stamps(day, minutes)))))),
    ("enedis_r6x_json", "quarter-hours", api_2026),
    ("enedis_r6x_json", "ten minutes", api_2026),
    ("enedis_day_hour", "half-hours", day_hour),
    ("enedis_day_hour", "quarter-hours", day_hour),
    ("enedis_day_hour", "ten minutes", day_hour),
    ("enedis_workbook", "half-hours", exported),
    ("edf_powers", "half-hours", powers),
    ("enedis_r50", "half-hours", lambda day, _: r50([day])),
    ("enedis_r4x", "ten minutes", lambda day, minutes: r4x(r4x_curve(day, minutes))),
    ("sge_soap", "half-hours", by_soap(3)),
    ("sge_soap", "ten minutes", by_soap(3)),
    ("sge_soap", "half-hours", by_soap(2)),
    ("data_connect", "half-hours", lambda day, minutes: data_connect(zip(stamps(day, minutes), watts(len(stamps(day, minutes))), strict=True), (day, day_after(day)))),
    ("linky_tic", "half-hours", linky),
    ("datadis_csv", "hours", numbered(DATADIS, ";R")),
    ("datadis_csv", "hours", off_the_clock(DATADIS, ";R")),
    ("datadis_csv", "quarter-hours", numbered(DATADIS, ";R")),
    ("datadis_csv", "quarter-hours", off_the_clock(DATADIS, ";R")),
    ("datadis_api", "hours", datadis_api),
    ("e_distribucion", "hours", numbered(E_DISTRIBUCION, ";0;;R")),
    ("i_de", "hours", i_de),
    ("i_de", "quarter-hours", i_de),
    ("ufd", "hours", off_the_clock("CUPS;FECHA;HORA;EHCR (kWh);EHEX (kWh)", ";0")),
    ("ufd", "quarter-hours", off_the_clock("CUPS;FECHA;HORA;EHCR (kWh);EHEX (kWh)", ";0")),
    ("ufd", "hours", wide),
    ("eda_report", "quarter-hours", austrian),
]  # fmt: skip


@pytest.mark.parametrize("day", [SPRING, "2025-06-03", AUTUMN])
@pytest.mark.parametrize(("form", "step", "write"), WRITERS, ids=[f"{n} {s} {at}" for at, (n, s, _) in enumerate(WRITERS)])  # fmt: skip
def test_read__any_day__has_every_interval_at_its_utc_start(
    form: str, step: str, write: Callable[[str, int], bytes], day: str
) -> None:
    minutes = MINUTES[step]
    found = meters.read(write(day, minutes), "f", "Europe/Paris")
    curve = next(curve for curve in found.curves if curve.kind == "load")
    hours = {SPRING: 23, AUTUMN: 25}.get(day, 24)
    assert found.format == form
    assert len(curve.starts) == hours * 60 // minutes
    assert curve.starts.tolist() == list(range(midnight(day), midnight(day_after(day)), 60 * minutes))
    assert set(curve.seconds.tolist()) == {60 * minutes}
    assert not {str(finding.code) for finding in curve.findings} & {"repeated_hour", "no_such_time", "offset", "gap"}


def test_formats__every_one_of_local_time__is_among_these() -> None:
    assert {form.NAME for form in formats.FORMATS} == {form for form, _, _ in WRITERS} | UNCHANGING | REGISTERS


def test_writers__autumn__show_the_hour_that_comes_twice() -> None:
    assert stamps(AUTUMN, 30)[3:8] == [f"{AUTUMN} {time}" for time in ("02:00:00", "02:30:00", "02:00:00", "02:30:00", "03:00:00")]  # fmt: skip
    assert datetime.fromtimestamp(starts(AUTUMN, 30)[4], UTC).isoformat() == "2025-10-26T00:00:00+00:00"
    assert PRM in customer(AUTUMN, 30).decode()
