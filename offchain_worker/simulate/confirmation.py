"""Who stands behind a pinned answer: workers compute it again and sign its digest, bound to their chain and community.

A signature is EIP-712 over `WhatIf(bytes32 answer)`, in the domain of the community's registry, so that it cannot pass for an
attestation of a task or be used in another community. It is evidence beside a ballot; no contract reads it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from eth_account import Account
from eth_account.messages import SignableMessage, encode_typed_data
from eth_keys.exceptions import BadSignature
from eth_utils import ValidationError

from offchain_worker.domain import canonical
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.storage.identity import Identity

SCHEMA: Final = "daisee.what-if-signature/1"
_TYPES: Final = {"WhatIf": [{"name": "answer", "type": "bytes32"}]}


class ConfirmationInvalid(DaiseeError):
    """A signature that is not what it says, or an answer that somebody else computed differently."""


def sign(identity: Identity, chain_id: int, registry: str, answer: bytes) -> bytes:
    """Return the `daisee.what-if-signature/1` of an answer one has computed."""
    signed = Account.sign_message(_message(chain_id, registry, answer), identity.signing_key)
    return canonical.dumps(
        {
            "schema": SCHEMA,
            "answer": "0x" + answer.hex(),
            "signer": identity.address.lower(),
            "signature": "0x" + bytes(signed.signature).hex(),
        }
    )


def signer(document: bytes, chain_id: int, registry: str, answer: bytes) -> str:
    """Return the address that signed, in lower case. Raises ConfirmationInvalid, DocumentInvalid."""
    found: dict[str, Any] = canonical.loads(document, SCHEMA)
    if found["answer"] != "0x" + answer.hex():
        raise ConfirmationInvalid(f"signature: of answer {found['answer']}, not of 0x{answer.hex()}")
    try:
        recovered = Account.recover_message(
            _message(chain_id, registry, answer), signature=bytes.fromhex(found["signature"][2:])
        ).lower()
    except (BadSignature, ValidationError, ValueError) as error:
        raise ConfirmationInvalid(f"signature of {found['signer']}: {error}") from None
    if recovered != found["signer"]:
        raise ConfirmationInvalid(f"signature: says {found['signer']}, but {recovered} made it for this community")
    return str(recovered)


def confirmed(
    documents: Sequence[bytes], workers: Collection[str], chain_id: int, registry: str, answer: bytes
) -> list[str]:
    """Return which of the `workers` signed the answer, each once, in the order of their addresses."""
    known = {worker.lower() for worker in workers}
    return sorted(known & {signer(document, chain_id, registry, answer) for document in documents})


def _message(chain_id: int, registry: str, answer: bytes) -> SignableMessage:
    domain = {"name": "DAISEE what-if", "version": "1", "chainId": chain_id, "verifyingContract": registry}
    return encode_typed_data(domain, _TYPES, {"answer": answer})
