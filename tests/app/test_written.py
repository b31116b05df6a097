"""Numbers, money and dates in both languages, against what a bank statement would print."""

from __future__ import annotations

import pytest

from app import written
from app.words import Words

FR, EN = Words("fr"), Words("en")
PARIS = "Europe/Paris"


@pytest.mark.parametrize(
    ("cents", "french", "english"),
    [
        (123456, "1\u202f234,56\u00a0€", "€1,234.56"),
        (-7901, "−79,01\u00a0€", "−€79.01"),
        (5, "0,05\u00a0€", "€0.05"),
        (0, "0,00\u00a0€", "€0.00"),
    ],
)
def test_euros__of_cents__are_written_as_in_the_country(cents: int, french: str, english: str) -> None:
    assert (FR.euros(cents), EN.euros(cents)) == (french, english)


def test_kwh__of_micro_kwh__keeps_the_decimals_asked_for() -> None:
    assert FR.kwh(8_082_117_000) == "8\u202f082\u00a0kWh"
    assert EN.kwh(8_082_117_000, 3) == "8,082.117\u00a0kWh"
    assert EN.kwh(-1) == "0\u00a0kWh"


def test_percent__of_ppm__is_rounded_to_a_tenth() -> None:
    assert FR.percent(765_287) == "76,5\u202f%"
    assert EN.percent(765_287, 0) == "77%"


@pytest.mark.parametrize(
    ("micro", "english"), [(130_000, "€0.1300/kWh"), (5_000, "€0.0050/kWh"), (1_234, "€0.001234/kWh")]
)
def test_price__of_micro_euros__shows_what_it_has(micro: int, english: str) -> None:
    assert EN.price(micro) == english


def test_moments__around_a_clock_change__are_local() -> None:
    assert EN.moment(1459036800, PARIS) == "27 March 2016, 01:00"
    assert FR.moment(1459040400, PARIS) == "27 mars 2016, 03:00"
    assert FR.date(1464732000, PARIS) == "1er juin 2016"


def test_cell__markdown_in_a_name__stays_text() -> None:
    assert written.cell("a|b *c*") == "a\\|b \\*c\\*"
