"""A registry alone: its governor and its meter data registry are plain accounts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts import consents
from tests.contracts.people import PLACES

DELAY = 7 * 86400
VOTING_AGE = 30 * 86400


@pytest.fixture(scope="module")
def deploy(
    contracts: Any,
    deployer: Any,
    provider: Any,
    grid_operator: Any,
    auditor: Any,
    governor_account: Any,
    meter_data_account: Any,
) -> Callable[..., Any]:
    """Deploy a registry; `founders` is made from the predicted address, every other argument may be replaced."""

    def make(founders: Callable[[str], list[Any]] = lambda _: [], **changes: Any) -> Any:
        place = deployer.get_deployment_address()
        arguments = {
            "governor": governor_account,
            "provider": provider,
            "gridOperator": grid_operator,
            "auditors": [auditor],
            "meterData": meter_data_account,
            "agreement": consents.AGREEMENT,
            "replacementDelay": DELAY,
            "votingAge": VOTING_AGE,
            "founders": founders(place),
        } | changes
        return contracts.CommunityRegistry.deploy(*arguments.values(), {"from": deployer})

    return make


@pytest.fixture(scope="module")
def registry(deploy: Callable[..., Any], alice: Any, bob: Any) -> Any:
    """Members: alice (1), bob (2), both signed, and a neighbour on paper without a wallet (3). No points."""
    return deploy(
        lambda place: [
            consents.signed(PLACES["alice"], alice.address, place),
            consents.signed(PLACES["bob"], bob.address, place),
            consents.on_paper(),
        ]
    )


@pytest.fixture(scope="module")
def points(registry: Any, provider: Any) -> Any:
    """The registry with alice's flat (0), bob's flat (1), both consuming, and alice's panels (2)."""
    registry.addPoint(point_id(0), 0, 0, {"from": provider})
    registry.addPoint(point_id(1), 0, 0, {"from": provider})
    registry.addPoint(point_id(2), 1, 1, {"from": provider})
    return registry


@pytest.fixture
def busy_provider(deploy: Callable[..., Any], contracts: Any, provider: Any) -> tuple[Any, Any]:
    """A registry with one member, and the wallet that is its provider and makes many calls at once."""
    wallet = contracts.SmartWallet.deploy(provider, {"from": provider})
    return deploy(lambda _: [consents.on_paper()], provider=wallet), wallet


def point_id(number: int) -> str:
    """A point id that stands for `keccak256(salt, id)`."""
    return "0x" + f"{number + 1:02x}" * 32


def rows(structs: Any) -> list[tuple[Any, ...]]:
    """Structs as plain tuples; Brownie 1.22.2's own cannot be compared when they differ in type."""
    return [tuple(struct) for struct in structs]
