"""`CommunityRegistry.enrol`: who becomes a member, and by which consent."""

from __future__ import annotations

from typing import Any

import pytest
from tests.contracts import consents
from tests.contracts.people import PLACES
from tests.contracts.refusals import reverts


def test_enrol__signed_consent__gives_the_next_index(registry: Any, provider: Any, carol: Any) -> None:
    tx = registry.enrol(consents.signed(PLACES["carol"], carol.address, registry.address), {"from": provider})

    assert tx.events["MemberEnrolled"] == {
        "member": 4,
        "wallet": carol.address,
        "kind": consents.SIGNED,
        "digest": consents.AGREEMENT,
    }
    assert registry.memberOf(carol) == 4
    assert registry.walletOf(4) == carol
    assert registry.memberCount() == 4
    assert tuple(registry.isMemberAt(carol, tx.timestamp)) == (True, 4)
    assert tuple(registry.isMemberAt(carol, tx.timestamp - 1)) == (False, 0)


def test_enrol__stranger_calls__is_refused(registry: Any, stranger: Any) -> None:
    """G3."""
    consent = consents.signed(PLACES["stranger"], stranger.address, registry.address)
    with reverts("RegistryUnauthorised", stranger):
        registry.enrol(consent, {"from": stranger})
