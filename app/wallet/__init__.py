"""The wallet in the page: which account the visitor shows, and requests that their wallet answers.

A component of our own (`wallet.js`, `view.js`) talks to the browser's wallets; it is mounted once, by the entry point. Python asks
with an id, the component runs each id at most once, and the answer comes back as state. Everything that crosses is a
string, and what comes back is the browser's word only: whoever uses an answer checks the signature, the chain and who
is signed in (`app.session`) again.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import streamlit as st
from eth_utils import is_hex_address, to_checksum_address

from app import session
from app.wallet import labels
from app.words import Words

FOLDER = Path(__file__).parent
KEY = "wallet"
REQUEST, ANSWERS = "wallet_request", "wallet_answers"
STOPPED = -1
"""The error code of a request the person stopped waiting for."""
LONGEST = 65_536
"""Characters of an answer; no signature or transaction hash is near it."""

WALLET = st.components.v2.component(
    "daisee_wallet",
    html="<div id='wallet'></div>",
    css=(FOLDER / "wallet.css").read_text(encoding="utf-8"),
    js="".join((FOLDER / name).read_text(encoding="utf-8") for name in ("wallet.js", "view.js")),
)


@dataclass(frozen=True)
class Account:
    """The account a wallet shows: a claim until something is signed."""

    address: str
    chain_id: int
    wallet: str


@dataclass(frozen=True)
class Answer:
    """What the wallet said: `result` is a signature or hash, or empty with an error code."""

    ok: bool
    result: str
    error_code: int | None
    context: dict[str, Any] = field(default_factory=dict)


def mount(say: Words, chain_id: int, who: str = "") -> None:
    """Put the wallet on the page, once a run, outside forms and fragments; `who` is signed in, in words."""
    request = st.session_state.get(REQUEST)
    data = {
        "request": request and {name: request[name] for name in ("id", "kind", "method", "params")},
        **labels.surroundings(say, chain_id, who),
    }
    WALLET(
        key=KEY,
        data=data,
        default={"account": None, "response": None},
        on_account_change=_account_changed,
        on_response_change=_answered,
    )


def account() -> Account | None:
    """The account the wallet shows, or None while there is none."""
    return claimed(_state("account"))


def claimed(shown: Any) -> Account | None:
    """An account as the browser sends it; None if it is no account."""
    if not isinstance(shown, dict):
        return None
    address, chain, wallet = (str(shown.get(name) or "") for name in ("address", "chainId", "wallet"))
    try:
        number = int(chain[:20], 0)
    except ValueError:
        return None
    if not (is_hex_address(address) and address.startswith("0x")):
        return None
    return Account(to_checksum_address(address), number, wallet[:60])


def ask(kind: str, method: str, params: list[Any], **context: Any) -> None:
    """Ask the wallet, as `on_click=`; ignored while another request waits. The context comes back with the answer."""
    if pending():
        return
    st.session_state.setdefault(ANSWERS, {}).pop(kind, None)
    st.session_state[REQUEST] = {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "method": method,
        "params": params,
        "context": context,
    }


def answer(kind: str) -> Answer | None:
    """The last answer to a request of this kind, until the next is asked."""
    found: Answer | None = st.session_state.get(ANSWERS, {}).get(kind)
    return found


def forget(kind: str) -> None:
    """Drop the answer, once it was used."""
    st.session_state.get(ANSWERS, {}).pop(kind, None)


def pending(kind: str | None = None) -> bool:
    """Whether a request (of this kind) waits for the wallet."""
    request = st.session_state.get(REQUEST)
    return request is not None and kind in (None, request["kind"])


def sign_typed(kind: str, address: str, typed_data: dict[str, Any], **context: Any) -> None:
    """Ask for an EIP-712 signature by this address, which is in the answer's context too."""
    ask(kind, "eth_signTypedData_v4", [address, json.dumps(typed_data)], **{"address": address, **context})


def sign_text(kind: str, address: str, text: str, **context: Any) -> None:
    """Ask for an EIP-191 signature of a text by this address, which is in the answer's context too."""
    ask(kind, "personal_sign", ["0x" + text.encode().hex(), address], **{"address": address, **context})


def send(kind: str, transaction: dict[str, Any], **context: Any) -> None:
    """Ask to sign and send a transaction; integers travel as hexadecimal strings."""
    strings = {name: hex(value) if isinstance(value, int) else str(value) for name, value in transaction.items()}
    ask(kind, "eth_sendTransaction", [strings], **context)


def refusal(say: Words, found: Answer) -> str:
    """Why the wallet did not do it, in words."""
    key = f"wallet.error.{found.error_code}"
    return say(key) if say.has(key) else say("wallet.error.other", code=found.error_code)


def _answered() -> None:
    """Take an answer; one that is stale, foreign or malformed is not taken."""
    response, request = _state("response"), st.session_state.get(REQUEST)
    if not isinstance(response, dict) or request is None or response.get("id") != request["id"]:
        return
    st.session_state[REQUEST] = None
    result, code = response.get("result"), response.get("code")
    ok = response.get("ok") is True and isinstance(result, str) and len(result) <= LONGEST
    st.session_state.setdefault(ANSWERS, {})[request["kind"]] = Answer(
        ok, str(result) if ok else "", None if ok else _code(code), request["context"]
    )


def _code(code: Any) -> int:
    try:
        return int(str(code)[:12])
    except ValueError:
        return -32603


def _state(name: str) -> Any:
    state = st.session_state.get(KEY)
    return state.get(name) if state is not None else None


def _account_changed() -> None:
    """Another account than the one signed in ends its session, even if the page could not say so itself."""
    shown, signed_in = account(), session.current()
    if shown is not None and signed_in is not None and shown.address != signed_in.address:
        session.close()
