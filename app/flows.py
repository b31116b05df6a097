"""Who fed whom, as flows between named nodes: by group for everybody, by member for readers of all, and one's own.

Every kWh of the period is in it: what the plants gave to members and to the grid, what consumers got from either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from offchain_worker.domain.roster import Roster


class Kind(StrEnum):
    """What a node is, which gives it its colour and side."""

    PLANT = "plant"
    GRID = "grid"
    CONSUMER = "consumer"
    SURPLUS = "surplus"


@dataclass(frozen=True)
class Node:
    """A node by kind and number: a point, a group, a member or a column, as the caller names them."""

    kind: Kind
    number: int = 0


GRID, SURPLUS = Node(Kind.GRID), Node(Kind.SURPLUS)
ALL_PLANTS = Node(Kind.PLANT, -1)
"""The plants together, where nobody may know which of them it was."""
Flows = Mapping[tuple[Node, Node], int]
"""µkWh from one node to another."""


def by_group(document: Mapping[str, Any], roster: Roster, bills: Iterable[Mapping[str, Any]] = ()) -> Flows:
    """Plants and grid to groups, from a `daisee.community/1`.

    What each plant left over is in its owner's bill; without bills it is told for all plants together.
    """
    flows: dict[tuple[Node, Node], int] = defaultdict(int)
    for flow in document["flows"]:
        flows[Node(Kind.PLANT, flow["producer"]), Node(Kind.CONSUMER, flow["group"])] += int(flow["energy"])
    for group in document["groups"]:
        rest = sum(map(int, group["consumed"])) - sum(map(int, group["allocated"]))
        flows[GRID, Node(Kind.CONSUMER, group["group"])] += rest
    unsold = _unsold(bills)
    if not unsold:
        plants = roster.production_points
        plant = Node(Kind.PLANT, min(plants)) if len(plants) == 1 else ALL_PLANTS
        flows[plant, SURPLUS] += int(document["indicators"]["surplus"])
    return _kept({**flows, **unsold})


def by_member(bills: Iterable[Mapping[str, Any]], roster: Roster) -> Flows:
    """Plants and grid to members, from everybody's bills; what a member used of its own plant included."""
    flows: dict[tuple[Node, Node], int] = defaultdict(int)
    listed = list(bills)
    for bill in listed:
        for pair, energy in of_bill(bill, roster).items():
            if pair[1].kind is Kind.CONSUMER and pair[1].number == bill["member"]:
                flows[pair] += energy
    return _kept({**flows, **_unsold(listed)})


def of_bill(bill: Mapping[str, Any], roster: Roster) -> Flows:
    """One member's flows from its bill: plants and grid to it, its own plants to other members and to the grid."""
    flows: dict[tuple[Node, Node], int] = defaultdict(int)
    member = bill["member"]
    me = Node(Kind.CONSUMER, member)
    bought = _lines(bill["received"])
    for line in bought:
        flows[_plant(roster, line), me] += int(line["energy"])
    sold = _lines(bill["issued"])
    for line in sold:
        buyer = Node(Kind.CONSUMER, roster.columns[line["consumptionColumn"]].member)
        flows[_plant(roster, line), buyer] += int(line["energy"])
    own_plants = {}
    for column in bill["columns"]:
        energy, local = int(column["energy"]), int(column["local"])
        if column["direction"] == "consumption":
            flows[GRID, me] += energy - local
        else:
            plant = Node(Kind.PLANT, column["point"])
            flows[plant, SURPLUS] += energy - local
            own_plants[plant] = own_plants.get(plant, 0) + local
    for plant, local in own_plants.items():
        told = sum(int(line["energy"]) for line in sold if _plant(roster, line) == plant)
        flows[plant, me] += local - told
    return _kept(flows)


def _lines(invoices: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [line for invoice in invoices for line in invoice["lines"] if line["kind"] == "energy"]


def _plant(roster: Roster, line: Mapping[str, Any]) -> Node:
    return Node(Kind.PLANT, roster.columns[line["productionColumn"]].point)


def _unsold(bills: Iterable[Mapping[str, Any]]) -> dict[tuple[Node, Node], int]:
    flows: dict[tuple[Node, Node], int] = defaultdict(int)
    for column in (column for bill in bills for column in bill["columns"] if column["direction"] == "production"):
        flows[Node(Kind.PLANT, column["point"]), SURPLUS] += int(column["energy"]) - int(column["local"])
    return flows


def _kept(flows: Mapping[tuple[Node, Node], int]) -> Flows:
    ordered = sorted(flows.items(), key=lambda item: (item[0][0].kind, item[0][0].number, item[0][1].number))
    return {pair: energy for pair, energy in ordered if energy > 0}
