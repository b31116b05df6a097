"""Signed ballots: what a wallet signs, the document it becomes, and whether a key made the signature.

The type is OpenZeppelin's `Ballot`, or its `ExtendedBallot` when there is a reason; the nonce counts the ballots the voter
signed for this proposal before. Nothing here asks the chain: `KeyGovernor.fault` does. See docs/reference/ballots.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from eth_keys.exceptions import BadSignature
from eth_utils import is_address, keccak, to_checksum_address
from eth_utils.exceptions import ValidationError as EthValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from offchain_worker.domain.errors import DaiseeError

SCHEMA = "daisee.ballot/1"
DOMAIN_NAME = "DAISEE KeyGovernor"
MAXIMUM_BYTES = 16_384
MAXIMUM_REASON = 500
MAXIMUM_SIGNATURE = 4_096
LAST_NONCE = 13

_FIELDS = (("proposalId", "uint256"), ("support", "uint8"), ("voter", "address"), ("nonce", "uint256"))
_MORE_FIELDS = (("reason", "string"), ("params", "bytes"))
_DOMAIN_FIELDS = (("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address"))


@dataclass(frozen=True)
class Fault:
    """Why a ballot cannot count: a stable code and a sentence for the voter."""

    code: str
    message: str


class BallotInvalid(DaiseeError):
    """A ballot document is malformed or for something else; `fault` has the code."""

    def __init__(self, code: str, message: str) -> None:
        self.fault = Fault(code, message)
        super().__init__(message)


@dataclass(frozen=True)
class Ballot:
    """A ballot before it is signed; `voter` as a checksummed address."""

    proposal: int
    support: int
    voter: str
    nonce: int
    reason: str = ""


def typed_data(ballot: Ballot, chain_id: int, governor: str) -> dict[str, Any]:
    """What `eth_signTypedData_v4` takes: JSON without a number that a browser would round."""
    kind, fields = ("ExtendedBallot", _FIELDS + _MORE_FIELDS) if ballot.reason else ("Ballot", _FIELDS)
    message: dict[str, Any] = {
        "proposalId": str(ballot.proposal),
        "support": ballot.support,
        "voter": ballot.voter,
        "nonce": ballot.nonce,
    }
    if ballot.reason:
        message |= {"reason": ballot.reason, "params": "0x"}
    return {
        "types": {
            "EIP712Domain": [{"name": name, "type": type_} for name, type_ in _DOMAIN_FIELDS],
            kind: [{"name": name, "type": type_} for name, type_ in fields],
        },
        "primaryType": kind,
        "domain": {"name": DOMAIN_NAME, "version": "1", "chainId": chain_id, "verifyingContract": governor},
        "message": message,
    }


def _signable(ballot: Ballot, chain_id: int, governor: str) -> SignableMessage:
    data = typed_data(ballot, chain_id, governor)
    data["message"]["proposalId"] = ballot.proposal
    if ballot.reason:
        data["message"]["params"] = b""
    return encode_typed_data(full_message=data)


def digest(ballot: Ballot, chain_id: int, governor: str) -> bytes:
    """The EIP-712 digest, by which a ballot is known."""
    signable = _signable(ballot, chain_id, governor)
    return keccak(b"\x19" + signable.version + signable.header + signable.body)


@dataclass(frozen=True)
class SignedBallot:
    """A ballot with its signature, for one governor on one chain."""

    ballot: Ballot
    chain_id: int
    governor: str
    signature: bytes

    @property
    def identifier(self) -> str:
        """The ballot's id: `0x` and its digest."""
        return "0x" + digest(self.ballot, self.chain_id, self.governor).hex()

    def abi(self) -> tuple[str, int, int, str, bytes]:
        """`IKeyGovernor.SignedBallot`."""
        return (self.ballot.voter, self.ballot.support, self.ballot.nonce, self.ballot.reason, self.signature)

    def as_json(self) -> dict[str, Any]:
        """The document's content."""
        return {
            "schema": SCHEMA,
            "chainId": self.chain_id,
            "governor": self.governor,
            "proposalId": str(self.ballot.proposal),
            "support": self.ballot.support,
            "voter": self.ballot.voter,
            "nonce": self.ballot.nonce,
            "reason": self.ballot.reason,
            "signature": "0x" + self.signature.hex(),
        }

    def to_json(self) -> str:
        """The document."""
        return json.dumps(self.as_json(), indent=2, ensure_ascii=False) + "\n"


