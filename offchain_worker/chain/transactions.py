"""Sending: a static call first, so that a refusal costs nothing and comes in words; then sign, send, wait.

One nonce is one act: a transaction that is not mined in time is sent again with the same nonce and a higher fee, never
with another nonce, so it cannot happen twice. Fees never exceed the caller's cap.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from eth_account.signers.local import LocalAccount
from hexbytes import HexBytes
from web3.contract.contract import ContractFunction
from web3.exceptions import ContractCustomError, ContractLogicError, TransactionNotFound, Web3RPCError
from web3.types import TxParams, TxReceipt, Wei

from .connection import Connection
from .contract import refusal
from .errors import ChainUnavailable, ContractRefused, FeeTooHigh

log = structlog.get_logger()

GWEI = 10**9
RECEIPT_TIMEOUT_SECONDS = 120.0
RAISE_AFTER_SECONDS = 30.0
POLL_SECONDS = 0.05
SPARE_GAS = 50_000
"""Beyond a fifth of what the last block's second took: a new second may open a checkpoint (two words) in what is called."""
RACES = 8
"""How often nonce and fee are read again when they changed between reading and sending."""
BASE_ROSE = "less than block base fee"
TAKEN = (
    "nonce too low",
    "already been used",
    "replacement transaction underpriced",
    "transaction underpriced",
    BASE_ROSE,
)


@dataclass(frozen=True)
class FeeCap:
    """The most that a unit of gas may cost, in wei; None leaves it to the node."""

    wei: int | None = None

    def fees(self, base: int, tip: int, raises: int = 0) -> dict[str, Wei]:
        """Twice the base fee and the tip, an eighth more for every raise, all under the cap.

        Raises FeeTooHigh while the cap is below the base fee: nothing would be mined.
        """
        wanted = 2 * base + tip
        for _ in range(raises):
            wanted, tip = wanted + wanted // 8 + 1, tip + tip // 8 + 1
        if self.wei is None:
            return {"maxFeePerGas": Wei(wanted), "maxPriorityFeePerGas": Wei(tip)}
        if base > self.wei:
            raise FeeTooHigh(
                f"gas costs {base / GWEI:.2f} gwei, the cap is {self.wei / GWEI:.2f}; wait, or raise --max-fee-gwei"
            )
        return {"maxFeePerGas": Wei(min(wanted, self.wei)), "maxPriorityFeePerGas": Wei(min(tip, self.wei))}


