"""A relayer from the voter's side: hand in a signed ballot, keep the receipt, ask what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from eth_account import Account
from eth_account.messages import encode_defunct

from offchain_worker.domain.errors import DaiseeError

from .ballots import Fault, SignedBallot

SECONDS = 15.0


class RelayRefused(DaiseeError):
    """The relayer did not take the ballot, or cannot be asked; `fault` has the code."""

    def __init__(self, url: str, code: str, message: str) -> None:
        self.fault = Fault(code, message)
        super().__init__(f"the relayer at {url}: {message} ({code}); the ballot can be sent alone with --send")


@dataclass(frozen=True)
class Receipt:
    """The relayer's word that it has the ballot; `document` is what to keep."""

    identifier: str
    relayer: str
    received_at: int
    document: dict[str, Any]


@dataclass(frozen=True)
class BallotState:
    """What became of a ballot: `queued`, `sent`, `counted`, or `dropped` with code and message."""

    state: str
    code: str
    message: str
    transaction: str


def post(url: str, signed: SignedBallot) -> Receipt:
    """Hand in a ballot. Raises RelayRefused, also if the receipt is for another ballot or not signed."""
    found = _answer(url, "POST", "/ballots", content=signed.to_json().encode())
    try:
        receipt = Receipt(found["id"], found["relayer"], int(found["receivedAt"]), found)
        said = encode_defunct(text=f"daisee receipt {receipt.identifier} {receipt.received_at}")
        signer = Account.recover_message(said, signature=found["signature"])
    except (KeyError, TypeError, ValueError) as error:
        raise RelayRefused(url, "RECEIPT_INVALID", "its receipt cannot be read") from error
    if receipt.identifier != signed.identifier or signer != receipt.relayer:
        raise RelayRefused(url, "RECEIPT_INVALID", "its receipt is for another ballot or not its own")
    return receipt


def state(url: str, identifier: str) -> BallotState:
    """What became of a ballot. Raises RelayRefused."""
    found = _answer(url, "GET", f"/ballots/{identifier}")
    try:
        return BallotState(found["state"], found["code"], found["message"], found["transaction"])
    except KeyError as error:
        raise RelayRefused(url, "ANSWER_INVALID", "its answer cannot be read") from error


def _answer(url: str, method: str, path: str, **options: Any) -> dict[str, Any]:
    try:
        response = httpx.request(method, url.rstrip("/") + path, timeout=SECONDS, **options)
        found = response.json()
    except (httpx.HTTPError, ValueError) as error:
        raise RelayRefused(url, "RELAY_AWAY", "it does not answer") from error
    if response.is_success and isinstance(found, dict):
        return found
    try:
        raise RelayRefused(url, found["error"]["code"], found["error"]["message"])
    except (KeyError, TypeError) as error:
        raise RelayRefused(url, "ANSWER_INVALID", f"it answered {response.status_code}") from error
