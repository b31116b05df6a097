"""Files of lines: decoding them, quoting a line in an error, and choosing the point to keep when ids are replaced."""

from __future__ import annotations

import re

from offchain_worker.meters.errors import MeterFileError

BOM = "\ufeff"
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+?[0-9]{1,3}", re.IGNORECASE)


def bare_id(text: str) -> str:
    """An id without what keeps a spreadsheet from taking it for a number: `="123"`, `'123`."""
    return text.strip().strip("='\"")


def whole_id(meter: str, name: str, row: int) -> str:
    """The id, unless it is a number as spreadsheets shorten them (1,23457E+13). Raises MeterFileError."""
    if _SCIENTIFIC.fullmatch(meter):
        reason = (
            f"the id of the point reads {quoted(meter)}: a spreadsheet has cut its digits; take the file as it came"
        )
        raise MeterFileError(name, row, reason)
    return meter


def lines_of(data: bytes, name: str) -> list[str]:
    """The lines of a UTF-8 file without their line feeds; carriage returns and a byte order mark stay."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise MeterFileError(name, row, "is not UTF-8 text: truncated, or another kind of file") from None
    return text.split("\n")


def quoted(line: str) -> str:
    """The beginning of a line, printable, for an error message."""
    line = line.strip("\r" + BOM)
    return ascii(line if len(line) <= 48 else line[:45] + "...")


def chosen_meter(meters: set[str], meter: str, stand_in: str, name: str) -> str:
    """The point to keep of a file: `meter`, or the only one there is. Raises MeterFileError if that is not clear."""
    if meter and meter not in meters:
        raise MeterFileError(name, 0, f"does not hold the point {quoted(meter)}")
    if not meter and len(meters) != 1:
        raise MeterFileError(name, 0, f"holds {len(meters)} points: say which one of them to keep")
    kept = meter or next(iter(meters))
    if len(stand_in) != len(kept):
        raise MeterFileError(name, 0, f"a stand-in of {len(stand_in)} characters for an id of {len(kept)}")
    return kept
