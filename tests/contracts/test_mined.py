"""Brownie hears of a transaction only once its receipt can be asked for."""

from __future__ import annotations

from typing import Any

import brownie
from web3.types import RPCEndpoint, RPCResponse

from tests.contracts.mined import AnsweredOnceMined


def test_answer__receipt_comes_late__is_held_back_until_then() -> None:
    asked: list[str] = []

    def node(method: RPCEndpoint, params: Any) -> RPCResponse:
        del params
        asked.append(method)
        late = method == "eth_getTransactionReceipt" and len(asked) < 4
        return RPCResponse(result=None if late else "0x01")

    answer = AnsweredOnceMined(brownie.web3).wrap_make_request(node)
    assert answer(RPCEndpoint("eth_sendTransaction"), [{}])["result"] == "0x01"
    assert asked == ["eth_sendTransaction"] + ["eth_getTransactionReceipt"] * 3


def test_answer__anything_else__is_passed_on_at_once() -> None:
    answer = AnsweredOnceMined(brownie.web3).wrap_make_request(
        lambda method, params: RPCResponse(result=[method, params])
    )
    assert answer(RPCEndpoint("eth_call"), [1])["result"] == ["eth_call", [1]]


def test_connection__of_the_contract_tests__waits(chain: Any) -> None:
    del chain
    assert AnsweredOnceMined in [brownie.web3.middleware_onion.get(AnsweredOnceMined)]
