"""Invoices: one per (issuing member, receiving member), rounded half up on each line, so that Σ net = 0 without dust.

A producer invoices the energy each member bought of it, one line per (production column, consumption column, band);
the community (member 0) invoices its fee on all energy bought of others. Then the issuer's taxes per kWh, then its VAT
on the rounded lines of the bases named. A pair inside one member is energy only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from offchain_worker.domain.energy import Energies
from offchain_worker.domain.errors import MoneyTooLarge
from offchain_worker.domain.quantities import MAX_CENTS, PPM, Cents, MemberIndex, MicroEuro, MicroKwh
from offchain_worker.domain.roster import Roster
from offchain_worker.domain.tariff import Base, Tariff

COMMUNITY: Final = MemberIndex(0)
NOTHING: Final = Cents(0)
PER_CENT: Final = 10**10
"""µkWh · µ€/kWh in one cent."""
NONE: Final = -1
"""In place of a column or band a line does not have."""


class LineKind(StrEnum):
    """What a line charges."""

    ENERGY = "energy"
    FEE = "fee"
    TAX = "tax"
    VAT = "vat"


_BASE: Final = {LineKind.ENERGY: Base.ENERGY, LineKind.TAX: Base.TAXES, LineKind.FEE: Base.FEE}


@dataclass(frozen=True)
class Line:
    """One line. `price` is µ€/kWh, for VAT ppm; `base` is the cents VAT is charged on; columns are the roster's."""

    kind: LineKind
    production_column: int
    consumption_column: int
    band: int
    energy: MicroKwh
    price: MicroEuro
    cents: Cents
    name: str = ""
    base: Cents = NOTHING

    def document(self) -> dict[str, Any]:
        """Return the line for a bill: energies and money are decimal strings."""
        return {
            "kind": self.kind.value,
            "productionColumn": self.production_column,
            "consumptionColumn": self.consumption_column,
            "band": self.band,
            "energy": str(self.energy),
            "price": str(self.price),
            "cents": str(self.cents),
            "name": self.name,
            "base": str(self.base),
        }


@dataclass(frozen=True)
class Invoice:
    """What `receiver` owes `issuer`, in cents."""

    issuer: MemberIndex
    receiver: MemberIndex
    lines: tuple[Line, ...]
    total: Cents

    def document(self) -> dict[str, Any]:
        """Return the invoice for a bill."""
        return {
            "issuer": self.issuer,
            "receiver": self.receiver,
            "lines": [line.document() for line in self.lines],
            "total": str(self.total),
        }


def invoices(pairs: Energies, roster: Roster, tariff: Tariff) -> list[Invoice]:
    """Return all invoices of a period, by issuer, then receiver.

    `pairs` is µkWh of shape (bands, consumption columns, production columns) as `pairs.pairs` makes it. Raises
    `TariffIncomplete` for energy sold without a price, `MoneyTooLarge` beyond 2^63 - 1 cents in all.
    """
    energy_lines: dict[tuple[MemberIndex, MemberIndex], list[Line]] = defaultdict(list)
    bought: dict[MemberIndex, dict[tuple[int, int], int]] = defaultdict(lambda: defaultdict(int))
    rows = pairs.tolist()
    for producer_at, production_column in enumerate(roster.production):
        producer = roster.columns[production_column]
        for consumer_at, consumption_column in enumerate(roster.consumption):
            consumer = roster.columns[consumption_column]
            if producer.member == consumer.member:
                continue
            for band in range(len(rows)):
                sold = rows[band][consumer_at][producer_at]
                if not sold:
                    continue
                price = tariff.price(producer.point, consumer.group, band)
                line = _line(LineKind.ENERGY, sold, price, (production_column, consumption_column, band))
                energy_lines[producer.member, consumer.member].append(line)
                bought[consumer.member][consumption_column, band] += sold
    if tariff.community_fee or any(tax.issuer == COMMUNITY for tax in tariff.taxes):
        for member, amounts in bought.items():
            energy_lines[COMMUNITY, member] = [
                _line(LineKind.FEE, amount, tariff.community_fee, (NONE, *place))
                for place, amount in sorted(amounts.items())
            ]
    found = [_invoice(*parties, lines, tariff) for parties, lines in sorted(energy_lines.items())]
    if sum(invoice.total for invoice in found) > MAX_CENTS:
        raise MoneyTooLarge(f"invoices: more than {MAX_CENTS} cents in all")
    return found


def numbers(invoices: Iterable[Invoice]) -> dict[tuple[MemberIndex, MemberIndex], int]:
    """Return each invoice's number by (issuer, receiver): from 1 without gaps per issuer, in order of the receivers."""
    found: dict[tuple[MemberIndex, MemberIndex], int] = {}
    counted: dict[MemberIndex, int] = defaultdict(int)
    for invoice in sorted(invoices, key=lambda invoice: (invoice.issuer, invoice.receiver)):
        counted[invoice.issuer] += 1
        found[invoice.issuer, invoice.receiver] = counted[invoice.issuer]
    return found


def debits(invoices: Iterable[Invoice], highest_member: int) -> list[int]:
    """Return the cents of invoices received, by member index; entry 0 is the community."""
    found = [0] * (highest_member + 1)
    for invoice in invoices:
        found[invoice.receiver] += invoice.total
    return found


def credits(invoices: Iterable[Invoice], highest_member: int) -> list[int]:
    """Return the cents of invoices issued, by member index; entry 0 is the community."""
    found = [0] * (highest_member + 1)
    for invoice in invoices:
        found[invoice.issuer] += invoice.total
    return found


def net(invoices: Sequence[Invoice], highest_member: int) -> list[int]:
    """Return credit less debit by member index, which adds up to 0."""
    received, issued = debits(invoices, highest_member), credits(invoices, highest_member)
    return [credit - debit for credit, debit in zip(issued, received, strict=True)]


def _line(kind: LineKind, energy: int, price: int, place: tuple[int, int, int], name: str = "") -> Line:
    cents = (energy * price + PER_CENT // 2) // PER_CENT
    return Line(kind, *place, MicroKwh(energy), MicroEuro(price), Cents(cents), name)


def _invoice(issuer: MemberIndex, receiver: MemberIndex, energy_lines: list[Line], tariff: Tariff) -> Invoice:
    nowhere = (NONE, NONE, NONE)
    energy = sum(line.energy for line in energy_lines)
    lines = energy_lines + [
        _line(LineKind.TAX, energy, tax.micro_euro_per_kwh, nowhere, tax.name)
        for tax in tariff.taxes
        if tax.issuer == issuer
    ]
    vats = []
    for vat in tariff.vats:
        covered = [line for line in lines if _BASE[line.kind] & vat.bases]
        if vat.issuer == issuer and covered:
            base = sum(line.cents for line in covered)
            cents = (base * vat.ppm + PPM // 2) // PPM
            line = Line(LineKind.VAT, *nowhere, MicroKwh(0), MicroEuro(vat.ppm), Cents(cents), base=Cents(base))
            vats.append(line)
    lines += vats
    return Invoice(issuer, receiver, tuple(lines), Cents(sum(line.cents for line in lines)))
