"""
Delimited text (CSV) as operators write it: a byte order mark or none, UTF-8 or Latin-1, any line end, blank lines,
quotes, a header with accents or without, lines above it, columns that nobody asked for.

Every row knows its line, for messages and so that redaction can leave lines as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.text import BOM, quoted

HEADER_WITHIN = 30
"""Lines in which a header must come."""
DELIMITERS = ";\t,|"
_FIGURE = re.compile(r"[0-9.,:/ T+-]*[0-9]")
"""A number, a day or a time; H24 is a column's name."""


@dataclass(frozen=True)
class Table:
    """
    `names` are the header's fields as `plain` makes them, at line `header` (from 0, -1 if there is none); `lines` all
    lines as they are, without their line ends, which are `ends`; `rows` the (line, fields) of every row below the
    header.
    """

    names: tuple[str, ...]
    header: int
    delimiter: str
    encoding: str
    lines: tuple[str, ...]
    ends: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def column(self, *names: str) -> int:
        """The place of the first of these names in the header, -1 if there is none."""
        return next((self.names.index(name) for name in names if name in self.names), -1)

    def values(self, column: int, rows: Sequence[int]) -> list[str]:
        """The fields of a column in these rows (from 0), "" where a row is too short."""
        return [self.rows[row][1][column] if column < len(self.rows[row][1]) else "" for row in rows]

    def open_field(self) -> int:
        """The column of the last field of the last row if no delimiter or line end closes it, -1 otherwise."""
        if not self.rows or self.ends[self.rows[-1][0]] or not self.rows[-1][1][-1]:
            return -1
        return len(self.rows[-1][1]) - 1

    def encoded(self, lines: Sequence[tuple[int, str]]) -> bytes:
        """Lines (place, text) as a file in the same encoding with the same line ends."""
        return "".join(text + self.ends[at] for at, text in lines).encode(self.encoding, "replace")


