"""A person, a browser, a wallet: connect, sign in, open the data, and everything that goes otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app import session
from offchain_worker.storage import identity as identities
from tests.browser.conftest import WAIT, People, settle

expect.set_options(timeout=WAIT)
READING_TEXT = "0x" + identities.READING_TEXT.encode().hex()


def cookie(page: Page) -> dict[str, Any]:
    """The session's cookie, as the browser holds it."""
    return next((dict(one) for one in page.context.cookies() if one["name"] == session.COOKIE), {})


def amount(settled_period: Any, people: People, name: str) -> str:
    """What the chain booked for a person, as the bill page says it."""
    community = settled_period.community
    member = community.registry.member_of(identities.load(people.app.identities / f"{name}.json").address)
    return f"€{abs(community.settlement.settled(settled_period.period).net_cents[member]) / 100:.2f}"


def bill(page: Page, people: People, query: str = "") -> str:
    """What the bill page says."""
    page.goto(f"{people.app.url}/bill{query}")
    page.get_by_text("Everything on this page was read from the chain").wait_for()
    settle(page)
    return page.locator("[data-testid=stMain]").inner_text()


def test_sign_in__accepted__opens_ones_own_bill_survives_a_reload_and_ends(people: People, settled_period: Any) -> None:
    page = people.page("home-8")
    people.sign_in(page)
    own = f"{amount(settled_period, people, 'home-8')} to pay for June 2016."
    assert own in bill(page, people)
    held = cookie(page)
    assert (held["httpOnly"], held["sameSite"], held["path"]) == (True, "Strict", "/")
    assert session.COOKIE not in page.evaluate("document.cookie")
    page.reload()
    expect(page.get_by_text(own)).to_be_visible()
    page.get_by_test_id("sign-out").click()
    expect(page.get_by_text("connect your wallet and sign in")).to_be_visible()
    assert not cookie(page)
    # The old cookie, put back by hand, is nobody's.
    page.context.add_cookies([{"name": session.COOKIE, "value": held["value"], "url": people.app.url}])
    assert own not in bill(page, people)


def test_wallet__that_refuses__is_understood_and_may_be_asked_again(people: People) -> None:
    page = people.page("home-1")
    wallet = people.wallet(page)
    wallet.refuse("eth_requestAccounts", "personal_sign")
    page.get_by_test_id("connect-test.wallet").click()
    status = page.locator("#wallet [role=status]")
    expect(status).to_contain_text("You refused in your wallet.")
    wallet.accept()
    people.connect(page)
    wallet.refuse("personal_sign")
    page.get_by_test_id("sign-in").click()
    expect(status).to_contain_text("You refused in your wallet.")
    assert not cookie(page)
    wallet.refuse("personal_sign", code=-32002)
    page.get_by_test_id("sign-in").click()
    expect(status).to_contain_text("Your wallet already has a question open.")
    wallet.accept()
    page.get_by_test_id("sign-in").click()
    page.get_by_test_id("sign-out").wait_for()
    wallet.refuse("personal_sign")
    page.get_by_role("button", name="Open my data").click()
    expect(page.get_by_text("You refused in your wallet. Nothing was signed or sent.")).to_be_visible()
    expect(page.get_by_role("button", name="Open my data")).to_be_enabled()


def test_chain__a_wrong_one__is_said_and_changed(people: People) -> None:
    page = people.page("home-1")
    wallet = people.wallet(page)
    wallet.chain_id, wallet.known_chains = 1, {1}
    people.connect(page)
    banner = page.locator("#wallet [role=alert]")
    expect(banner).to_contain_text("Your wallet is on network 1; this community lives on network 31337.")
    page.get_by_test_id("switch-chain").click()
    expect(banner).to_have_count(0)
    assert wallet.chain_id == people.app.chain_id
    assert [method for method, _ in wallet.asked if method.startswith("wallet_")] == [
        "wallet_switchEthereumChain",
        "wallet_addEthereumChain",
    ]
    wallet.switch_chain(1, page)
    expect(banner).to_have_count(1)


def test_account__switched_in_the_middle__ends_the_session(people: People, settled_period: Any) -> None:
    page = people.page("home-8")
    people.sign_in(page, data=False)
    wallet, held = people.wallet(page), cookie(page)
    wallet.hold("personal_sign")
    page.get_by_role("button", name="Open my data").click()
    page.get_by_test_id("stop").wait_for()
    wallet.switch_account(people.key("home-1"), page)
    page.get_by_test_id("sign-in").wait_for()
    wallet.release(page)
    settle(page)
    assert not cookie(page)
    assert READING_TEXT not in [params[0] for method, params in wallet.asked if method == "personal_sign"]
    page.context.add_cookies([{"name": session.COOKIE, "value": held["value"], "url": people.app.url}])
    assert amount(settled_period, people, "home-8") not in bill(page, people)


