"""The local chain's clock and purses: what only a local chain allows."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from offchain_worker.chain.connection import Connection


class LocalChainRefused(RuntimeError):
    """The node is not a local chain that lets its clock be set."""


class Clock:
    """Moves the chain's time forward, never back."""

    def __init__(self, connection: Connection, where: ZoneInfo) -> None:
        self._connection = connection
        self._where = where

    def _ask(self, method: str, *parameters: object) -> None:
        answer = self._connection.web3.provider.make_request(method, list(parameters))  # type: ignore[arg-type]
        if "error" in answer:
            raise LocalChainRefused(f"{method}: {answer['error']}")

    @property
    def now(self) -> int:
        """The newest block's time, UTC seconds."""
        return self._connection.stamp().timestamp

    @property
    def today(self) -> str:
        """The newest block's local date and time."""
        return datetime.fromtimestamp(self.now, self._where).strftime("%d %B %Y, %H:%M")

    def advance_to(self, time: int) -> None:
        """Let it be `time`, if it is not later already."""
        if time > self.now:
            self._ask("evm_setNextBlockTimestamp", time)
            self._ask("evm_mine")

    def fill_purse(self, address: str) -> None:
        """Give an address ether for its transactions."""
        self._ask("anvil_setBalance", address, hex(10**20))
