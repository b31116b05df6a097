"""The pages of votes: what everybody reads, what a member's keys add, a ballot from choice to receipt, and every refusal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import casting
from offchain_worker.chain import relay_client
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.stages import Rule, Stage
from offchain_worker.jobs.program import program_hash
from offchain_worker.jobs.what_if import Prices
from offchain_worker.simulate import ballot, months
from offchain_worker.storage.places import open_store
from scripts.demo import vote as demo_vote
from tests.app import seeded_wallet
from tests.app.conftest import opened, sign_in_as, texts
from tests.voting import PRO_RATA, QUESTION, Vote, voting

Look = Callable[..., AppTest]
ASKED = "Two fifths? [more](http://evil.example) ![](http://evil.example/seen.png)"
SUPPLIER = 115_000
"""µ€/kWh, what the pinned answer was asked with."""


@pytest.fixture(scope="module")
def vote(settled_period: Any) -> Iterator[Vote]:
    """An open vote whose proposal names a pinned answer."""
    with voting(settled_period, pinned=True) as found:
        yield found


@pytest.fixture
def look(vote: Vote, monkeypatch: pytest.MonkeyPatch) -> Look:
    """Opens a page as somebody whose wallet is connected."""
    folder = vote.stage.folder
    monkeypatch.setenv("DAISEE_CONFIG", str(folder / "daisee.toml"))

    def open_as(page: str, who: str = "public", language: str = "en", chain_id: int = 31337) -> AppTest:
        sign_in_as(monkeypatch, folder, who)
        app = opened(page, language)
        return app if who == "public" else seeded_wallet.connect(app, vote.stage.identity(who), chain_id)

    return open_as


def until(app: AppTest, words: str, runs: int = 60) -> AppTest:
    """Look again, as the page does by itself, until it says this."""
    for _ in range(runs):
        if words in said(app):
            return app
        time.sleep(0.2)
        app.run()
    raise AssertionError(f"{words!r} never came:\n{said(app)}")


def said(app: AppTest) -> str:
    return texts(app).replace("\u00a0", " ").replace("\u202f", " ")


def choose(app: AppTest, choice: str, reason: str = "") -> AppTest:
    if reason:
        app.text_area(key="reason-2").set_value(reason)
    return app.radio(key="choice-2").set_value(choice).run()


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


def test_ballot__reviewed__shows_exactly_what_the_wallet_is_asked(vote: Vote, look: Look) -> None:
    app = choose(look("ballot", "home-8"), "for", "la cour aussi")
    shown = said(app)
    app.button(key="sign-ballot").click().run()
    assert "Your wallet asks you to confirm: look at its window." in said(app)
    data = seeded_wallet.typed(app)
    assert data["domain"]["verifyingContract"] == vote.governor.address
    assert data["message"] == {
        "proposalId": str(vote.proposal.identifier),
        "support": 1,
        "voter": vote.stage.identity("home-8").address,
        "nonce": 0,
        "reason": "la cour aussi",
        "params": "0x",
    }
    for part in ("domain", "message"):
        for name, value in data[part].items():
            assert f"| {name} | {value} |" in shown


def test_ballot__signed__is_handed_in_counted_and_changed(vote: Vote, look: Look) -> None:
    person = vote.stage.identity("home-7")
    app = choose(look("ballot", "home-7"), "for")
    app.button(key="sign-ballot").click().run()
    seeded_wallet.sign(app, person)
    until(app, "The contract holds this very ballot for member")
    assert "Your vote counts: **For**, cast by your signature." in said(app)
    assert (vote.ballot("home-7").support, vote.ballot("home-7").way) == (1, "signature")
    assert "You can change your vote until" in said(app)

    choose(app, "against").button(key="sign-ballot").click().run()
    assert seeded_wallet.typed(app)["message"]["nonce"] == 1
    seeded_wallet.sign(app, person)
    until(app, "Your vote counts: **Against: keep the present rule**")
    assert vote.ballot("home-7").support == 0


def test_ballot__of_somebody_else__shows_neither_their_receipt_nor_their_bill(
    vote: Vote, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same browser, another sign-in: nothing of the first person is left on the page."""
    app = look("ballot", "home-7")
    assert "Receipt of your signed ballot" in said(app) and "You are member 11" in said(app)
    figures = next(line for line in said(app).splitlines() if line.startswith("| June 2016"))
    sign_in_as(monkeypatch, vote.stage.folder, "home-8")
    app.run()
    assert "Receipt of your signed ballot" not in said(app) and "You are member 12" in said(app)
    assert figures not in said(app)
    sign_in_as(monkeypatch, vote.stage.folder, "public")
    app.run()
    assert "| June 2016" not in said(app)


