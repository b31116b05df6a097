"""
Sheets of an Excel workbook (xlsx), as text: a number comes as the digits that stand in the file.

An xlsx file is a zip archive of XML parts. Read are only the parts needed, with bounds on their size before and after
unpacking; document types and entities are refused like in any XML. What is written has no times and no compression, so
that the same rows always give the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from offchain_worker.meters import decimals, markup
from offchain_worker.meters.errors import MeterFileError

ZIP = b"PK\x03\x04"
LARGEST_PART = 512 * 2**20
LARGEST_RATIO = 1000
MOST_PARTS = 1000
WIDEST = 16_384
EPOCH, EPOCH_1904 = -2_209_161_600, -2_082_844_800
"""1899-12-30 and 1904-01-01, from which a workbook counts days, in seconds from 1970."""
_CELL = re.compile(r"([A-Z]{1,3})[0-9]{1,7}")


@dataclass(frozen=True)
class Cell:
    """A cell's text, and whether it is a number (dates are numbers too)."""

    text: str
    is_number: bool


Row = tuple[int, dict[int, Cell]]
"""A row's number from 1 and its cells by column from 0."""


def is_workbook(data: bytes) -> bool:
    """Is it a zip archive with the parts of a workbook?"""
    if not data.startswith(ZIP):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(part.lower() == "xl/workbook.xml" for part in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


@dataclass(frozen=True)
class Workbook:
    """An open workbook: sheets as (name, part), texts that cells share, and from when days are counted."""

    archive: zipfile.ZipFile
    name: str
    sheets: tuple[tuple[str, str], ...]
    shared: tuple[str, ...]
    epoch: int

    def rows(self, part: str) -> Iterator[Row]:
        """The rows of a sheet in order. Raises MeterFileError."""
        number = 0
        for node in markup.pieces(_unpacked(self.archive, part, self.name), self.name, ("row",)):
            if node.name != "row":
                continue
            stated = node.attributes.get("r", "")
            number = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 8 else number + 1
            yield number, dict(self._cells(node, number))

    def _cells(self, node: markup.Node, number: int) -> Iterator[tuple[int, Cell]]:
        at = -1
        for cell in node.all("c"):
            place = _CELL.fullmatch(cell.attributes.get("r", ""))
            at = _column(place[1]) if place else at + 1
            kind, value = cell.attributes.get("t", "n"), cell.value("v")
            if at >= WIDEST:
                raise MeterFileError(self.name, number, f"has more than {WIDEST} columns")
            if kind == "s":
                if not value.isdigit() or int(value) >= len(self.shared):
                    raise MeterFileError(self.name, number, "points to a shared text that the workbook does not have")
                yield at, Cell(self.shared[int(value)], False)
            elif kind == "inlineStr":
                yield at, Cell(_text(cell.child("is")), False)
            elif value:
                yield at, Cell(value, kind == "n")

    def moment(self, cell: Cell) -> int:
        """Seconds from 1970, as if it were UTC, of a cell that counts days; -1 if it does not."""
        found = decimals.scaled(cell.text, 9) if cell.is_number else None
        if found is None or found[0] < 0:
            return -1
        return self.epoch + (found[0] * 86_400 + 500_000_000) // 1_000_000_000


def opened(data: bytes, name: str) -> Workbook:
    """The workbook in these bytes. Raises MeterFileError if it is damaged or beyond the bounds."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = {part.filename.lower(): part.filename for part in archive.infolist()[: MOST_PARTS + 1]}
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise MeterFileError(name, 0, "is no complete Excel workbook: truncated or damaged") from None
    if len(parts) > MOST_PARTS:
        raise MeterFileError(name, 0, f"has more than {MOST_PARTS} parts")
    book = _tree(archive, parts.get("xl/workbook.xml", ""), name)
    targets = {}
    if relations := parts.get("xl/_rels/workbook.xml.rels"):
        for node in _tree(archive, relations, name).children:
            targets[node.attributes.get("Id", "")] = node.attributes.get("Target", "")
    sheets = []
    for node in (book.child("sheets") or book).all("sheet"):
        target = targets.get(node.attributes.get("id", ""), "").removeprefix("/xl/").removeprefix("/")
        if part := parts.get(f"xl/{target}".lower()):
            sheets.append((node.attributes.get("name", ""), part))
    shared: tuple[str, ...] = ()
    if texts := parts.get("xl/sharedstrings.xml"):
        strings = markup.pieces(_unpacked(archive, texts, name), name, ("si",))
        shared = tuple(_text(node) for node in strings if node.name == "si")
    properties = book.child("workbookPr")
    counted_from_1904 = properties is not None and properties.attributes.get("date1904", "0") in ("1", "true")
    return Workbook(archive, name, tuple(sheets), shared, EPOCH_1904 if counted_from_1904 else EPOCH)


def written(sheet: str, rows: Sequence[Sequence[str | Cell]]) -> bytes:
    """A workbook of one sheet: texts as they are, `Cell` numbers as numbers, empty texts as no cell."""
    lines = []
    for number, row in enumerate(rows, 1):
        cells = "".join(_written(f"{_letters(at)}{number}", cell) for at, cell in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>')
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _relations("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": _relations("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>',
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for part, text in parts.items():
            information = zipfile.ZipInfo(part, (1980, 1, 1, 0, 0, 0))
            information.create_system = 0
            archive.writestr(information, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)
    return made.getvalue()


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_FORM = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_FORM}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_FORM}.worksheet+xml"/></Types>'
)


def _relations(kind: str, target: str) -> str:
    link = f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{link}</Relationships>'


def _written(place: str, cell: str | Cell) -> str:
    if isinstance(cell, Cell) and cell.is_number:
        return f'<c r="{place}"><v>{escape(cell.text)}</v></c>'
    text = cell.text if isinstance(cell, Cell) else cell
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>' if text else ""


def _unpacked(archive: zipfile.ZipFile, part: str, name: str) -> bytes:
    """A part's bytes, within the bounds. Raises MeterFileError."""
    try:
        information = archive.getinfo(part)
        with archive.open(information) as packed:
            data = packed.read(LARGEST_PART + 1)
    except (KeyError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        raise MeterFileError(name, 0, "is no complete Excel workbook: truncated or damaged") from None
    if len(data) > LARGEST_PART or len(data) > LARGEST_RATIO * max(information.compress_size, 1024):
        raise MeterFileError(name, 0, "holds a part that unpacks beyond the bounds: refused")
    return data


def _tree(archive: zipfile.ZipFile, part: str, name: str) -> markup.Node:
    return next(markup.pieces(_unpacked(archive, part, name), name, ()))


def _text(node: markup.Node | None) -> str:
    """The text of a string item, its runs put together, phonetic readings left out."""
    if node is None:
        return ""
    if node.name == "t":
        return node.text
    return "".join(_text(child) for child in node.children if child.name in ("t", "r"))


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _letters(column: int) -> str:
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
