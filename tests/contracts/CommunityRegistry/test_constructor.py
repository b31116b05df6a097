"""`CommunityRegistry`, its constructor: founders, roles, and a deployer that keeps nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contracts import consents
from tests.contracts.people import PLACES
from tests.contracts.refusals import reverts

ALICE = PLACES["alice"]


def test_constructor__founders__are_members_in_order(registry: Any, alice: Any, bob: Any) -> None:
    """G1, G2: three founders, two with a signature for the predicted address."""
    assert [registry.memberOf(wallet) for wallet in (alice, bob)] == [1, 2]
    assert [registry.walletOf(member) for member in (1, 2, 3)] == [alice, bob, consents.NOBODY]
    assert registry.memberCount() == 3
    assert registry.membersAt(registry.clock()) == 3
    assert [registry.nonces(wallet) for wallet in (alice, bob)] == [1, 1]


def test_constructor__roles__are_those_given(
    registry: Any, provider: Any, grid_operator: Any, auditor: Any, governor_account: Any, meter_data_account: Any
) -> None:
    assert registry.provider() == provider
    assert registry.gridOperator() == grid_operator
    assert registry.auditors() == [auditor]
    assert registry.governor() == governor_account
    assert registry.meterData() == meter_data_account
    assert str(registry.agreement()) == consents.AGREEMENT
    assert registry.replacementDelay() == 7 * 86400


def test_constructor__afterwards__the_deployer_may_do_nothing(registry: Any, deployer: Any) -> None:
    """G3: neither enrol nor appoint."""
    for refused in (
        lambda: registry.enrol(consents.by_default(), {"from": deployer}),
        lambda: registry.addPoint("0x" + "01" * 32, 0, 0, {"from": deployer}),
        lambda: registry.setProvider(deployer, {"from": deployer}),
        lambda: registry.setGridOperator(deployer, {"from": deployer}),
        lambda: registry.setAuditor(deployer, True, {"from": deployer}),
        lambda: registry.freezeRoster(201606, 0, 1, {"from": deployer}),
    ):
        with reverts("RegistryUnauthorised", deployer):
            refused()


@pytest.mark.parametrize("role", ["governor", "provider", "gridOperator", "meterData"])
def test_constructor__a_role_is_nobody__is_refused(deploy: Callable[..., Any], role: str) -> None:
    with reverts("RegistryAddressZero"):
        deploy(**{role: consents.NOBODY})


def test_constructor__no_auditor__is_refused(deploy: Callable[..., Any]) -> None:
    """G11."""
    with reverts("RegistryLastAuditor", consents.NOBODY):
        deploy(auditors=[])


def test_constructor__no_time_for_a_veto__is_refused(deploy: Callable[..., Any]) -> None:
    """G5."""
    with reverts("RegistryDelayZero"):
        deploy(replacementDelay=0)


def test_constructor__consent_signed_for_another_address__is_refused(deploy: Callable[..., Any], alice: Any) -> None:
    """G2: the deployer's nonce moved after the founders signed."""
    elsewhere = "0x" + "12" * 20
    with reverts("RegistryConsentInvalid", alice):
        deploy(lambda _: [consents.signed(ALICE, alice.address, elsewhere)])


def test_constructor__one_wallet_twice__is_refused(deploy: Callable[..., Any], alice: Any) -> None:
    """G1."""
    with reverts("RegistryWalletTaken", alice, 1):
        deploy(lambda place: [consents.signed(ALICE, alice.address, place, nonce) for nonce in (0, 1)])
