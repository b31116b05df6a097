"""`CommunityRegistry.enrol`: who becomes a member, and by which consent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts import consents
from tests.contracts.people import PLACES
from tests.contracts.refusals import reverts

CAROL = PLACES["carol"]
OTHER_DIGEST = "0x" + "77" * 32


def test_enrol__signed_consent__gives_the_next_index(registry: Any, provider: Any, carol: Any) -> None:
    """G1, G6: a member from the second of the block on."""
    tx = registry.enrol(consents.signed(CAROL, carol.address, registry.address), {"from": provider})

    assert tx.events["MemberEnrolled"] == {
        "member": 4,
        "wallet": carol.address,
        "kind": consents.SIGNED,
        "digest": consents.AGREEMENT,
    }
    assert registry.memberOf(carol) == 4
    assert registry.walletOf(4) == carol
    assert registry.memberCount() == 4
    assert registry.membersAt(tx.timestamp) == 4
    assert tuple(registry.isMemberAt(carol, tx.timestamp)) == (True, 4)
    assert tuple(registry.isMemberAt(carol, tx.timestamp - 1)) == (False, 0)


@pytest.mark.parametrize(
    ("founder", "kind", "digest"),
    [
        (consents.on_paper(), consents.PAPER, consents.SHEET),
        (consents.by_default(), consents.DEFAULT_IN, consents.AGREEMENT),
    ],
)
def test_enrol__without_a_wallet__gives_the_next_index(
    registry: Any, provider: Any, founder: Any, kind: int, digest: str
) -> None:
    tx = registry.enrol(founder, {"from": provider})

    event = tx.events["MemberEnrolled"]
    assert (event["member"], event["wallet"], event["kind"], str(event["digest"])) == (4, consents.NOBODY, kind, digest)
    assert registry.walletOf(4) == consents.NOBODY
    assert registry.memberOf(consents.NOBODY) == 0


def test_enrol__sheet_that_names_a_wallet__gives_it_to_the_member(registry: Any, provider: Any, carol: Any) -> None:
    registry.enrol(consents.on_paper(carol.address), {"from": provider})

    assert registry.memberOf(carol) == 4


def test_enrol__wallet_that_is_a_contract__signs_by_erc_1271(
    registry: Any, contracts: Any, provider: Any, carol: Any
) -> None:
    """G2."""
    wallet = contracts.SmartWallet.deploy(carol, {"from": carol})
    signature = consents.sign(CAROL, registry.address, wallet=wallet.address)

    registry.enrol((wallet.address, consents.SIGNED, consents.AGREEMENT, signature), {"from": provider})

    assert registry.memberOf(wallet) == 4


def test_enrol__stranger_calls__is_refused(registry: Any, stranger: Any) -> None:
    """G3."""
    consent = consents.signed(PLACES["stranger"], stranger.address, registry.address)
    with reverts("RegistryUnauthorised", stranger):
        registry.enrol(consent, {"from": stranger})


def test_enrol__member_already__is_refused(registry: Any, provider: Any, alice: Any) -> None:
    """G1."""
    again = consents.signed(PLACES["alice"], alice.address, registry.address, nonce=1)
    with reverts("RegistryWalletTaken", alice, 1):
        registry.enrol(again, {"from": provider})


@pytest.mark.parametrize(
    "flaw",
    [
        {"nonce": 1},
        {"chain_id": 1},
        {"agreement": OTHER_DIGEST},
        {"wallet": "0x" + "34" * 20},
    ],
)
def test_enrol__signature_of_something_else__is_refused(
    registry: Any, provider: Any, carol: Any, flaw: dict[str, Any]
) -> None:
    """G2: another nonce, chain, agreement or wallet."""
    signature = consents.sign(CAROL, registry.address, **flaw)
    with reverts("RegistryConsentInvalid", carol):
        registry.enrol((carol.address, consents.SIGNED, consents.AGREEMENT, signature), {"from": provider})


def test_enrol__somebody_elses_signature__is_refused(registry: Any, provider: Any, carol: Any) -> None:
    """G2."""
    signature = consents.sign(PLACES["stranger"], registry.address, wallet=carol.address)
    with reverts("RegistryConsentInvalid", carol):
        registry.enrol((carol.address, consents.SIGNED, consents.AGREEMENT, signature), {"from": provider})


def test_enrol__consent_used_before__is_refused(registry: Any, provider: Any, carol: Any) -> None:
    """G2: the consent of an earlier membership cannot be used when the member has left."""
    consent = consents.signed(CAROL, carol.address, registry.address)
    registry.enrol(consent, {"from": provider})
    registry.leave({"from": carol})

    with reverts("RegistryConsentInvalid", carol):
        registry.enrol(consent, {"from": provider})


def test_enrol__wallet_that_comes_back__is_the_member_it_was(
    registry: Any, provider: Any, alice: Any, chain: Any
) -> None:
    """G4: index 1 again, and no vote for the time away."""
    left = registry.leave({"from": alice}).timestamp
    chain.mine(timestamp=left + 100)
    tx = registry.enrol(consents.signed(PLACES["alice"], alice.address, registry.address, 1), {"from": provider})

    assert tx.events["MemberEnrolled"]["member"] == 1
    assert registry.memberCount() == 3
    assert registry.membersAt(left) == 2
    assert registry.membersAt(tx.timestamp) == 3
    assert tuple(registry.isMemberAt(alice, left)) == (False, 0)
    assert tuple(registry.isMemberAt(alice, tx.timestamp)) == (True, 1)


@pytest.mark.parametrize("kind", [consents.SIGNED, consents.DEFAULT_IN])
def test_enrol__kind_that_does_not_fit_the_wallet__is_refused(
    registry: Any, provider: Any, carol: Any, kind: int
) -> None:
    wallet = consents.NOBODY if kind == consents.SIGNED else carol.address
    with reverts("RegistryConsentUnfit", kind, wallet):
        registry.enrol((wallet, kind, consents.AGREEMENT, b""), {"from": provider})


@pytest.mark.parametrize(
    ("kind", "digest"),
    [
        (consents.SIGNED, OTHER_DIGEST),
        (consents.DEFAULT_IN, OTHER_DIGEST),
        (consents.PAPER, "0x" + "00" * 32),
    ],
)
def test_enrol__digest_of_something_else__is_refused(
    registry: Any, provider: Any, carol: Any, kind: int, digest: str
) -> None:
    """G2."""
    wallet = carol.address if kind == consents.SIGNED else consents.NOBODY
    with reverts("RegistryDigestMismatch", digest):
        registry.enrol((wallet, kind, digest, b""), {"from": provider})
