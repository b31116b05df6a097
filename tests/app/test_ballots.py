"""A ballot on the page from choice to receipt, and every refusal on the way."""

from __future__ import annotations

from typing import Any

import pytest

from app import casting
from app.wallet import KEY
from app.words import Words
from offchain_worker.chain import relay_client
from scripts.demo import vote as demo_vote
from tests.app import seeded_wallet
from tests.app.conftest import sign_in_as, texts
from tests.app.voters import Look, choose, said, until
from tests.voting import Vote


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


def test_ballot__refused_in_the_wallet__says_so_and_nothing_is_sent(vote: Vote, look: Look) -> None:
    app = choose(look("ballot", "home-5"), "for")
    app.button(key="sign-ballot").click().run()
    seeded_wallet.answer(app, False, "", seeded_wallet.REFUSED)
    assert "You refused in your wallet." in said(app)
    assert vote.ballot("home-5") is None


@pytest.mark.parametrize("language", ["en", "fr"])
def test_ballot__asked_of_the_demo_wallet__says_that_it_stands_on_the_page(
    vote: Vote, look: Look, language: str
) -> None:
    say, app = Words(language), look("ballot", "home-5", language)
    account = {**app.session_state[KEY]["account"], "wallet": say("wallet.demo")}
    app.session_state[KEY] = {"account": account, "response": None}
    app = choose(app.run(), "for")
    app.button(key="sign-ballot").click().run()
    assert say("votes.waiting_demo") in texts(app)


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
