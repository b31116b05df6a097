"""Austrian energy reports and messages written out by hand; workbooks part by part, with the standard library alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

VIENNA = ZoneInfo("Europe/Vienna")
CONSUMER = "AT0010000000000000001000000000001"
PRODUCER = "AT0010000000000000001000000000002"
LABELS = {
    "G.01": "Gesamtverbrauch lt. Messung (bei Teilnahme gem. Erzeugung) [KWH]",
    "G.02": "Anteil gemeinschaftliche Erzeugung [KWH]",
    "G.03": "Eigendeckung gemeinschaftliche Erzeugung [KWH]",
    "G.01P": "Gesamte gemeinschaftliche Erzeugung [KWH]",
    "P.01": "Gesamt/Überschusserzeugung, Gemeinschaftsüberschuss [KWH]",
}


def utc(text: str) -> int:
    """The UTC second of a local time in Vienna."""
    return int(datetime.fromisoformat(text).replace(tzinfo=VIENNA).timestamp())


def quarters(day: str) -> list[datetime]:
    """The local times of a day's quarter-hours, in order, the repeated ones twice."""
    begin = datetime.fromisoformat(day)
    moment, last = utc(day), utc((begin + timedelta(days=1)).isoformat())
    return [
        datetime.fromtimestamp(second, UTC).astimezone(VIENNA).replace(tzinfo=None)
        for second in range(moment, last, 900)
    ]


def report(
    times: Sequence[datetime], columns: Sequence[tuple[str, str, str, Sequence[object]]], qualities: str = ""
) -> bytes:
    """
    A report of columns (metering point, direction, label, energies); with `qualities` one letter per row (1, 2, 3 for
    L1 …) it has the columns of newer reports, and times as text instead of a count of days.
    """
    newer = bool(qualities)

    def spread(texts: Sequence[object], beside: object = None) -> list[object]:
        return [cell for text in texts for cell in ([text, beside] if newer else [text])]

    head: list[list[object]] = [
        ["Die Informationen in den Reports …"],
        ["MeteringPointId" if newer else "MeteringpointID", *spread([c[0] for c in columns], "MM"), "TOTAL"],
        ["Name", *spread(["Erika Muster"] * len(columns))],
        ["Energydirection" if newer else "Energy direction", *spread([c[1] for c in columns])],
        ["Period start", *spread([45000] * len(columns))],
        ["Metering Interval", *spread(["QH (viertelstündlich)"] * len(columns))],
        ["Metercode", *spread([c[2] for c in columns]), "TOTAL"],
        ["Spaltensumme", *spread([12.5] * len(columns)), 12.5],
    ]
    for at, time in enumerate(times):
        days = time - datetime(1899, 12, 30)
        shown: object = f"{time:%d.%m.%Y %H:%M:%S}" if newer else repr(days / timedelta(days=1))
        cells = spread([column[3][at] for column in columns])
        if newer:
            cells[1::2] = [f"L{qualities[at]}"] * len(columns)
        head.append([shown if newer else Digits(shown), *cells, 99.5])
    return workbook([("Deckblatt", [["Hallo"]]), ("Energiedaten", head)])


class Digits(str):
    """A number's digits as they are to stand in the file."""


def workbook(sheets: Sequence[tuple[str, Sequence[Sequence[object]]]]) -> bytes:
    """A workbook whose texts are shared, as Excel writes it."""
    texts: dict[str, int] = {}
    parts = {}
    for number, (_, rows) in enumerate(sheets, 1):
        lines = []
        for row, cells in enumerate(rows, 1):
            written = "".join(_cell(at, row, cell, texts) for at, cell in enumerate(cells))
            lines.append(f'<row r="{row}">{written}</row>')
        main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f"<worksheet {main}><sheetData>{''.join(lines)}</sheetData></worksheet>"
        )
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>' for number, (name, _) in enumerate(sheets, 1)
    )
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(sheets) + 1)
    )
    parts["xl/workbook.xml"] = f'<workbook xmlns:r="r"><sheets>{listed}</sheets></workbook>'
    parts["xl/_rels/workbook.xml.rels"] = f"<Relationships>{relations}</Relationships>"
    parts["xl/sharedStrings.xml"] = "<sst>" + "".join(f"<si><t>{escape(text)}</t></si>" for text in texts) + "</sst>"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, text in parts.items():
            archive.writestr(part, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return made.getvalue()


def _cell(at: int, row: int, cell: object, texts: dict[str, int]) -> str:
    letters = chr(65 + at) if at < 26 else chr(64 + at // 26) + chr(65 + at % 26)
    if cell is None:
        return ""
    if isinstance(cell, Digits) or not isinstance(cell, str):
        return f'<c r="{letters}{row}" s="1"><v>{cell}</v></c>'
    return f'<c r="{letters}{row}" t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>'
