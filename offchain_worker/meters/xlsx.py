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
MOST_KNOWN = 100_000
PIECE = 2**16
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
        reader = _Sheet(self.name, self.shared)
        for piece in _pieces(self.archive, part, self.name):
            markup.fed(reader.parser, piece, False, self.name)
            yield from reader.taken()
        markup.fed(reader.parser, b"", True, self.name)
        yield from reader.taken()

    def moment(self, cell: Cell) -> int:
        """Seconds from 1970, as if it were UTC, of a cell that counts days; -1 if it does not."""
        found = decimals.scaled(cell.text, 9) if cell.is_number else None
        if found is None or found[0] < 0:
            return -1
        return self.epoch + (found[0] * 86_400 + 500_000_000) // 1_000_000_000


class _Sheet:
    """
    The state of reading a sheet. Sheets are long, so nothing is held but the cells of the rows not yet taken; a text
    that comes again is the same cell.
    """

    def __init__(self, name: str, shared: Sequence[str]) -> None:
        self.name = name
        self.shared = [Cell(text, False) for text in shared]
        self.numbers: dict[str, Cell] = {}
        self.complete: list[Row] = []
        self.cells: dict[int, Cell] | None = None
        self.row, self.at, self.depth = 0, -1, 0
        self.kind, self.text, self.heard = "", "", 0
        self.silent = 0
        self.parser = markup.guarded(name)
        self.parser.StartElementHandler = self.begin
        self.parser.EndElementHandler = self.finish
        self.parser.CharacterDataHandler = self.characters

    def taken(self) -> list[Row]:
        """The rows that have become complete since the last call."""
        complete, self.complete = self.complete, []
        return complete

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        self.depth += 1
        if self.depth > markup.DEEPEST:
            raise MeterFileError(self.name, self.row, f"has elements nested deeper than {markup.DEEPEST}")
        tag = tag.rpartition(":")[2]
        if tag == "row":
            stated = attributes.get("r", "")
            self.row = int(stated) if stated.isascii() and stated.isdigit() and len(stated) < 8 else self.row + 1
            self.cells, self.at = {}, -1
        elif tag == "c":
            place = _CELL.fullmatch(attributes.get("r", ""))
            self.at = _column(place[1]) if place else self.at + 1
            if self.at >= WIDEST:
                raise MeterFileError(self.name, self.row, f"has more than {WIDEST} columns")
            self.kind, self.text = attributes.get("t", "n"), ""
        elif tag == "rPh":
            self.silent = self.silent or self.depth
        elif tag in ("v", "t") and not self.silent:
            self.heard = self.depth

    def characters(self, text: str) -> None:
        """Text of a value, or of another element."""
        if self.heard == self.depth:
            self.text += text
            if len(self.text) > markup.LONGEST_TEXT:
                raise MeterFileError(self.name, self.row, f"has a text of more than {markup.LONGEST_TEXT} characters")

    def finish(self, tag: str) -> None:
        """An element closes."""
        if self.heard == self.depth:
            self.heard = 0
        if self.silent == self.depth:
            self.silent = 0
        self.depth -= 1
        tag = tag.rpartition(":")[2]
        if tag == "c" and self.cells is not None:
            self.cell(self.cells)
        elif tag == "row" and self.cells is not None:
            self.complete.append((self.row, self.cells))
            self.cells = None

    def cell(self, cells: dict[int, Cell]) -> None:
        """A cell is complete."""
        if self.kind == "n":
            text = self.text.strip()
            if text:
                cells[self.at] = self.numbers.get(text) or self.known(text)
        elif self.kind == "s":
            text = self.text.strip()
            if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) < len(self.shared)):
                raise MeterFileError(self.name, self.row, "points to a shared text that the workbook does not have")
            cells[self.at] = self.shared[int(text)]
        elif self.text or self.kind == "inlineStr":
            cells[self.at] = Cell(self.text if self.kind == "inlineStr" else self.text.strip(), False)

    def known(self, text: str) -> Cell:
        """The cell of a number, the same one whenever it comes again."""
        cell = Cell(text, True)
        if len(self.numbers) < MOST_KNOWN:
            self.numbers[text] = cell
        return cell


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


def _pieces(archive: zipfile.ZipFile, part: str, name: str) -> Iterator[bytes]:
    """A part's bytes one piece after the other, within the bounds. Raises MeterFileError."""
    try:
        information = archive.getinfo(part)
        most = min(LARGEST_PART, LARGEST_RATIO * max(information.compress_size, 1024))
        with archive.open(information) as packed:
            while piece := packed.read(PIECE):
                most -= len(piece)
                if most < 0:
                    raise MeterFileError(name, 0, "holds a part that unpacks beyond the bounds: refused")
                yield piece
    except (KeyError, zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        raise MeterFileError(name, 0, "is no complete Excel workbook: truncated or damaged") from None


def _unpacked(archive: zipfile.ZipFile, part: str, name: str) -> bytes:
    return b"".join(_pieces(archive, part, name))


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
