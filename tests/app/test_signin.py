"""Sign-in with Ethereum: the message we wrote, signed by the address in it, once and in time; nothing else."""

from __future__ import annotations

import time
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from app import signin
from app.signin import NONCE_LIFETIME, Nonces, SignInRefused

ORIGIN, CHAIN = "https://energy.example.org", 31337
ALICE, BOB = Account.from_key("0x" + "11" * 32), Account.from_key("0x" + "22" * 32)


class Clock:
    """A clock that stands where it is put."""

    now = 1_766_000_000.0

    def __call__(self) -> float:
        return self.now


def signed(account: Any, text: str) -> str:
    return "0x" + bytes(account.sign_message(encode_defunct(text=text)).signature).hex()


def refused(nonces: Nonces, text: Any, signature: Any) -> SignInRefused:
    with pytest.raises(SignInRefused) as caught:
        signin.verify(nonces, text, signature, ORIGIN, CHAIN, None)
    assert "\n" not in str(caught.value)
    return caught.value


def test_verify__the_message_signed_by_its_address__signs_in() -> None:
    nonces = Nonces()
    text = signin.message(nonces, ALICE.address.lower(), ORIGIN, CHAIN)
    assert text.startswith(f"energy.example.org wants you to sign in with your Ethereum account:\n{ALICE.address}\n")
    assert "casts no vote" in text
    assert signin.verify(nonces, text, signed(ALICE, text), ORIGIN, CHAIN, None) == ALICE.address


def test_verify__twice__is_refused_the_second_time() -> None:
    nonces = Nonces()
    text = signin.message(nonces, ALICE.address, ORIGIN, CHAIN)
    signin.verify(nonces, text, signed(ALICE, text), ORIGIN, CHAIN, None)
    assert refused(nonces, text, signed(ALICE, text)).status == 410


def test_verify__too_late__is_refused() -> None:
    clock = Clock()
    clock.now = time.time()
    nonces = Nonces(clock)
    text = signin.message(nonces, ALICE.address, ORIGIN, CHAIN)
    clock.now += NONCE_LIFETIME
    assert refused(nonces, text, signed(ALICE, text)).status == 410


def test_verify__signed_by_somebody_else__is_refused() -> None:
    nonces = Nonces()
    text = signin.message(nonces, ALICE.address, ORIGIN, CHAIN)
    assert "InvalidSignature" in str(refused(nonces, text, signed(BOB, text)))


def test_verify__the_nonce_of_another_address__is_refused() -> None:
    nonces = Nonces()
    text = signin.message(nonces, ALICE.address, ORIGIN, CHAIN).replace(ALICE.address, BOB.address)
    assert "for another address" in str(refused(nonces, text, signed(BOB, text)))


def test_verify__a_nonce_of_another_server__is_refused() -> None:
    text = signin.message(Nonces(), ALICE.address, ORIGIN, CHAIN)
    assert "not started here" in str(refused(Nonces(), text, signed(ALICE, text)))


@pytest.mark.parametrize(
    ("found", "put", "said"),
    [
        ("energy.example.org wants", "evil.example.org wants", "DomainMismatch"),
        ("URI: https://energy.example.org", "URI: https://evil.example.org", "UriMismatch"),
        ("Chain ID: 31337", "Chain ID: 1", "ChainIdMismatch"),
        ("\nExpiration Time: ", "\nNot Before: ", "no expiry"),
        ("\nIssued At: 20", "\nIssued At: 19", "not issued just now"),
        ("\nIssued At: 20", "\nIssued At: 21", "not issued just now"),
        ("\nExpiration Time: 20", "\nExpiration Time: 19", "ExpiredMessage"),
        ("Version: 1", "Version: 2", "not a sign-in message"),
    ],
)
def test_verify__another_line_in_the_message__is_refused(found: str, put: str, said: str) -> None:
    nonces = Nonces()
    text = signin.message(nonces, ALICE.address, ORIGIN, CHAIN)
    assert found in text
    text = text.replace(found, put)
    assert said in str(refused(nonces, text, signed(ALICE, text)))


@pytest.mark.parametrize("text", ["", "x", "\0", "é" * 4097, None, 7, ["a"], {"a": 1}, "0x00", " wants you to sign in"])
def test_verify__what_is_no_message__is_refused(text: Any) -> None:
    assert refused(Nonces(), text, "0x" + "00" * 65).status == 400


@pytest.mark.parametrize("signature", ["", "0x", "zz", "0x" + "00" * 65, "0x" + "ff" * 65, "0x12", None, 7, "é", "0x0"])
def test_verify__what_is_no_signature__is_refused(signature: Any) -> None:
    nonces = Nonces()
    text = signin.message(nonces, ALICE.address, ORIGIN, CHAIN)
    assert refused(nonces, text, signature).status == 400


@pytest.mark.parametrize("address", ["", "0x", "alice", "0x" + "g" * 40, "11" * 20, None, 7, ["0x"]])
def test_message__for_what_is_no_address__is_refused(address: Any) -> None:
    with pytest.raises(SignInRefused, match="not an address"):
        signin.message(Nonces(), address, ORIGIN, CHAIN)


def test_verify__a_contract_wallet__signs_in_by_its_owners_key(
    contracts: Any, accounts: Any, chain_url: str, isolation: None
) -> None:
    wallet = contracts.SmartWallet.deploy(ALICE.address, {"from": accounts[0]}).address
    nonces = Nonces()
    text = signin.message(nonces, wallet, ORIGIN, CHAIN)
    assert "InvalidSignature" in str(refused(nonces, text, signed(ALICE, text)))  # nobody to ask
    with pytest.raises(SignInRefused, match="InvalidSignature"):
        signin.verify(nonces, text, signed(BOB, text), ORIGIN, CHAIN, chain_url)
    for nonsense in ("0x", "zz", "0x" + "00" * 65):
        with pytest.raises(SignInRefused):
            signin.verify(nonces, text, nonsense, ORIGIN, CHAIN, chain_url)
    assert signin.verify(nonces, text, signed(ALICE, text), ORIGIN, CHAIN, chain_url) == wallet


def test_verify__a_contract_wallet_while_the_chain_is_away__is_refused_for_now() -> None:
    nonces = Nonces()
    text = signin.message(nonces, ALICE.address, ORIGIN, CHAIN)
    with pytest.raises(SignInRefused) as caught:
        signin.verify(nonces, text, signed(BOB, text), ORIGIN, CHAIN, "http://127.0.0.1:9")
    assert caught.value.status == 503
