"""Charts as ECharts options: curves of daily sums or half-hours, and the Sankey of who fed whom.

One colour per meaning everywhere: green is local, slate is the grid, amber is surplus; all three stand out from a light
and from a dark page, and never tell anything by colour alone. What leaves a meter is drawn below the line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from app.flows import ALL_PLANTS, Flows, Kind, Node
from app.words import Words

COLOURS = {"local": "#2c9a58", "grid": "#7488a5", "sold": "#2b8fb3", "surplus": "#b97f0c"}
NODE_COLOURS = {
    Kind.PLANT: COLOURS["local"],
    Kind.GRID: COLOURS["grid"],
    Kind.CONSUMER: COLOURS["sold"],
    Kind.SURPLUS: COLOURS["surplus"],
}
OUTWARD = ("sold", "surplus")
HATCH = {
    "symbol": "rect",
    "dashArrayX": [1, 0],
    "dashArrayY": [1, 5],
    "rotation": 0.78,
    "color": "rgba(255,255,255,.35)",
}
NODE_GAP, ROW_PIXELS = 22, 40
CROWDED = 9
"""So many nodes on one side get labels of one line."""
SEPARATORS = {True: " · ", False: "\n"}
DAYS_A_WEEK = 7


def curve(frame: pl.DataFrame, parts: list[str], fine: bool, week: bool = False) -> dict[str, Any]:
    """A stacked curve from a table of `frames`: bars for days, filled steps for half-hours (`fine`)
    of a day or a `week`."""
    label, *names = frame.columns
    # Four names do not fit one line of a phone, and axis labels of a week only one a day.
    narrow: dict[str, Any] = {"yAxis": {"splitNumber": 3}, "grid": {"top": 58 if len(parts) < 4 else 82}}
    labels = {"alignMinLabel": "left", "alignMaxLabel": "right", "hideOverlap": True}
    if week:
        labels["interval"] = round(frame.height / DAYS_A_WEEK) - 1
    outward = [name for name, part in zip(names, parts, strict=True) if part in OUTWARD]
    source = frame.with_columns([-pl.col(name) for name in outward])
    return {
        "animation": False,
        "legend": {"top": 0, "left": 0, "itemGap": 14, "icon": "roundRect"},
        "tooltip": {"trigger": "axis", "valueFormatter": "localized", "confine": True},
        "grid": {"left": 4, "right": 8, "top": 58, "bottom": 4, "containLabel": True},
        "dataset": {"source": source},
        "xAxis": {
            "type": "category",
            "boundaryGap": not fine,
            "axisLabel": labels if fine else {},
            "axisTick": {"show": False},
            "axisLine": {"onZero": False},
        },
        "yAxis": {"type": "value", "name": "kWh", "axisLabel": {"formatter": "{value}"}, "nameGap": 10},
        "series": [_part(part, name, label, fine) for part, name in zip(parts, names, strict=True)],
        "media": [{"query": {"maxWidth": 480}, "option": narrow}],
    }


def _part(part: str, name: str, label: str, fine: bool) -> dict[str, Any]:
    colour = COLOURS[part]
    shared = {"name": name, "encode": {"x": label, "y": name}, "color": colour}
    # Lines stack by sign only on request; bars do so anyway.
    stack = {"stack": "out" if part in OUTWARD else "in"}
    if fine:
        area = {"opacity": 0.75}
        return (
            shared
            | stack
            | {"type": "line", "step": "end", "symbol": "none", "lineStyle": {"width": 1}, "areaStyle": area}
        )
    style = {"color": colour} | ({"decal": HATCH} if part == "grid" else {})
    return shared | {"stack": "day", "type": "bar", "barCategoryGap": "22%", "itemStyle": style}


def sankey(flows: Flows, name: Callable[[Node], str], say: Words, ink: tuple[str, str]) -> tuple[dict[str, Any], int]:
    """The option and its height in pixels; `ink` are the colours of text and page. Energies stand there without hovering."""
    left = {pair[0] for pair in flows}
    flows = dict(sorted(flows.items(), key=lambda item: (_place(item[0][0]), _place(item[0][1]))))
    totals: dict[Node, int] = {}
    for (source, target), energy in flows.items():
        totals[source] = totals.get(source, 0) + energy
        totals[target] = totals.get(target, 0) + energy
    right = len(totals) - len(left)
    crowded = max(len(left), right) > CROWDED
    option = {
        "animation": False,
        "tooltip": {"valueFormatter": "localized", "confine": True},
        "series": [
            {
                "type": "sankey",
                "left": 2,
                "right": 2,
                "top": 14,
                "bottom": 14,
                "nodeWidth": 14,
                "nodeGap": NODE_GAP,
                "layoutIterations": 0,
                "draggable": False,
                "emphasis": {"focus": "adjacency"},
                "lineStyle": {"color": "gradient", "opacity": 0.35},
                "data": [
                    _node(node, energy, name, node in left, say, ink, crowded)
                    for node, energy in sorted(totals.items(), key=lambda item: _place(item[0]))
                ],
                "links": [
                    {"source": name(source), "target": name(target), "value": round(energy / 10**6, 1)}
                    for (source, target), energy in flows.items()
                ],
            }
        ],
    }
    return option, max(320, ROW_PIXELS * max(len(left), right))


def _place(node: Node) -> tuple[int, int]:
    """Where a node stands in its row: plants before the grid, what nobody used last, so that ribbons cross little."""
    last = node == ALL_PLANTS or node.kind is Kind.SURPLUS
    return (2 if last else int(node.kind is Kind.GRID), node.number)


def _node(
    node: Node, energy: int, name: Callable[[Node], str], left: bool, say: Words, ink: tuple[str, str], crowded: bool
) -> Mapping[str, Any]:
    return {
        "name": name(node),
        "itemStyle": {"color": NODE_COLOURS[node.kind], "borderWidth": 0},
        "label": {
            "formatter": f"{name(node)}{SEPARATORS[crowded]}{say.kwh(energy)}",
            "position": "right" if left else "left",
            "lineHeight": 16,
            "color": ink[0],
            # A ribbon behind thin letters would strike them through.
            "textBorderColor": ink[1],
            "textBorderWidth": 3,
        },
    }
