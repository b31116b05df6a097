"""Bank statements: what members paid by bank, found in camt.053 or a plain CSV, matched to members, never booked twice.

An entry is known by the bank's own reference, which goes on chain with the deposit: an entry whose reference is there
already is left alone. Names and accounts of the statement are used for matching only and go nowhere.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from offchain_worker.chain.settlement import Deposit
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.meters import markup
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.markup import Node

from .parties import Parties

CSV_HEAD = ("booking_date", "amount", "reference", "text", "iban")
LONGEST_REFERENCE = 31
"""Bytes the contract's 32 leave for a reference."""
_AMOUNT = re.compile(r"(-?)([0-9]{1,12})(?:[.,]([0-9]{1,2})(?:0*))?")
_PURPOSE = re.compile(r"DAISEE-(?:[0-9]{4}-[0-9]{2}-R[0-9]{1,3}-)?M([0-9]{1,5})(?![0-9])")


class StatementInvalid(DaiseeError):
    """A statement that cannot be read without guessing."""


class State(StrEnum):
    """What becomes of an entry."""

    NEW = "new"
    BOOKED = "booked already"
    CONFLICT = "conflict"
    UNMATCHED = "unmatched"
    OUT = "money out"


@dataclass(frozen=True)
class Entry:
    """Money in (cents > 0) or out; `reference` is unique, at most 31 bytes."""

    reference: str
    cents: int
    booked_on: str
    text: str
    iban: str


@dataclass(frozen=True)
class Booking:
    """An entry, the member it is for (0: nobody found), and what becomes of it."""

    entry: Entry
    member: int
    state: State
    reason: str = ""


def read(data: bytes, name: str) -> list[Entry]:
    """The booked entries of a camt.053 or CSV statement, in order. Raises StatementInvalid naming the place."""
    entries = list(_camt(data, name) if markup.root_name(data) else _csv(data, name))
    if not entries:
        raise StatementInvalid(f"{name}: no booked entry; a camt.053 file or a CSV with {';'.join(CSV_HEAD)} is wanted")
    return entries


def plan(entries: Iterable[Entry], parties: Parties, deposits: Sequence[Deposit]) -> list[Booking]:
    """What to do with each entry, given everything deposited on the chain so far."""
    known = {deposit.reference: deposit for deposit in deposits if deposit.reference}
    by_iban: dict[str, list[int]] = {}
    for member, party in parties.members.items():
        if party.iban:
            by_iban.setdefault(party.iban, []).append(member)
    seen: dict[str, Entry] = {}
    found = []
    for entry in entries:
        member = _member(entry, by_iban)
        booked = known.get(entry.reference.encode())
        if entry.cents <= 0:
            state, reason = State.OUT, "not a deposit: a returned debit or a payment; settle it by hand"
        elif booked is not None:
            same = booked.cents == entry.cents and member in (0, booked.member)
            state, reason = (State.BOOKED, "") if same else (State.CONFLICT, _told(booked))
        elif entry.reference in seen:
            same = seen[entry.reference] == entry
            state, reason = (State.BOOKED, "stands twice here") if same else (State.CONFLICT, "reference used twice")
        elif not member:
            state, reason = State.UNMATCHED, "no DAISEE-… reference and no account of exactly one member"
        else:
            state, reason = State.NEW, ""
        seen.setdefault(entry.reference, entry)
        found.append(Booking(entry, member, state, reason))
    return found


def _told(deposit: Deposit) -> str:
    return f"the chain has this reference for member {deposit.member} and {deposit.cents} cents"


def _member(entry: Entry, by_iban: dict[str, list[int]]) -> int:
    """By the reference a payment carries, else by the payer's account if it is one member's only."""
    named = {int(number) for number in _PURPOSE.findall(entry.text)}
    if len(named) == 1:
        return named.pop()
    owners = by_iban.get(entry.iban, [])
    return owners[0] if not named and len(owners) == 1 else 0


def _camt(data: bytes, name: str) -> Iterator[Entry]:
    if markup.root_name(data) != "Document" or b"BkToCstmrStmt" not in data:
        raise StatementInvalid(f"{name}: is not a camt.053 statement (no BkToCstmrStmt)")
    try:
        for node in markup.pieces(data, name, {"Ntry"}):
            if node.name == "Ntry":
                yield from _entry(node, name)
    except MeterFileError as error:
        raise StatementInvalid(str(error)) from error


