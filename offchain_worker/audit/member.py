"""The member level: from one's own readings to one's own bill, with one's own keys and nobody else's."""

from __future__ import annotations

from typing import Any

from offchain_worker.domain.roster import Direction
from offchain_worker.jobs import gathering, results
from offchain_worker.jobs.results import Result
from offchain_worker.storage.encryption import MemberKeys
from offchain_worker.storage.identity import ReadingIdentity

from .checks import Level, Protocol
from .subject import Subject

MEMBER = Level.MEMBER
MICRO_EURO_MICRO_KWH_PER_CENT = 10**10


def check(subject: Subject, protocol: Protocol, identity: ReadingIdentity) -> None:
    """Make every check a member can make of their own."""
    title = "the member's envelope opens"
    with protocol.guarded("envelope", MEMBER, title):
        envelopes = subject.community.meter_data.envelopes(subject.period_id, subject.block)
        keys = gathering.keys(subject.store, envelopes, subject.period.input_digest, identity)
        if not isinstance(keys, MemberKeys):
            detail = "this identity reads everything: audit with --level full"
            protocol.add("envelope", MEMBER, title, False, detail)
            return
        columns = sorted(keys.column_keys)
        detail = f"member {keys.index}, columns {', '.join(map(str, columns))}"
        protocol.add("envelope", MEMBER, title, True, detail)
        result = results.open_result(subject.store, subject.accepted.report.result_digest)
        bill = check_bill(subject, protocol, result, keys)
        check_curves(subject, protocol, result, keys, bill)


def check_bill(subject: Subject, protocol: Protocol, result: Result, keys: MemberKeys) -> dict[str, Any]:
    """The bill is the committed one, its lines compute, and its balance is what was booked."""
    bill = result.bill(keys, keys.index)
    title = "the bill is the one committed by the report, and its invoices add up"
    with protocol.guarded("own-bill", MEMBER, title):
        results.check_bill(bill, subject.accepted.report.bills_root, subject.period.highest_member + 1)
        protocol.add("own-bill", MEMBER, title, True, f"leaf {bill['leaf']}")
    wrong = [
        f"invoice {invoice['issuer']}→{invoice['receiver']}: {line['energy']} µkWh at {line['price']} is not {line['cents']} cents"
        for invoice in bill["received"] + bill["issued"]
        for line in invoice["lines"]
        if line["kind"] != "vat"
        and (int(line["energy"]) * int(line["price"]) + MICRO_EURO_MICRO_KWH_PER_CENT // 2)
        // MICRO_EURO_MICRO_KWH_PER_CENT
        != int(line["cents"])
    ]
    title = "every line is its energy times its price, rounded half up"
    protocol.add("own-lines", MEMBER, title, not wrong, "; ".join(wrong))
    if subject.settled is not None:
        title = "what was booked is the bill's balance"
        protocol.equal("own-net", MEMBER, title, int(bill["net"]), subject.settled.net_cents[keys.index])
    return bill


def check_curves(subject: Subject, protocol: Protocol, result: Result, keys: MemberKeys, bill: dict[str, Any]) -> None:
    """Every reading is the committed one, no step got more than it used, and the bill's energies are the curves' sums."""
    roster = subject.community.registry.roster(subject.period.start, subject.period.end, subject.block)
    row_roots = result.row_roots()
    billed = {entry["column"]: entry for entry in bill["columns"]}
    for column in sorted(keys.column_keys):
        title = f"each reading of column {column} is the one committed before the computation"
        with protocol.guarded(f"own-readings-{column}", MEMBER, title):
            curve = result.curve(keys, column)
            proofs = result.proofs(keys, column)
            results.check_curve(curve, keys.column(column), proofs, row_roots, subject.period.columns)
            protocol.add(f"own-readings-{column}", MEMBER, title, True, f"{len(row_roots)} steps")
            energies, local = list(map(int, curve["energies"])), list(map(int, curve["local"]))
            capped = all(0 <= part <= whole for part, whole in zip(local, energies, strict=True))
            word = "used" if roster.columns[column].direction is Direction.CONSUMPTION else "made"
            title = f"in no step column {column} shared more than it {word}"
            protocol.add(f"own-steps-{column}", MEMBER, title, capped, f"{sum(local)} of {sum(energies)} µkWh")
            title = f"the bill's energies of column {column} are the sums of its curve"
            found = (str(sum(energies)), str(sum(local)))
            wanted = (billed[column]["energy"], billed[column]["local"])
            protocol.add(f"own-energy-{column}", MEMBER, title, found == wanted, f"{found[1]} µkWh local")
