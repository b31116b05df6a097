"""The neighbourhood of the contract tests: who is who, and a chain that forgets every test.

Each module starts from the same empty chain and each test from what its module deployed, so that addresses, nonces and
therefore gas are the same whichever tests run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.contracts.people import PLACES


@pytest.fixture(autouse=True, scope="module")
def module_isolation(chain: Any) -> Iterator[None]:
    """Undo what the module's fixtures deployed."""
    before = chain._take_snapshot()
    yield
    chain._revert(before)


@pytest.fixture(autouse=True)
def test_isolation(module_isolation: None, chain: Any) -> Iterator[None]:
    """Undo everything a test did; pytest makes the module's fixtures before this one."""
    before = chain._take_snapshot()
    yield
    chain._revert(before)


@pytest.fixture(scope="session")
def clock(chain: Any) -> Callable[[int], None]:
    """`clock(time)` mines a block at `time` (UTC seconds)."""

    def move(time: int) -> None:
        chain.mine(timestamp=time)

    return move


def _person(name: str) -> Any:
    @pytest.fixture(scope="session", name=name)
    def person(accounts: Any) -> Any:
        return accounts[PLACES[name]]

    return person


deployer = _person("deployer")
provider = _person("provider")
grid_operator = _person("grid_operator")
auditor = _person("auditor")
alice = _person("alice")
bob = _person("bob")
carol = _person("carol")
dave = _person("dave")
stranger = _person("stranger")
governor_account = _person("governor_account")
meter_data_account = _person("meter_data_account")
