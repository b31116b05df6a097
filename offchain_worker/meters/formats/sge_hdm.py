"""
Histories of measures from Enedis' SGE (HDM), and customer-space exports that hold more than load curves: blocks of
several kinds stacked in one file.

    Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite
    12345678901234;Index;20/10/2020;02/02/2022;Energie active;Consommation;Comptage Brut;
    Horodate;Type de releve;EAS F1;…;EAS F10;EAS D1;…;EAS D4;EAS T
    2021-01-08T23:00:00+01:00;Arrêté quotidien;15747;…;15747;…;15747
    Periode;Identifiant calendrier fournisseur;…
    Identifiant PRM;Type de donnees;…                     (again, for the daily peak power)

Load curves are read as in customer-space files; histories of segment C4 leave the unit empty (W) and carry START stamps.
An index is read from its total (T), else the sum of the distributor's registers (D), else of the supplier's (F). A daily
reading (`Arrêté quotidien`) is that of the START of the local day its stamp names, whatever hour is written: Enedis writes
23:00+01:00 all winter, and the load curve of the same genuine point agrees with midnight to 1 Wh. Peak powers are left out.

Daily energies, as the customer space exports them, are an index too; their head may have four columns only:

    Identifiant PRM;Type de donnees;Date de debut;Date de fin
    12345678901234;Consommation quotidienne;01/06/2026;03/06/2026
    Date;Valeur (en Wh)
    2026-06-01;12571
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from offchain_worker.domain.roster import Direction
from offchain_worker.meters.curve import inside
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.formats import enedis_customer_space, enedis_series
from offchain_worker.meters.formats.enedis_head import LOADS, fields, is_header, readable
from offchain_worker.meters.formats.enedis_head import lines as lines_of
from offchain_worker.meters.formats.enedis_series import Series, Texts
from offchain_worker.meters.formats.enedis_words import TOTAL, UNITS, direction_of, meter_of
from offchain_worker.meters.rows import Rows
from offchain_worker.meters.text import chosen_meter, quoted

NAME = "sge_hdm"
SIGNATURE = "'Identifiant PRM;Type de donnees;...' with other blocks than load curves (SGE HDM)"

_HEAD = re.compile(rb"identifiant prm;type de donn[^\n]*\n\s*[^;\n]*;([^;\r\n]*)(?:;(?:[^;\n]*;){5}([^;\r\n]*))?")
_REGISTER = re.compile(r"ea[si]?\s*([fdt])\s*(\d*)")
_STAMP = re.compile(r"\d{4}-\d\d-\d\d")
_UNIT = re.compile(r"valeur \(en (k?wh)\)")
LOAD, INDEX = LOADS[0], "index"
DAYS = {
    "consommation quotidienne": Direction.CONSUMPTION,
    "production quotidienne": Direction.PRODUCTION,
    "injection quotidienne": Direction.PRODUCTION,
}
BY_DAY = "EA by day"


@dataclass(frozen=True)
class Block:
    """A head and what follows it: lines `first` up to `after` (counted from 0); the description stands at `described`."""

    first: int
    described: int
    after: int
    kind: str


def claims(data: bytes) -> bool:
    """Is it a file with such heads, of which one is of something else than a load curve, or has no unit?"""
    if not enedis_customer_space.claims(data):
        return False
    lowered, at = readable(data).lower(), 0  # a search without case takes as long as reading the file
    while (at := lowered.find(b"identifiant prm;", at)) >= 0:
        head = _HEAD.match(lowered, at)
        if head is not None:
            unstated = head[2] is not None and not head[2].strip()
            if unstated or head[1].strip().decode("utf-8", "replace") not in LOADS:
                return True
        at += 1
    return False


def parse(data: bytes, name: str) -> tuple[Rows, ...]:
    """The curves and registers of the file. Raises MeterFileError naming the row."""
    lines = lines_of(data)
    blocks = _blocks(lines, name)
    made: list[Rows] = []
    if any(block.kind in LOADS for block in blocks):
        made += enedis_customer_space.parse_lines(_only(lines, blocks), name)
    registers, notes = _registers(lines, blocks, name)
    made += [enedis_series.rows(series, texts, name) for series, texts in registers.items()]
    notes += _left_out(lines, blocks)
    if not made:
        raise MeterFileError(name, 0, "holds no active energy: neither a load curve nor an index")
    return tuple(
        replace(rows, findings=rows.findings + tuple(n for n in notes if n.meter == rows.meter)) for rows in made
    )


def redact(
    data: bytes,
    name: str,
    stand_in: str,
    start: int,
    end: int,
    meter: str = "",
    direction: Direction | None = None,
) -> bytes:
    """
    One point's load curves inside [start, end) and registers from `start` to `end` under another id, other blocks left
    out; heads stay byte for byte but for the id. Raises MeterFileError.
    """
    lines = lines_of(data)
    blocks = _blocks(lines, name)
    known = {lines[block.described].split(";")[0].strip() for block in blocks}
    kept = chosen_meter(known, meter, stand_in, name)
    written: list[tuple[int, str]] = []
    if any(block.kind in LOADS for block in blocks):
        written += enedis_customer_space.redacted_lines(
            _only(lines, blocks), name, (kept, stand_in), (start, end), direction
        )
    for series, texts in _registers(lines, blocks, name)[0].items():
        if series.meter == kept and direction in (None, series.direction):
            rows = enedis_series.rows(series, texts, name)
            written += [(int(row) - 1, lines[row - 1]) for row in rows.numbers[inside(rows, start, end)]]
    for block in blocks:
        described = lines[block.described]
        if block.kind in (INDEX, *DAYS) and described.split(";")[0].strip() == kept:
            columns = next(
                (at for at in range(block.described + 1, block.after) if lines[at].strip("; \r\t")), block.described
            )
            head = [block.first, block.described, columns]
            if direction in (None, _side(block, described, name)):
                written += [(at, lines[at].replace(kept, stand_in, 1)) for at in head]
    written = [(at, line) for at, line in sorted(written) if line.strip()]
    bom = "\ufeff" if lines[0].startswith("\ufeff") and not (written and written[0][1].startswith("\ufeff")) else ""
    return (bom + "\n".join(line for _, line in written) + "\n").encode()


def _blocks(lines: list[str], name: str) -> list[Block]:
    """The file's blocks. Raises MeterFileError for a file that begins otherwise or ends in a head."""
    heads = [at for at, line in enumerate(lines) if line.lstrip("\ufeff")[:15].casefold() == "identifiant prm"]
    if not heads or any(line.strip("\ufeff\r ") for line in lines[: heads[0]]):
        raise MeterFileError(name, 1, "does not begin with 'Identifiant PRM;Type de donnees'")
    blocks = []
    for at, after in zip(heads, [*heads[1:], len(lines)], strict=True):
        if not is_header(fields(lines[at])):
            raise MeterFileError(name, at + 1, f"{quoted(lines[at])} is no header of a block: truncated or damaged")
        described = next((row for row in range(at + 1, after) if lines[row].strip("; \r\t")), None)
        if described is None:
            raise MeterFileError(name, after, "ends where a description should follow: truncated")
        parts = fields(lines[described])
        if len(parts) < (4 if len(parts) > 1 and parts[1] in DAYS else 8):
            raise MeterFileError(
                name,
                described + 1,
                f"{quoted(lines[described])} does not describe a point in 8 fields: truncated or damaged",
            )
        if parts[1] not in (*LOADS, INDEX, *DAYS) and "puissance" not in parts[1]:
            reason = f"is {quoted(parts[1])}, not a load curve ('Courbe de charge'), registers ('Index') or peak powers"
            raise MeterFileError(name, described + 1, reason)
        blocks.append(Block(at, described, after, parts[1]))
    return blocks


