"""Sound Enedis files of times in several columns to be damaged: older SGE curves, sheets of the customer space."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from fractions import Fraction
from xml.etree import ElementTree

from tests.meters.enedis_files import PRM, csv, stamps, watts
from tests.meters.mutations import Case, amount, text_of

DAYS = ("2021-06-01", "2021-06-02")
HEADER = (
    "Date de la mesure;Heure de la mesure;Valeur;Statut de la mesure;PRM;Type de données;Date de début;Date de fin;"
    "Grandeur métier;Grandeur physique;Statut demandé;Unité;Pas en minutes"
)
POWERS = "Date et heure de relève par le distributeur;Puissance atteinte (W);Nature de la donnée"
DESCRIBED = f"{PRM};Courbe de charge;01/06/2021;03/06/2021;Consommation;Energie active;Brut;W;30"
FORM = "%d/%m/%Y %H:%M:%S"
NUMBER = r"\s*([0-9]+(?:[.,][0-9]+)?)\s*"
ROW = re.compile(rb"(?m)^[^\n]*0[12]/06/2021[^\n]*\n")


def _summed(pattern: str, factor: int) -> Callable[[bytes], Fraction]:
    found = re.compile(pattern)
    return lambda data: sum((amount(value) for value in found.findall(text_of(data))), Fraction(0)) * factor


def _day_hour() -> bytes:
    times = [time for day in DAYS for time in stamps(day, 30, FORM.replace(" ", ";"))]
    return csv(HEADER, [f"{time};{value};Brute;{DESCRIBED}" for time, value in zip(times, watts(96), strict=True)])


def _powers() -> bytes:
    lines = ["Récapitulatif de mes puissances atteintes en W", "", POWERS]
    for day in DAYS[::-1]:
        rows = [f"{time};{value};Réelle" for time, value in zip(stamps(day, 30, "%H:%M:%S"), watts(48), strict=True)]
        lines += ["/".join(reversed(day.split("-"))) + ";;", *rows[::-1], ""]
    return csv(lines[0], lines[1:])


def _table() -> list[tuple[str, str, str]]:
    begins = [time for day in DAYS for time in stamps(day, 30, FORM, end=False)]
    ends = [time for day in DAYS for time in stamps(day, 30, FORM)]
    return [(begin, end, f"0,{value}") for begin, end, value in zip(begins, ends, watts(96), strict=True)]


def _saved() -> bytes:
    above = [";;Consommation Horaire", f";;Point Référence Mesure;{PRM}", ";;Début;Fin;Valeur (en kW)"]
    return "".join(f"{line}\n" for line in [*above, *(";;" + ";".join(row) for row in _table())]).encode()


def _sheet() -> bytes:
    lines = [("Point Référence Mesure", PRM, ""), ("Début", "Fin", "Valeur (en kW)"), *_table()]
    rows = "".join(
        f'<row r="{at}">'
        + "".join(
            f'<c r="{column}{at}" t="inlineStr"><is><t>{text}</t></is></c>'
            for column, text in zip("CDE", line, strict=True)
            if text
        )
        + "</row>\n"
        for at, line in enumerate(lines, 3)
    )
    return f"<worksheet><sheetData>{rows}</sheetData></worksheet>".encode()


def _book(sheet: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        made.writestr(
            "xl/workbook.xml", '<workbook><sheets><sheet name="Consommation Horaire" id="a"/></sheets></workbook>'
        )
        made.writestr("xl/_rels/workbook.xml.rels", '<R><R Id="a" Target="worksheets/sheet1.xml"/></R>')
        made.writestr(zipfile.ZipInfo("xl/worksheets/sheet1.xml", (1980, 1, 1, 0, 0, 0)), sheet)
    return written.getvalue()  # fmt: skip


def _sheet_energy(data: bytes) -> Fraction:
    """The values of column E in all rows whose column C holds a time."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = ElementTree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    total = Fraction(0)
    for row in (node for node in root.iter() if node.tag.endswith("row")):
        cells: dict[int, str] = {}
        at = -1
        for cell in row:
            found = re.match(r"([A-Z])[0-9]", cell.get("r", ""))
            at = ord(found[1]) - 65 if found else at + 1
            cells[at] = "".join(node.text or "" for node in cell.iter() if node.tag.endswith("t")).strip()
        if re.match(r"\d\d/\d\d/\d{4}", cells.get(2, "")) and cells.get(4):
            total += amount(cells[4])
    return total * 500_000


SHEETS = [
    Case("day_hour", _day_hour(), ROW, _summed(rf"(?m)^[^;\n]*;[^;\n]*;{NUMBER};", 500), DAYS[0], PRM),
    Case("sheet_csv", _saved(), ROW, _summed(rf"(?m)^[^;\n]*;[^;\n]*;[^;\n]*;[^;\n]*:[^;\n]*;\"?{NUMBER}\"?[; ]*$", 500_000), DAYS[0], PRM),
    Case("sheet", _sheet(), ROW, _sheet_energy, DAYS[0], PRM, _book),
    Case("edf_powers", _powers(), re.compile(rb"(?m)^[0-9]{2}:[^\n]*\n"), _summed(rf"(?m)^[^;\n]*;{NUMBER};", 500), DAYS[0], "no id"),
]  # fmt: skip
