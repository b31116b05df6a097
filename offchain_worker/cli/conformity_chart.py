"""
A standard curve as a small inline SVG: mean power over time, and where steps are missing, estimated or repaired.

A column of the chart is a step, an hour, a day or a week, by the length of the curve; a column with one step that is
missing shows it, so that no gap is lost to the scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from offchain_worker.meters import Quality, StandardCurve
from offchain_worker.meters.findings import runs

BINS = 750
"""At most so many columns, but for curves of more than 14 years: a month of hours, two years of days."""
COLUMNS = {"step": 0, "hour": 3600, "day": 86_400, "week": 604_800}
WIDTH, HEIGHT, BAND = 732, 96, 8
MARKED = {Quality.ESTIMATED: "estimated", Quality.REPAIRED: "repaired", Quality.MISSING: "missing"}


@dataclass(frozen=True)
class Chart:
    """
    `watts` int64[bins], mean power of the steps that have a reading, -1 where none has; `marks` bool[bins] for each
    quality that is shown; `peak` the highest of `watts`, each the mean of a `column`, a word of `COLUMNS`.
    """

    watts: np.ndarray
    marks: dict[str, np.ndarray]
    column: str

    @property
    def peak(self) -> int:
        """The highest mean power, W."""
        return max(0, int(self.watts.max(initial=0)))


def chart(curve: StandardCurve, step_seconds: int) -> Chart:
    """What the chart of a curve shows."""
    steps = len(curve.energy)
    column, width = next(
        (
            (name, max(1, seconds // step_seconds))
            for name, seconds in COLUMNS.items()
            if steps * step_seconds <= BINS * max(seconds, step_seconds)
        ),
        ("week", COLUMNS["week"] // step_seconds),
    )
    firsts = np.arange(0, steps, width)
    known = ~np.isin(curve.quality, (Quality.MISSING, Quality.OUTSIDE))
    energy = np.add.reduceat(np.where(known, curve.energy, 0), firsts)
    counts = np.add.reduceat(known.astype(np.int64), firsts)
    watts = np.where(counts > 0, energy * 3600 // (np.maximum(counts, 1) * step_seconds * 1000), -1)
    marks = {
        name: np.logical_or.reduceat(curve.quality == quality, firsts)
        for quality, name in MARKED.items()
        if (curve.quality == quality).any()
    }
    return Chart(watts, marks, column)


def svg(drawn: Chart, label: str) -> str:
    """The chart as SVG for an HTML page; `label` says in words what it shows (pass it escaped)."""
    bins = len(drawn.watts)
    top = max(drawn.peak, 1)

    def x(at: int) -> str:
        return f"{at * WIDTH / bins:.1f}"

    shapes = []
    for first, after in runs(drawn.watts >= 0):
        path = [f"M{x(first)},{HEIGHT}"]
        for at in range(first, after):
            y = f"{HEIGHT - (HEIGHT - 4) * int(drawn.watts[at]) / top:.1f}"
            path.append(f"V{y}H{x(at + 1)}")
        shapes.append(f'<path class="power" d="{"".join(path)}V{HEIGHT}Z"/>')
    for name, mask in drawn.marks.items():
        for first, after in runs(mask):
            width = max((after - first) * WIDTH / bins, 2.0)
            shapes.append(f'<rect class="{name}" x="{x(first)}" y="{HEIGHT}" width="{width:.1f}" height="{BAND}"/>')
            if name == "missing":
                shapes.append(f'<rect class="gap" x="{x(first)}" y="0" width="{width:.1f}" height="{HEIGHT}"/>')
    view = f'viewBox="0 0 {WIDTH} {HEIGHT + BAND}" preserveAspectRatio="none"'
    return f'<svg role="img" aria-label="{label}" {view}>{"".join(shapes)}</svg>'
