"""Answers of ConsultationMesuresDetaillees: curves, daily energies and registers, versions 2 and 3."""

from __future__ import annotations

import pytest

from offchain_worker import meters
from offchain_worker.meters import Code
from tests.meters.enedis_files import PRM, day_after, midnight, soap, soap_curve, stamps, starts, watts, zoned


def read_one(data: bytes) -> meters.Curve:
    (curve,) = meters.read(data, "f").curves
    return curve


def curve_of(day: str, minutes: int, version: int = 3) -> bytes:
    end = minutes > 10
    if version == 3:
        marked, tag = stamps(day, minutes, end=end), "points"
    else:
        marked, tag = [stamp.replace("+", ".000+") for stamp in zoned(day, minutes, end)], "mesure"
    rows = zip(marked, watts(len(marked)), strict=True)
    return soap(soap_curve(rows, f"PT{minutes}M", "B" if end else "R", tag), (day, day_after(day)), version)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize(
    ("day", "minutes", "count"),
    [("2023-03-26", 30, 46), ("2023-10-29", 30, 50), ("2023-03-26", 5, 276), ("2023-10-29", 10, 150), ("2023-10-29", 15, 100)],
)  # fmt: skip
def test_read__curve__half_hours_end_and_fine_steps_start_at_their_stamps(
    day: str, minutes: int, count: int, version: int
) -> None:
    curve = read_one(curve_of(day, minutes, version))
    assert curve.starts.tolist() == starts(day, minutes)
    assert abs(int(curve.energy.sum()) - sum(watts(count)) * 1000 * minutes // 60) <= 1
    assert meters.verdict(curve.findings) == "conform"
    assert set(curve.codes.tolist()) == ({"B/0/0"} if minutes > 10 else {"R/0/0"})


@pytest.mark.parametrize("version", [2, 3])
def test_read__daily_energies__are_an_index_over_local_days(version: int) -> None:
    days = ["2023-10-28", "2023-10-29", "2023-10-30"]
    marked = days if version == 3 else [zoned(day, 60, end=False)[0].replace("+", ".000+") for day in days]
    tag = "points" if version == 3 else "mesure"
    quantity = soap_curve(zip(marked, [22125, 16379, 18033], strict=True), "", tag=tag, quantity="EA", unit="Wh")
    curve = read_one(soap(quantity, (days[0], "2023-10-31"), version))
    assert (curve.kind, curve.quantity) == ("index", "EA by day")
    assert curve.starts.tolist() == [midnight(day) for day in days]
    assert curve.seconds.tolist() == [86400, 90000, 86400]
    assert curve.energy.tolist() == [22_125_000, 16_379_000, 18_033_000]


def registers(days: list[str], total: bool = True) -> bytes:
    def readings(base: int) -> str:
        return "".join(
            f"<valeur><d>{day} 00:00:00</d><v>{base + 1000 * at}</v><iv>0</iv></valeur>" for at, day in enumerate(days)
        )

    groups = "".join(
        f"<calendrier><idCalendrier>{calendar}</idCalendrier>"
        + "".join(f"<classeTemporelle><idClasseTemporelle>{code}</idClasseTemporelle><codeCadran>IDX_EAS_{code}</codeCadran>{readings(base)}</classeTemporelle>" for code, base in codes)
        + "</calendrier>"
        for calendar, codes in (("FC000050", [("F1", 10), ("F2", 20)]), ("DI000003", [("D1", 100), ("D2", 200)]))
    )  # fmt: skip
    whole = f"<cadranTotalisateur><codeCadran>IDX_EAS_T</codeCadran>{readings(7)}</cadranTotalisateur>" if total else ""
    quantity = (
        f"<grandeurMetier>CONS</grandeurMetier><grandeurPhysique>EA</grandeurPhysique><unite>Wh</unite>{groups}{whole}"
    )
    return soap(
        f"<contexte><etapeMetier>BRUT</etapeMetier><grandeur>{quantity}</grandeur></contexte>", (days[0], days[-1])
    )


def test_read__registers__the_total_else_the_distributors_sum() -> None:
    days = ["2023-04-01", "2023-04-02", "2023-04-03"]
    total, summed = read_one(registers(days)), read_one(registers(days, total=False))
    assert (total.kind, total.energy.tolist()) == ("index", [1_000_000, 1_000_000])
    assert summed.energy.tolist() == [2_000_000, 2_000_000]
    assert total.starts.tolist() == [midnight(day) for day in days[:2]]


def test_read__peak_powers_alone__are_refused() -> None:
    data = soap(
        soap_curve([("2023-04-01 09:13:20", 6241)], "", quantity="PMA", unit="VA"), ("2023-04-01", "2023-04-02")
    )
    with pytest.raises(meters.MeterFileError, match=r"^f: holds 'PMA' alone"):
        meters.read(data, "f")


def test_read__error_message_of_the_service__is_named_so() -> None:
    data = soap("", ("2023-04-01", "2023-04-02")).replace(b"<modeCalcul>", b"<soap:Fault>x</soap:Fault><modeCalcul>")
    with pytest.raises(meters.MeterFileError, match="SOAP Fault"):
        meters.read(data, "f")


def test_read__answer_without_envelope_and_with_production__is_read() -> None:
    rows = zip(stamps("2023-04-01", 30), watts(48), strict=True)
    curve = read_one(soap(soap_curve(rows, "PT30M", direction="PROD"), ("2023-04-01", "2023-04-02"), envelope=False))
    assert curve.direction.name == "PRODUCTION"


def test_read__answer_that_lacks_its_last_hours__is_said() -> None:
    rows = list(zip(stamps("2023-04-01", 30), watts(48), strict=True))[:40]
    curve = read_one(soap(soap_curve(rows, "PT30M"), ("2023-04-01", "2023-04-02")))
    assert [f.code for f in curve.findings] == [Code.DECLARED_RANGE]


def test_redact__curve__rows_inside_under_the_stand_in() -> None:
    begin = midnight("2023-04-01")
    left = meters.redact(curve_of("2023-04-01", 30), "f", "0" * 14, begin + 3600, begin + 7200)
    curve = read_one(left)
    assert (curve.meter, curve.starts.tolist()) == ("0" * 14, [begin + 3600, begin + 5400])
    assert PRM.encode() not in left
    assert left.count(b"<points>") == 2


def test_redact__registers__those_of_the_total_between_two_days() -> None:
    left = meters.redact(
        registers(["2023-04-01", "2023-04-02", "2023-04-03"]),
        "f",
        "0" * 14,
        midnight("2023-04-02"),
        midnight("2023-04-03"),
    )
    assert left.count(b"<valeur>") == 2
    assert read_one(left).energy.tolist() == [1_000_000]
