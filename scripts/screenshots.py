"""Take pictures of every page of a running app, at desk and phone width, in both languages.

    python -m scripts.screenshots http://127.0.0.1:8501 --out docs/pictures            the pictures of the documentation
    python -m scripts.screenshots http://127.0.0.1:8501 --out /tmp/pictures --all      every page, width and language

It drives the system's Chromium (`--chromium`) and expects an app on the local demo's chain, where it signs in with the
demo wallet as a person would. Pictures are full pages, reduced to at most 256 colours so that they stay small.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = {"desktop": 1280, "phone": 390}
PAGES = {
    "signin": "",
    "community": "",
    "period": "period",
    "bill": "bill",
    "audit": "audit",
    "proposals": "proposals",
    "ballot": "ballot",
    "propose": "propose",
    "results": "results",
    "proxies": "proxies",
}
EYES = {"signin": "Home 1", "community": "Home 1", "period": "Home 8", "bill": "Home 8", "audit": "Auditor"}
"""Whose eyes a page is shown through, else Home 1's; a member with a missing day makes the bill worth looking at."""
FRENCH = {"Home": "Logement", "Auditor": "Auditrice"}
WAIT = 60_000


@dataclass(frozen=True)
class Picture:
    """One picture to take."""

    page: str
    width: str
    language: str
    dark: bool = False

    @property
    def name(self) -> str:
        """Its file name; English and light are not said."""
        marks = [self.language] * (self.language != "en") + ["dark"] * self.dark
        return "-".join([self.page, self.width, *marks]) + ".png"


def wanted(everything: bool) -> Iterator[Picture]:
    """The pictures to take."""
    for page in PAGES:
        for width in WIDTHS:
            yield Picture(page, width, "en")
            if everything:
                yield Picture(page, width, "fr")
        if everything:
            yield Picture(page, "desktop", "en", dark=True)


def settle(page: Page) -> None:
    """Wait until the app has run and drawn."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=WAIT)
    page.wait_for_timeout(900)


def sign_in(page: Page, picture: Picture) -> None:
    """Sign in with the demo wallet of whoever the page is best seen by, and open their data."""
    name = EYES.get(picture.page, "Home 1")
    if picture.language == "fr":
        kind, _, number = name.partition(" ")
        name = f"{FRENCH[kind]} {number}".strip()
    page.get_by_test_id("demo-who").select_option(label=name)
    page.get_by_test_id("connect-demo").click()
    page.get_by_test_id("sign-in").click()
    yes = page.get_by_test_id("demo-yes")
    yes.wait_for()
    if picture.page == "signin":
        return
    yes.click()
    page.get_by_test_id("sign-out").wait_for()
    page.locator(".st-key-open-data button").click()
    yes.click()
    page.locator(".st-key-close-data button").wait_for(timeout=WAIT)
    settle(page)


def act(page: Page, picture: Picture) -> None:
    """Press the button a page is about."""
    if picture.page == "audit":
        page.locator(".st-key-recompute button").click()
        page.locator("[data-testid=stDownloadButton]").wait_for(timeout=WAIT)
    if picture.page == "bill":
        page.locator(".st-key-verify button").click()
        page.locator(".st-key-verified").wait_for(timeout=WAIT)
    if picture.page == "ballot":
        page.locator("[data-testid=stRadio] label").filter(has_text="For").first.click()
        page.locator(".st-key-sign-ballot").wait_for(timeout=WAIT)
    settle(page)


def take(browser: Browser, address: str, picture: Picture) -> bytes:
    """Open the page in a fresh window, look at it, return it as PNG."""
    window = browser.new_context(
        viewport={"width": WIDTHS[picture.width], "height": 900},
        locale="fr-FR" if picture.language == "fr" else "en-GB",
        color_scheme="dark" if picture.dark else "light",
        timezone_id="Europe/Paris",
    )
    page = window.new_page()
    page.goto(f"{address}/{PAGES[picture.page]}")
    settle(page)
    sign_in(page, picture)
    act(page, picture)
    # Streamlit scrolls inside its own frame: make the window as high as the page before taking it.
    main = page.locator("[data-testid=stMain]")
    height = main.evaluate("element => element.scrollHeight")
    page.set_viewport_size({"width": WIDTHS[picture.width], "height": height + 10})
    settle(page)
    shot = page.screenshot()
    window.close()
    return shot


def reduced(shot: bytes) -> bytes:
    """The picture with 256 colours, as small as PNG makes it."""
    out = io.BytesIO()
    Image.open(io.BytesIO(shot)).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("address", help="where the app runs, http://127.0.0.1:8501")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--all", action="store_true", help="both languages and the dark theme")
    parser.add_argument("--only", default="", help="pictures whose name contains this")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=options.chromium, args=FLAGS)
        for picture in wanted(options.all):
            if options.only in picture.name:
                data = reduced(take(browser, options.address.rstrip("/"), picture))
                (options.out / picture.name).write_bytes(data)
                print(f"{picture.name}: {len(data) // 1024} KiB")
        browser.close()


if __name__ == "__main__":
    main()
