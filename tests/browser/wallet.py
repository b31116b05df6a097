"""A browser wallet that truly signs, for tests: accounts with their keys, one chosen; it accepts, refuses, or waits.

wallet = InjectedWallet(url, chain_id, [key])
wallet.install(page)             # before page.goto
wallet.refuse("personal_sign")   # 4001 from now on; wallet.accept() ends it
wallet.hold("personal_sign"); …; wallet.release(page)
wallet.switch_account(other_key, page)
wallet.asked                     # every (method, params) that reached it
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data
from playwright.sync_api import BrowserContext, Page
from web3 import HTTPProvider, Web3

SCRIPT = Path(__file__).with_name("injected.js")


class WalletError(Exception):
    """What a wallet answers instead of a result, with its EIP-1193 code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class InjectedWallet:
    """One wallet with one account shown at a time; shared by the tabs of a browser context it is installed in."""

    def __init__(self, node: str, chain_id: int, key: bytes) -> None:
        self.web3 = Web3(HTTPProvider(node))
        self.chain_id = chain_id
        self.account = Account.from_key(key)
        self.known_chains = {chain_id}
        self.connected = False
        self.asked: list[tuple[str, list[Any]]] = []
        self._refused: dict[str, int] = {}
        self._held: set[str] = set()

    def install(self, where: Page | BrowserContext) -> None:
        """Be there before the page's own scripts run."""
        where.expose_binding("__walletRequest", lambda _source, text: self._answered(text))
        where.add_init_script(path=SCRIPT)

    def refuse(self, *methods: str, code: int = 4001) -> None:
        """Answer these methods with an error from now on."""
        self._refused |= dict.fromkeys(methods, code)

    def accept(self) -> None:
        """Refuse nothing any more."""
        self._refused.clear()

    def hold(self, *methods: str) -> None:
        """Leave the prompts of these methods open from now on; a reload forgets them."""
        self._held |= set(methods)

    def release(self, *pages: Page) -> None:
        """Answer what is open on these pages, and wait no more."""
        self._held.clear()
        for page in pages:
            page.evaluate("() => window.__walletRelease()")

    def prompts(self, method: str) -> int:
        """How often a method was asked for."""
        return sum(asked == method for asked, _ in self.asked)

    def switch_account(self, key: bytes, *pages: Page) -> None:
        """Show another account, as a person does in the wallet's own window."""
        self.account = Account.from_key(key)
        for page in pages:
            page.evaluate("address => window.__walletEmit('accountsChanged', [address])", self.account.address)

    def switch_chain(self, chain_id: int, *pages: Page) -> None:
        """Change the network, as a person does in the wallet's own window."""
        self.chain_id = chain_id
        for page in pages:
            page.evaluate("id => window.__walletEmit('chainChanged', id)", hex(chain_id))

    def _answered(self, text: str) -> str:
        asked = json.loads(text)
        method, params = asked["method"], asked["params"]
        if method in self._held:
            return json.dumps({"held": True})
        self.asked.append((method, params))
        try:
            if method in self._refused:
                raise WalletError(self._refused[method], f"{method} refused")
            return json.dumps({"result": self._do(method, params)})
        except WalletError as error:
            return json.dumps({"error": {"code": error.code, "message": str(error)}})

    def _do(self, method: str, params: list[Any]) -> Any:
        if method == "eth_accounts":
            return [self.account.address.lower()] if self.connected else []
        if method == "eth_requestAccounts":
            self.connected = True
            return [self.account.address.lower()]
        if method == "eth_chainId":
            return hex(self.chain_id)
        if method == "wallet_switchEthereumChain":
            return self._switch(int(params[0]["chainId"], 16))
        if method == "wallet_addEthereumChain":
            self.known_chains.add(int(params[0]["chainId"], 16))
            return self._switch(int(params[0]["chainId"], 16))
        if method == "personal_sign":
            self._owned(params[1])
            return self._signature(encode_defunct(hexstr=params[0]))
        if method == "eth_signTypedData_v4":
            self._owned(params[0])
            document = json.loads(params[1])
            if int(document["domain"]["chainId"]) != self.chain_id:
                raise WalletError(-32603, "the typed data is for another chain")
            return self._signature(encode_typed_data(full_message=document))
        if method == "eth_sendTransaction":
            return self._send(params[0])
        raise WalletError(4200, f"{method} is not supported")

    def _owned(self, address: str) -> None:
        if address.lower() != self.account.address.lower():
            raise WalletError(4100, f"{address} is not the account shown")

    def _signature(self, message: Any) -> str:
        return "0x" + bytes(self.account.sign_message(message).signature).hex()

    def _switch(self, chain_id: int) -> None:
        if chain_id not in self.known_chains:
            raise WalletError(4902, f"chain {chain_id} is unknown")
        self.chain_id = chain_id

    def _send(self, asked: dict[str, Any]) -> str:
        self._owned(asked["from"])
        transaction: Any = {
            "from": self.account.address,
            "to": Web3.to_checksum_address(asked["to"]),
            "data": asked.get("data", "0x"),
            "value": int(asked.get("value", "0x0"), 16),
            "chainId": self.chain_id,
            "nonce": self.web3.eth.get_transaction_count(self.account.address),
            "gasPrice": self.web3.eth.gas_price,
        }
        transaction["gas"] = self.web3.eth.estimate_gas(transaction) * 5 // 4
        del transaction["from"]
        signed = self.account.sign_transaction(transaction)
        return str(self.web3.eth.send_raw_transaction(signed.raw_transaction).to_0x_hex())
