"""Sending when it is not easy: no miner, rising fees, a nonce somebody else used, a gap before ours, a cap."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from eth_account import Account

from offchain_worker.chain.connection import Connection
from offchain_worker.chain.errors import ChainUnavailable, ContractRefused, FeeTooHigh
from offchain_worker.chain.transactions import GWEI, FeeCap, Sender
from scripts import local_chain
from tests.conftest import CHAIN_START

ABI = [{"type": "function", "name": "ring", "inputs": [], "outputs": [], "stateMutability": "nonpayable"}]
PLACE = "0x00000000000000000000000000000000000000Be"
STOP, REVERT = "0x00", "0x5f5ffd"


@pytest.fixture
def connection() -> Iterator[Connection]:
    with local_chain.running(CHAIN_START) as chain:
        found = Connection(chain.url)
        tell(found, "anvil_setCode", PLACE, STOP)
        yield found


@pytest.fixture
def account(connection: Connection) -> Any:
    made = Account.from_key(b"\x07" * 32)
    tell(connection, "anvil_setBalance", made.address, hex(10**20))
    return made


def tell(connection: Connection, method: str, *arguments: object) -> Any:
    answer = connection.web3.provider.make_request(method, list(arguments))  # type: ignore[arg-type]
    assert "error" not in answer, answer
    return answer["result"]


def ring(connection: Connection) -> Any:
    return connection.web3.eth.contract(address=PLACE, abi=ABI).functions.ring()  # type: ignore[call-overload]


@contextmanager
def later(seconds: float, act: Callable[[], object]) -> Iterator[None]:
    timer = threading.Timer(seconds, act)
    timer.start()
    try:
        yield
    finally:
        timer.join()


def set_base_fee(connection: Connection, gwei: int) -> None:
    tell(connection, "anvil_setNextBlockBaseFeePerGas", hex(gwei * GWEI))
    tell(connection, "evm_mine")


def test_send__accepted__is_mined_once(connection: Connection, account: Any) -> None:
    receipt = Sender(connection, account).send(ring(connection))
    assert receipt is not None
    assert receipt["status"] == 1
    assert connection.web3.eth.get_transaction_count(account.address) == 1


def test_send__refused__costs_nothing(connection: Connection, account: Any) -> None:
    tell(connection, "anvil_setCode", PLACE, REVERT)
    with pytest.raises(ContractRefused):
        Sender(connection, account).send(ring(connection))
    assert connection.web3.eth.get_transaction_count(account.address) == 0


def test_send__fees_jump_while_it_waits__is_sent_again_under_the_same_nonce(
    connection: Connection, account: Any
) -> None:
    set_base_fee(connection, 1)
    tell(connection, "evm_setAutomine", False)
    sender = Sender(connection, account, FeeCap(1000 * GWEI), raise_after=0.3)

    def jump() -> None:
        while connection.web3.eth.get_transaction_count(account.address, "pending") == 0:
            time.sleep(0.01)
        set_base_fee(connection, 50)  # far above twice the fee it was first sent with
        time.sleep(1.0)
        tell(connection, "anvil_setNextBlockBaseFeePerGas", hex(50 * GWEI))
        tell(connection, "evm_mine")

    with later(0, jump):
        receipt = sender.send(ring(connection))
    assert receipt is not None
    assert receipt["effectiveGasPrice"] >= 50 * GWEI
    assert connection.web3.eth.get_transaction_count(account.address) == 1


def test_send__gas_above_the_cap__sends_nothing(connection: Connection, account: Any) -> None:
    set_base_fee(connection, 50)
    with pytest.raises(FeeTooHigh, match=r"the cap is 20\.00"):
        Sender(connection, account, FeeCap(20 * GWEI)).send(ring(connection))
    assert connection.web3.eth.get_transaction_count(account.address, "pending") == 0


def test_send__nobody_mines__gives_up_and_can_go_on_with_the_next_nonce(connection: Connection, account: Any) -> None:
    tell(connection, "evm_setAutomine", False)
    with pytest.raises(ChainUnavailable, match="was not mined in time"):
        Sender(connection, account, timeout=0.5).send(ring(connection))
    tell(connection, "evm_setAutomine", True)
    tell(connection, "evm_mine")
    assert Sender(connection, account).send(ring(connection)) is not None
    assert connection.web3.eth.get_transaction_count(account.address) == 2


def test_send__a_gap_before_a_queued_transaction__is_filled(connection: Connection, account: Any) -> None:
    transaction = {
        "to": PLACE, "value": 0, "gas": 50_000, "nonce": 1, "chainId": connection.chain_id,
        "maxFeePerGas": 10 * GWEI, "maxPriorityFeePerGas": 0,
    }  # fmt: skip
    queued = connection.web3.eth.send_raw_transaction(account.sign_transaction(transaction).raw_transaction)
    receipt = Sender(connection, account).send(ring(connection))
    assert receipt is not None
    assert connection.web3.eth.get_transaction(receipt["transactionHash"])["nonce"] == 0
    assert connection.web3.eth.wait_for_transaction_receipt(queued, timeout=10)["status"] == 1
    assert connection.web3.eth.get_transaction_count(account.address) == 2


def test_send__two_senders_on_one_key_at_once__each_acts_once(connection: Connection, account: Any) -> None:
    done: list[Any] = []
    barrier = threading.Barrier(4)

    def one() -> None:
        sender = Sender(Connection(connection.url), account)
        barrier.wait()
        done.append(sender.send(ring(connection)))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({receipt["transactionHash"] for receipt in done}) == 4
    assert connection.web3.eth.get_transaction_count(account.address) == 4
