"""`CommunityRegistry.setProvider`, `setGridOperator`, `setAuditor`, `setEncryptionKey`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts import consents
from tests.contracts.refusals import reverts

KEY = "0x" + "ec" * 32


@pytest.mark.parametrize(
    ("setter", "getter", "event", "old", "new"),
    [
        ("setProvider", "provider", "ProviderSet", "oldProvider", "newProvider"),
        ("setGridOperator", "gridOperator", "GridOperatorSet", "oldGridOperator", "newGridOperator"),
    ],
)
def test_set_role__governor__appoints(
    registry: Any, governor_account: Any, dave: Any, setter: str, getter: str, event: str, old: str, new: str
) -> None:
    """G3."""
    before = getattr(registry, getter)()
    tx = getattr(registry, setter)(dave, {"from": governor_account})

    assert tx.events[event] == {old: before, new: dave.address}
    assert getattr(registry, getter)() == dave


@pytest.mark.parametrize("setter", ["setProvider", "setGridOperator"])
def test_set_role__anybody_else__is_refused(
    registry: Any, provider: Any, grid_operator: Any, alice: Any, setter: str
) -> None:
    """G3."""
    for caller in (provider, grid_operator, alice):
        with reverts("RegistryUnauthorised", caller):
            getattr(registry, setter)(caller, {"from": caller})


@pytest.mark.parametrize("setter", ["setProvider", "setGridOperator"])
def test_set_role__nobody__is_refused(registry: Any, governor_account: Any, setter: str) -> None:
    with reverts("RegistryAddressZero"):
        getattr(registry, setter)(consents.NOBODY, {"from": governor_account})


def test_set_provider__new_one__takes_over_at_once(
    registry: Any, governor_account: Any, provider: Any, dave: Any
) -> None:
    registry.setProvider(dave, {"from": governor_account})

    with reverts("RegistryUnauthorised", provider):
        registry.enrol(consents.by_default(), {"from": provider})
    registry.enrol(consents.by_default(), {"from": dave})
    assert registry.memberCount() == 4


def test_set_auditor__appointed_and_dismissed__is_listed(
    registry: Any, governor_account: Any, auditor: Any, dave: Any
) -> None:
    """G3, G11."""
    tx = registry.setAuditor(dave, True, {"from": governor_account})
    assert tx.events["AuditorSet"] == {"auditor": dave.address, "appointed": True}
    assert (registry.isAuditor(dave), registry.isAuditor(auditor)) == (True, True)

    tx = registry.setAuditor(auditor, False, {"from": governor_account})
    assert tx.events["AuditorSet"] == {"auditor": auditor.address, "appointed": False}
    assert list(registry.auditors()) == [dave]


def test_set_auditor__no_change__says_nothing(registry: Any, governor_account: Any, auditor: Any, dave: Any) -> None:
    for who, appointed in ((auditor, True), (dave, False)):
        assert "AuditorSet" not in registry.setAuditor(who, appointed, {"from": governor_account}).events


def test_set_auditor__last_one__stays(registry: Any, governor_account: Any, auditor: Any) -> None:
    """G11."""
    with reverts("RegistryLastAuditor", auditor):
        registry.setAuditor(auditor, False, {"from": governor_account})


def test_set_auditor__anybody_but_the_governor_or_for_nobody__is_refused(
    registry: Any, governor_account: Any, provider: Any
) -> None:
    """G3."""
    with reverts("RegistryUnauthorised", provider):
        registry.setAuditor(provider, True, {"from": provider})
    with reverts("RegistryAddressZero"):
        registry.setAuditor(consents.NOBODY, True, {"from": governor_account})


def test_set_encryption_key__anybody__publishes_and_withdraws_its_own(registry: Any, stranger: Any, alice: Any) -> None:
    tx = registry.setEncryptionKey(KEY, {"from": stranger})
    assert tx.events["EncryptionKeySet"] == {"holder": stranger.address, "key": KEY}
    assert registry.encryptionKeyOf(stranger) == KEY
    assert registry.encryptionKeyOf(alice) == "0x" + "00" * 32

    registry.setEncryptionKey("0x" + "00" * 32, {"from": stranger})
    assert registry.encryptionKeyOf(stranger) == "0x" + "00" * 32
