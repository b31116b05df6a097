"""Sending: a static call first, so that a refusal costs nothing and comes in words; then sign, send, wait."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from eth_account.signers.local import LocalAccount
from web3.contract.contract import ContractFunction
from web3.exceptions import ContractCustomError, ContractLogicError, TimeExhausted
from web3.types import TxReceipt

from .connection import Connection
from .contract import refusal
from .errors import ChainUnavailable, ContractRefused

log = structlog.get_logger()

RECEIPT_TIMEOUT_SECONDS = 120
# The estimate is made in the last block's second; a checkpoint written in a new second costs up to three words more.
GAS_MARGIN = 80_000


class Sender:
    """Sends transactions of one account. Without an account (`None`) it only tries them: a dry run."""

    def __init__(self, connection: Connection, account: LocalAccount | None) -> None:
        self.connection = connection
        self.account = account

    @property
    def address(self) -> str | None:
        """Who sends; None in a dry run."""
        return self.account.address if self.account else None

    def send(
        self, call: ContractFunction, sender: str | None = None, before: Callable[[str], None] | None = None
    ) -> TxReceipt | None:
        """Send the call and wait for its receipt; None in a dry run (where `sender` is who would have sent).

        `before` is told the transaction's hash before it is sent.

        Raises ContractRefused if the contract would refuse or did, ChainUnavailable if it is not mined in time.
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
        web3 = self.connection.web3
        transaction = call.build_transaction(
            {
                "from": self.account.address,
                "nonce": web3.eth.get_transaction_count(self.account.address, "pending"),
                "gas": gas + max(gas // 5, GAS_MARGIN),
                "chainId": self.connection.chain_id,
            }
        )
        signed = self.account.sign_transaction(transaction)  # type: ignore[arg-type]
        if before is not None:
            before(signed.hash.to_0x_hex())
        sent = web3.eth.send_raw_transaction(signed.raw_transaction)
        try:
            receipt = web3.eth.wait_for_transaction_receipt(sent, timeout=RECEIPT_TIMEOUT_SECONDS, poll_latency=0.05)
        except TimeExhausted as error:
            raise ChainUnavailable(f"{name}: transaction {sent.to_0x_hex()} was not mined in time") from error
        if receipt["status"] != 1:
            raise ContractRefused(name, "revert", {"transaction": sent.to_0x_hex()})
        log.info("sent", call=name, transaction=sent.to_0x_hex(), gas=receipt["gasUsed"])
        return receipt
