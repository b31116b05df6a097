"""`daisee compare`: the operator's readings beside the owner's own, with both values wherever they differ."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from offchain_worker import meters
from offchain_worker.collect.comparison import Comparison, Source, Tolerance, of_curve
from offchain_worker.collect.comparison import compare as compared
from offchain_worker.collect.readings import Kind, Reading
from offchain_worker.collect.steps import TOLERANCE, collected
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.roster import Direction
from offchain_worker.meters.curve import Curve
from offchain_worker.meters.files import merged
from offchain_worker.meters.findings import iso, sentence

from . import output
from .files import opened, write
from .key import Language
from .settings import JsonOption
from .written import columns, kwh

PPM_OF_PERCENT = 10_000


class NotComparable(DaiseeError):
    """Files that do not hold two sources for one point."""


def compare(
    operator: Annotated[
        list[Path], typer.Argument(metavar="OPERATOR_FILE...", help="The operator's files of the point")
    ],
    own: Annotated[
        list[Path],
        typer.Option("--own", help="The owner's own readings: canonical, Linky TIC, P1, emoncms; again for each file"),
    ],
    meter: Annotated[str, typer.Option("--meter", help="The point, if the operator's files hold several")] = "",
    own_meter: Annotated[str, typer.Option("--own-meter", help="The own meter, if there are several")] = "",
    watt_hours: Annotated[int, typer.Option("--watt-hours", min=0, help="Difference that is none, in Wh a step")] = 2,
    percent: Annotated[int, typer.Option("--percent", min=0, max=100, help="Difference that is none, in percent")] = 1,
    time_zone: Annotated[str, typer.Option("--time-zone", help="Local time of the readings")] = "Europe/Paris",
    out: Annotated[Path | None, typer.Option("--out", help="CSV of every step that differs, with both values")] = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the words")] = Language.EN,
    as_json: JsonOption = False,
) -> None:
    """Compare the operator's readings of a point with the owner's own. Exit 1 where they differ beyond the tolerance."""
    theirs = _one_point(_curves(operator, time_zone), meter, "--meter", "the operator's files")
    mine = _one_point(_curves(own, time_zone), own_meter, "--own-meter", "the own files")
    tolerance = Tolerance(watt_hours, percent * PPM_OF_PERCENT)
    made = [
        compared(_preferred(theirs[direction]), _stepped(mine[direction], _step_of(theirs[direction])), tolerance)
        for direction in sorted(set(theirs) & set(mine))
    ]
    if not made:
        raise NotComparable("the two sources hold no common direction (consumption or production)")
    if out:
        write(out.parent, {out.name: _csv(made)})
    report = {"agree": all(one.agree for one in made), "comparisons": [one.report() for one in made]}
    output.emit(report, as_json, lambda shown: _show(shown, made, lang, time_zone))
    if not report["agree"]:
        raise typer.Exit(1)


def _curves(files: Sequence[Path], time_zone: str) -> list[Curve]:
    return merged([meters.read(opened(file), str(file), time_zone) for file in files], time_zone)


def _one_point(curves: Sequence[Curve], meter: str, option: str, where: str) -> dict[Direction, list[Curve]]:
    """The curves with readings of one meter, by direction. Raises NotComparable if it is not clear which."""
    there = [curve for curve in curves if len(curve.starts) and curve.kind != "allocation"]
    known = sorted({curve.meter for curve in there})
    if not known:
        raise NotComparable(f"{where} hold no energy: give a load curve, or a register read more than once")
    if meter and meter not in known:
        raise NotComparable(f"{where} hold no readings of meter {meter}; they hold {', '.join(known)}")
    if not meter and len(known) != 1:
        raise NotComparable(f"{where} hold {len(known)} meters: {', '.join(known)}; name one with {option}")
    chosen: dict[Direction, list[Curve]] = {}
    for curve in there:
        if curve.meter == (meter or known[0]):
            chosen.setdefault(curve.direction, []).append(curve)
    return chosen


def _preferred(curves: Sequence[Curve]) -> Source:
    """The load curve if there is one, else the first register."""
    return of_curve(min(curves, key=lambda curve: curve.kind != "load"))


def _step_of(curves: Sequence[Curve]) -> int:
    """The operator's longest interval; half an hour if it gives a register only."""
    lengths = [int(curve.seconds.max()) for curve in curves if curve.kind == "load"]
    return max(lengths, default=1800)


def _stepped(curves: Sequence[Curve], step: int) -> Source:
    """The load curve if there is one, else what the register counted in steps, read between its readings."""
    load = [curve for curve in curves if curve.kind == "load"]
    if load:
        return of_curve(load[0])
    curve = curves[0]
    if curve.registers is None:
        return of_curve(curve)
    readings = [
        Reading(curve.meter, curve.direction, Kind.REGISTER, moment, value)
        for moment, value in zip(curve.stamps.tolist(), curve.registers.tolist(), strict=True)
    ]
    made = collected(readings, step, TOLERANCE).curves
    if not made:
        raise NotComparable(
            f"meter {curve.meter}: its register was not read within {TOLERANCE} s of two bounds of steps"
        )
    starts, energy = (np.array(values, dtype=np.int64) for values in made[0][2:])
    return Source(curve.meter, curve.direction, starts, starts + step, energy)


def _csv(made: Sequence[Comparison]) -> bytes:
    lines = ["meter,direction,interval_start,interval_end,operator_micro_kwh,own_micro_kwh"]
    for one in made:
        for at in np.flatnonzero(one.differ):
            bounds = f"{iso(int(one.starts[at]))},{iso(int(one.ends[at]))}"
            place = f"{one.meter},{one.direction.name.lower()},{bounds}"
            lines.append(f"{place},{int(one.operator[at])},{int(one.own[at])}")
    return ("\n".join(lines) + "\n").encode()


def _show(report: dict[str, Any], made: Sequence[Comparison], lang: Language, time_zone: str) -> None:
    rows = [("meter", "direction", "from (UTC)", "to (UTC)", "steps", "operator kWh", "own kWh", "difference kWh")]
    for one in report["comparisons"]:
        for span in [*one["differences"], {**one, "steps": one["compared"]}]:
            energies = [span["operator_micro_kwh"], span["own_micro_kwh"]]
            bounds = (span[bound][:16].replace("T", " ") for bound in ("start", "end"))
            difference = energies[1] - energies[0]
            sign = "-" if difference < 0 else "+"
            counts = (str(span["steps"]), *map(kwh, energies), sign + kwh(abs(difference)))
            rows.append((one["meter"], one["direction"], *bounds, *counts))
    lines = columns(rows)
    for one in made:
        lines += [sentence(finding, lang.value, time_zone) for finding in one.findings]
    lines.append("the sources agree" if report["agree"] else "the sources differ")
    output.results.print("\n".join(lines), markup=False, soft_wrap=True)
