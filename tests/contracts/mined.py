"""A sent transaction is answered for once it is mined.

Anvil counts a sender's nonce up a moment before it shows the receipt, and Brownie, which asks in this order, takes a
transaction it sees in between for dropped ("Tx dropped without known replacement"), once in thousands.
"""

from __future__ import annotations

import time
from typing import Any

from web3.middleware import Web3Middleware
from web3.types import MakeRequestFn, RPCEndpoint, RPCResponse

SENT = ("eth_sendTransaction", "eth_sendRawTransaction")
PATIENCE_SECONDS = 10


class AnsweredOnceMined(Web3Middleware):
    """Holds back the node's answer to a transaction until its receipt is there."""

    def wrap_make_request(self, make_request: MakeRequestFn) -> MakeRequestFn:
        """Wrap the node's answers."""

        def answer(method: RPCEndpoint, params: Any) -> RPCResponse:
            response = make_request(method, params)
            if method in SENT and isinstance(response.get("result"), str):
                receipt = RPCEndpoint("eth_getTransactionReceipt")
                deadline = time.monotonic() + PATIENCE_SECONDS
                while not make_request(receipt, [response["result"]]).get("result"):
                    assert time.monotonic() < deadline, f"anvil did not mine {response['result']}"
                    time.sleep(0.01)
            return response

        return answer