def test_reload__with_a_prompt_open__forgets_the_prompt_and_keeps_the_session(people: People) -> None:
    page = people.page("home-8")
    people.sign_in(page, data=False)
    wallet = people.wallet(page)
    wallet.hold("personal_sign")
    page.get_by_role("button", name="Open my data").click()
    page.get_by_test_id("stop").wait_for()
    page.reload()
    page.get_by_test_id("sign-out").wait_for()
    wallet.release(page)
    page.get_by_role("button", name="Open my data").click()
    page.get_by_role("button", name="Close my data").wait_for()
    assert [params[0] for method, params in wallet.asked if method == "personal_sign"].count(READING_TEXT) == 1


def test_waiting__stopped_by_the_person__frees_the_page_and_the_late_answer_is_not_taken(people: People) -> None:
    page = people.page("home-8")
    wallet = people.wallet(page)
    people.connect(page)
    wallet.hold("personal_sign")
    page.get_by_test_id("sign-in").click()
    page.get_by_test_id("stop").click()
    expect(page.locator("#wallet [role=status]")).to_contain_text("You stopped waiting.")
    wallet.release(page)
    settle(page)
    assert not cookie(page)
    page.get_by_test_id("sign-in").click()
    page.get_by_test_id("sign-out").wait_for()
    wallet.hold("personal_sign")
    page.get_by_role("button", name="Open my data").click()
    page.get_by_test_id("stop").click()
    expect(page.get_by_text("You stopped waiting.")).to_be_visible()
    wallet.release(page)
    settle(page)
    expect(page.get_by_role("button", name="Open my data")).to_be_enabled()
    expect(page.get_by_role("button", name="Close my data")).to_have_count(0)


def test_tabs__two_of_one_browser__sign_in_and_out_together(people: People) -> None:
    page = people.page("home-8")
    other = people.tab(page, "/bill")
    people.sign_in(page)
    other.get_by_test_id("sign-out").wait_for()
    page.get_by_test_id("sign-out").click()
    other.get_by_test_id("sign-in").wait_for()
    expect(other.get_by_text("connect your wallet and sign in")).to_be_visible()


def test_members__two_at_the_same_time__see_their_own_and_nobody_elses(people: People, settled_period: Any) -> None:
    home, shop = people.page("home-8"), people.page("solar-home")
    people.sign_in(home)
    people.sign_in(shop)
    of_home, of_shop = (amount(settled_period, people, name) for name in ("home-8", "solar-home"))
    for page, own, others in ((home, of_home, of_shop), (shop, of_shop, of_home)):
        said = bill(page, people, "?member=5&who=auditor&key=member&address=0x0&period=2016-06&scene=all")
        assert own in said
        assert others not in said
    # Another's cookie with a character changed is nobody's.
    edited = cookie(home)["value"][:-1] + "%ff"
    shop.context.add_cookies([{"name": session.COOKIE, "value": edited, "url": people.app.url}])
    said = bill(shop, people)
    assert "connect your wallet and sign in" in said
    assert of_home not in said and of_shop not in said


def test_demo_wallet__on_a_phone__shows_what_it_signs_and_signs_only_then(people: People, settled_period: Any) -> None:
    page = people.page("home-1", "/bill", width=390)
    page.get_by_test_id("demo-who").select_option(label="Home 8")
    page.get_by_test_id("connect-demo").click()
    page.get_by_test_id("sign-in").click()
    shown = page.get_by_test_id("demo-shown")
    expect(shown).to_contain_text("wants you to sign in with your Ethereum account")
    page.get_by_test_id("demo-no").click()
    expect(page.locator("#wallet [role=status]")).to_contain_text("You refused in your wallet.")
    page.get_by_test_id("sign-in").click()
    page.get_by_test_id("demo-yes").click()
    page.get_by_test_id("sign-out").wait_for()
    page.get_by_role("button", name="Open my data").click()
    expect(shown).to_contain_text("This signature makes the key that reads my meter readings and bills.")
    page.get_by_test_id("demo-yes").click()
    page.get_by_role("button", name="Close my data").wait_for()
    expect(page.get_by_text(amount(settled_period, people, "home-8")).first).to_be_visible()
    assert not people.wallet(page).asked
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("element => element.scrollWidth <= element.clientWidth")


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "http://127.0.0.1:1"])
def test_connection__of_another_site__is_not_opened(people: People, origin: str) -> None:
    from websockets.exceptions import InvalidStatus
    from websockets.sync.client import connect

    url = people.app.url.replace("http", "ws") + "/_stcore/stream"
    with connect(url, origin=people.app.url):  # type: ignore[arg-type]
        pass
    with pytest.raises(InvalidStatus, match="403"), connect(url, origin=origin):  # type: ignore[arg-type]
        pass
