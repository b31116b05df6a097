"""The neighbourhood of the contract tests: who is who, and a chain that forgets every test.

Each module starts from the same empty chain and each test from what its module deployed, so that addresses, nonces and
therefore gas are the same whichever tests run.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.contracts.mined import AnsweredOnceMined
from tests.contracts.people import PLACES


@pytest.fixture(autouse=True, scope="session")
def seconds_that_follow(chain: Any) -> None:
    """Each block comes one second after the last, however long a test takes.

    Gas is estimated in the last block's second and spent in the next one, where a first write of that second may cost
    more: hence the buffer. Brownie collects garbage at each revert; what is there now need not be looked at again.
    """
    import brownie

    brownie.web3.provider.make_request("anvil_setBlockTimestampInterval", [1])
    brownie.network.main.gas_buffer(3)
    brownie.web3.middleware_onion.add(AnsweredOnceMined)
    gc.freeze()


@pytest.fixture(autouse=True, scope="module")
def module_isolation(chain: Any) -> Iterator[None]:
    """Undo what the module's fixtures deployed."""
    before = chain._take_snapshot()
    yield
    chain._revert(before)


@pytest.fixture(autouse=True)
def test_isolation(chain: Any) -> Iterator[None]:
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
