"""Invoices as an accountant would write them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain_worker.domain.errors import MoneyTooLarge, TariffIncomplete
from offchain_worker.domain.invoice import LineKind, credits, debits, invoices, net
from offchain_worker.domain.roster import Column, Direction, Roster, Source
from offchain_worker.domain.tariff import Base, EnergyTax, Price, Tariff, Vat

KWH = 1_000_000


def roster(consumers: list[tuple[int, int]], producers: list[int]) -> Roster:
    """Consumers as (member, group), producers by member; points in this order."""
    columns = [
        Column(at, member, group, Direction.CONSUMPTION, Source.NONE, 0, 1)
        for at, (member, group) in enumerate(consumers)
    ]
    columns += [
        Column(len(consumers) + at, member, 1, Direction.PRODUCTION, Source.SOLAR, 0, 1)
        for at, member in enumerate(producers)
    ]
    return Roster(tuple(columns))


def sold(*bands: list[list[int]]) -> np.ndarray:
    return np.array(bands, np.int64)


def test_invoices__one_sale_with_fee_taxes_and_vat__adds_up_line_by_line() -> None:
    # Member 1 buys 123.456789 kWh of member 2 at 14 c€, tax 2.25 c€, VAT 20 % on both; fee 0.5 c€, VAT 20 %.
    who = roster([(1, 1)], [2])
    tariff = Tariff(
        1,
        5_000,
        prices=(Price(1, 0, 0, 140_000),),
        taxes=(EnergyTax(2, "accise", 22_500),),
        vats=(Vat(2, Base.ENERGY | Base.TAXES, 200_000), Vat(0, Base.FEE, 200_000)),
    )
    fee, energy = invoices(sold([[123_456_789]]), who, tariff)
    assert [(line.kind, line.cents) for line in energy.lines] == [
        (LineKind.ENERGY, 1728),  # 17.28395046 €
        (LineKind.TAX, 278),  # 2.77777775 €
        (LineKind.VAT, 401),  # 20 % of 20.06 € = 4.012 €
    ]
    assert (energy.issuer, energy.receiver, energy.total) == (2, 1, 2407)
    assert energy.lines[2].base == 2006
    assert [(line.kind, line.cents) for line in fee.lines] == [
        (LineKind.FEE, 62),  # 0.617283945 €
        (LineKind.VAT, 12),  # 0.124 €
    ]
    assert (fee.issuer, fee.receiver, fee.total) == (0, 1, 74)
    assert net([fee, energy], 2) == [74, -2481, 2407]


@pytest.mark.parametrize(
    ("energy", "price", "cents"),
    [
        (10**10, 1, 1),
        (5 * 10**9, 1, 1),  # half a cent goes up
        (5 * 10**9 - 1, 1, 0),
        (15 * 10**9, 1, 2),
        (1, 1, 0),
        (KWH, 100_000, 10),
        (2**62, 4_294_967_295, (2**62 * 4_294_967_295 + 5 * 10**9) // 10**10),
    ],
)
def test_invoices__a_line__is_rounded_half_up_to_the_cent(energy: int, price: int, cents: int) -> None:
    (invoice,) = invoices(sold([[energy]]), roster([(1, 1)], [2]), Tariff(1, 0, prices=(Price(1, 0, 0, price),)))
    assert invoice.total == cents


def test_invoices__pair_inside_one_member__is_energy_only() -> None:
    # Member 1 owns the plant and a home; member 2 buys too. Only member 2 pays price and fee.
    who = roster([(1, 1), (2, 1)], [1])
    found = invoices(sold([[KWH], [KWH]]), who, Tariff(1, 10_000, prices=(Price(2, 0, 0, 100_000),)))
    assert [(i.issuer, i.receiver, i.total) for i in found] == [(0, 2, 1), (1, 2, 10)]


def test_invoices__two_plants_points_and_bands__are_a_line_each_and_one_invoice_a_pair_of_members() -> None:
    # Member 1 has two homes (columns 0 and 1), member 3 two plants (columns 2 and 3), two bands.
    who = roster([(1, 1), (1, 2)], [3, 3])
    prices = [Price(point, 0, band, 100_000) for point in (2, 3) for band in (0, 1)] + [Price(3, 2, 1, 50_000)]
    found = invoices(
        sold([[KWH, 2 * KWH], [0, KWH]], [[0, 0], [KWH, 4 * KWH]]), who, Tariff(2, 0, prices=tuple(prices))
    )
    (invoice,) = found
    assert [(li.production_column, li.consumption_column, li.band, li.cents) for li in invoice.lines] == [
        (2, 0, 0, 10),
        (2, 1, 1, 10),
        (3, 0, 0, 20),
        (3, 1, 0, 10),
        (3, 1, 1, 20),  # the group's own price
    ]


def test_invoices__fee__is_a_line_per_column_and_band_over_all_producers() -> None:
    who = roster([(1, 1), (1, 1)], [2, 3])
    prices = (Price(2, 0, 0, 0), Price(3, 0, 0, 0))
    found = invoices(sold([[KWH, 2 * KWH], [0, KWH]]), who, Tariff(1, 10_000, prices=prices))
    assert [(line.consumption_column, line.energy, line.cents) for line in found[0].lines] == [
        (0, 3 * KWH, 3),
        (1, KWH, 1),
    ]
    assert [invoice.issuer for invoice in found] == [0, 2, 3]


def test_invoices__nothing_sold__are_none() -> None:
    assert invoices(sold([[0]]), roster([(1, 1)], [2]), Tariff(1, 5_000)) == []
    assert net([], 2) == [0, 0, 0]


def test_invoices__sale_without_a_price__is_refused() -> None:
    with pytest.raises(TariffIncomplete, match="producer 1 for group 1 in band 0"):
        invoices(sold([[1]]), roster([(1, 1)], [2]), Tariff(1, 0))


def test_invoices__money_beyond_the_bound__is_refused() -> None:
    who = roster([(1, 1), (2, 1)], [3, 4])
    dear = tuple(Price(point, 0, 0, 4_294_967_295) for point in (2, 3))
    vats = tuple(Vat(member, Base.ENERGY, 1_000_000) for member in (3, 4))
    with pytest.raises(MoneyTooLarge):
        invoices(sold([[2**63 - 1] * 2] * 2), who, Tariff(1, 0, prices=dear, vats=vats))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 10**12), min_size=3, max_size=3), min_size=4, max_size=4),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
)
def test_net__any_sales__adds_up_to_nothing(pairs: list[list[int]], price: int, fee: int, vat: int) -> None:
    who = roster([(1, 1), (2, 1), (2, 2), (3, 1)], [3, 4, 5])
    tariff = Tariff(
        1,
        fee,
        prices=tuple(Price(point, 0, 0, price) for point in (4, 5, 6)),
        taxes=(EnergyTax(3, "a", 7), EnergyTax(0, "b", 9)),
        vats=(Vat(3, Base(3), vat), Vat(4, Base(1), vat), Vat(0, Base(6), vat)),
    )
    found = invoices(sold(pairs), who, tariff)
    assert sum(net(found, 5)) == 0
    assert sum(debits(found, 5)) == sum(credits(found, 5)) == sum(invoice.total for invoice in found)
    assert all(invoice.total == sum(line.cents for line in invoice.lines) for invoice in found)
    assert all(invoice.issuer != invoice.receiver for invoice in found)
    assert [(invoice.issuer, invoice.receiver) for invoice in found] == sorted(
        {(invoice.issuer, invoice.receiver) for invoice in found}
    )
