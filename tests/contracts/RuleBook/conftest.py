"""A rule book whose governor is a plain account, and the registry whose points its keys name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts import consents

NOTICE = 14 * 86400
PRO_RATA = (False, True, 0, consents.NOBODY, [(0, 0, [], [], [])])
TARIFF = (1, 5_000, [], [(4, 0, 0, 110_000)], [], [(0, 4, 200_000)])
DOCUMENT = b'{"schema":"daisee.conformity/1"}'
PROGRAM = "0x" + "9a" * 32


@pytest.fixture(scope="module")
def registry(
    contracts: Any,
    deployer: Any,
    provider: Any,
    grid_operator: Any,
    auditor: Any,
    governor_account: Any,
    meter_data_account: Any,
) -> Any:
    """Points 0 to 3 consume, 4 and 5 produce, as in the vectors; nobody answers for them yet."""
    registry = contracts.CommunityRegistry.deploy(
        governor_account,
        provider,
        grid_operator,
        [auditor],
        meter_data_account,
        consents.AGREEMENT,
        7 * 86400,
        0,
        [],
        {"from": deployer},
    )
    for point in range(6):
        registry.addPoint("0x" + f"{point + 1:02x}" * 32, int(point > 3), int(point > 3), {"from": provider})
    return registry


@pytest.fixture(scope="module")
def deploy(contracts: Any, deployer: Any, governor_account: Any, registry: Any) -> Callable[..., Any]:
    """Deploy a rule book; every argument may be replaced."""

    def make(**changes: Any) -> Any:
        arguments = {
            "governor": governor_account,
            "registry": registry,
            "notice": NOTICE,
            "key": PRO_RATA,
            "tariff": TARIFF,
            "conformity": DOCUMENT,
            "program": PROGRAM,
        } | changes
        return contracts.RuleBook.deploy(*arguments.values(), {"from": deployer})

    return make


@pytest.fixture(scope="module")
def rule_book(deploy: Callable[..., Any]) -> Any:
    """The founding rules: pro rata for all."""
    return deploy()
