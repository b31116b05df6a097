"""Prices by local time on a bill: bands across the clock change, group prices, taxes and VAT bases, added up by hand."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from offchain_worker.billing import words
from offchain_worker.domain import tariff as tariffs
from offchain_worker.domain.invoice import invoices
from offchain_worker.domain.pairs import by_lane, pairs
from offchain_worker.domain.roster import numbered
from offchain_worker.jobs.bands import bands

SPRING, AUTUMN = 1459033200, 1477778400
"""Local midnight of 27 March (23 hours) and of 30 October 2016 (25 hours) in France, both Sundays."""
DOCUMENT: dict[str, Any] = {
    "schema": "daisee.tariff/1",
    "bands": 2,
    "communityFeeMicroEuroPerKwh": 10_000,
    "windows": [{"band": 1, "weekdays": 127, "fromMinute": 360, "toMinute": 1320}],
    "prices": [
        {"producer": 2, "group": 0, "band": 0, "microEuroPerKwh": 100_000},
        {"producer": 2, "group": 0, "band": 1, "microEuroPerKwh": 150_000},
        {"producer": 2, "group": 1, "band": 1, "microEuroPerKwh": 140_000},
    ],
    "taxes": [{"issuer": 3, "name": "Accise", "microEuroPerKwh": 22_500}],
    "vats": [{"issuer": 3, "bases": 3, "ppm": 200_000}, {"issuer": 0, "bases": 4, "ppm": 55_000}],
}
TARIFF = tariffs.parse(json.dumps(DOCUMENT))


def hours(start: int, count: int) -> list[int]:
    return bands(TARIFF, "Europe/Paris", start, 3600, count).tolist()


def test_bands__the_day_clocks_go_forward__have_16_hours_of_day_and_7_of_night() -> None:
    """From 00:00 there are 5 hours to 06:00, since 02:00 does not exist."""
    assert hours(SPRING, 23) == [0] * 5 + [1] * 16 + [0] * 2


def test_bands__the_day_clocks_go_back__have_16_hours_of_day_and_9_of_night() -> None:
    assert hours(AUTUMN, 25) == [0] * 7 + [1] * 16 + [0] * 2


def test_bands__of_half_hours__change_with_the_step_that_begins_in_them() -> None:
    found = bands(TARIFF, "Europe/Paris", SPRING + 23 * 3600, 1800, 48).tolist()
    assert found == [0] * 12 + [1] * 32 + [0] * 4


def test_invoices__two_bands_a_tax_and_vat_on_both__by_hand() -> None:
    """Night and day, an hour each: 1 kWh to each of two homes. Day is 0.14 for group 1.

    A home pays 0.10 + 0.14 and 2 · 0.0225 = 0.045 → 0.05 of tax, VAT 20 % of 0.29 = 0.058 → 0.06; the fee is 2 · 0.01
    with VAT 5.5 % of 0.02 = 0.0011 → 0.00.
    """
    allocated = np.full((2, 2), 1_000_000, np.int64)
    sold = np.full((2, 1), 2_000_000, np.int64)
    lanes = np.array([0, 1], np.uint8)
    roster = numbered(2, 1)
    made = invoices(pairs(by_lane(allocated, lanes, 2), by_lane(sold, lanes, 2)), roster, TARIFF)
    assert [(i.issuer, i.receiver, [int(line.cents) for line in i.lines], int(i.total)) for i in made] == [
        (0, 1, [1, 1, 0], 2),
        (0, 2, [1, 1, 0], 2),
        (3, 1, [10, 14, 5, 6], 35),
        (3, 2, [10, 14, 5, 6], 35),
    ]


def test_tariff_words__name_prices_windows_taxes_and_bases() -> None:
    assert words.tariff_words(TARIFF, "fr", 3, {2}, {2: "Toit"}, {1: "immeuble"}) == [
        "Toit, plage 0 : 0,1000\u00a0€/kWh.",
        "Toit, plage 1 : 0,1500\u00a0€/kWh.",
        "Toit pour le groupe « immeuble », plage 1 : 0,1400\u00a0€/kWh.",
        "Accise : 0,0225\u00a0€/kWh.",
        "TVA 20\u202f% sur l'énergie et les taxes par kWh.",
        "Plage 1 : tous les jours, de 06:00 à 22:00 (heure locale).",
        "Plage 0 : toutes les autres heures.",
    ]
    assert words.tariff_words(TARIFF, "en", 0, set(), {}, {}) == [
        "Community fee: €0.0100/kWh on energy bought from other members.",
        "VAT 5.5% on the fee.",
    ]
