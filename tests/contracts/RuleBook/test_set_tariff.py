"""`RuleBook.setTariff`: which tariffs are adopted. When they take effect: `test_effect.py`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from offchain_worker.domain import tariff
from offchain_worker.domain.errors import TariffInvalid
from tests.contracts.refusals import reverts

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "tariff.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["name"])
def test_set_tariff__valid_tariff__is_adopted_under_its_hash(
    rule_book: Any, governor_account: Any, vector: dict[str, Any]
) -> None:
    """G6, G7."""
    tx = rule_book.setTariff(vector["values"], 0, {"from": governor_account})

    event = tx.events["TariffAdopted"]
    assert event["tariffHash"] == vector["hash"]
    assert rule_book.rulesAt(event["effectiveAt"])[1] == vector["hash"]


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ((0, 0, [], [], [], []), ("TariffBandsInvalid", 0)),
        ((17, 0, [], [], [], []), ("TariffBandsInvalid", 17)),
        ((1, 0, [(1, 1, 0, 60)], [], [], []), ("TariffWindowInvalid", 0)),
        ((2, 0, [(1, 1, 0, 60), (1, 0, 0, 60)], [], [], []), ("TariffWindowInvalid", 1)),
        ((2, 0, [(1, 128, 0, 60)], [], [], []), ("TariffWindowInvalid", 0)),
        ((2, 0, [(1, 1, 60, 60)], [], [], []), ("TariffWindowInvalid", 0)),
        ((2, 0, [(1, 1, 0, 1441)], [], [], []), ("TariffWindowInvalid", 0)),
        ((1, 0, [], [(4, 0, 1, 9)], [], []), ("TariffPriceBandUnknown", 0, 1)),
        ((2, 0, [], [(4, 1, 0, 9), (4, 1, 1, 9), (4, 1, 0, 8)], [], []), ("TariffPriceRepeated", 2, 4, 1, 0)),
        ((1, 0, [], [], [(1, "", 9)], []), ("TariffTaxNameInvalid", 0)),
        ((1, 0, [], [], [(1, " \t", 9)], []), ("TariffTaxNameInvalid", 0)),
        ((1, 0, [], [], [(1, "x" * 65, 9)], []), ("TariffTaxNameInvalid", 0)),
        ((1, 0, [], [], [(1, "tax", 9), (2, "tax", 9), (1, "tax", 8)], []), ("TariffTaxRepeated", 2, 1, "tax")),
        ((1, 0, [], [], [], [(1, 0, 9)]), ("TariffVatBasesInvalid", 0, 0)),
        ((1, 0, [], [], [], [(1, 8, 9)]), ("TariffVatBasesInvalid", 0, 8)),
        ((1, 0, [], [], [], [(1, 1, 1_000_001)]), ("TariffVatTooLarge", 0, 1_000_001)),
        ((1, 0, [], [], [], [(1, 1, 9), (2, 1, 9), (1, 3, 9)]), ("TariffVatRepeated", 2, 1, 3)),
    ],
)  # fmt: skip
def test_set_tariff__invalid_tariff__is_refused_as_by_python(
    rule_book: Any, governor_account: Any, values: tuple[Any, ...], error: tuple[Any, ...]
) -> None:
    """G6."""
    with reverts(*error):
        rule_book.setTariff(values, 0, {"from": governor_account})
    with pytest.raises(TariffInvalid):
        tariff.from_abi(values)


def test_set_tariff__anybody_but_the_governor__is_refused(rule_book: Any, provider: Any, alice: Any) -> None:
    """G1."""
    for caller in (provider, alice):
        with reverts("RuleBookUnauthorised", caller):
            rule_book.setTariff(VECTORS["valid"][0]["values"], 0, {"from": caller})
