"""CIDs of one-block artefacts.

A pinned artefact is one raw block, so its CID is its sha256 digest in other clothes:
`CIDv1 = "b" + base32(0x01 0x55 0x12 0x20 ‖ sha256)`, lower case, no padding. No CID string is ever stored.
"""

from __future__ import annotations

import base64
import hashlib

from offchain_worker.domain.errors import DaiseeError

PREFIX = bytes((0x01, 0x55, 0x12, 0x20))
"""CID version 1, codec raw, multihash sha2-256 of 32 bytes."""


class NotACid(DaiseeError):
    """The text is not the CID of a raw sha2-256 block."""


def digest_of(data: bytes) -> bytes:
    """The 32-byte sha256 digest a block is known by."""
    return hashlib.sha256(data).digest()


def cid(digest: bytes) -> str:
    """The CID of the block with this sha256 digest."""
    if len(digest) != 32:
        raise NotACid(f"a block is named by a 32-byte sha256 digest, not by {len(digest)} bytes")
    return "b" + base64.b32encode(PREFIX + digest).decode("ascii").rstrip("=").lower()


def digest_of_cid(text: str) -> bytes:
    """The sha256 digest inside a CID; refuses other versions, codecs, hashes and spellings."""
    try:
        body = text.removeprefix("b").upper()
        decoded = base64.b32decode(body + "=" * (-len(body) % 8))
    except ValueError as error:
        raise NotACid(f"{text!r} is not a base32 CID") from error
    if decoded[:4] != PREFIX or len(decoded) != 36 or cid(decoded[4:]) != text:
        raise NotACid(f"{text!r} is not the CID of a raw sha2-256 block")
    return decoded[4:]