def test_ballot__by_ones_own_transaction__counts_without_the_relayer(vote: Vote, look: Look) -> None:
    person = vote.stage.identity("home-6")
    app = choose(look("ballot", "home-6"), "abstain")
    app.button(key="send-vote").click().run()
    seeded_wallet.send(app, person, vote.stage.connection.web3)
    assert "Your vote is counted, in block" in said(app)
    assert vote.ballot("home-6").way == "transaction"
    choose(app.run(), "for")
    assert "or voted by transaction: change it by a transaction below" in said(app)
    assert "sign-ballot" not in [button.key for button in app.button]


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


def test_ballot__refused_in_the_wallet__says_so_and_nothing_is_sent(vote: Vote, look: Look) -> None:
    app = choose(look("ballot", "home-5"), "for")
    app.button(key="sign-ballot").click().run()
    seeded_wallet.answer(app, False, "", seeded_wallet.REFUSED)
    assert "You refused in your wallet." in said(app)
    assert vote.ballot("home-5") is None


def test_ballot__signed_by_another_account__is_not_taken(vote: Vote, look: Look) -> None:
    app = choose(look("ballot", "home-5"), "for")
    app.button(key="sign-ballot").click().run()
    seeded_wallet.sign(app, vote.stage.identity("home-12"))
    assert "This signature is not yours" in said(app)
    assert vote.ballot("home-5") is None


@pytest.mark.parametrize(
    ("arrange", "words"),
    [
        ("chain", "Your wallet is on network 1; this community lives on network 31337."),
        ("account", "but you are signed in as"),
    ],
)
def test_ballot__with_the_wrong_wallet__cannot_be_signed(vote: Vote, look: Look, arrange: str, words: str) -> None:
    if arrange == "chain":
        app = look("ballot", "home-5", chain_id=1)
    else:
        app = seeded_wallet.connect(look("ballot", "home-5"), vote.stage.identity("home-12"))
    app = choose(app, "for")
    assert words in said(app)
    assert app.button(key="sign-ballot").disabled and app.button(key="send-vote").disabled


def test_ballot__signed_twice_with_the_same_number__keeps_the_first(vote: Vote, look: Look) -> None:
    """Two windows: both read nonce 0; the second signature comes when the first is counted."""
    person = vote.stage.identity("home-3")
    app = choose(look("ballot", "home-3"), "for")
    app.button(key="sign-ballot").click().run()
    demo_vote.hand_in(vote.stage, [demo_vote.signed_ballot(vote.stage, "home-3", vote.proposal, 0)])
    seeded_wallet.sign(app, person)
    assert "A later or equal ballot of yours counts or waits already" in said(app)
    assert vote.ballot("home-3").support == 0


