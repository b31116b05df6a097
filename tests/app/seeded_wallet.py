"""A wallet for AppTest, which runs no script of the browser: it shows an account and truly answers what is asked."""

from __future__ import annotations

import json
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from streamlit.testing.v1 import AppTest

from app.wallet import ANSWERS, KEY, REQUEST, Answer
from offchain_worker.storage.identity import Identity

REFUSED = 4001


def connect(app: AppTest, identity: Identity, chain_id: int = 31337) -> AppTest:
    """The wallet shows this account on this chain."""
    account = {"address": identity.address, "chainId": hex(chain_id), "wallet": "Test wallet"}
    app.session_state[KEY] = {"account": account, "response": None}
    return app.run()


def asked(app: AppTest) -> dict[str, Any]:
    """What the page asks the wallet."""
    found: dict[str, Any] = app.session_state[REQUEST]
    assert found is not None
    return found


def answer(app: AppTest, ok: bool, result: str, error: int | None = None) -> AppTest:
    """Answer what is asked, and run the page again."""
    request = asked(app)
    app.session_state[REQUEST] = None
    app.session_state[ANSWERS] = {request["kind"]: Answer(ok, result, error, request["context"])}
    app.run()
    assert not app.exception, app.exception[0].value
    return app


def typed(app: AppTest) -> dict[str, Any]:
    """The typed data that is asked to be signed."""
    request = asked(app)
    assert request["method"] == "eth_signTypedData_v4"
    found: dict[str, Any] = json.loads(request["params"][1])
    return found


def sign(app: AppTest, identity: Identity) -> AppTest:
    """Sign what is asked with this key."""
    data = typed(app)
    message = data["message"]
    message["proposalId"] = int(message["proposalId"])
    if "params" in message:
        message["params"] = b""
    signed = Account.sign_message(encode_typed_data(full_message=data), identity.signing_key)
    return answer(app, True, "0x" + bytes(signed.signature).hex())


def send(app: AppTest, identity: Identity, web3: Any) -> AppTest:
    """Sign and send the transaction that is asked, and wait until it is mined."""
    request = asked(app)
    assert request["method"] == "eth_sendTransaction"
    (given,) = request["params"]
    transaction = {
        "to": given["to"],
        "data": given["data"],
        "value": int(given["value"], 16),
        "nonce": web3.eth.get_transaction_count(identity.address),
        "chainId": web3.eth.chain_id,
        "gas": 3_000_000,
        "gasPrice": web3.eth.gas_price,
    }
    assert given["from"] == identity.address
    raw = Account.sign_transaction(transaction, identity.signing_key).raw_transaction
    digest = web3.eth.send_raw_transaction(raw)
    web3.eth.wait_for_transaction_receipt(digest)
    return answer(app, True, digest.to_0x_hex())
