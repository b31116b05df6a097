"""What tests of votes do with a page: read it, wait for words, choose a ballot."""

from __future__ import annotations

import time
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from tests.app.conftest import texts

Look = Callable[..., AppTest]


def until(app: AppTest, words: str, runs: int = 60) -> AppTest:
    """Look again, as the page does by itself, until it says this."""
    for _ in range(runs):
        if words in said(app):
            return app
        time.sleep(0.2)
        app.run()
    raise AssertionError(f"{words!r} never came:\n{said(app)}")


def said(app: AppTest) -> str:
    """Everything the page says, without no-break spaces."""
    return texts(app).replace("\u00a0", " ").replace("\u202f", " ")


def choose(app: AppTest, choice: str, reason: str = "") -> AppTest:
    """Choose on the open proposal, the second."""
    if reason:
        app.text_area(key="reason-2").set_value(reason)
    return app.radio(key="choice-2").set_value(choice).run()
