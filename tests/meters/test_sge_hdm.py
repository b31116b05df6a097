"""Histories of measures: the genuine C5 curve, C4 curves without a unit, stacked registers, redaction of all of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from offchain_worker import meters
from offchain_worker.meters import Code
from tests.meters import customer_space
from tests.meters.enedis_files import OTHER, PRM, hdm_index, midnight, starts, zoned

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "enedis_sge_hdm_csv"
C5_CURVE = SAMPLES / "C5-CDC_Enedis_SGE_HDM_A06NW0ZI.csv"
DAILY = [
    ("2021-01-07T23:00:00+01:00", None), ("2021-01-08T23:00:00+01:00", 15747), ("2021-01-09T23:00:00+01:00", 74071),
    ("2021-01-10T23:00:00+01:00", 130825),
]  # fmt: skip


def c4(day: str, minutes: int = 10, unit: str = "") -> list[str]:
    """The curve of a C4 point: START stamps, no unit, W."""
    described = f"{PRM};Courbe de charge;01/01/2020;01/01/2020;Energie active;Consommation;Comptage Brut;{unit};"
    rows = [f"{stamp};{18_000 + 1000 * (at % 5)}" for at, stamp in enumerate(zoned(day, minutes, end=False))]
    return [customer_space.HEADER, described, "Horodate;Valeur", *rows]


@pytest.mark.skipif(not C5_CURVE.exists(), reason="the genuine sample is not in this tree")
def test_read__genuine_c5_curve__17852_readings_first_hours_then_half_hours() -> None:
    (curve,) = meters.read(C5_CURVE.read_bytes(), "hdm.csv").curves
    rows = [line.split(";") for line in C5_CURVE.read_text("utf-8-sig").splitlines() if line.startswith("20")]
    moments = [int(datetime.fromisoformat(stamp).timestamp()) for stamp, _ in rows]
    half_hours_from = next(at for at in range(len(rows)) if moments[at] - moments[at - 1] == 1800) - 1
    expected = {}
    for at, (_, value) in enumerate(rows):
        step = 3600 if at < half_hours_from else 1800
        if value:
            expected[moments[at] - step] = (step, int(value) * step * 1000 // 3600)
    assert len(rows) == 17_866
    assert len(curve.starts) == len(expected) == 17_852
    assert curve.starts.tolist() == list(expected)
    assert curve.seconds.tolist() == [step for step, _ in expected.values()]
    assert curve.energy.tolist() == [energy for _, energy in expected.values()]
    assert int(curve.energy.sum()) == 9_674_573_000
    assert np.unique(curve.seconds, return_counts=True)[1].tolist() == [16_992, 860]
    found = {(str(f.code), f.count) for f in curve.findings}
    assert found == {
        ("gap", 13),
        ("gap", 1),
        ("gap", 24),
        ("step_change", 1),
        ("clock_change", 46),
        ("clock_change", 50),
    }


@pytest.mark.parametrize(
    ("day", "minutes", "count"), [("2020-03-29", 10, 138), ("2020-10-25", 10, 150), ("2020-02-03", 5, 288)]
)
def test_read__c4_curve_without_unit__watts_at_the_start_of_intervals(day: str, minutes: int, count: int) -> None:
    file = meters.read(customer_space.file(c4(day, minutes)), "f")
    (curve,) = file.curves
    assert file.format == "sge_hdm"
    assert curve.starts.tolist() == starts(day, minutes)
    assert len(curve.starts) == count
    means = sum(18_000 + 1000 * (at % 5) for at in range(count))
    assert abs(int(curve.energy.sum()) - means * 1000 * minutes // 60) <= 1
    assert Code.UNIT_UNSTATED in {f.code for f in curve.findings}
    assert meters.verdict(curve.findings) == "conform"


def test_read__c4_curve_with_its_unit__starts_too() -> None:
    (curve,) = meters.read(customer_space.file(c4("2020-02-03", unit="W")), "f").curves
    assert curve.starts.tolist() == starts("2020-02-03", 10)


def test_read__ten_minutes_that_end_on_a_midnight__are_ends_and_it_is_said() -> None:
    lines = [*customer_space.head(), *customer_space.readings("2020-02-03", [100] * 144, minutes=10)]
    (curve,) = meters.read(customer_space.file(lines), "f").curves
    assert curve.starts.tolist() == starts("2020-02-03", 10)
    assert [f.code for f in curve.findings] == [Code.STAMPING]


def test_read__index_block__consumption_of_whole_local_days() -> None:
    file = meters.read(customer_space.file(hdm_index(DAILY)), "f")
    (curve,) = file.curves
    assert (file.format, curve.kind, curve.quantity) == ("sge_hdm", "index", "EA")
    assert curve.energy.tolist() == [58_324_000, 56_754_000]
    assert curve.starts.tolist() == [midnight("2021-01-08"), midnight("2021-01-09")]
    assert {(f.code, f.count) for f in curve.findings} == {(Code.IGNORED_ROWS, 2)}


@pytest.mark.skipif(not C5_CURVE.exists(), reason="the genuine sample is not in this tree")
def test_read__daily_registers__agree_with_the_genuine_load_curve_to_1_wh() -> None:
    (load,) = meters.read(C5_CURVE.read_bytes(), "hdm.csv").curves
    (index,) = meters.read(customer_space.file(hdm_index(DAILY)), "f").curves
    for start, end, energy in zip(index.starts, index.ends, index.energy, strict=True):
        counted = int(load.energy[(load.starts >= start) & (load.ends <= end)].sum())
        assert abs(counted - energy) <= 1_000


def test_read__load_curve_and_index_stacked__both() -> None:
    lines = [*customer_space.head(PRM), *customer_space.readings("2021-01-08", [200] * 48), *hdm_index(DAILY)]
    curves = meters.read(customer_space.file(lines), "f").curves
    assert [(c.kind, len(c.starts)) for c in curves] == [("load", 48), ("index", 2)]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda lines: [*lines[:6], lines[6].replace(";130825", ";13x825", 1)], "row 7: '2021-01-10T23:00:00+01:00;"),
        (lambda lines: [*lines[:6], lines[6][:60]], "row 7: '2021-01-10T23:00:00+01:00;"),
        (lambda lines: lines[:2], "row 2: is an index without registers"),
        (lambda lines: [*lines, lines[0]], "ends where a description should follow: truncated"),
        (lambda lines: [lines[0], lines[1].replace("Energie active", "Energie reactive"), *lines[2:]], "not of active energy in Wh"),
        (lambda lines: lines[9:], "neither a load curve nor an index"),
    ],
)  # fmt: skip
def test_read__damaged__one_line_with_the_reason(change: object, reason: str) -> None:
    lines = change(hdm_index(DAILY))  # type: ignore[operator]
    with pytest.raises(meters.MeterFileError) as caught:
        meters.read(customer_space.file(lines), "hdm.csv")
    assert reason in str(caught.value)


def test_redact__stacked_file_of_two_points__one_points_hours_and_readings() -> None:
    lines = [
        *customer_space.head(PRM), *customer_space.readings("2021-01-08", [200] * 96), *hdm_index(DAILY, OTHER),
        *hdm_index(DAILY),
    ]  # fmt: skip
    data = customer_space.file(lines)
    left = meters.redact(data, "f", "0" * 14, midnight("2021-01-08"), midnight("2021-01-09"), PRM)
    curves = meters.read(left, "f").curves
    assert [(c.kind, c.meter, len(c.starts)) for c in curves] == [("load", "0" * 14, 48), ("index", "0" * 14, 1)]
    assert PRM.encode() not in left
    assert OTHER.encode() not in left
    assert b"Puissance" not in left
    assert left.startswith(b"\xef\xbb\xbf")


def test_redact__c4_curve__intervals_by_their_starts() -> None:
    begin = midnight("2020-02-03")
    left = meters.redact(customer_space.file(c4("2020-02-03")), "f", "0" * 14, begin + 3600, begin + 7200)
    assert meters.read(left, "f").curves[0].starts.tolist() == list(range(begin + 3600, begin + 7200, 600))


def test_read__total_that_leaves_the_distributors_registers__warns() -> None:
    lines = hdm_index(DAILY)
    lines[5] = lines[5].removesuffix(";74071") + ";74171"
    (curve,) = meters.read(customer_space.file(lines), "f").curves
    assert Code.REGISTERS_CHANGE in {f.code for f in curve.findings}


SHORT_HEAD = "Identifiant PRM;Type de donnees;Date de debut;Date de fin"


@pytest.mark.parametrize(
    ("kind", "header", "rows", "direction"),
    [
        ("Injection quotidienne", "Date;Valeur (en Wh)", ["2026-06-01;12571", "2026-06-02;9800"], "production"),
        ("Production quotidienne", "Date;Valeur (en kWh)", ["01/06/2026;12,571", "02/06/2026;9,8"], "production"),
        ("Consommation quotidienne", "Date;Valeur (en Wh)", ["2026-06-01;12571", "2026-06-02;9800"], "consumption"),
    ],
)
def test_read__daily_energies__are_an_index_and_no_load_curve(
    kind: str, header: str, rows: list[str], direction: str
) -> None:
    data = "\n".join([SHORT_HEAD, f"{PRM};{kind};01/06/2026;03/06/2026", "", header, *rows]).encode()
    found = meters.inspect([("days.csv", data)])
    assert (found["format"], found["verdict"]) == ("sge_hdm", "conform")
    (curve,) = found["curves"]
    assert (curve["kind"], curve["direction"], curve["energy_micro_kwh"]) == ("index", direction, 22_371_000)
    assert curve["start"] == "2026-05-31T22:00:00Z"
    start = midnight("2026-06-02")
    left = meters.redact(data, "days.csv", "0" * 14, start, start + 86_400)
    assert b"2026;12" not in left
    assert [int(each.energy.sum()) for each in meters.read(left, "left.csv").curves] == [9_800_000]


def test_read__daily_energy_with_a_field_too_many__names_the_row() -> None:
    data = "\n".join(
        [SHORT_HEAD, f"{PRM};Consommation quotidienne;;", "Date;Valeur (en Wh)", "2026-06-01;1;2"]
    ).encode()
    with pytest.raises(meters.MeterFileError, match=r"row 4: .* is no day with an energy"):
        meters.read(data, "days.csv")


def test_read__index_without_a_single_register__warns() -> None:
    lines = hdm_index([("2021-01-08T23:00:00+01:00", None), ("2021-01-09T23:00:00+01:00", None)])
    found = meters.inspect([("idx.csv", customer_space.file(lines))])
    assert found["verdict"] == "repairable"
    said = [(each["code"], each["count"]) for each in found["findings"] if each["severity"] == "warning"]
    assert said == [("gap", 2)]


def test_read__saved_again_by_a_spreadsheet__the_same() -> None:
    """Blank lines become lines of semicolons, and all are as wide as the widest."""
    lines = hdm_index([("2021-06-01T00:00:00+02:00", 1000), ("2021-06-02T00:00:00+02:00", 3000)])
    wide = max(line.count(";") for line in lines)
    padded = [line + ";" * (wide - line.count(";")) for line in [*lines[:2], "", *lines[2:], ""]]
    (curve,) = meters.read(customer_space.file(padded), "f").curves
    assert curve.energy.tolist() == [2_000_000]
