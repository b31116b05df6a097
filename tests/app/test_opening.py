"""Opening one's data: only with the key the registry knows for the address, by a signature or by a file."""

from __future__ import annotations

from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct
from streamlit.testing.v1 import AppTest

from app import session, wallet
from offchain_worker.storage import identity as identities
from offchain_worker.storage.identity import Identity
from tests.app.conftest import MAIN, OpenApp, metrics, texts


def person(settled_period: Any, name: str) -> Identity:
    return identities.load(settled_period.folder / "identities" / f"{name}.json")


def signature(key: bytes, text: str = identities.READING_TEXT) -> str:
    return "0x" + bytes(Account.from_key(key).sign_message(encode_defunct(text=text)).signature).hex()


def answered(app: AppTest, address: str, result: str, code: int | None = None) -> AppTest:
    """The page after the wallet's answer to `Open my data`."""
    app.session_state[wallet.ANSWERS] = {"open": wallet.Answer(code is None, result, code, {"address": address})}
    return app.run()


def test_bill__signed_in_with_the_data_closed__says_how_to_open_it(open_app: OpenApp) -> None:
    app = open_app("bill", who="home-8", data=False)
    assert not app.metric
    assert "press “Open my data” above" in texts(app)
    assert "**member 12**. Your readings and bills are still encrypted." in texts(app)
    assert app.button(key="open-data").disabled, "no wallet is connected"


def test_open__with_the_wallets_signature__opens_ones_own_bill(open_app: OpenApp, settled_period: Any) -> None:
    home = person(settled_period, "home-8")
    app = open_app("bill", who="home-8", data=False)
    answered(app, home.address, signature(home.signing_key))
    assert "To pay" in metrics(app)
    assert session.current().reading_key == home.reading_key  # type: ignore[union-attr]
    app.button(key="close-data").click().run()
    assert not app.metric


@pytest.mark.parametrize(
    ("result", "code", "said"),
    [
        ("", 4001, "You refused in your wallet."),
        ("0x1234", None, "does not make a key"),
        ("zz", None, "does not make a key"),
        ("0x" + "00" * 65, None, "does not make a key"),
        ("0x" + "ff" * 65, None, "does not make a key"),
    ],
)
def test_open__with_what_is_no_signature__says_so_and_opens_nothing(
    open_app: OpenApp, settled_period: Any, result: str, code: int | None, said: str
) -> None:
    app = open_app("bill", who="home-8", data=False)
    answered(app, person(settled_period, "home-8").address, result, code)
    assert any(said in one.value for one in [*app.warning, *app.error])
    assert not app.metric


def test_open__with_somebody_elses_signature__opens_nothing(open_app: OpenApp, settled_period: Any) -> None:
    home, other = person(settled_period, "home-8"), person(settled_period, "home-1")
    app = open_app("bill", who="home-8", data=False)
    answered(app, home.address, signature(other.signing_key))
    assert "does not make a key" in app.error[0].value
    answered(app, home.address, signature(home.signing_key, "another text"))
    assert "does not make a key" in app.error[0].value
    assert not app.metric


def test_open__answered_for_the_account_before__is_not_taken(open_app: OpenApp, settled_period: Any) -> None:
    other = person(settled_period, "home-1")
    app = open_app("bill", who="home-8", data=False)
    answered(app, other.address, signature(other.signing_key))
    assert not app.metric and session.current().reading_key is None  # type: ignore[union-attr]


def test_open__by_a_key_the_registry_does_not_know__says_what_to_do(open_app: OpenApp, settled_period: Any) -> None:
    home = person(settled_period, "home-8")
    app = open_app("bill", who="home-8", data=False)
    other = identities.ReadingIdentity(home.address, reading_key=b"k" * 32)
    app.file_uploader(key="reading-key-file").set_value(
        ("key.json", identities.reading_document(other), "application/json")
    )
    app.run()
    assert "the registry knows another one" in app.error[0].value
    assert not app.metric


def test_open__while_the_registry_knows_no_key__offers_to_publish_ones_own(
    open_app: OpenApp, settled_period: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = person(settled_period, "home-8")
    monkeypatch.setattr("offchain_worker.chain.registry.CommunityRegistry.encryption_key", lambda *_: None)
    app = open_app("bill", who="home-8", data=False)
    answered(app, home.address, signature(home.signing_key))
    assert "does not know a reading key for your address yet" in app.error[0].value
    assert session.current().reading_key is None  # type: ignore[union-attr]
    app.button(key="publish-key").click().run()
    sent = app.session_state[wallet.REQUEST]
    registry = settled_period.community.registry
    assert (sent["method"], sent["params"][0]["to"]) == ("eth_sendTransaction", registry.address)
    assert sent["params"][0]["data"].endswith(home.public_key.hex())


def test_open__by_the_reading_key_file__opens_the_data(open_app: OpenApp, settled_period: Any) -> None:
    home = person(settled_period, "home-8")
    app = open_app("bill", who="home-8", data=False)
    upload(app, identities.reading_document(home))
    assert "To pay" in metrics(app)


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b'{"schema":"daisee.reading-key/1"}', b"x" * 5000])
def test_open__by_another_file__says_what_is_needed(open_app: OpenApp, content: bytes) -> None:
    app = open_app("bill", who="home-8", data=False)
    upload(app, content)
    assert "not a reading key file of yours" in app.error[0].value
    assert not app.metric


def test_open__by_somebody_elses_file__opens_nothing(open_app: OpenApp, settled_period: Any) -> None:
    app = open_app("bill", who="home-8", data=False)
    upload(app, identities.reading_document(person(settled_period, "home-1")))
    assert "not a reading key file of yours" in app.error[0].value
    upload(app, (settled_period.folder / "identities" / "home-8.json").read_bytes())
    assert "not a reading key file of yours" in app.error[0].value


def test_signed_in__as_a_stranger__sees_what_everybody_sees(
    open_app: OpenApp, settled_period: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = identities.fresh()
    open_app("bill")
    token = session.SESSIONS.open(stranger.address)
    monkeypatch.setattr(session, "token", lambda: token)
    app = AppTest.from_file(str(MAIN), default_timeout=60).run()
    assert "no member of this community" in app.warning[0].value
    assert len(app.metric) == 4


def test_signed_in__as_an_office__is_told_so(open_app: OpenApp) -> None:
    assert "**auditor**. Your readings" in texts(open_app("bill", who="auditor", data=False))


def upload(app: AppTest, content: bytes) -> None:
    app.file_uploader(key="reading-key-file").set_value(("key.json", content, "application/json"))
    app.run()
    assert not app.exception
