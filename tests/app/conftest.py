"""The app on a settled period: `open_app("bill", who="home-8")` is what that person sees on that page.

`who` is signed in as the server does it, with their data open: a real session, whose token the browser session carries.
`sign_in_as` changes who that is, as another sign-in in the same browser would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import session
from offchain_worker.storage import identity as identities
from tests.app import seeded_wallet
from tests.voting import Vote, voting

MAIN = Path(__file__).resolve().parents[2] / "app" / "main.py"
OpenApp = Callable[..., AppTest]


@pytest.fixture
def open_app(settled_period: Any, monkeypatch: pytest.MonkeyPatch) -> OpenApp:
    """Opens a page through somebody's eyes, in a language."""
    folder = settled_period.folder
    monkeypatch.setenv("DAISEE_CONFIG", str(folder / "daisee.toml"))
    monkeypatch.setenv("DAISEE_PERSONAS", str(folder / "identities"))

    def open_as(page: str = "community", who: str = "public", language: str = "en", data: bool = True) -> AppTest:
        sign_in_as(monkeypatch, folder, who, data)
        return opened(page, language)

    return open_as


@pytest.fixture(scope="module")
def vote(settled_period: Any) -> Iterator[Vote]:
    """An open vote whose proposal names a pinned answer."""
    with voting(settled_period, pinned=True) as found:
        yield found


@pytest.fixture
def look(vote: Vote, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Opens a page as somebody whose wallet is connected, while a vote is open."""
    folder = vote.stage.folder
    monkeypatch.setenv("DAISEE_CONFIG", str(folder / "daisee.toml"))

    def open_as(page: str, who: str = "public", language: str = "en", chain_id: int = 31337) -> AppTest:
        sign_in_as(monkeypatch, folder, who)
        app = opened(page, language)
        return app if who == "public" else seeded_wallet.connect(app, vote.stage.identity(who), chain_id)

    return open_as


def sign_in_as(monkeypatch: pytest.MonkeyPatch, folder: Path, who: str, data: bool = True) -> str | None:
    """Sign somebody in, their data open or not, or nobody for `public`; returns the token the browser carries."""
    token = None
    if who != "public":
        identity = identities.load(folder / "identities" / f"{who}.json")
        token = session.SESSIONS.open(identity.address)
        if data:
            session.SESSIONS.keep(token, identity.reading_key)
    monkeypatch.setattr(session, "token", lambda: token)
    return token


def opened(page: str = "community", language: str = "en") -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    app.run()
    if language != "en":
        app.segmented_control(key="lang").set_value(language).run()
    if page != "community":
        app.switch_page(f"views/{page}.py").run()
    assert not app.exception, app.exception[0].value
    return app


def texts(app: AppTest) -> str:
    """Everything the page says in text, in order."""
    return "\n".join(
        element.value for element in app.main if hasattr(element, "value") and isinstance(element.value, str)
    )


def metrics(app: AppTest) -> dict[str, str]:
    """The tiles by label, without no-break spaces."""
    return {tile.label: tile.value.replace("\u00a0", " ").replace("\u202f", " ") for tile in app.metric}
