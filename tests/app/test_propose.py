"""Proposals and proxies made on the page by the wallet's transactions, and what is refused before it is sent."""

from __future__ import annotations

import json

import pytest

from offchain_worker.chain import calls
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.stages import Rule, Stage
from tests.app import seeded_wallet
from tests.app.voters import Look, said
from tests.voting import Vote

ASKED = "Two fifths? [more](http://evil.example) ![](http://evil.example/seen.png)"


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
    assert "This is the rule in force already." in said(app)
    assert app.button(key="send-proposal").disabled


def test_propose__without_a_question_or_a_membership__cannot_be_sent(look: Look) -> None:
    app = look("propose", "home-1")
    assert "Ask something that can be answered by yes or no." in said(app)
    assert app.button(key="send-proposal").disabled
    app = look("propose", "auditor")
    app.text_input(key="draft-question").set_value("May I?").run()
    assert "Members propose; this address has no vote now." in said(app)
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
    app.pills(key="draft-subject").set_value("quorum").run()
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
    app.pills(key="draft-subject").set_value("tariff").run()
    app.number_input(key="draft-price-0").set_value(0.2).run()
    shown = said(app)
    assert "€0.2000/kWh" in shown
    assert "In this month you would have paid" in shown and "more**" in shown
    assert "Worked out here from your own curves and the community's totals" in shown


def test_propose__other_bounds_for_readings__becomes_a_proposal_that_says_what_differs(vote: Vote, look: Look) -> None:
    now = vote.stage.community.rules.rules_at(vote.stage.connection.stamp().timestamp).conformity
    app = look("propose", "home-1")
    app.pills(key="draft-subject").set_value("conformity").run()
    assert "This is the rule in force already." in said(app)
    app.number_input(key="draft-missing").set_value(2.5).run()
    app.text_input(key="draft-question").set_value("Wait sooner for better readings?").run()
    shown = said(app)
    assert "It waits while more than 2.5 % of a point's steps are missing." in shown
    assert r"No longer\: It waits while more than" in shown and "Everything else stays as it is." in shown
    assert "It will need more votes for than against." in shown
    app.button(key="send-proposal").click().run()
    seeded_wallet.send(app, vote.stage.identity("home-1"), vote.stage.connection.web3)
    made = vote.governor.proposals()[-1]
    decoded = calls.decode(vote.stage.community, made.targets[0], made.calls[0])
    assert decoded is not None and decoded.function == "setConformity"
    expected = now.document() | {"maximumMissingPpm": 25_000}
    assert json.loads(bytes(decoded.rule)) == expected
    assert "The present rule, which stays" in look("ballot").expander[0].label
    assert "It waits while more than 2.5 % of a point's steps are missing." in said(look("proposals"))


def test_propose__readings_rules_of_a_file__are_checked_as_the_command_does(vote: Vote, look: Look) -> None:
    now = vote.stage.community.rules.rules_at(vote.stage.connection.stamp().timestamp).conformity
    app = look("propose", "home-1")
    app.pills(key="draft-subject").set_value("conformity").run()
    app.toggle(key="draft-conformity-by-file").set_value(True).run()
    assert "Complete the rule above" in said(app)
    wrong = json.dumps(now.document() | {"timeZone": "Europe/Nowhere"}).encode()
    app.file_uploader(key="draft-conformity-file").upload("rules.json", wrong, "application/json").run()
    assert "This rule cannot be proposed:" in said(app) and "no time zone" in said(app)
    right = json.dumps(now.document() | {"maximumGapSeconds": 7_200}).encode()
    app.file_uploader(key="draft-conformity-file").upload("rules.json", right, "application/json").run()
    assert "A dataset waits while more than 2 hours in a row are missing at a point." in said(app)


def test_propose__a_tariff_of_a_file__is_shown_in_words(vote: Vote, look: Look) -> None:
    now = vote.stage.community.rules.rules_at(vote.stage.connection.stamp().timestamp).tariff
    app = look("propose", "home-1")
    app.pills(key="draft-subject").set_value("tariff").run()
    app.toggle(key="draft-tariff-by-file").set_value(True).run()
    dearer = json.loads(now.to_json())
    dearer["communityFeeMicroEuroPerKwh"] = type(dearer["communityFeeMicroEuroPerKwh"])(12_300)
    text = json.dumps(dearer).encode()
    app.file_uploader(key="draft-tariff-file").upload("tariff.json", text, "application/json").run()
    assert r"Community's fee\: €0.0123/kWh" in said(app)


@pytest.mark.parametrize(("typed", "words"), [("0x12", "64 hexadecimal digits"), ("", "64 hexadecimal digits")])
def test_propose__what_is_no_program__says_why(look: Look, typed: str, words: str) -> None:
    app = look("propose", "home-1")
    app.pills(key="draft-subject").set_value("program").run()
    app.text_input(key="draft-program").set_value(typed).run()
    assert words in said(app)
    assert "send-proposal" not in [button.key for button in app.button]


def test_propose__another_program__is_proposed_and_the_one_that_runs_is_not(vote: Vote, look: Look) -> None:
    app = look("propose", "home-1")
    app.pills(key="draft-subject").set_value("program").run()
    app.text_input(key="draft-question").set_value("Compute by the new version?").run()
    assert "This is the rule in force already." in said(app) and app.button(key="send-proposal").disabled
    app.text_input(key="draft-program").set_value("0x" + "ab" * 32).run()
    app.button(key="send-proposal").click().run()
    seeded_wallet.send(app, vote.stage.identity("home-1"), vote.stage.connection.web3)
    made = vote.governor.proposals()[-1]
    decoded = calls.decode(vote.stage.community, made.targets[0], made.calls[0])
    assert decoded is not None and (decoded.function, bytes(decoded.rule)) == ("setProgram", b"\xab" * 32)
