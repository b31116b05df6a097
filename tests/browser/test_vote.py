"""The whole vote in a browser: read one's own simulated bill, sign, see the receipt, the batch, the result, the new rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from offchain_worker.chain.governor import ProposalState, Support
from scripts.demo import vote as demo_vote
from tests.browser.conftest import WAIT, People, settle
from tests.voting import QUESTION, Vote, voting

expect.set_options(timeout=WAIT)
SIGN = "Sign and hand in my ballot"


@pytest.fixture(scope="module")
def vote(settled_period: Any) -> Iterator[Vote]:
    """An open vote with a pinned answer and a relayer."""
    with voting(settled_period, pinned=True) as found:
        yield found


def ballot(people: People, page: Page) -> None:
    """Go to the ballot page."""
    page.goto(f"{people.app.url}/ballot?proposal=2")
    expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    settle(page)


def choose(page: Page, choice: str) -> None:
    page.locator("[data-testid=stRadio] label").filter(has_text=choice).click()
    expect(page.get_by_role("button", name=SIGN)).to_be_enabled()


def test_vote__refused_then_signed__is_counted_passes_and_becomes_the_rule(people: People, vote: Vote) -> None:
    page = people.page("home-8")
    people.sign_in(page)
    ballot(people, page)
    expect(page.get_by_text("In this month you would have paid")).to_be_visible()
    expect(page.get_by_text("From the answer pinned with the proposal, sealed for you alone")).to_be_visible()
    choose(page, "For")
    wallet = people.wallet(page)
    wallet.refuse("eth_signTypedData_v4")
    page.get_by_role("button", name=SIGN).click()
    expect(page.get_by_text("You refused in your wallet. Nothing was signed or sent.")).to_be_visible()
    assert vote.ballot("home-8") is None

    wallet.accept()
    page.get_by_role("button", name=SIGN).click()
    expect(page.get_by_text("Receipt of your signed ballot")).to_be_visible()
    expect(page.get_by_text("The contract holds this very ballot for member")).to_be_visible()
    assert (vote.ballot("home-8").support, vote.ballot("home-8").way) == (Support.FOR, "signature")
    with page.expect_download() as kept:
        page.get_by_role("button", name="Receipt (JSON)").click()
    assert '"daisee.receipt/1"' in kept.value.path().read_text(encoding="utf-8")

    page.reload()
    expect(page.get_by_text("Your vote counts: For, cast by your signature.")).to_be_visible()
    carry(people, page, vote)


def carry(people: People, page: Page, vote: Vote) -> None:
    """The others vote, the vote closes, it is carried out from the page, and the results name the month it rules from."""
    others = [person.slug for person in vote.stage.founders() if person.wallet and person.slug != "home-8"]
    given = [demo_vote.signed_ballot(vote.stage, name, vote.proposal, Support.FOR) for name in others[:13]]
    demo_vote.hand_in(vote.stage, given)
    vote.stage.clock.advance_to(vote.tally.closes + 1)
    assert vote.tally.state is ProposalState.SUCCEEDED

    page.goto(f"{people.app.url}/proposals")
    expect(page.get_by_text("Passed, to be carried out")).to_be_visible()
    page.get_by_role("button", name="Carry it out").click()
    expect(page.get_by_text("The rule is adopted once the transaction is mined.")).to_be_visible()
    assert vote.tally.state is ProposalState.EXECUTED
    page.goto(f"{people.app.url}/results")
    expect(page.get_by_text("This sharing key rules from August 2016 until another vote changes it.")).to_be_visible()
    expect(page.get_by_text("This sharing key ruled from June 2016 to July 2016")).to_be_visible()

    page.goto(f"{people.app.url}/ballot?proposal=2")
    expect(page.get_by_text("Voting is over.")).to_be_visible()
    assert page.get_by_role("button", name=SIGN).count() == 0


def test_vote__account_switched_before_signing__is_not_asked_of_the_other_account(people: People, vote: Vote) -> None:
    page = people.page("home-7")
    people.sign_in(page)
    wallet = people.wallet(page)
    asked = wallet.prompts("eth_signTypedData_v4")
    wallet.switch_account(people.key("home-6"), page)
    # Another account ends the session and loads the page anew.
    expect(page.get_by_test_id("sign-in")).to_be_visible()
    settle(page)
    ballot(people, page)
    expect(page.get_by_role("button", name=SIGN)).to_have_count(0)
    assert wallet.prompts("eth_signTypedData_v4") == asked
