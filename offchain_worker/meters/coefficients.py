"""
Spanish files of sharing coefficients (β), as operators take them for a shared plant: read and written, strictly.

    ES0021000000000000AB0F;0,250000                constant: CUPS;coefficient
    ES0021000000000000AB0F;0001;0,250000           hourly: CUPS;hour of the year from 0001;coefficient

The file is named `{CAU}_{YYYY}.txt`. What always holds of `Coefficients`: every CUPS has 22 characters and comes once (an
hour), coefficients have exactly six decimals, and those of an hour add up to exactly 1,000000. They are integers in
millionths here. The layout follows royal decree 244/2019, annex I, and order TED/1247/2021: UTF-8 without byte order
mark, semicolons, decimal comma.
"""

from __future__ import annotations

import re
from calendar import isleap
from dataclasses import dataclass

import numpy as np

from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.quantities import PPM

MOST_FAULTS = 20
LARGEST_FILE = 256 * 2**20
_NAME = re.compile(r"(ES[0-9]{16}[A-Z]{2}[0-9A-Z]{2}A[0-9]{3})_([0-9]{4})\.txt")
_CUPS = re.compile(r"ES[0-9]{16}[A-Z]{2}[0-9][A-Z]")
_LINE = re.compile(r"([^;]*);(?:([^;]*);)?([^;]*)")
_BETA = re.compile(r"([01]),([0-9]{6})")


class CoefficientsInvalid(DaiseeError):
    """A file that an operator would refuse; `faults` are its first twenty faults as (row, reason), row 0 the whole."""

    def __init__(self, name: str, faults: list[tuple[int, str]]) -> None:
        row, reason = faults[0]
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(f"{name}: row {row}: {reason}{more}" if row else f"{name}: {reason}{more}")
        self.faults = tuple(faults[:MOST_FAULTS])


@dataclass(frozen=True)
class Coefficients:
    """Of a plant (`cau`) and a year: `millionths` int64[hours, points], one row for all hours or one for each."""

    cau: str
    year: int
    points: tuple[str, ...]
    millionths: np.ndarray

    @property
    def is_hourly(self) -> bool:
        """Has every hour of the year its own coefficients?"""
        return len(self.millionths) > 1

    @property
    def file_name(self) -> str:
        """`{CAU}_{YYYY}.txt`."""
        return f"{self.cau}_{self.year:04}.txt"


def hours_in(year: int) -> int:
    """8,760 or 8,784: local years count every hour once, since clocks go back and forth."""
    return 8784 if isleap(year) else 8760


def parse(data: bytes, name: str) -> Coefficients:
    """The coefficients of a file. Raises CoefficientsInvalid with every fault found, not the first alone."""
    faults: list[tuple[int, str]] = []
    title = _NAME.fullmatch(name.replace("\\", "/").rpartition("/")[2])
    if not title:
        faults.append((0, "is not named {CAU}_{YYYY}.txt, with a CAU of 26 characters"))
    if len(data) > LARGEST_FILE:
        raise CoefficientsInvalid(name, [(0, "is larger than 256 MiB")])
    lines = _lines(data, faults)
    points: dict[str, int] = {}
    hours: dict[int, dict[str, int]] = {}
    hourly = False
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        beta = _BETA.fullmatch(found[3]) if found else None
        if not found or not beta or (number > 1 and (found[2] is not None) != hourly):
            layout = "CUPS;hour;coefficient" if hourly else "CUPS;coefficient"
            faults.append((number, f"{line[:48]!a} is not {layout} with six decimals after a comma"))
            continue
        hourly = found[2] is not None
        cups, hour, value = found[1], _hour(found[2]), int(beta[1]) * PPM + int(beta[2])
        if not _CUPS.fullmatch(cups):
            faults.append((number, f"{cups[:48]!a} is no CUPS: it has 22 characters, this {len(cups)}"))
        if hour < 0:
            faults.append((number, f"hour {str(found[2])[:16]!a} is not four digits from 0001"))
        if value > PPM:
            faults.append((number, "a coefficient above 1"))
        if cups in hours.setdefault(hour, {}):
            faults.append((number, f"{cups[:48]!a} comes twice" + (f" in hour {hour:04}" if hourly else "")))
        points.setdefault(cups, len(points))
        hours[hour][cups] = value
    year = int(title[2]) if title else 0
    faults += _sums(hours, points, hours_in(year) if title else 0, hourly)
    if faults or not title:
        raise CoefficientsInvalid(name, sorted(faults))
    table = np.array([[hours[hour][cups] for cups in points] for hour in sorted(hours)], dtype=np.int64)
    return Coefficients(title[1], year, tuple(points), table)


def to_bytes(coefficients: Coefficients) -> bytes:
    """The file, line feeds at line ends. Raises CoefficientsInvalid for what an operator would refuse."""
    lines = [
        f"{cups};{f'{hour:04};' if coefficients.is_hourly else ''}{value // PPM},{value % PPM:06}\n"
        for hour, row in enumerate(coefficients.millionths.tolist(), 1)
        for cups, value in zip(coefficients.points, row, strict=True)
    ]
    data = "".join(lines).encode()
    parse(data, coefficients.file_name)
    return data


def _lines(data: bytes, faults: list[tuple[int, str]]) -> list[str]:
    if data.startswith(b"\xef\xbb\xbf"):
        faults.append((1, "begins with a byte order mark"))
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        faults.append((data.count(b"\n", 0, error.start) + 1, "is not UTF-8 text"))
        text = data.decode("utf-8", "replace")
    lines = text.replace("\r\n", "\n").split("\n")
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        faults.append((0, "is empty"))
    return lines


def _hour(text: str | None) -> int:
    if text is None:
        return 0
    return int(text) if re.fullmatch(r"[0-9]{4}", text) and text != "0000" else -1


def _sums(
    hours: dict[int, dict[str, int]], points: dict[str, int], expected: int, hourly: bool
) -> list[tuple[int, str]]:
    """What is wrong with the hours as a whole: sums, points that are missing, hours that are."""
    faults = []
    for hour, row in hours.items():
        where = f" in hour {hour:04}" if hourly else ""
        total = sum(row.values())
        if total != PPM:
            faults.append((0, f"coefficients add up to {total // PPM},{total % PPM:06}{where}, not to 1,000000"))
        if len(row) != len(points):
            faults.append((0, f"{len(points) - len(row)} of {len(points)} CUPS are missing{where}"))
    if hourly and expected and sorted(hours) != list(range(1, expected + 1)):
        faults.append((0, f"holds {len(hours)} hours, the year has {expected}"))
    return faults[:MOST_FAULTS]
