"""The reading key a wallet's signature makes: the same from file and wallet, from nobody else's signature."""

from __future__ import annotations

from pathlib import Path

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_keys.constants import SECPK1_N
from web3 import HTTPProvider, Web3
from web3.types import RPCEndpoint

from offchain_worker.domain.errors import DocumentInvalid
from offchain_worker.storage import identity as identities
from offchain_worker.storage.identity import IdentityError

KEY = bytes([17] * 32)
ADDRESS = "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"
# Made once with eth-account (RFC 6979) and HKDF-SHA256; other wallets must come to the same.
READING_KEY = "36f4e48ab19e17a4f1a90cc94b2a0e01e6d49709a1aba88afd60b72789091a8d"


def signature(text: str = identities.READING_TEXT, key: bytes = KEY) -> bytes:
    return bytes(Account.from_key(key).sign_message(encode_defunct(text=text)).signature)


def test_reading_key__of_a_fixed_key__is_the_vector() -> None:
    assert identities.derived_reading_key(KEY).hex() == READING_KEY
    assert identities.signed_reading_key(ADDRESS, signature()).hex() == READING_KEY


def test_reading_key__of_the_same_signature_written_otherwise__is_the_same() -> None:
    made = signature()
    r, s, v = made[:32], int.from_bytes(made[32:64], "big"), made[64]
    flipped = r + (SECPK1_N - s).to_bytes(32, "big") + bytes([27 + 28 - v])
    for other in (made[:64] + bytes([v - 27]), flipped):
        assert identities.signed_reading_key(ADDRESS, other).hex() == READING_KEY


@pytest.mark.parametrize("made", [b"", b"\0" * 64, b"\0" * 65, b"\xff" * 65, b"\x01" * 66])
def test_reading_key__of_what_is_no_signature__is_refused(made: bytes) -> None:
    with pytest.raises(IdentityError):
        identities.signed_reading_key(ADDRESS, made)


def test_reading_key__of_another_text_or_signer__is_refused() -> None:
    for made in (signature("sign in"), signature(key=bytes([18] * 32))):
        with pytest.raises(IdentityError, match="was signed by"):
            identities.signed_reading_key(ADDRESS, made)


def test_identity__made_without_a_reading_key__has_the_wallets(tmp_path: Path) -> None:
    made = identities.create(tmp_path / "alice.json", KEY)
    assert made.reading_key.hex() == READING_KEY
    assert identities.load(tmp_path / "alice.json") == made
    fresh = identities.fresh()
    assert fresh.reading_key == identities.derived_reading_key(fresh.signing_key)


def test_identity__with_an_older_random_reading_key__keeps_it(tmp_path: Path) -> None:
    identities.create(tmp_path / "alice.json", KEY, b"k" * 32)
    assert identities.load(tmp_path / "alice.json").reading_key == b"k" * 32


def test_identity__written_to_a_log__shows_no_key() -> None:
    assert READING_KEY not in repr(identities.ReadingIdentity(ADDRESS, reading_key=bytes.fromhex(READING_KEY)))


def test_reading_document__of_an_identity__opens_for_its_address_only() -> None:
    document = identities.reading_document(identities.ReadingIdentity(ADDRESS, reading_key=b"k" * 32))
    assert b"signing" not in document
    assert identities.read_reading_document(document, ADDRESS) == b"k" * 32
    with pytest.raises(IdentityError, match="the reading key is of 0x19e7"):
        identities.read_reading_document(document, "0x" + "1" * 40)


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", b'{"schema":"daisee.identity/1"}'])
def test_reading_document__that_is_none__is_refused(data: bytes) -> None:
    with pytest.raises(DocumentInvalid):
        identities.read_reading_document(data, ADDRESS)


def test_reading_key__signed_by_another_implementation__is_the_same(chain_url: str) -> None:
    """The node's own signer stands for any wallet; its first development account's key is public."""
    key = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
    address = Account.from_key(key).address
    text = "0x" + identities.READING_TEXT.encode().hex()
    answer = Web3(HTTPProvider(chain_url)).provider.make_request(RPCEndpoint("personal_sign"), [text, address])
    made = identities.signed_reading_key(address, bytes.fromhex(answer["result"][2:]))
    assert made == identities.derived_reading_key(key)
