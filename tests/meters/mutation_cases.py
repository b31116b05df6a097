"""Sound files of every French format to be damaged, each with another way to read the energy that stands in it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from fractions import Fraction

from tests.meters import customer_space
from tests.meters.enedis_files import (
    PRM,
    R63_HEADER,
    R64_HEADER,
    csv,
    data_connect,
    day_after,
    hdm_index,
    midnight,
    r4x,
    r4x_curve,
    r15,
    r15_release,
    r50,
    r63_rows,
    r151,
    r171,
    r171_series,
    soap,
    soap_curve,
    stamps,
    tic_historic,
    tic_line,
    tic_standard,
    watts,
    zoned,
)
from tests.meters.enedis_json_files import measured, measures
from tests.meters.mutation_cases_sheets import SHEETS
from tests.meters.mutations import Case, amount, text_of

LINE = rb"(?m)^%s[^\n]*\n"
AUTUMN, DAY = "2021-10-31", "2021-06-01"
NUMBER = r"\s*([0-9]+(?:[.,][0-9]+)?)\s*"


def added(pattern: str, factor: Fraction | int) -> Callable[[bytes], Fraction]:
    """Every match's number, times the factor."""
    found = re.compile(pattern)
    return lambda data: sum((amount(value) for value in found.findall(text_of(data))), Fraction(0)) * factor


def _r64(data: bytes) -> Fraction:
    """The last register of every point less its first."""
    points: dict[str, list[tuple[str, int]]] = {}
    for meter, moment, value in re.findall(r"(?m)^([^;]*);.*?Wh;([^;\n]*);(?:[^;\n]*;){9}\s*(\d+)\s*;", text_of(data)):
        points.setdefault(meter, []).append((moment, int(value)))
    return Fraction(sum(max(readings)[1] - min(readings)[1] for readings in points.values()) * 1000)


def counted(pattern: str, micro_kwh: int) -> Callable[[bytes], Fraction]:
    """The last register less the first: (moment, value) matches in order of moments; values of one moment add up."""
    found = re.compile(pattern, re.DOTALL)

    def written(data: bytes) -> Fraction:
        registers: dict[str, int] = {}
        for moment, value in found.findall(text_of(data)):
            registers[moment] = registers.get(moment, 0) + int(value)
        ordered = [registers[moment] for moment in sorted(registers)]
        return Fraction((ordered[-1] - ordered[0]) * micro_kwh) if ordered else Fraction(0)

    return written


def _r151(data: bytes) -> Fraction:
    text = text_of(data)
    days = {}
    for release in text.split("<Donnees_Releve>")[1:]:
        classes = re.findall(r"_Distributeur\s*>[^<]*<Id_Cl.*?<Valeur>(\d+)</Valeur>", release)
        if day := re.search(r"<Date_Releve>(.*?)</Date_Releve>", release):
            days[day[1]] = sum(map(int, classes))
    ordered = [days[day] for day in sorted(days)]
    return Fraction((ordered[-1] - ordered[0]) * 1000) if ordered else Fraction(0)


def _r15(data: bytes) -> Fraction:
    moments = {}
    for release in text_of(data).split("<Donnees_Releve>")[1:]:
        if moment := re.search(r"<Date_Releve>(.*?)</Date_Releve>", release):
            values = re.findall(
                r"<Valeur>\s*(\d+)\s*</Valeur>[^<]*<Coefficient_Lecture>\s*(\d*)\s*</Coefficient_Lecture>", release
            )
            moments[moment[1]] = sum(int(value) * int(times or 1) for value, times in values)
    ordered = [moments[moment] for moment in sorted(moments)]
    return Fraction((ordered[-1] - ordered[0]) * 1_000_000) if ordered else Fraction(0)


def _data_connect(data: bytes) -> Fraction:
    readings = json.loads(text_of(data))["meter_reading"]["interval_reading"]
    return sum((amount(str(reading["value"])) for reading in readings), Fraction(0)) * 500


def _hdm(data: bytes) -> Fraction:
    load = added(rf"(?m)^20[^;\n]*;{NUMBER};*\r?$", 500)
    text = text_of(data)
    index = re.findall(r"(?m)^(20[^;\n]*);[^;\n]*;(?:[^;\n]*;){14}\s*(\d+);?\r?$", text)
    peaks = text.find("Puissance maximale")
    ordered = [int(value) for _, value in sorted(index)]
    counted_ = Fraction((ordered[-1] - ordered[0]) * 1000) if ordered else Fraction(0)
    return load(text[: peaks if peaks >= 0 else None].encode()) + counted_


