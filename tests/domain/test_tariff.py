"""Bands, prices and the bounds of a tariff."""

from __future__ import annotations

from typing import Any

import pytest

from offchain_worker.domain import tariff
from offchain_worker.domain.errors import TariffIncomplete, TariffInvalid
from offchain_worker.domain.tariff import BandWindow, Base, EnergyTax, Price, Tariff, Vat

WORKDAYS = 0b0011111
TWO_BANDS = Tariff(
    bands=2,
    community_fee=0,
    windows=(BandWindow(0, WORKDAYS, 720, 780), BandWindow(1, WORKDAYS, 420, 1320), BandWindow(1, 0b1000000, 0, 1440)),
    prices=(Price(4, 0, 0, 90_000), Price(4, 0, 1, 150_000), Price(4, 1, 1, 120_000)),
)


@pytest.mark.parametrize(
    ("minute", "weekday", "band"),
    [
        (419, 0, 0),
        (420, 0, 1),  # a window takes its first minute
        (1319, 4, 1),
        (1320, 4, 0),  # and not its last
        (720, 2, 0),  # the first window that fits counts
        (780, 2, 1),
        (600, 5, 0),
        (0, 6, 1),
        (1439, 6, 1),
    ],
)
def test_band_at__local_minute__is_that_of_the_first_window(minute: int, weekday: int, band: int) -> None:
    assert tariff.band_at(TWO_BANDS, minute, weekday) == band


def test_price__group_with_its_own__comes_before_that_of_any() -> None:
    assert [TWO_BANDS.price(4, group, 1) for group in (0, 1, 2)] == [150_000, 120_000, 150_000]


def test_price__nobody_set__is_refused_by_place() -> None:
    with pytest.raises(TariffIncomplete, match="no price of producer 5 for group 1 in band 0; add one"):
        TWO_BANDS.price(5, 1, 0)


def test_check_prices__every_sale_priced__passes_and_a_gap_is_named() -> None:
    tariff.check_prices(TWO_BANDS, [4], [1, 2])
    with pytest.raises(TariffIncomplete, match="producer 6 for group 1 in band 0"):
        tariff.check_prices(TWO_BANDS, [6, 4], [2, 1])
    only_group = Tariff(1, 0, prices=(Price(4, 1, 0, 1),))
    with pytest.raises(TariffIncomplete, match="producer 4 for group 2 in band 0"):
        tariff.check_prices(only_group, [4], [1, 2])


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"bands": 0}, "0 bands; give 1 to 16"),
        ({"bands": 17}, "17 bands"),
        ({"windows": (BandWindow(1, 1, 0, 1),)}, "window 1: band 1 of 1"),
        ({"windows": (BandWindow(0, 0, 0, 1),)}, "window 1: weekdays 0"),
        ({"windows": (BandWindow(0, 128, 0, 1),)}, "window 1: weekdays 128"),
        ({"windows": (BandWindow(0, 1, 5, 5),)}, "window 1: minutes 5 to 5"),
        ({"windows": (BandWindow(0, 1, 5, 1441),)}, "window 1: minutes 5 to 1441"),
        ({"prices": (Price(1, 0, 1, 1),)}, "price 1: band 1 of 1"),
        ({"prices": (Price(1, 2, 0, 1), Price(1, 2, 0, 1))}, "price 2: second price of producer 1, group 2, band 0"),
        ({"taxes": (EnergyTax(1, " ", 1),)}, "tax 1: name it"),
        ({"taxes": (EnergyTax(1, "é" * 33, 1),)}, "tax 1: name it, in at most 64 bytes"),
        ({"taxes": (EnergyTax(1, "t", 1), EnergyTax(1, "t", 2))}, "tax 2: second tax 't' of issuer 1"),
        ({"vats": (Vat(1, Base(0), 1),)}, "vat 1: bases 0"),
        ({"vats": (Vat(1, Base(8), 1),)}, "vat 1: bases 8"),
        ({"vats": (Vat(1, Base.ENERGY, 1_000_001),)}, "vat 1: 1000001 ppm"),
        ({"vats": (Vat(1, Base(3), 1), Vat(1, Base(2), 1))}, "vat 2: second rate of issuer 1"),
    ],
)
def test_tariff__out_of_bounds_or_ambiguous__is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(TariffInvalid, match=message):
        Tariff(**{"bands": 1, "community_fee": 0, **fields})


def test_tariff__two_rates_of_one_issuer_on_different_bases__are_taken() -> None:
    assert len(Tariff(1, 0, vats=(Vat(1, Base.ENERGY, 55_000), Vat(1, Base.TAXES, 200_000))).vats) == 2
