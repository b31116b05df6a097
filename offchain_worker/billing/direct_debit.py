"""SEPA direct debit: the file a provider gives its bank to collect a month's bills (ISO 20022, pain.008.001.08).

One transaction per member who owes and has signed a mandate. Its end-to-end id says whom and what it is for
(`DAISEE-2016-06-R0-M5`) and comes back in the bank's statement, which `bank_statement` books by it. The same bills give
the same bytes, so a file made twice is refused by the bank as a duplicate (`MsgId`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from xml.etree import ElementTree

from offchain_worker.domain.errors import DaiseeError

from .parties import Parties, Party

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.008.001.08"
MAX_CENTS = 99_999_999_999
"""SEPA takes amounts up to 999,999,999.99 €."""
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")


class CannotCollect(DaiseeError):
    """The parties file lacks what a bank needs, or nothing is to be collected."""


@dataclass(frozen=True)
class Collection:
    """What is collected from one member."""

    member: int
    cents: int
    end_to_end: str


def end_to_end_id(period: str, revision: int, member: int) -> str:
    """The reference a payment carries there and back."""
    return f"DAISEE-{period}-R{revision}-M{member}"


def collections(
    parties: Parties, period: str, revision: int, owed: Mapping[int, int]
) -> tuple[list[Collection], list[int]]:
    """What can be collected of the cents each member owes, and the members who owe but have no mandate or account."""
    found, without = [], []
    for member, cents in sorted(owed.items()):
        if cents <= 0:
            continue
        party = parties.of(member)
        if party.mandate is None or not party.iban:
            without.append(member)
        else:
            found.append(Collection(member, cents, end_to_end_id(period, revision, member)))
    return found, without


def pain008(parties: Parties, period: str, revision: int, collected: list[Collection], on: date, made_at: int) -> bytes:
    """The file: collections on a day, dated `made_at` (UTC seconds; the settlement's, so that bytes repeat).

    Raises CannotCollect without anything to collect, or without the organiser's account and creditor identifier.
    """
    organiser = parties.organiser
    if not collected:
        raise CannotCollect("nothing to collect: nobody with a mandate owes anything")
    if not organiser.iban or not organiser.creditor_identifier:
        raise CannotCollect("the parties file needs the organiser's `iban` and `creditorIdentifier`")
    if any(one.cents > MAX_CENTS for one in collected):
        raise CannotCollect("an amount is over 999999999.99 €, the most SEPA takes")
    ElementTree.register_namespace("", NAMESPACE)
    document = ElementTree.Element(f"{{{NAMESPACE}}}Document")
    initiation = _child(document, "CstmrDrctDbtInitn")
    message = f"DAISEE-{period}-R{revision}"
    header = _child(initiation, "GrpHdr")
    _text(header, "MsgId", message)
    _text(header, "CreDtTm", datetime.fromtimestamp(made_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    _sums(header, collected)
    _text(_child(header, "InitgPty"), "Nm", latin(organiser.name, 70))
    for sequence in ("FRST", "RCUR"):
        part = [one for one in collected if _sequence(parties.of(one.member)) == sequence]
        if part:
            _payment(initiation, parties, f"{message}-{sequence}", sequence, part, on)
    ElementTree.indent(document, " ")
    return ElementTree.tostring(document, encoding="UTF-8", xml_declaration=True) + b"\n"


def _payment(
    initiation: ElementTree.Element,
    parties: Parties,
    identifier: str,
    sequence: str,
    collected: list[Collection],
    on: date,
) -> None:
    """One payment information block: creditor, day, sequence type, its transactions. The order is the schema's."""
    organiser = parties.organiser
    block = _child(initiation, "PmtInf")
    _text(block, "PmtInfId", identifier)
    _text(block, "PmtMtd", "DD")
    _sums(block, collected)
    kind = _child(block, "PmtTpInf")
    _text(_child(kind, "SvcLvl"), "Cd", "SEPA")
    _text(_child(kind, "LclInstrm"), "Cd", "CORE")
    _text(kind, "SeqTp", sequence)
    _text(block, "ReqdColltnDt", on.isoformat())
    _text(_child(block, "Cdtr"), "Nm", latin(organiser.name, 70))
    _text(_child(_child(block, "CdtrAcct"), "Id"), "IBAN", organiser.iban)
    _agent(block, "CdtrAgt", organiser.bic)
    _text(block, "ChrgBr", "SLEV")
    scheme = _child(_child(_child(_child(block, "CdtrSchmeId"), "Id"), "PrvtId"), "Othr")
    _text(scheme, "Id", organiser.creditor_identifier)
    _text(_child(scheme, "SchmeNm"), "Prtry", "SEPA")
    for one in collected:
        _transaction(block, parties.of(one.member), one)


def _transaction(block: ElementTree.Element, debtor: Party, one: Collection) -> None:
    mandate = debtor.mandate
    if mandate is None:
        raise CannotCollect(f"member {one.member} has no mandate")
    transaction = _child(block, "DrctDbtTxInf")
    _text(_child(transaction, "PmtId"), "EndToEndId", one.end_to_end)
    amount = _text(transaction, "InstdAmt", euros(one.cents))
    amount.set("Ccy", "EUR")
    related = _child(_child(transaction, "DrctDbtTx"), "MndtRltdInf")
    _text(related, "MndtId", latin(mandate.reference, 35))
    _text(related, "DtOfSgntr", mandate.signed_on.isoformat())
    _agent(transaction, "DbtrAgt", debtor.bic)
    _text(_child(transaction, "Dbtr"), "Nm", latin(debtor.name, 70))
    _text(_child(_child(transaction, "DbtrAcct"), "Id"), "IBAN", debtor.iban)
    _text(_child(transaction, "RmtInf"), "Ustrd", one.end_to_end)


def _sequence(party: Party) -> str:
    return "FRST" if party.mandate and party.mandate.first else "RCUR"


def _agent(parent: ElementTree.Element, name: str, bic: str) -> None:
    institution = _child(_child(parent, name), "FinInstnId")
    if bic:
        _text(institution, "BICFI", bic)
    else:
        _text(_child(institution, "Othr"), "Id", "NOTPROVIDED")


def _sums(parent: ElementTree.Element, collected: list[Collection]) -> None:
    _text(parent, "NbOfTxs", str(len(collected)))
    _text(parent, "CtrlSum", euros(sum(one.cents for one in collected)))


def _child(parent: ElementTree.Element, name: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, f"{{{NAMESPACE}}}{name}")


def _text(parent: ElementTree.Element, name: str, text: str) -> ElementTree.Element:
    element = _child(parent, name)
    element.text = text
    return element


def euros(cents: int) -> str:
    """Cents as a bank writes them: `12.30`."""
    return f"{cents // 100}.{cents % 100:02d}"


def latin(text: str, longest: int) -> str:
    """Text in the characters every SEPA bank takes: accents go, what has no like becomes a full stop."""
    spelled = text.translate(_SPELLED)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(sign))
    return "".join(sign if sign in _LATIN else "." for sign in plain)[:longest].strip()


_SPELLED = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "’": "'", "&": "+"}
)
