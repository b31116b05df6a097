"""What a settlement leaves behind, as documents: curves, proofs, bills, the community's view, the rows' roots.

Each is a function of the settlement alone, in canonical bytes; `settlement` seals and lists them, `results` reads them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from offchain_worker.domain import canonical
from offchain_worker.domain.energy import Energies
from offchain_worker.domain.invoice import Invoice, numbers
from offchain_worker.domain.report import Settlement
from offchain_worker.meters import Quality, StandardCurve
from offchain_worker.storage.store import ContentStore

from .documents import hexed

CURVE, PROOFS, BILL, COMMUNITY = "curve", "proofs", "bill", "community"
"""The kinds of artefact, as they are named when sealed."""
ROOTS_A_BLOCK = 1024


def curve(settled: Settlement, column: int, standard: StandardCurve) -> bytes:
    """A column step by step (`daisee.curve/1`): its energy, what of it was local, and its quality."""
    return canonical.dumps(
        {
            "schema": "daisee.curve/1",
            "taskId": hexed(settled.task_id),
            "column": column,
            "start": settled.task.start,
            "stepSeconds": settled.task.step_seconds,
            "energies": _series(settled.readings.energies[:, column]),
            "local": _series(settled.energies[:, column]),
            "qualities": "".join(map(str, standard.quality.tolist())),
        }
    )


def proofs(settled: Settlement, column: int) -> bytes:
    """A column's proofs: step by step, the siblings of its word inside its row, 32 bytes each, from the leaf up."""
    tree = settled.readings.tree
    return b"".join(b"".join(tree.row_proof(t, 1 + column)) for t in range(settled.task.steps))


def bill(settled: Settlement, member: int, curves: Sequence[StandardCurve]) -> bytes:
    """A member's bill (`daisee.bill/1`) with what proves it: salt, leaf, and the siblings up to `billsRoot`.

    It is provisional while steps of the member's columns are missing or repaired by a voted method.
    """
    sequence = numbers(settled.invoices)

    def numbered(invoice: Invoice) -> dict[str, Any]:
        return {"number": sequence[invoice.issuer, invoice.receiver], **invoice.document()}

    bought, sold = settled.by_member(member)
    own = [at for at, column in enumerate(settled.roster.columns) if column.member == member]
    reasons = [
        {"column": at, "code": quality.name.lower(), "steps": steps}
        for at in own
        for quality in (Quality.MISSING, Quality.REPAIRED)
        if (steps := int((curves[at].quality == quality).sum()))
    ]
    return canonical.dumps(
        {
            "schema": "daisee.bill/1",
            "taskId": hexed(settled.task_id),
            "member": member,
            "columns": [_bill_column(settled, at) for at in own],
            "bought": list(map(str, bought)),
            "sold": list(map(str, sold)),
            "received": [numbered(invoice) for invoice in settled.invoices if invoice.receiver == member],
            "issued": [numbered(invoice) for invoice in settled.invoices if invoice.issuer == member],
            "debit": str(settled.debits[member]),
            "credit": str(settled.credits[member]),
            "net": str(settled.net[member]),
            "provisional": bool(reasons),
            "reasons": reasons,
            "salt": hexed(settled.bill_salt(member)),
            "leaf": hexed(settled.bill_leaves[member]),
            "proof": [hexed(sibling) for sibling in settled.bill_proof(member)],
        }
    )


def community(settled: Settlement) -> bytes:
    """What every member may read (`daisee.community/1`): totals by step and by group, who fed whom, the indicators."""
    roster, energies = settled.roster, settled.readings.energies
    groups = sorted(roster.consumption_groups)
    of_group = {group: [at for at in roster.consumption if roster.columns[at].group == group] for group in groups}
    found = settled.indicators
    return canonical.dumps(
        {
            "schema": "daisee.community/1",
            "taskId": hexed(settled.task_id),
            "start": settled.task.start,
            "stepSeconds": settled.task.step_seconds,
            "bands": settled.readings.bands.tolist(),
            "produced": _series(energies[:, list(roster.production)].sum(axis=1)),
            "consumed": _series(energies[:, list(roster.consumption)].sum(axis=1)),
            "allocated": _series(settled.energies[:, list(roster.consumption)].sum(axis=1)),
            "groups": [
                {
                    "group": group,
                    "consumed": _series(energies[:, of_group[group]].sum(axis=1)),
                    "allocated": _series(settled.energies[:, of_group[group]].sum(axis=1)),
                }
                for group in groups
            ],
            "flows": _flows(settled),
            "indicators": {
                "produced": str(found.produced),
                "consumed": str(found.consumed),
                "allocated": str(found.allocated),
                "surplus": str(found.surplus),
                "scrPpm": found.scr_ppm,
                "ssrPpm": found.ssr_ppm,
            },
        }
    )


def rows(settled: Settlement, store: ContentStore) -> bytes:
    """Put the roots of all rows in `store`, in blocks of 1,024; returns the `daisee.rows/1` manifest of them."""
    roots = settled.readings.tree.row_roots
    blocks = [b"".join(roots[at : at + ROOTS_A_BLOCK]) for at in range(0, len(roots), ROOTS_A_BLOCK)]
    listed = [hexed(store.put(block)) for block in blocks]
    return canonical.dumps({"schema": "daisee.rows/1", "steps": len(roots), "blocks": listed})


def _series(energies: Energies) -> list[str]:
    return list(map(str, energies.tolist()))


def _bill_column(settled: Settlement, at: int) -> dict[str, Any]:
    column = settled.roster.columns[at]
    return {
        "column": at,
        "point": column.point,
        "direction": column.direction.name.lower(),
        "energy": str(int(settled.readings.energies[:, at].sum())),
        "local": str(int(settled.energies[:, at].sum())),
    }


def _flows(settled: Settlement) -> list[dict[str, Any]]:
    roster = settled.roster
    totals: dict[tuple[int, int, int], int] = {}
    for band, consumer, producer in np.argwhere(settled.pairs).tolist():
        point = roster.columns[roster.production[producer]].point
        group = roster.columns[roster.consumption[consumer]].group
        place = (point, group, band)
        totals[place] = totals.get(place, 0) + int(settled.pairs[band, consumer, producer])
    return [
        {"producer": point, "group": group, "band": band, "energy": str(energy)}
        for (point, group, band), energy in sorted(totals.items())
    ]
