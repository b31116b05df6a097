"""The wallet's bridge: one request at a time, each answered once; what the browser says is looked at, not believed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import wallet
from app.wallet import Account, Answer
from app.words import LANGUAGES, Words

ADDRESS = "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A"


def ask_and_answer(response: Any, stale: bool = False) -> AppTest:
    """A script that asks for a signature and hears this response; what came of it is in its session."""

    def script() -> None:
        import streamlit as st

        from app import wallet

        heard = st.session_state["heard"]
        wallet.sign_text("open", "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A", "text", month=6)
        wallet.sign_text("other", "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A", "asked while another waits")
        request = dict(st.session_state[wallet.REQUEST])
        if isinstance(heard, dict):
            heard = {"id": "stale" if st.session_state["stale"] else request["id"], **heard}
        st.session_state["wallet"] = {"account": None, "response": heard}
        wallet._answered()
        st.session_state["asked"], st.session_state["waits"] = request, wallet.pending("open")
        st.session_state["found"] = wallet.answer("open")

    app = AppTest.from_function(script)
    app.session_state["heard"], app.session_state["stale"] = response, stale
    app.run()
    assert not app.exception
    return app


def test_ask__while_another_waits__is_ignored() -> None:
    asked = ask_and_answer(None).session_state["asked"]
    assert (asked["kind"], asked["method"], asked["params"]) == ("open", "personal_sign", ["0x74657874", ADDRESS])


def test_answer__to_the_request__comes_with_its_context_and_frees_the_page() -> None:
    app = ask_and_answer({"ok": True, "result": "0x12"})
    assert app.session_state["found"] == Answer(True, "0x12", None, {"address": ADDRESS, "month": 6})
    assert not app.session_state["waits"]


def test_answer__of_a_refusal__has_its_code() -> None:
    app = ask_and_answer({"ok": False, "code": "4001", "message": "no"})
    assert (app.session_state["found"].ok, app.session_state["found"].error_code) == (False, 4001)


@pytest.mark.parametrize(
    "response",
    [
        {"ok": True},
        {"ok": True, "result": 7},
        {"ok": "yes", "result": "0x12"},
        {"ok": True, "result": "0" * 70_000},
        {"ok": False, "code": "not a number"},
        {"ok": False, "code": None},
        {},
    ],
)
def test_answer__that_is_malformed__is_an_error_without_a_result(response: dict[str, Any]) -> None:
    found = ask_and_answer(response).session_state["found"]
    assert (found.ok, found.result, found.error_code) == (False, "", -32603)


def test_answer__to_another_request__is_not_taken() -> None:
    app = ask_and_answer({"ok": True, "result": "0x12"}, stale=True)
    assert app.session_state["found"] is None
    assert app.session_state["waits"]


@pytest.mark.parametrize("response", [None, "0x12", 7, ["a"]])
def test_answer__that_is_no_answer__is_not_taken(response: Any) -> None:
    assert ask_and_answer(response).session_state["waits"]


def test_account__as_a_wallet_shows_it__is_checksummed() -> None:
    shown = {"address": ADDRESS.lower(), "chainId": "0x7a69", "wallet": "W" * 99}
    assert wallet.claimed(shown) == Account(ADDRESS, 31337, "W" * 60)


@pytest.mark.parametrize(
    "shown",
    [
        None,
        7,
        {},
        {"address": ADDRESS},
        {"address": "0x12", "chainId": "0x1", "wallet": ""},
        {"address": ADDRESS[2:], "chainId": "0x1", "wallet": ""},
        {"address": ADDRESS, "chainId": "one", "wallet": ""},
        {"address": [ADDRESS], "chainId": "0x1", "wallet": ""},
    ],
)
def test_account__that_is_none__is_none(shown: Any) -> None:
    assert wallet.claimed(shown) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", [wallet.STOPPED, 4001, 4100, 4200, 4900, 4901, 4902, -32000, -32002, -32602, -32603])
def test_refusal__of_every_known_code__is_in_words(language: str, code: int) -> None:
    said = wallet.refusal(Words(language), Answer(False, "", code))
    assert str(code) not in said and len(said) > 30


def test_refusal__of_another_code__names_it() -> None:
    assert "(-32010)" in wallet.refusal(Words("en"), Answer(False, "", -32010))


@pytest.mark.parametrize("file", sorted(wallet.FOLDER.glob("*.js")), ids=lambda file: file.name)
def test_component__whatever_a_wallet_is_called__writes_it_as_text(file: Path) -> None:
    code = file.read_text(encoding="utf-8")
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", code)


def test_component__every_word_it_says__is_in_the_catalogue() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in wallet.FOLDER.glob("*.js"))
    said = set(re.findall(r'\bsay\("(\w+)"', code)) | set(re.findall(r'\bduring\("(\w+)"', code))
    assert len(said) > 15
    assert [key for key in said if not Words("en").has(f"wallet.{key}")] == []