def _tic(data: bytes) -> Fraction:
    """Lines with sound checksums alone, frame by frame: registers at their times, points of the load curve."""
    standard: dict[str, dict[str, int]] = {}
    points: dict[str, int] = {}
    for frame in re.split(rb"[\x02\x03]+", data):
        time, values = "", {}
        for line in re.split(rb"[\r\n]+", frame):
            parts = line.decode("latin-1").split("\t")
            if len(parts) < 3 or tic_line(*parts[:-1]) != line:
                continue
            if parts[0] == "DATE":
                time = parts[1]
            elif parts[0] in ("EAST", "EAIT"):
                values[parts[0]] = int(parts[1])
            elif parts[0] == "CCASN" and re.fullmatch(r"[HE]\d{12}", parts[1]):
                points[parts[1]] = int(parts[2])
        if time:
            for label, value in values.items():
                standard.setdefault(label, {})[time[1:]] = value
    total = Fraction(sum(points.values()) * 500)
    for registers in standard.values():
        total += (registers[max(registers)] - registers[min(registers)]) * 1000
    return total


def _tic_old(data: bytes) -> Fraction:
    registers = {}
    for time, frame in re.findall(rb"(?m)^(\d{4}-[^\n\x02]*)\n\x02(.*?)\x03", data, re.DOTALL):
        values = [
            int(line.split(b" ")[1])
            for line in re.split(rb"[\r\n]+", frame)
            if line[:4] in (b"HCHC", b"HCHP")
            and tic_line(*line[:-2].decode("latin-1").split(" "), standard=False) == line
        ]
        registers[time] = sum(values)
    return Fraction((registers[max(registers)] - registers[min(registers)]) * 1000) if registers else Fraction(0)


def _zip(data: bytes) -> Fraction:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum((added(rf"<V\s*>{NUMBER}</V", 500)(archive.read(name)) for name in archive.namelist()), Fraction(0))


def _zipped(data: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("R50.xml", (1980, 1, 1, 0, 0, 0)), data)
    return written.getvalue()


def _registers_by_soap(days: list[str]) -> bytes:
    values = "\n".join(
        f"<valeur><d>{day} 00:00:00</d><v>{1000 * at}</v><iv>0</iv></valeur>" for at, day in enumerate(days)
    )
    total = f"<cadranTotalisateur><codeCadran>IDX_EAS_T</codeCadran>\n{values}\n</cadranTotalisateur>"
    quantity = f"<grandeurMetier>CONS</grandeurMetier><grandeurPhysique>EA</grandeurPhysique><unite>Wh</unite>{total}"
    return soap(f"<contexte><grandeur>{quantity}</grandeur></contexte>", (days[0], days[-1]))


DAYS = [f"2021-06-{day:02}" for day in range(1, 15)]
MONTH = [(day, 1000 + 400 * at, 5000 + 700 * at) for at, day in enumerate(DAYS)]
MOMENTS = [f"{day}T02:1{at % 10}:00" for at, day in enumerate(DAYS)]
NOON = midnight(DAY) + 12 * 3600
CONSUMED = customer_space.file([*customer_space.head(PRM), *customer_space.readings("2021-06-01", range(200, 392, 2))])
C4 = [
    customer_space.HEADER, f"{PRM};Courbe de charge;01/06/2021;02/06/2021;Energie active;Consommation;Comptage Brut;;",
    "Horodate;Valeur", *(f"{stamp};{18_000 + 7 * at}" for at, stamp in enumerate(zoned(DAY, 10, end=False))),
]  # fmt: skip
STACKED = [
    *customer_space.head(PRM), *customer_space.readings("2021-06-01", range(200, 392, 2)),
    *hdm_index([(f"{day}T00:00:00+02:00", 1000 * at) for at, day in enumerate(DAYS)]),
]  # fmt: skip
R63_VALUE = rf"(?m)^[^;\n]*;[^;\n]*;[^;\n]*;\s*PA\s*;\s*CONS\s*;\s*BRUT\s*;\s*W\s*;[^;\n]*;{NUMBER};"
POINT = rb"<(points|mesure)>.*?</\1>\n"