def _entry(node: Node, name: str) -> Iterator[Entry]:
    """An entry, or each of the transactions a collective entry is made of."""
    place = f"{name}, line {node.line}"
    status = node.value("Sts", "Cd") or node.value("Sts")
    if status != "BOOK":
        return
    total = _signed(node, node, place)
    day = node.value("BookgDt", "Dt") or node.value("BookgDt", "DtTm")[:10]
    details = [part for group in node.all("NtryDtls") for part in group.all("TxDtls")]
    own = node.value("AcctSvcrRef") or _statement_reference(node)
    if not details:
        yield Entry(_reference(own, place), total, day, node.value("AddtlNtryInf"), "")
        return
    parts = []
    for at, detail in enumerate(details, start=1):
        given = detail if detail.child("Amt") is not None else _instructed(detail)
        if given is None and len(details) > 1:
            raise StatementInvalid(f"{place}: transaction {at} of {len(details)} has no amount")
        cents = _signed(given, detail if detail.child("CdtDbtInd") else node, place) if given else total
        reference = detail.value("Refs", "AcctSvcrRef") or (own and (f"{own}/{at}" if len(details) > 1 else own))
        remittance = " ".join(part.text.strip() for group in detail.all("RmtInf") for part in group.all("Ustrd"))
        structured = " ".join(group.value("Strd", "CdtrRefInf", "Ref") for group in detail.all("RmtInf"))
        text = " ".join([detail.value("Refs", "EndToEndId"), remittance, structured]).strip()
        side = "DbtrAcct" if cents > 0 else "CdtrAcct"
        parts.append(
            Entry(_reference(reference, place), cents, day, text, detail.value("RltdPties", side, "Id", "IBAN"))
        )
    if sum(part.cents for part in parts) != total:
        raise StatementInvalid(f"{place}: its transactions add up to {sum(p.cents for p in parts)}, not {total} cents")
    yield from parts


def _instructed(detail: Node) -> Node | None:
    found = detail.child("AmtDtls")
    return found.child("TxAmt") if found is not None else None


def _statement_reference(node: Node) -> str:
    """The statement's id and the entry's number in it, for banks that give no reference of their own."""
    statement = node.above("Stmt")
    identifier = statement.value("Id") if statement is not None else ""
    return f"{identifier}/{node.value('NtryRef')}" if identifier and node.value("NtryRef") else ""


def _signed(amount: Node, indicated: Node, place: str) -> int:
    """Cents, negative for a debit. A reversal's indicator already says which way the money went."""
    element = amount.child("Amt")
    currency = element.attributes.get("Ccy", "") if element is not None else ""
    if element is None or currency != "EUR":
        raise StatementInvalid(f"{place}: an amount in {currency or 'no currency'}; only EUR can be booked")
    cents = _cents(element.text.strip(), place)
    indicator = indicated.value("CdtDbtInd")
    if indicator not in ("CRDT", "DBIT") or cents < 0:
        raise StatementInvalid(f"{place}: CdtDbtInd is {indicator!r}, CRDT or DBIT is wanted")
    return cents if indicator == "CRDT" else -cents


def _csv(data: bytes, name: str) -> Iterator[Entry]:
    """`booking_date;amount;reference;text;iban`, comma or semicolon, decimal point or comma, UTF-8."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise StatementInvalid(f"{name}: is neither XML nor UTF-8 text (byte {error.start})") from error
    head = text.split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if ";" in head else ",")
    if tuple(cell.strip() for cell in next(rows, [])) != CSV_HEAD:
        raise StatementInvalid(f"{name}, line 1: the columns must be {';'.join(CSV_HEAD)}")
    for row in rows:
        place = f"{name}, line {rows.line_num}"
        if not row:
            continue
        if len(row) != len(CSV_HEAD):
            raise StatementInvalid(f"{place}: {len(row)} cells, {len(CSV_HEAD)} are wanted")
        day, amount, reference, purpose, account = (cell.strip() for cell in row)
        yield Entry(_reference(reference, place), _cents(amount, place), day, purpose, account.replace(" ", ""))


def _cents(text: str, place: str) -> int:
    found = _AMOUNT.fullmatch(text)
    if not found:
        raise StatementInvalid(f"{place}: {text!r} is not an amount with at most two decimals")
    sign, whole, part = found.groups()
    cents = int(whole) * 100 + int((part or "").ljust(2, "0"))
    return -cents if sign else cents


def _reference(text: str, place: str) -> str:
    """The reference as it goes on chain: shortened to a digest where it does not fit."""
    if not text:
        raise StatementInvalid(f"{place}: the bank gives no reference (AcctSvcrRef), so it could be booked twice")
    if len(text.encode()) <= LONGEST_REFERENCE:
        return text
    return "#" + sha256(text.encode()).hexdigest()[: LONGEST_REFERENCE - 1]
