"""The pages of votes as they are read: by everybody, and with what a member's keys add."""

from __future__ import annotations

from typing import Any

import pytest

from offchain_worker.jobs.program import program_hash
from offchain_worker.jobs.what_if import Prices
from offchain_worker.simulate import ballot, months
from offchain_worker.storage.places import open_store
from tests.app.voters import Look, said
from tests.voting import PRO_RATA, QUESTION, Vote

SUPPLIER = 115_000
"""µ€/kWh, what the pinned answer was asked with."""


def test_proposals__to_the_public__are_read_without_signing_in_or_a_month(look: Look) -> None:
    app = look("proposals")
    shown = said(app)
    assert [title.value for title in app.subheader] == [
        f"2. {QUESTION}",
        "1. Serve the users of the building first, then the neighbourhood?",
    ]
    assert "Failing: quorum not reached" in shown and "Carried out" in shown
    assert "**0 for** · :orange[■] **0 against** · :gray[■] 0 abstain · quorum 13 of 25 members" in shown
    assert 'aria-label="Votes of 25 members: 0 for, 0 abstain, 0 against. The mark shows the quorum, 13."' in shown
    assert "Connect your wallet and sign in to see your ballot." in shown
    assert "period" not in [box.key for box in app.selectbox]


def test_proposals__in_french__says_so(look: Look) -> None:
    shown = said(look("proposals", language="fr"))
    assert "Insuffisant : quorum non atteint" in shown
    assert "La production locale est répartie entre tous les consommateurs au prorata" in shown


def effect_by_the_engine(vote: Vote) -> Any:
    """What the engine computes for everybody, from the whole dataset."""
    stage = vote.stage
    found = months.from_chain(
        stage.community, open_store(str(stage.folder / "store")), stage.identity("auditor"), 1, program_hash()
    )
    return ballot.effect(found, Prices(SUPPLIER), key=PRO_RATA)


@pytest.mark.parametrize("name", ["home-8", "office-1"])
def test_ballot__of_a_member__shows_the_engines_figures_of_their_own_bill(vote: Vote, look: Look, name: str) -> None:
    expected = effect_by_the_engine(vote)["members"][vote.member(name)]
    shown = said(look("ballot", name))
    before, after = expected["present"]["cost"], expected["proposed"]["cost"]
    assert f"€{before / 100:,.2f} | €{after / 100:,.2f}" in shown
    way = "less" if after < before else "more"
    assert f"In this month you would have paid **€{abs(after - before) / 100:,.2f} {way}**." in shown
    assert "From the answer pinned with the proposal, sealed for you alone" in shown
    assert "1 of the community's workers computed it again and signed it." in shown
    assert "members would have paid less" in shown
    assert "counted at €0.1150/kWh, the supplier's price that the proposal was computed with" in shown


def test_ballot__with_the_suppliers_price__counts_all_electricity(look: Look) -> None:
    app = look("ballot", "home-8")
    app.number_input(key="supplier-price").set_value(0.0).run()
    assert "who gets less local energy pays less here, but more to their supplier" in said(app)
    app.number_input(key="supplier-price").set_value(0.2).run()
    assert "Your supplier's part is counted." in said(app)
    assert "who gets less local energy pays less here" not in said(app)


@pytest.mark.parametrize(("number", "shown"), [("1", "1"), ("99", "2"), ("-1", "2"), ("x\n", "2")])
def test_ballot__of_a_number_in_the_address__is_that_one_or_the_open_one(look: Look, number: str, shown: str) -> None:
    app = look("ballot")
    app.query_params["proposal"] = number
    app.run()
    assert not app.exception
    app = app if shown == "2" else app.selectbox(key="proposal").set_value("1").run()
    questions = {"1": "Serve the users of the building first, then the neighbourhood?", "2": QUESTION}
    assert app.header[0].value == questions[shown]


def test_ballot__to_the_public__shows_no_bill(look: Look) -> None:
    shown = said(look("ballot"))
    assert "Sign in and open your data" in shown
    assert "| June 2016" not in shown


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("provider", "You are signed in with an address that is no member's."),
        ("auditor", "You are signed in with an address that is no member's."),
        ("public", "Connect your wallet and sign in to vote."),
    ],
)
def test_ballot__of_who_has_no_vote__says_why_and_offers_none(look: Look, who: str, reason: str) -> None:
    app = look("ballot", who)
    assert reason in said(app)
    assert not app.radio


def test_results__of_a_vote_that_was_carried_out__name_months_program_and_turnout(vote: Vote, look: Look) -> None:
    shown = said(look("results"))
    assert "This sharing key rules **from June 2016** until another vote changes it." in shown
    assert "Month opened under it so far: June 2016." in shown
    assert "0x" + program_hash().hex() in shown
    assert "18 of 24 members voted (75%)." in shown
