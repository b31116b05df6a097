"""What adopting rules costs; see `tests/contracts/gas.py`."""

from __future__ import annotations

from typing import Any

from tests.contracts import consents, gas
from tests.contracts.RuleBook.conftest import DOCUMENT, NOTICE, PROGRAM, TARIFF

TWO_GROUPS = (False, True, 0, consents.NOBODY, [(0, 1, [], [], []), (0, 2, [], [], [])])
SHARES = (False, True, 0, consents.NOBODY, [(1, 0, [0, 1, 2, 3], [], [400_000, 300_000, 200_000, 100_000])])


def test_gas__each_rule__costs_what_is_recorded(rule_book: Any, governor_account: Any, chain: Any) -> None:
    sender = {"from": governor_account}
    start = chain[-1].timestamp + NOTICE
    measured = {
        "setKey, two groups": rule_book.setKey(TWO_GROUPS, start + 86400, sender).gas_used,
        "setKey, fixed shares of four points": rule_book.setKey(SHARES, start + 2 * 86400, sender).gas_used,
        "setTariff, one price": rule_book.setTariff(TARIFF, 0, sender).gas_used,
        "setConformity": rule_book.setConformity(DOCUMENT, 0, sender).gas_used,
        "setProgram": rule_book.setProgram(PROGRAM, 0, sender).gas_used,
    }

    gas.check("RuleBook", measured)
