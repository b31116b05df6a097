"""The proof of a bill: from the viewer's own half-hours to what the chain holds, each link really checked.

The chain is read anew for it, at the block given; nothing comes from the app's memory but the bill under examination.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from app import data
from app.reader import Reader
from offchain_worker.domain import merkle
from offchain_worker.domain.bills import bill_leaf
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.task import report_hash
from offchain_worker.jobs import results
from offchain_worker.jobs.documents import unhexed


@dataclass(frozen=True)
class Link:
    """One link of the chain of proof; `name` is its entry in the catalogue."""

    name: str
    holds: bool
    detail: str = ""


def verify(reader: Reader, bill: dict[str, Any], block: int) -> Iterator[Link]:
    """Check every link, one after the other. Raises ChainUnavailable; what does not hold is a link, not an error."""
    community, period_id = data.community(reader.place), reader.records.period_id
    period = community.meter_data.period(period_id, block)
    accepted = community.settlement.accepted(period_id, block)
    record = community.settlement.record(period_id, block)
    settled = community.settlement.settled(period_id, block)
    if accepted is None:
        yield Link("report", False)
        return
    member, members = bill["member"], period.highest_member + 1
    energies = [list(map(int, bill[way])) for way in ("bought", "sold")]
    money = [int(bill[way]) for way in ("debit", "credit")]
    leaf = bill_leaf(unhexed(bill["taskId"]), member, *energies, *money, unhexed(bill["salt"]))  # type: ignore[arg-type]
    yield Link("sums", adds_up(bill))
    yield Link("leaf", leaf == unhexed(bill["leaf"]), "0x" + leaf.hex())
    path = [unhexed(sibling) for sibling in bill["proof"]]
    root = accepted.report.bills_root
    yield Link("path", merkle.verify(root, leaf, member, members, path), "0x" + root.hex())
    yield Link("report", report_hash(accepted.report) == record.report_hash, "0x" + record.report_hash.hex())
    if settled is not None:
        booked = settled.net_cents[member] if member < len(settled.net_cents) else None
        yield Link("booked", booked == int(bill["net"]), settled.transaction)
    yield from _readings(reader, bill, period.readings_root, period.columns)


def adds_up(bill: dict[str, Any]) -> bool:
    """Whether lines make invoices, invoices make the bill, and its columns the energy it names."""
    invoices = [bill["received"], bill["issued"]]
    sums = [sum(int(invoice["total"]) for invoice in those) for those in invoices]
    lines = all(
        sum(int(line["cents"]) for line in one["lines"]) == int(one["total"]) for those in invoices for one in those
    )
    energies = [
        sum(int(column["local"]) for column in bill["columns"] if column["direction"] == direction)
        == sum(map(int, bill[way]))
        for direction, way in (("consumption", "bought"), ("production", "sold"))
    ]
    money = sums == [int(bill["debit"]), int(bill["credit"])] and sums[1] - sums[0] == int(bill["net"])
    return lines and money and all(energies)


def _readings(reader: Reader, bill: dict[str, Any], root: bytes, columns: int) -> Iterator[Link]:
    result = reader.result
    rows: list[bytes] = []

    def check_rows() -> None:
        rows.extend(result.row_roots())
        results.check_rows(rows, root, columns)

    yield _link("rows", check_rows, "0x" + root.hex())
    for column in bill["columns"]:
        at = column["column"]

        def check_curve(at: int = at) -> None:
            curve, proofs = reader.curve(at), result.proofs(reader.keys, at)
            results.check_curve(curve, reader.keys.column(at), proofs, rows, columns)

        energies = sum(map(int, reader.curve(at)["local"]))
        yield _link("curve", check_curve, str(at))
        yield Link("energy", energies == int(column["local"]), str(at))


def _link(name: str, check: Callable[[], None], detail: str) -> Link:
    try:
        check()
    except DaiseeError as error:
        return Link(name, False, str(error))
    return Link(name, True, detail)