def batch(signed: Sequence[SignedBallot]) -> tuple[list[int], bytes, list[str]]:
    """Ballots as `castVotesBySig` takes them: packed words, signatures, and reasons if there is one."""
    words = [
        int(each.ballot.voter, 16) | each.ballot.support << 160 | each.ballot.nonce << 168 | len(each.signature) << 176
        for each in signed
    ]
    reasons = [each.ballot.reason for each in signed]
    return words, b"".join(each.signature for each in signed), reasons if any(reasons) else []


class _Document(BaseModel):
    """A ballot document as it may come from anybody."""

    model_config = ConfigDict(extra="forbid", strict=True)

    schema_: str = Field(alias="schema", pattern="^daisee\\.ballot/1$")
    chainId: int = Field(ge=1, le=2**53)  # noqa: N815
    governor: str = Field(pattern="^0x[0-9a-fA-F]{40}$")
    proposalId: str = Field(pattern="^(0|[1-9][0-9]{0,77})$")  # noqa: N815
    support: int = Field(ge=0, le=255)
    voter: str = Field(pattern="^0x[0-9a-fA-F]{40}$")
    nonce: int = Field(ge=0, le=2**53)
    reason: str = Field(max_length=MAXIMUM_REASON)
    signature: str = Field(pattern="^0x([0-9a-fA-F]{2})*$", max_length=2 + 2 * MAXIMUM_SIGNATURE)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice")
    return found


def parse(text: str | bytes) -> SignedBallot:
    """A ballot document. Raises BallotInvalid, naming the place, if it is not one."""
    raw = text.encode() if isinstance(text, str) else text
    if len(raw) > MAXIMUM_BYTES:
        raise BallotInvalid("DOCUMENT_TOO_LARGE", f"the ballot has more than {MAXIMUM_BYTES} bytes")
    try:
        found = _Document.model_validate(json.loads(raw.decode("utf-8"), object_pairs_hook=_once))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "document"
        raise BallotInvalid("DOCUMENT_INVALID", f"the ballot's {place}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise BallotInvalid("DOCUMENT_INVALID", f"the ballot is not a JSON document ({error})") from error
    if int(found.proposalId) >= 2**256:
        raise BallotInvalid("DOCUMENT_INVALID", "the ballot's proposalId: more than 256 bits")
    if not found.reason.isprintable() and not found.reason.replace("\n", " ").isprintable():
        raise BallotInvalid("DOCUMENT_INVALID", "the ballot's reason: holds characters that cannot be printed")
    ballot = Ballot(int(found.proposalId), found.support, to_checksum_address(found.voter), found.nonce, found.reason)
    return SignedBallot(ballot, found.chainId, to_checksum_address(found.governor), bytes.fromhex(found.signature[2:]))


def sign(ballot: Ballot, chain_id: int, governor: str, key: bytes) -> SignedBallot:
    """The ballot, signed with a private key."""
    assert is_address(governor)
    signed = Account.sign_message(_signable(ballot, chain_id, governor), key)
    return SignedBallot(ballot, chain_id, governor, bytes(signed.signature))


def signed_by_key(signed: SignedBallot) -> bool:
    """Whether the voter's own key made the signature; a contract wallet's signature only the chain can check."""
    if len(signed.signature) != 65:
        return False
    try:
        signable = _signable(signed.ballot, signed.chain_id, signed.governor)
        signer = Account.recover_message(signable, signature=signed.signature)
    except (BadSignature, EthValidationError, ValueError):
        return False
    return bool(signer == signed.ballot.voter)


def fields(signed: SignedBallot) -> dict[str, Any]:
    """The ballot's fields, for logs and tables."""
    return asdict(signed.ballot)
