"""Keys follow from one secret by label; the same bytes are sealed alike by everyone, and open for nobody else."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from offchain_worker.storage.encryption import (
    DatasetSecret,
    NotReadable,
    Undecryptable,
    decrypt_output,
    decrypt_raw,
    encrypt_output,
    encrypt_raw,
    hkdf,
    salts,
)

SECRET = DatasetSecret(bytes(range(32)))
TASK = b"\x11" * 32


def rfc5869(secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF written out from the RFC: an absent salt is 32 zero bytes."""
    key = hmac.new(bytes(32), secret, hashlib.sha256).digest()
    block, out = b"", b""
    for counter in range(1, -(-length // 32) + 1):
        block = hmac.new(key, block + info + bytes([counter]), hashlib.sha256).digest()
        out += block
    return out[:length]


@pytest.mark.parametrize("length", [32, 64])
def test_hkdf__written_out_from_the_rfc__is_the_same(length: int) -> None:
    assert hkdf(SECRET.secret, b"label", length) == rfc5869(SECRET.secret, b"label", length)


def test_dataset_secret__labels__are_those_of_the_design() -> None:
    secret = SECRET.secret
    assert SECRET.column(3) == rfc5869(secret, b"column\x00\x03", 32)
    assert SECRET.member(300) == rfc5869(secret, b"member\x01\x2c", 32)
    assert SECRET.community() == rfc5869(secret, b"community", 32)
    assert SECRET.header() == rfc5869(secret, b"header", 32)


def test_dataset_secret__other_length__is_refused() -> None:
    with pytest.raises(NotReadable, match="32 bytes, not 31"):
        DatasetSecret(bytes(31))


def test_encrypt__sub_keys__are_those_of_the_design() -> None:
    key = SECRET.column(0)
    raw = AESSIV(rfc5869(key, b"raw", 64)).encrypt(b"readings", [b"raw"])
    output = AESSIV(rfc5869(key, b"output" + TASK, 64)).encrypt(b"curve", [b"curve"])
    assert encrypt_raw(key, b"readings") == raw
    assert encrypt_output(key, TASK, "curve", b"curve") == output


def test_salts__of_a_column__are_one_counter_block_a_step() -> None:
    stream = salts(SECRET.column(0), 5)
    assert len(stream) == 80
    assert stream[:48] == salts(SECRET.column(0), 3)
    assert len({stream[at : at + 16] for at in range(0, 80, 16)}) == 5
    assert stream != salts(SECRET.column(1), 5)
    assert stream != salts(SECRET.header(), 5)


def test_decrypt__own_key_task_and_kind__gives_the_bytes() -> None:
    key = SECRET.member(1)
    assert decrypt_raw(key, encrypt_raw(key, b"readings"), "file") == b"readings"
    assert decrypt_output(key, TASK, "bill", encrypt_output(key, TASK, "bill", b"bill"), "bill") == b"bill"


@pytest.mark.parametrize(
    ("key", "task", "kind"),
    [
        (SECRET.member(2), TASK, "bill"),
        (SECRET.member(1), b"\x12" * 32, "bill"),
        (SECRET.member(1), TASK, "curve"),
    ],
)
def test_decrypt__another_key_task_or_kind__is_refused_and_named(key: bytes, task: bytes, kind: str) -> None:
    sealed = encrypt_output(SECRET.member(1), TASK, "bill", b"bill")
    with pytest.raises(Undecryptable, match="the bill of member 1 cannot be opened"):
        decrypt_output(key, task, kind, sealed, "the bill of member 1")


def test_decrypt__one_bit_changed__is_refused() -> None:
    sealed = bytearray(encrypt_raw(SECRET.column(0), b"readings"))
    sealed[-1] ^= 1
    with pytest.raises(Undecryptable):
        decrypt_raw(SECRET.column(0), bytes(sealed), "file 0 of column 0")


def test_member_keys__own_things__and_no_others() -> None:
    keys = SECRET.of_member(2, (4, 7))
    assert keys.column(7) == SECRET.column(7)
    assert keys.member(2) == SECRET.member(2)
    assert keys.community() == SECRET.community()
    with pytest.raises(NotReadable, match="member 2 has no key for column 5"):
        keys.column(5)
    with pytest.raises(NotReadable, match="member 2 has no key for the bill of member 3"):
        keys.member(3)