def test_ballot__while_the_relayer_is_away__is_kept_and_can_be_sent_alone(
    vote: Vote, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = vote.stage.identity("home-2")
    monkeypatch.setenv("DAISEE_RELAY", "http://127.0.0.1:9")
    app = choose(look("ballot", "home-2"), "for")
    app.button(key="sign-ballot").click().run()
    seeded_wallet.sign(app, person)
    assert "The relayer does not answer. Your signed ballot is kept here" in said(app)
    app.button(key="send-alone").click().run()
    seeded_wallet.send(app, person, vote.stage.connection.web3)
    assert vote.ballot("home-2").way == "signature"
    assert "Your vote counts: **For**, cast by your signature." in said(app.run())
    assert "The relayer does not answer" not in said(app)


def test_ballot__dropped_by_the_relayer__says_so_to_its_voter(
    vote: Vote, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The voter's own transaction goes before the ballot that waits: the relayer drops that one, and it shows."""
    person = vote.stage.identity("home-1")
    app = choose(look("ballot", "home-1"), "for")
    app.button(key="sign-ballot").click().run()
    ballot_given = {}
    post = relay_client.post

    def overtaken(url: str, signed: Any) -> Any:
        """The relayer takes the ballot; before it sends it, the voter's transaction is mined."""
        receipt = post(url, signed)
        support = vote.governor.function("castVote", vote.proposal.identifier, 0)
        vote.stage.sender("home-1").send(support)
        ballot_given["id"] = signed.identifier
        return receipt

    monkeypatch.setattr(casting.relay_client, "post", overtaken)
    seeded_wallet.sign(app, person)
    state = relay_client.state(vote.stage.relay_url, ballot_given["id"]).state
    if state == "counted":  # the batch went before the transaction, which then replaced it
        until(app, "The contract holds a later ballot of member")
    else:
        until(app, "The relayer dropped your ballot.")
        assert "A later or equal ballot of yours counts or waits already" in said(app)


def test_results__of_a_vote_that_was_carried_out__name_months_program_and_turnout(vote: Vote, look: Look) -> None:
    shown = said(look("results"))
    assert "This sharing key rules **from June 2016** until another vote changes it." in shown
    assert "Month opened under it so far: June 2016." in shown
    assert "0x" + program_hash().hex() in shown
    assert "18 of 24 members voted (75%)." in shown


def test_proxies__given_cast_and_given_back__by_the_wallets_transactions(vote: Vote, look: Look) -> None:
    web3, giver, holder = vote.stage.connection.web3, vote.member("home-10"), vote.member("home-11")
    app = look("proxies", "home-10")
    app.selectbox(key="proxy-to").set_value(holder).run()
    app.button(key="give-proxy").click().run()
    seeded_wallet.send(app, vote.stage.identity("home-10"), web3)
    assert vote.governor.delegate_of(giver) == holder
    assert f"**Member {holder}** votes in your place" in said(app.run())

    app = look("proxies", "home-11")
    assert "You hold 1 of at most 2 proxies." in said(app)
    app.radio(key="proxy-choice-2").set_value("for").run()
    app.button(key="cast-2").click().run()
    seeded_wallet.send(app, vote.stage.identity("home-11"), web3)
    assert (vote.ballot("home-10").support, vote.ballot("home-10").way) == (1, "proxy")

    app.run().button(key=f"give-back-{giver}").click().run()
    seeded_wallet.send(app, vote.stage.identity("home-11"), web3)
    assert vote.governor.delegate_of(giver) == 0


def test_proxies__to_who_holds_enough__are_refused_before_they_are_sent(vote: Vote, look: Look) -> None:
    holder = vote.stage.identity("home-12")
    for name in ("home-14", "roof-owner"):
        vote.stage.sender(name).send(vote.governor.function("giveProxy", holder.address))
    app = look("proxies", "home-18")
    app.selectbox(key="proxy-to").set_value(vote.member("home-12")).run()
    assert app.button(key="give-proxy").disabled
    assert "This member holds as many proxies as allowed (2)." in said(app)
    assert "Proxies are for members" in said(look("proxies"))


def test_propose__the_rule_in_force__cannot_be_proposed(look: Look) -> None:
    app = look("propose", "home-1")
    app.selectbox(key="draft-key").set_value("priority").run()
    app.text_input(key="draft-question").set_value("The building first?").run()
    assert "It changes something. This is the rule in force already." in said(app)
    assert app.button(key="send-proposal").disabled


def test_propose__without_a_question_or_a_membership__cannot_be_sent(look: Look) -> None:
    app = look("propose", "home-1")
    assert "It has a question. Ask something that can be answered by yes or no." in said(app)
    assert app.button(key="send-proposal").disabled
    app = look("propose", "auditor")
    app.text_input(key="draft-question").set_value("May I?").run()
    assert "You may propose it. Members propose; this address has no vote now." in said(app)
    assert app.button(key="send-proposal").disabled


def test_propose__a_key_that_the_contract_would_refuse__says_why(look: Look) -> None:
    """A file that names a point the registry does not know, and one that is no key at all."""
    app = look("propose", "home-1")
    app.selectbox(key="draft-key").set_value("file").run()
    unknown = AllocationKey((Stage(Rule.STATIC, points=(99,), weights=(1,)),)).to_json().encode()
    app.file_uploader(key="draft-file").upload("key.json", unknown, "application/json").run()
    assert "This rule cannot be proposed:" in said(app) and "99" in said(app)
    app.file_uploader(key="draft-file").upload("key.json", b"{}", "application/json").run()
    assert "This rule cannot be proposed:" in said(app)
    assert "send-proposal" not in [button.key for button in app.button]


def test_propose__another_quorum__needs_two_thirds_and_becomes_a_proposal(vote: Vote, look: Look) -> None:
    person = vote.stage.identity("home-1")
    app = look("propose", "home-1")
    app.segmented_control(key="draft-subject").set_value("quorum").run()
    app.number_input(key="draft-quorum").set_value(40).run()
    app.text_input(key="draft-question").set_value(ASKED).run()
    assert "Let a vote need 40 % of the members for its quorum" in said(app)
    assert "It will need twice as many votes for as against." in said(app)
    app.button(key="send-proposal").click().run()
    seeded_wallet.send(app, person, vote.stage.connection.web3)
    assert "Your proposal is sent." in said(app)
    made = vote.governor.proposals()[-1]
    assert r"Two fifths? \[more\]\(http\://evil.example\) \!\[\]" in said(look("proposals"))
    assert (made.question, made.proposer) == (ASKED, person.address)


def test_propose__other_prices__show_their_effect_on_ones_own_bill(look: Look) -> None:
    """A quarter more for the roof's energy: what a member pays for it grows alike."""
    app = look("propose", "home-8")
    app.segmented_control(key="draft-subject").set_value("tariff").run()
    app.number_input(key="draft-price-0").set_value(0.2).run()
    shown = said(app)
    assert "€0.2000/kWh" in shown
    assert "In this month you would have paid" in shown and "more**" in shown
    assert "Worked out here from your own curves and the community's totals" in shown