def plain(name: str) -> str:
    """A header's field without accents, case, spaces or signs: `Consumo (kWh)` is `consumokwh`."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[^a-z0-9]", "", decomposed)


def header_of(data: bytes, fits: Callable[[set[str]], bool]) -> bool:
    """Does one of the first lines hold field names that `fits` accepts?"""
    return any(fits(set(names)) for names in _first_names(data[:20_000]))


@lru_cache(maxsize=8)
def _first_names(beginning: bytes) -> tuple[frozenset[str], ...]:
    if beginning.startswith(b"PK\x03\x04"):
        return ()
    lines = _decoded(beginning)[0].splitlines()[:HEADER_WITHIN]
    return tuple(frozenset(plain(field) for field in _fields(line, _delimiter(line))) for line in lines)


def table(
    data: bytes,
    name: str,
    fits: Callable[[set[str]], bool],
    unnamed: re.Pattern[str] | None = None,
    *names: str,
    last_optional: bool = False,
) -> Table:
    """
    The table whose header `fits`; a file without header whose first line is like `unnamed` has the columns `names`.
    Rows may lack the last field if most of them do, or if it is optional, but have not fewer than most; only those that
    add others up may be shorter. Raises MeterFileError if there is no header, or a row has too few or too many fields.
    """
    text, encoding = _decoded(data)
    parts = re.split(r"(\r\n|\n|\r)", text)
    lines, ends = tuple(parts[::2]), (*parts[1::2], "")
    for at, line in enumerate(lines[:HEADER_WITHIN]):
        delimiter = _delimiter(line)
        found = tuple(plain(field) for field in _fields(line.lstrip(BOM), delimiter))
        if fits(set(found)):
            names = found
            break
        if unnamed is not None and unnamed.match(line.lstrip(BOM)):
            names, at = names[: len(found)], at - 1
            break
    else:
        raise MeterFileError(name, 1, "has no header that names its columns")
    _refuse_readings_above(lines[: at + 1], len(names), delimiter, name)
    while names and not names[-1]:
        names = names[:-1]
    repeated = {field for field in names if field and names.count(field) > 1}
    if repeated:
        raise MeterFileError(name, at + 1, f"names the column {quoted(min(repeated))} twice")
    rows = []
    for number in range(at + 1, len(lines)):
        if not lines[number].strip(delimiter + " \t\x1a"):
            continue
        fields = _fields(lines[number].lstrip(BOM), delimiter)
        if (plain(fields[0]),) == names[:1] and tuple(plain(field) for field in fields[: len(names)]) == names:
            continue  # the header again, where files were put one after the other
        rows.append((number, fields))
    fewest = len(names) - last_optional
    if not last_optional and rows:
        usual = Counter(len(fields) for _, fields in rows).most_common(1)[0][0]
        fewest = max(usual, len(names) - 1)
    for number, fields in rows:
        if (len(fields) < fewest and not is_sum(fields)) or any(fields[len(names) :]):
            reason = f"{quoted(lines[number])} has {len(fields)} fields, others {fewest}: truncated or damaged"
            raise MeterFileError(name, number + 1, reason)
    return Table(names, at, delimiter, encoding, lines, ends, tuple(rows))


def fields_of(data: bytes, fits: Callable[[set[str]], bool]) -> list[tuple[str, ...]]:
    """The fields of every line, parted as in the first line that `fits`; nothing if there is none."""
    lines = re.split(r"\r\n|\n|\r", _decoded(data)[0])
    for line in lines[:HEADER_WITHIN]:
        delimiter = _delimiter(line)
        if fits({plain(field) for field in _fields(line.lstrip(BOM), delimiter)}):
            return [_fields(other.lstrip(BOM), delimiter) for other in lines]
    return []


def _refuse_readings_above(lines: Sequence[str], width: int, delimiter: str, name: str) -> None:
    """Rows like those of the table above its header are those of another, whose header is spoilt. Raises MeterFileError."""
    for at, line in enumerate(lines[:-1]):
        fields = _fields(line.lstrip(BOM), delimiter)
        told = sum(bool(_FIGURE.fullmatch(field)) for field in fields)
        if width > 3 and len(fields) >= width - 1 and 2 * told >= width:
            reason = f"{quoted(line)} stands above the header: damaged, or another header is"
            raise MeterFileError(name, at + 1, reason)


def is_sum(fields: Sequence[str]) -> bool:
    """Does the row add others up?"""
    return any(field.casefold() == "total" for field in fields[:3])


def replaced(line: str, delimiter: str, fields: dict[int, str]) -> str:
    """The line with some of its fields written anew, the others as they are."""
    places = _places(line, delimiter)
    for at, new in sorted(fields.items(), reverse=True):
        if at < len(places):
            begin, end = places[at]
            line = line[:begin] + new + line[end:]
    return line


def _decoded(data: bytes) -> tuple[str, str]:
    encoding = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(data[:2], "utf-8")
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError:
        return data.decode("latin-1"), "latin-1"


def _delimiter(line: str) -> str:
    outside = re.sub(r'"[^"]*"', "", line)
    return max(DELIMITERS, key=lambda sign: (outside.count(sign), -DELIMITERS.index(sign)))


def _places(line: str, delimiter: str) -> list[tuple[int, int]]:
    """Where each field begins and ends, its quotes included."""
    if '"' not in line:
        places, begin = [], 0
        for field in line.split(delimiter):
            places.append((begin, begin + len(field)))
            begin += len(field) + 1
        return places
    places, begin, inside = [], 0, False
    for at, sign in enumerate(line):
        if sign == '"':
            inside = not inside
        elif sign == delimiter and not inside:
            places.append((begin, at))
            begin = at + 1
    return [*places, (begin, len(line))]


def _fields(line: str, delimiter: str) -> tuple[str, ...]:
    if '"' not in line:
        return tuple(field.strip() for field in line.split(delimiter))
    return tuple(
        line[begin:end].strip().strip('"').replace('""', '"').strip() for begin, end in _places(line, delimiter)
    )