class Sender:
    """Sends transactions of one account. Without an account (`None`) it only tries them: a dry run."""

    def __init__(
        self,
        connection: Connection,
        account: LocalAccount | None,
        cap: FeeCap = FeeCap(),
        raise_after: float = RAISE_AFTER_SECONDS,
        timeout: float = RECEIPT_TIMEOUT_SECONDS,
    ) -> None:
        self.connection = connection
        self.account = account
        self.cap = cap
        self.raise_after = raise_after
        self.timeout = timeout

    @property
    def address(self) -> str | None:
        """Who sends; None in a dry run."""
        return self.account.address if self.account else None

    def send(
        self, call: ContractFunction, sender: str | None = None, before: Callable[[str], None] | None = None
    ) -> TxReceipt | None:
        """Send the call and wait for its receipt; None in a dry run (where `sender` is who would have sent).

        `before` is told the hash of each transaction before it is sent (one more for each time the fee is raised).

        Raises ContractRefused if the contract would refuse or did, FeeTooHigh if gas costs more than the cap,
        ChainUnavailable if it is not mined in time.
        """
        who = self.address or sender
        name = f"{call.fn_name}"
        try:
            call.call({"from": who} if who else {})  # type: ignore[typeddict-item]
            if self.account is None:
                log.info("dry run: the contract would accept", call=name)
                return None
            gas = call.estimate_gas({"from": self.account.address})
        except (ContractCustomError, ContractLogicError) as error:
            raise refusal(name, error) from error
        # The odd gas makes every act's bytes its own: the same call from two processes is never taken for one.
        limit = gas + gas // 5 + SPARE_GAS + secrets.randbelow(1_000)
        receipt = self._mined(name, call, limit, before)
        if receipt["status"] != 1:
            raise ContractRefused(name, "revert", {"transaction": receipt["transactionHash"].to_0x_hex()})
        log.info("sent", call=name, transaction=receipt["transactionHash"].to_0x_hex(), gas=receipt["gasUsed"])
        return receipt

    def _mined(self, name: str, call: ContractFunction, gas: int, before: Callable[[str], None] | None) -> TxReceipt:
        """Send under the next free nonce, raise the fee while it waits, until it is mined."""
        assert self.account is not None
        web3 = self.connection.web3
        transaction: TxParams = {"from": self.account.address, "gas": gas, "chainId": self.connection.chain_id}  # type: ignore[typeddict-item]
        transaction = call.build_transaction(transaction | self._fees(0))  # type: ignore[arg-type]
        for race in range(RACES):
            transaction["nonce"] = web3.eth.get_transaction_count(self.account.address, "pending")
            try:
                sent = [self._sign_and_send(transaction, before)]
                break
            except Web3RPCError as error:
                if race == RACES - 1 or not _taken(error):
                    raise ChainUnavailable(f"{name}: the node did not take the transaction ({error})") from error
                log.warning("sending again", call=name, nonce=transaction["nonce"], reason=str(error))
                transaction.update(self._fees(0))  # type: ignore[typeddict-item]
        deadline, raises = time.monotonic() + self.timeout, 0
        next_raise = time.monotonic() + self.raise_after
        while time.monotonic() < deadline:
            for digest in sent:
                try:
                    return web3.eth.get_transaction_receipt(digest)
                except TransactionNotFound:
                    continue
            if time.monotonic() > next_raise:
                raises, next_raise = raises + 1, time.monotonic() + self.raise_after
                sent += self._raised(name, transaction, raises, before)
            time.sleep(POLL_SECONDS)
        raise ChainUnavailable(f"{name}: transaction {sent[0].to_0x_hex()} was not mined in time")

    def _raised(
        self, name: str, transaction: TxParams, raises: int, before: Callable[[str], None] | None
    ) -> list[HexBytes]:
        """The same act under the same nonce with a higher fee; nothing if the cap or the node does not allow it."""
        try:
            fees = self._fees(raises)
            if fees["maxFeePerGas"] <= transaction["maxFeePerGas"]:  # type: ignore[operator]
                return []
            transaction.update(fees)  # type: ignore[typeddict-item]
            sent = self._sign_and_send(transaction, before)
        except (FeeTooHigh, Web3RPCError) as error:
            log.warning("the fee was not raised", call=name, reason=str(error))
            return []
        log.info("fee raised", call=name, nonce=transaction["nonce"], max_fee=transaction["maxFeePerGas"])
        return [sent]

    def _fees(self, raises: int) -> dict[str, Wei]:
        web3 = self.connection.web3
        base = web3.eth.get_block("latest").get("baseFeePerGas", Wei(0))
        return self.cap.fees(base, web3.eth.max_priority_fee if base else 0, raises)

    def _sign_and_send(self, transaction: TxParams, before: Callable[[str], None] | None = None) -> HexBytes:
        assert self.account is not None
        signed = self.account.sign_transaction(transaction)  # type: ignore[arg-type]
        if before is not None:
            before(signed.hash.to_0x_hex())
        try:
            return self.connection.web3.eth.send_raw_transaction(signed.raw_transaction)
        except Web3RPCError as error:
            if "already known" in str(error) or "already imported" in str(error):
                return HexBytes(signed.hash)
            raise


def _taken(error: Web3RPCError) -> bool:
    return any(words in str(error).lower() for words in TAKEN)
