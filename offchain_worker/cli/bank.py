"""`daisee bill sepa | bank-import`: what the bank is given to collect, and what it says came in."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from offchain_worker.billing import bank_statement, direct_debit, figures, reading
from offchain_worker.billing import parties as parties_module
from offchain_worker.billing.bank_statement import Booking, State

from . import files, output
from .account import approve, bank_reference
from .session import PeriodArgument, Session, euros, period_id
from .settings import JsonOption
from .written import columns

PartiesOption = Annotated[
    Path, typer.Option("--parties", help="Names, addresses, accounts (daisee.parties/1); stays on this machine")
]


class Collected(StrEnum):
    """How much a direct debit takes: the month's bill, or only what the member's account lacks."""

    BILL = "bill"
    DEBT = "debt"


def sepa(
    context: typer.Context,
    period: Annotated[str, PeriodArgument],
    parties: PartiesOption,
    out: Annotated[Path, typer.Option("--out", help="The file to write (pain.008.001.08)")],
    on: Annotated[str | None, typer.Option("--on", help="Day of collection, 2016-07-15; default: the due date")] = None,
    collect: Annotated[Collected, typer.Option("--collect", help="The month's bill, or the account's debt")] = (
        Collected.BILL
    ),
    as_json: JsonOption = False,
) -> None:
    """Write the direct debits that collect a period's bills from members with a mandate (provider)."""
    session, known = Session.of(context), parties_module.load(parties)
    found = reading.read(session.community, session.store, period_id(period), session.identity)
    owed = {member: -int(bill["net"]) for member, bill in found.bills.items()}
    if collect is Collected.DEBT:
        balance = session.community.settlement.balance
        owed = {member: min(cents, -balance(member)) for member, cents in owed.items() if cents > 0}
    facts = found.facts
    collected, without = direct_debit.collections(known, facts.period, facts.revision, owed)
    due = date.fromisoformat(figures.local_day(facts.settled_at, facts.time_zone)) + timedelta(days=known.payment_days)
    try:
        day = date.fromisoformat(on) if on else due
    except ValueError as error:
        raise typer.BadParameter(f"{on!r} is not a day: write it as 2016-07-15") from error
    data = direct_debit.pain008(known, facts.period, facts.revision, collected, day, facts.settled_at)
    files.write(out.parent, {out.name: data})
    total = sum(one.cents for one in collected)
    result = {
        "file": str(out),
        "on": day.isoformat(),
        "collections": len(collected),
        "cents": total,
        "without": without,
    }

    def told(_: object) -> None:
        output.results.print(f"{len(collected)} direct debits of {euros(total)} on {day} in {out}", soft_wrap=True)
        if without:
            output.results.print(
                f"no mandate, to be asked otherwise: members {', '.join(map(str, without))}", soft_wrap=True
            )

    output.emit(result, as_json, told)


def bank_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Bank statement: camt.053 XML or CSV")],
    parties: PartiesOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be booked")] = False,
    as_json: JsonOption = False,
) -> None:
    """Book what members paid by bank on their accounts, never the same entry twice (provider).

    Exit 1 if an entry needs a person: unmatched, in conflict with the chain, or money out.
    """
    session, known = Session.of(context), parties_module.load(parties)
    community = session.community
    entries = bank_statement.read(files.opened(file), str(file))
    planned = bank_statement.plan(entries, known, community.settlement.deposits())
    new = [booking for booking in planned if booking.state is State.NEW]
    if new and not dry_run:
        sender = session.sender(community)
        approve(session, community, sum(booking.entry.cents for booking in new))
        for booking in new:
            arguments = (booking.member, booking.entry.cents, bank_reference(booking.entry.reference))
            sender.send(community.settlement.function("depositFor", *arguments))
    output.emit(_imported(planned, dry_run), as_json, _show_imported)
    if any(booking.state in (State.UNMATCHED, State.CONFLICT, State.OUT) for booking in planned):
        raise typer.Exit(1)


def _imported(planned: list[Booking], dry_run: bool) -> dict[str, Any]:
    new = [booking for booking in planned if booking.state is State.NEW]
    return {
        "dryRun": dry_run,
        "booked": len(new),
        "cents": sum(booking.entry.cents for booking in new),
        "entries": [
            {
                "reference": booking.entry.reference,
                "bookedOn": booking.entry.booked_on,
                "cents": booking.entry.cents,
                "member": booking.member,
                "state": booking.state.value,
                "reason": booking.reason,
            }
            for booking in planned
        ],
    }


def _show_imported(result: dict[str, Any]) -> None:
    head = ("reference", "day", "amount", "member", "state")
    rows = [
        (
            entry["reference"],
            entry["bookedOn"],
            euros(entry["cents"]),
            str(entry["member"] or "?"),
            f"{entry['state']}: {entry['reason']}" if entry["reason"] else entry["state"],
        )
        for entry in result["entries"]
    ]
    output.results.print("\n".join(columns([head, *rows])), markup=False, soft_wrap=True)
    verb = "to book" if result["dryRun"] else "booked"
    output.results.print(f"{result['booked']} entries {verb}, {euros(result['cents'])}", soft_wrap=True)
