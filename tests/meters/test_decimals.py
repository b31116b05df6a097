"""Numbers digit by digit: separators, exponents, what a binary float leaves behind, what is no number."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal

import pytest

from offchain_worker.meters import decimals


@pytest.mark.parametrize(
    ("text", "power", "expected"),
    [
        ("0,141", 9, (141_000_000, True)),
        ("0.141", 9, (141_000_000, True)),
        ("1.234,5", 3, (1_234_500, True)),
        ("1,234.5", 3, (1_234_500, True)),
        ("1.234.567,5", 1, (12_345_675, True)),
        (" -12 ", 0, (-12, True)),
        (",5", 1, (5, True)),
        ("5.", 1, (50, True)),
        ("5e-05", 9, (50_000, True)),
        ("1E3", 0, (1000, True)),
        ("0.30000000000000004", 9, (300_000_000, True)),
        ("0.11799999999999999", 9, (118_000_000, True)),
        ("0.1234567894", 9, (123_456_789, False)),
        ("0.1234567895", 9, (123_456_790, False)),
        ("45292.010416666664", 9, (45_292_010_416_667, False)),
        ("0" * 30, 9, (0, True)),
    ],
)
def test_scaled__number__is_the_integer_it_says(text: str, power: int, expected: tuple[int, bool]) -> None:
    assert decimals.scaled(text, power) == expected


@pytest.mark.parametrize(
    "text", ["", "abc", "1,2,3", "1.2.3", "--1", "1 2", "0x10", "٣", "1e999", "9" * 30, "1" * 60, "."]
)
def test_scaled__what_is_no_number__is_none(text: str) -> None:
    assert decimals.scaled(text, 6) is None


def test_scaled__any_decimal__agrees_with_decimal_arithmetic() -> None:
    chance = random.Random("decimals")
    for _ in range(500):
        text = f"{chance.randrange(10**6)}.{chance.randrange(10 ** chance.randint(1, 9)):0{chance.randint(1, 9)}}"
        found = decimals.scaled(text, 6)
        assert found is not None
        assert found[0] == int((Decimal(text) * 10**6).quantize(Decimal(1), ROUND_HALF_UP))


def test_scaled__any_float_of_three_decimals__is_exact() -> None:
    chance = random.Random("floats")
    for _ in range(500):
        wh = chance.randrange(10**7)
        assert decimals.scaled(repr(wh / 1000), 9) == (wh * 10**6, True)
        assert decimals.scaled(f"{wh / 1000:.17g}", 9) == (wh * 10**6, True)


def test_mixed_separators__points_beside_commas__are_told() -> None:
    assert decimals.mixed_separators(["0,5", "1.234"])
    assert not decimals.mixed_separators(["0,5", "1.234,5", "3"])


def test_amounts__number_that_lost_its_first_digit__is_none_among_whole_ones() -> None:
    assert decimals.amounts(["0,5", "1,2", ",091"], 3)[1] == 2
    found, wrong = decimals.amounts([",5", "1,2", ",091"], 3)
    assert (found.values.tolist(), wrong) == ([500, 1200, 91], -1)


@pytest.mark.parametrize("text", ["0,071.", "0.071,", "01,234.5", "1,234."])
def test_scaled__grouping_that_nobody_writes__is_no_number(text: str) -> None:
    assert decimals.scaled(text, 9) is None


@pytest.mark.parametrize(
    ("texts", "mixed"),
    [
        (["0,5", "1.234,5"], False),
        (["0.5", "1,234.5"], False),
        (["0,5", "0.5"], True),
        (["0,5", "1,234.5"], True),
        (["12", ""], False),
    ],
)
def test_mixed_separators__two_decimal_signs_in_a_column__are_told(texts: list[str], mixed: bool) -> None:
    assert decimals.mixed_separators(texts) == mixed
