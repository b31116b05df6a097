"""Sign-in with Ethereum (EIP-4361): the server writes the message, the wallet signs it, the server checks every line.

A nonce is random, issued here, taken once, and dead after five minutes. Domain, URI and chain come from the app's own
settings, never from the message. An account's key signs, or a contract wallet vouches (ERC-1271).
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from eth_utils import is_hex_address, to_checksum_address
from pydantic import ValidationError
from siwe import SiweMessage, VerificationError
from siwe.parsed import ABNFParsedMessage
from web3 import HTTPProvider
from web3.exceptions import Web3Exception

from app import hosting
from offchain_worker.chain.errors import ChainUnavailable
from offchain_worker.domain.errors import DaiseeError

NONCE_LIFETIME = 300
NONCES = 10_000
LONGEST = 4_096
"""Characters of a message or signature; a contract wallet's signature included."""
STATEMENT = "Sign in to DAISEE. This moves no money, casts no vote and opens no data."


class SignInRefused(DaiseeError):
    """The message, its signature or its nonce is not what was asked for; `status` is the HTTP answer."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Nonces:
    """Nonces that were issued and not taken yet, each for one address."""

    def __init__(self, limit: int = NONCES, clock: Callable[[], float] = time.time) -> None:
        self._limit, self._clock = limit, clock
        self._held: dict[str, tuple[str, int]] = {}
        self._lock = threading.Lock()

    def issue(self, address: str) -> tuple[str, int]:
        """A new nonce for an address, and the second it dies. Raises SignInRefused while too many wait."""
        now = int(self._clock())
        with self._lock:
            self._held = {nonce: held for nonce, held in self._held.items() if held[1] > now}
            if len(self._held) >= self._limit:
                raise SignInRefused("too many sign-ins are under way; wait a minute", 429)
            nonce = secrets.token_hex(16)
            self._held[nonce] = (address, now + NONCE_LIFETIME)
        return nonce, now + NONCE_LIFETIME

    def take(self, nonce: str, address: str) -> None:
        """Take a nonce, whatever comes of it. Raises SignInRefused if it is not this address's, or used, or dead."""
        with self._lock:
            held = self._held.pop(nonce, None)
        if held is None or held[1] <= self._clock():
            raise SignInRefused("the sign-in was used or took too long; start again", 410)
        if held[0] != address:
            raise SignInRefused("the nonce was issued for another address")


def message(nonces: Nonces, address: str, origin: str, chain_id: int) -> str:
    """The text to sign, for an address as a browser names it. Raises SignInRefused for what is no address."""
    if not (isinstance(address, str) and address.startswith("0x") and is_hex_address(address)):
        raise SignInRefused("the address is not an address: 0x and 40 hexadecimal digits")
    checksummed = to_checksum_address(address)
    nonce, expires = nonces.issue(checksummed)
    return str(
        SiweMessage(
            domain=hosting.domain(origin),
            address=checksummed,
            statement=STATEMENT,
            uri=origin,
            version="1",
            chain_id=chain_id,
            nonce=nonce,
            issued_at=_written(expires - NONCE_LIFETIME),
            expiration_time=_written(expires),
        ).prepare_message()
    )


def verify(nonces: Nonces, text: str, signature: str, origin: str, chain_id: int, rpc: str | None) -> str:
    """The checksummed address that signed in. Raises SignInRefused; the nonce is spent either way."""
    if not (isinstance(text, str) and isinstance(signature, str) and max(len(text), len(signature)) <= LONGEST):
        raise SignInRefused("a message and a signature of at most 4,096 characters are needed")
    try:
        signed = SiweMessage.from_message(text)
    except (ValueError, ValidationError) as error:
        raise SignInRefused("this is not a sign-in message (EIP-4361)") from error
    address = to_checksum_address(signed.address)
    nonces.take(signed.nonce, address)
    if signed.expiration_time is None:
        raise SignInRefused("the message has no expiry")
    expected = {"domain": hosting.domain(origin), "uri": origin, "chain_id": chain_id, "nonce": signed.nonce}
    provider = HTTPProvider(rpc, request_kwargs={"timeout": 10}) if rpc else None
    try:
        signed.verify(signature, **expected, provider=provider, strict=True)
    except VerificationError as error:
        raise SignInRefused(f"the sign-in does not hold: {type(error).__name__}") from error
    except (ChainUnavailable, Web3Exception, OSError) as error:
        raise SignInRefused("the chain does not answer; a contract wallet cannot be checked now", 503) from error
    return address


def warm() -> None:
    """Build the grammar once, at the start: the first parse is slow."""
    ABNFParsedMessage(
        message=message(Nonces(), "0x" + "0" * 40, "http://localhost", 1),
    )


def _written(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