def _only(lines: list[str], blocks: list[Block]) -> list[str]:
    """The lines with every block blanked that holds no load curve, so that rows keep their numbers."""
    left = [""] * len(lines)
    for block in blocks:
        if block.kind in LOADS:
            left[block.first : block.after] = lines[block.first : block.after]
    return left


def _left_out(lines: list[str], blocks: list[Block]) -> list[Finding]:
    """An info per block of something that nobody shares."""
    notes = []
    for block in blocks:
        if block.kind not in (*LOADS, INDEX, *DAYS):
            rows = sum(1 for line in lines[block.described + 1 : block.after] if _STAMP.match(line))
            meter = lines[block.described].split(";")[0].strip()
            notes.append(enedis_series.ignored(meter, block.kind, rows, block.first + 1))
    return notes


def _head(line: str, name: str, row: int) -> tuple[str, Direction, str]:
    """Point, direction and stage of an index. Raises MeterFileError for anything but active energy in Wh."""
    parts = fields(line)
    if parts[4] != "energie active" or parts[7] not in ("", "wh"):
        reason = f"is an index of {quoted(parts[4])} in {quoted(parts[7])}, not of active energy in Wh"
        raise MeterFileError(name, row, f"{reason}, and not a load curve")
    return meter_of(line.split(";")[0], name, row), direction_of(parts[5], name, row), parts[6]


