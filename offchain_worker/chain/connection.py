"""A connection to a node: every request is retried for a while, every read can be pinned to a block.

`Connection.request` semantics: a node that is away is asked again with growing pauses and one clear line each time;
when it stays away, `ChainUnavailable` says so. An answer of the node, good or bad, is never retried.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests
import structlog
import tenacity
from eth_typing import HexStr
from web3 import HTTPProvider, Web3
from web3.exceptions import BlockNotFound, ExtraDataLengthError, TransactionNotFound
from web3.middleware import ExtraDataToPOAMiddleware
from web3.types import RPCEndpoint, RPCResponse, TxReceipt

from .errors import BlockGone, ChainUnavailable

if TYPE_CHECKING:
    from .logs import LogArchive

log = structlog.get_logger()


@dataclass(frozen=True)
class BlockStamp:
    """A block by number, hash and time (UTC seconds)."""

    number: int
    hash: bytes
    timestamp: int


NO_BLOCK = ("blockoutofrange", "header not found", "block not found", "unknown block")
"""What nodes say of a block they do not have: anvil, geth and its kin."""


class RetryingProvider(HTTPProvider):
    """An HTTP provider that waits for a node that is away.

    A repeated `eth_sendRawTransaction` carries the same signed bytes, so it cannot act twice.
    """

    def __init__(self, url: str, attempts: int) -> None:
        super().__init__(url, request_kwargs={"timeout": 30}, exception_retry_configuration=None)
        self._attempts = attempts

    def make_request(self, method: RPCEndpoint, params: Any) -> RPCResponse:
        """Ask the node, up to the given number of attempts."""

        def tell(state: tenacity.RetryCallState) -> None:
            log.warning("the node is away, trying again", url=self.endpoint_uri, attempt=state.attempt_number)

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((requests.ConnectionError, requests.Timeout)),
            wait=tenacity.wait_exponential(multiplier=0.2, max=5),
            stop=tenacity.stop_after_attempt(self._attempts),
            before_sleep=tell,
            reraise=True,
        )
        try:
            answer: RPCResponse = retrying(super().make_request, method, params)
        except (requests.ConnectionError, requests.Timeout) as error:
            raise ChainUnavailable(
                f"the node at {self.endpoint_uri} does not answer {method} after {self._attempts} attempts; "
                "start it or set --rpc, then run this again"
            ) from error
        except requests.HTTPError as error:
            raise ChainUnavailable(f"the node at {self.endpoint_uri} answered {method} with {error}") from error
        said = str(answer.get("error", ""))
        if any(words in said.lower() for words in NO_BLOCK):
            raise BlockGone(f"the node at {self.endpoint_uri} has no such block (any more) for {method}; read again")
        return answer


class Connection:
    """A node and what we know of its chain."""

    def __init__(self, url: str, attempts: int = 6) -> None:
        self.url = url
        self.archive: LogArchive | None = None
        """Where settled events are kept, for processes that read them again and again."""
        self.web3 = Web3(RetryingProvider(url, attempts))

    @property
    def chain_id(self) -> int:
        """The chain's id, as the node says."""
        return self.web3.eth.chain_id

    def receipt(self, transaction: str) -> TxReceipt | None:
        """The receipt of a mined transaction; None if it is not mined."""
        try:
            return self.web3.eth.get_transaction_receipt(HexStr(transaction))
        except TransactionNotFound:
            return None

    def knows(self, transaction: str) -> bool:
        """Whether the node has the transaction, mined or waiting."""
        try:
            self.web3.eth.get_transaction(HexStr(transaction))
        except TransactionNotFound:
            return False
        return True

    def stamp(self, block: int | str = "latest") -> BlockStamp:
        """The block's number, hash and time; proof-of-authority chains included. Raises BlockGone, ChainUnavailable."""
        try:
            found = self.web3.eth.get_block(block)  # type: ignore[arg-type]
        except ExtraDataLengthError:
            self.web3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
            found = self.web3.eth.get_block(block)  # type: ignore[arg-type]
        except BlockNotFound as error:
            raise BlockGone(f"the node at {self.url} has no block {block} (any more); read again") from error
        return BlockStamp(int(found["number"]), bytes(found["hash"]), int(found["timestamp"]))
