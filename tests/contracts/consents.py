"""Consents to the community agreement, as founders and members give them."""

from __future__ import annotations

from typing import Any

from eth_account import Account

MNEMONIC = "test test test test test test test test test test test junk"  # anvil's
CHAIN_ID = 31337
AGREEMENT = "0x" + "a9" * 32
SHEET = "0x" + "5e" * 32
NOBODY = "0x" + "00" * 20
SIGNED, PAPER, DEFAULT_IN = 0, 1, 2


def private_key(index: int) -> Any:
    """The private key of the chain's account `index`."""
    Account.enable_unaudited_hdwallet_features()
    return Account.from_mnemonic(MNEMONIC, account_path=f"m/44'/60'/0'/0/{index}").key


def sign(
    index: int,
    registry: str,
    *,
    wallet: str | None = None,
    nonce: int = 0,
    agreement: str = AGREEMENT,
    chain_id: int = CHAIN_ID,
) -> bytes:
    """Account `index` signs `Consent(agreement, wallet, nonce)` for the registry; `wallet` is its own if left out."""
    key = private_key(index)
    signed = Account.sign_typed_data(
        key,
        {"name": "DAISEE CommunityRegistry", "version": "1", "chainId": chain_id, "verifyingContract": registry},
        {
            "Consent": [
                {"name": "agreement", "type": "bytes32"},
                {"name": "wallet", "type": "address"},
                {"name": "nonce", "type": "uint256"},
            ]
        },
        {
            "agreement": bytes.fromhex(agreement[2:]),
            "wallet": wallet or Account.from_key(key).address,
            "nonce": nonce,
        },
    )
    return bytes(signed.signature)


def signed(index: int, wallet: str, registry: str, nonce: int = 0) -> tuple[Any, ...]:
    """A `Founder` who signs with a wallet."""
    return (wallet, SIGNED, AGREEMENT, sign(index, registry, nonce=nonce))


def on_paper(wallet: str = NOBODY) -> tuple[Any, ...]:
    """A `Founder` who signed a sheet."""
    return (wallet, PAPER, SHEET, b"")


def by_default() -> tuple[Any, ...]:
    """A `Founder` who is a member by law."""
    return (NOBODY, DEFAULT_IN, AGREEMENT, b"")