def _registers(lines: list[str], blocks: list[Block], name: str) -> tuple[dict[Series, Texts], list[Finding]]:
    """The rows of every point's register, by curve, and what is said of them. Raises MeterFileError naming the row."""
    found: dict[Series, Texts] = {}
    notes: list[Finding] = []
    for block in blocks:
        if block.kind in DAYS:
            _days(lines, block, found, name)
        if block.kind != INDEX:
            continue
        meter, direction, stage = _head(lines[block.described], name, block.described + 1)
        series = Series(meter, direction, 1, False, stage, kind="index", quantity=TOTAL)
        texts = found.setdefault(series, Texts())
        notes += _readings(lines, block, texts, name)
    return found, notes


def _side(block: Block, described: str, name: str) -> Direction:
    return DAYS[block.kind] if block.kind in DAYS else _head(described, name, block.described + 1)[1]


def _days(lines: list[str], block: Block, found: dict[Series, Texts], name: str) -> None:
    """Add the rows of a block of daily energies to those found. Raises MeterFileError."""
    described = fields(lines[block.described])
    meter = meter_of(lines[block.described].split(";")[0], name, block.described + 1)
    header = next((at for at in range(block.described + 1, block.after) if lines[at].strip("; \r\t")), block.after - 1)
    names = fields(lines[header])
    stated = _UNIT.fullmatch(names[1]) if len(names) > 1 else None
    unit = stated[1] if stated else (described[7:8] or [""])[0]
    if names[0] not in ("date", "horodate") or unit not in ("wh", "kwh"):
        raise MeterFileError(name, header + 1, f"{quoted(lines[header])} does not name days and energies in Wh or kWh")
    stage = described[6] if len(described) > 6 else ""
    series = Series(meter, DAYS[block.kind], UNITS[unit][0], False, stage, kind="index", quantity=BY_DAY, days=True)
    texts = found.setdefault(series, Texts())
    for at in range(header + 1, block.after):
        parts = [part.strip() for part in lines[at].rstrip("\r").split(";")]
        if not any(parts):
            continue
        day = "-".join(reversed(parts[0][:10].split("/"))) if "/" in parts[0] else parts[0][:10]
        if len(parts) < 2 or any(parts[2:]) or not _STAMP.fullmatch(day):
            raise MeterFileError(name, at + 1, f"{quoted(lines[at])} is no day with an energy: truncated or damaged")
        texts.add(day, parts[1], at + 1)


def _readings(lines: list[str], block: Block, texts: Texts, name: str) -> list[Finding]:
    """Add the rows of a block of registers; returns a warning if its registers contradict each other."""
    below = range(block.described + 1, block.after)
    header = next((at for at in below if lines[at].strip("; \r\t")), block.after)
    names = fields(lines[header]) if header < block.after else []
    grids: dict[str, list[int]] = {"t": [], "d": [], "f": []}
    for at, column in enumerate(names):
        if register := _REGISTER.fullmatch(column):
            grids[register[1]].append(at)
    if names[:1] != ["horodate"] or not any(grids.values()):
        raise MeterFileError(name, block.described + 1, "is an index without registers (EAS …), and not a load curve")
    daily = names.index("type de releve") if "type de releve" in names else -1
    rows: list[tuple[int, list[str]]] = []
    for at in range(header + 1, block.after):
        line = lines[at].rstrip("\r")
        if not line.strip("; \t"):
            continue
        if fields(line)[0] == "periode":
            break
        parts = line.split(";")
        if len(parts) not in (len(names), len(names) + 1) or not _STAMP.match(parts[0]):
            raise MeterFileError(name, at + 1, f"{quoted(line)} is no row of registers: truncated or damaged")
        rows.append((at, parts))
    sums = {grid: [_sum(parts, of, at, name) for at, parts in rows] for grid, of in grids.items()}
    chosen = next((of for of in sums.values() if any(of)), [""] * len(rows))
    for (at, parts), value in zip(rows, chosen, strict=True):
        is_daily = daily >= 0 and "quotidien" in parts[daily].casefold()
        texts.add(parts[0][:10] if is_daily else parts[0], value, at + 1)
    apart = {
        int(total) - int(classes) for total, classes in zip(sums["t"], sums["d"], strict=True) if total and classes
    }
    if len(apart) > 1:
        meter = lines[block.described].split(";")[0].strip()
        message = "the total and the distributor's registers do not count the same energy"
        return [Finding(0, 0, Code.REGISTERS_CHANGE, Severity.WARNING, meter, len(apart), message)]
    return []


def _sum(parts: list[str], columns: list[int], at: int, name: str) -> str:
    """What the registers in these columns show together, "" if nothing. Raises MeterFileError."""
    known = [value for column in columns if (value := parts[column].strip())]
    for value in known:
        if not (value.isascii() and value.isdigit() and len(value) <= 12):
            raise MeterFileError(name, at + 1, f"{quoted(';'.join(parts))} has a register that is no whole number")
    return str(sum(map(int, known))) if known else ""