CASES = [
    Case("customer_space", CONSUMED, re.compile(LINE % b"20"), added(rf"(?m)^20[^;\n]*;{NUMBER};*\r?$", 500), DAY, PRM),
    Case("hdm_c4", customer_space.file(C4), re.compile(LINE % b"20"), added(rf"(?m)^20[^;\n]*;{NUMBER};*\r?$", Fraction(500, 3)), DAY, PRM),
    Case("hdm_stacked", customer_space.file(STACKED), re.compile(LINE % b"20"), _hdm, DAY, PRM),
    Case("r63", csv(R63_HEADER, [row for day in ("2021-05-31", DAY) for row in r63_rows(day)]), re.compile(LINE % b"1"), added(R63_VALUE, 500), DAY, PRM),
    Case("r63_autumn", csv(R63_HEADER, r63_rows(AUTUMN)), re.compile(LINE % b"1"), added(R63_VALUE, 500), AUTUMN, PRM),
    Case("r64", csv(R64_HEADER, [f"{PRM};{DAYS[0]};{DAYS[-1]};EA;CONS;BRUT;Wh;{day} 00:00:00;COL;AQ;;;;;;;IDX_EAS_T;{1000 * at};0" for at, day in enumerate(DAYS)]),
         re.compile(LINE % b"1"), _r64, DAY, PRM),
    Case("r50", r50(["2021-05-31", DAY]), re.compile(rb"<PDC>.*?</PDC>\n"), added(rf"<V\s*>{NUMBER}</V", 500), DAY, PRM),
    Case("r50_zip", _zipped(r50([DAY])), re.compile(rb"<PDC>.*?</PDC>\n"), _zip, DAY, PRM),
    Case("r4x", r4x(r4x_curve(DAY)), re.compile(rb"<Donnees_Point.*?</Donnees_Point_Mesure>\n"), added(rf'Valeur_Point\s*=\s*"\s*{NUMBER}\s*"', Fraction(1_000_000, 6)), DAY, PRM),
    Case("r151", r151(MONTH), re.compile(rb"<Donnees_Releve>.*?</Donnees_Releve>\n", re.DOTALL), _r151, DAY, PRM),
    Case("r15", r15(*(r15_release(day, {"HC": low, "HP": high}) + "\n" for day, low, high in MONTH)), re.compile(rb"<Donnees_Releve>.*?</Donnees_Releve>\n"), _r15, DAY, PRM),
    Case("r171", r171(*(r171_series(name, [(moment, 10**6 + at * step) for at, moment in enumerate(MOMENTS)]) for name, step in (("HPH", 500), ("HCH", 300)))),
         re.compile(rb"<mesureDatee>.*?</mesureDatee>\n"), counted(r"<dateFin\s*>\s*(.*?)\s*</dateFin\s*>[^<]*<valeur\s*>\s*(\d+)\s*</valeur", 1000), DAY, PRM),
    Case("soap", soap(soap_curve(zip(stamps(DAY, 30), watts(48), strict=True), "PT30M"), (DAY, day_after(DAY))), re.compile(POINT), added(rf"<v\s*>{NUMBER}</v", 500), DAY, PRM),
    Case("soap_v2", soap(soap_curve(zip(zoned(DAY, 30), watts(48), strict=True), "PT30M", tag="mesure"), (DAY, day_after(DAY)), 2), re.compile(POINT), added(rf"<v\s*>{NUMBER}</v", 500), DAY, PRM),
    Case("soap_days", soap(soap_curve(zip(DAYS, watts(14), strict=True), "", quantity="EA", unit="Wh"), (DAYS[0], DAYS[-1])), re.compile(POINT), added(rf"<v\s*>{NUMBER}</v", 1000), DAY, PRM),
    Case("soap_registers", _registers_by_soap(DAYS), re.compile(rb"<valeur>.*?</valeur>\n"), counted(r"<d\s*>\s*([^<]*?)\s*</d\s*>[^<]*<v\s*>\s*(\d+)\s*</v", 1000), DAY, PRM),
    Case("data_connect", data_connect(zip(stamps(DAY, 30), watts(48), strict=True), (DAY, day_after(DAY))), re.compile(rb"   \{\n[^}]*\},\n"), _data_connect, DAY, PRM),
    Case("r63_json", measures(measured(stamps(DAY, 30), watts(48))), re.compile(rb"\{\n\"d\"[^}]*\},\n"), added(rf'"v":\s*"{NUMBER}"', 500), DAY, PRM),
    Case("tic", b"".join(tic_standard(NOON + 60 * at, 1000 + 10 * at, 5 * at, (NOON + at // 30 * 1800, 500)) for at in range(60)), re.compile(rb"\x02.*?\x03", re.DOTALL), _tic, DAY, PRM),
    Case("tic_lines", b"".join(tic_standard(NOON + 60 * at, 1000 + 10 * at) for at in range(60)), re.compile(rb"\n(?:EA|DA)[^\r]*\r"), _tic, DAY, PRM),
    Case("tic_historic", b"".join(tic_historic(5000 + at, 7000 + 2 * at, NOON + 60 * at) for at in range(60)), re.compile(rb"(?m)^20.*?\x03\n", re.DOTALL), _tic_old, DAY, "021728123456"),
    *SHEETS,
]  # fmt: skip
