"""The app as people have it: its real server on a settled period, Chromium, and a wallet that truly signs.

    def test_…(people: People) -> None:
        page = people.page("home-8")              # a browser of their own, their wallet in it
        people.sign_in(page)                      # connect, sign in, open the data
        page.goto(people.app.url + "/bill")

Without Chromium these tests are skipped; where `CI` is set they fail instead.
"""

from __future__ import annotations

import os
import shutil
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from offchain_worker.storage import identity as identities
from scripts import local_chain, run_app
from scripts.screenshots import FLAGS
from tests.browser.wallet import InjectedWallet

WAIT = 30_000
"""Milliseconds a page may take: a small machine that computes something else at the same time."""


@dataclass(frozen=True)
class RunningApp:
    """An app's address, and what it looks at."""

    url: str
    chain_url: str
    chain_id: int
    identities: Path


@dataclass
class People:
    """Browsers with a wallet each: `page` makes one, with the identity file of that name behind its wallet."""

    browser: Browser
    app: RunningApp
    wallets: dict[Page, InjectedWallet]
    contexts: list[BrowserContext]

    def key(self, name: str) -> bytes:
        """A persona's signing key."""
        return identities.load(self.app.identities / f"{name}.json").signing_key

    def wallet(self, page: Page) -> InjectedWallet:
        """The wallet in a page."""
        return self.wallets[page]

    def page(self, name: str, path: str = "", width: int = 1280) -> Page:
        """The app in a fresh browser with this person's wallet, run once."""
        context = self.browser.new_context(viewport={"width": width, "height": 900}, locale="en-GB")
        context.set_default_timeout(WAIT)
        self.contexts.append(context)
        wallet = InjectedWallet(self.app.chain_url, self.app.chain_id, self.key(name))
        wallet.install(context)
        page = context.new_page()
        self.wallets[page] = wallet
        page.goto(self.app.url + path)
        settle(page)
        return page

    def tab(self, beside: Page, path: str = "") -> Page:
        """Another tab of the same browser, with the same wallet."""
        page = beside.context.new_page()
        self.wallets[page] = self.wallets[beside]
        page.goto(self.app.url + path)
        settle(page)
        return page

    def connect(self, page: Page) -> None:
        """Connect the wallet."""
        page.get_by_test_id("connect-test.wallet").click()
        page.get_by_test_id("sign-in").wait_for()

    def sign_in(self, page: Page, data: bool = True) -> None:
        """Connect, sign in and, unless told otherwise, open the data."""
        self.connect(page)
        page.get_by_test_id("sign-in").click()
        page.get_by_test_id("sign-out").wait_for()
        if data:
            page.get_by_role("button", name="Open my data").click()
            page.get_by_role("button", name="Close my data").wait_for()
        settle(page)


def settle(page: Page) -> None:
    """Wait until the app has run."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=WAIT)
    page.wait_for_timeout(200)


def chromium() -> str:
    """Where Chromium is; without it the test is skipped, but fails where CI is set."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        said = "Chromium is not installed (apt-get install chromium, or set CHROMIUM)"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    return found


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Chromium's executable."""
    return chromium()


@pytest.fixture(scope="session")
def running_app(chromium_path: str, settled_period: Any) -> Iterator[RunningApp]:
    """The app's own server on the settled period, started as `make app` starts it, with the demo wallet."""
    folder: Path = settled_period.folder
    port = local_chain.free_port()
    environment = {"DAISEE_CONFIG": str(folder / "daisee.toml"), "DAISEE_PERSONAS": str(folder / "identities")}
    process = run_app.start(environment, port)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        chain_id = settled_period.community.deployment.chain_id
        yield RunningApp(url, settled_period.url, chain_id, folder / "identities")
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(url: str, seconds: float = 60) -> None:
    """Wait until an app answers."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                return
        except OSError as error:
            assert time.monotonic() < deadline, f"{url} does not answer: {error}"
            time.sleep(0.2)


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """Chromium without a window; for one file of tests, as its event loop stands in the way of others."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium_path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def people(browser: Browser, running_app: RunningApp) -> Iterator[People]:
    """Whoever the test brings; their browsers close with it."""
    found = People(browser, running_app, {}, [])
    yield found
    for context in found.contexts:
        context.close()
