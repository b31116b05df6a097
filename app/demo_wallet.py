"""The demo wallet: signs with the identity files of the local demo's people, after they said yes in the page.

It is a wallet for trying things out on the development chain: it exists where the chain is 31337 and `DAISEE_PERSONAS`
names a folder of identity files, and answers this machine only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from eth_abi.exceptions import EncodingError
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from eth_utils import ValidationError
from web3 import Web3

from app import hosting, viewer
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.storage import identity as identities

METHODS = ("personal_sign", "eth_signTypedData_v4", "eth_sendTransaction")


class DemoRefused(DaiseeError):
    """The demo wallet cannot do this; the message says why."""


def people(chain_id: int, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """The addresses of the local demo's people by name; none on any other chain, or where the app is served."""
    if hosting.served():
        return {}
    found = viewer.personas(chain_id, environment)
    return {stem: _address(path, path.stat().st_mtime_ns) for stem, path in found.items()}


@lru_cache(maxsize=256)
def _address(path: Path, changed: int) -> str:  # noqa: ARG001 - a file that changed is another entry
    return identities.load(path).address


def answer(web3: Web3, chain_id: int, address: str, method: str, params: list[Any]) -> str:
    """What a wallet with this person's key answers: a signature, or a transaction's hash. Raises DemoRefused."""
    for stem, known in people(chain_id).items():
        if known == address:
            return _signed(web3, chain_id, identities.load(viewer.personas(chain_id)[stem]), method, params)
    raise DemoRefused("the demo wallet knows nobody with this address")


def _signed(web3: Web3, chain_id: int, who: identities.Identity, method: str, params: list[Any]) -> str:
    account = Account.from_key(who.signing_key)
    try:
        if method == "personal_sign":
            text = bytes.fromhex(str(params[0]).removeprefix("0x"))
            return "0x" + bytes(account.sign_message(encode_defunct(text)).signature).hex()
        if method == "eth_signTypedData_v4":
            document = json.loads(params[1])
            if int(document["domain"]["chainId"]) != chain_id:
                raise DemoRefused("the typed data is for another chain")
            return "0x" + bytes(account.sign_message(encode_typed_data(full_message=document)).signature).hex()
        if method == "eth_sendTransaction":
            return _sent(web3, chain_id, account, dict(params[0]))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, ValidationError, EncodingError) as error:
        raise DemoRefused(f"{method}: the parameters are not what a wallet takes ({error})") from error
    raise DemoRefused(f"the demo wallet does not do {method}")


def _sent(web3: Web3, chain_id: int, account: Any, asked: dict[str, Any]) -> str:
    transaction: Any = {
        "from": account.address,
        "to": Web3.to_checksum_address(asked["to"]),
        "data": asked.get("data") or asked.get("input") or "0x",
        "value": int(str(asked.get("value", "0x0")), 0),
        "chainId": chain_id,
        "nonce": web3.eth.get_transaction_count(account.address, "pending"),
        "gasPrice": web3.eth.gas_price,
    }
    transaction["gas"] = web3.eth.estimate_gas(transaction) * 5 // 4
    del transaction["from"]
    signed = account.sign_transaction(transaction)
    return str(web3.eth.send_raw_transaction(signed.raw_transaction).to_0x_hex())
