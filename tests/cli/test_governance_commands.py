"""`daisee propose | vote | proxy | tally | execute` on a real chain with a real relayer, in one story and each refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from offchain_worker.cli import settings
from offchain_worker.cli.main import app
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.stages import Rule, Stage
from scripts.demo import vote as demo_vote
from tests.voting import EQUALLY, QUESTION, Vote, voting

Daisee = Callable[..., Result]
FAR = 4_000_000_000


@pytest.fixture(scope="module")
def vote(settled_period: Any) -> Iterator[Vote]:
    with voting(settled_period) as found:
        yield found


@pytest.fixture
def daisee(vote: Vote) -> Daisee:
    """Runs a verb as somebody."""
    folder = vote.stage.folder

    def run(who: str, *arguments: str) -> Result:
        whose = ["--config", str(folder / "daisee.toml"), "--as", str(folder / "identities" / f"{who}.json")]
        return CliRunner().invoke(app, settings.hoisted([*whose, "--quiet", *arguments]))

    return run


def done(result: Result) -> Any:
    """What a verb printed as JSON."""
    assert result.exit_code == 0, (result.exception, result.output)
    return json.loads(result.stdout)


def refused(result: Result) -> str:
    """What a verb said instead of doing it."""
    assert result.exit_code == 1
    return str(result.exception)


def document(tmp_path: Path, key: AllocationKey) -> str:
    file = tmp_path / "key.json"
    file.write_text(key.to_json(), encoding="utf-8")
    return str(file)


def test_propose__a_key__is_made_and_listed_with_what_it_does(daisee: Daisee, vote: Vote, tmp_path: Path) -> None:
    made = done(daisee("home-1", "propose", "key", document(tmp_path, EQUALLY), "--description", "Equally?", "--json"))
    listed = done(daisee("home-1", "tally", str(made["proposal"]), "--json"))[0]
    assert (listed["description"], listed["state"], listed["majority"]) == ("Equally?", "pending", "ordinary")
    assert "The local production is shared equally among all consumers" in listed["calls"][1]
    assert listed["proposer"] == vote.stage.identity("home-1").address


def test_propose__what_the_contract_would_refuse__is_not_sent(daisee: Daisee, vote: Vote, tmp_path: Path) -> None:
    before = len(vote.governor.proposals())
    key = document(tmp_path, EQUALLY)
    far = daisee("home-1", "propose", "key", key, "--description", "In a century?", "--from", str(FAR))
    assert "the contract refused with RuleBookTooFar" in refused(far)
    unknown = document(tmp_path, AllocationKey((Stage(Rule.STATIC, points=(99,), weights=(1,)),)))
    assert "99" in refused(daisee("home-1", "propose", "key", unknown, "--description", "Who is 99?"))
    program = tmp_path / "program.txt"
    program.write_text("next week's", encoding="utf-8")
    said = refused(daisee("home-1", "propose", "program", str(program), "--description", "Better?"))
    assert said.startswith("a program's hash has 64 hexadecimal digits")
    key = document(tmp_path, EQUALLY)
    stranger = daisee("auditor", "propose", "key", key, "--description", "May I?")
    assert "GovernorInsufficientProposerVotes" in refused(stranger)
    long = daisee("home-1", "propose", "key", key, "--description", "why " * 100)
    assert "a question has 1 to 300 characters" in refused(long)
    wrong = daisee("home-1", "propose", "key", key, "--description", "So?", "--what-if", "0x12")
    assert wrong.exit_code == 2
    assert len(vote.governor.proposals()) == before


def test_vote__signed_to_the_relayer__has_a_receipt_and_counts(daisee: Daisee, vote: Vote) -> None:
    given = done(
        daisee("home-2", "vote", "2", "for", "--reason", "notre toit", "--relay", vote.stage.relay_url, "--json")
    )
    assert given["receipt"]["id"] == given["ballot"]
    demo_vote.hand_in(vote.stage, [demo_vote.signed_ballot(vote.stage, "home-3", vote.proposal, 0)])
    assert vote.ballot("home-2").way == "signature"
    assert done(daisee("home-2", "tally", "2", "--json"))[0]["for"] >= 1


def test_vote__signed_into_a_file__is_sent_by_anybody_once(daisee: Daisee, vote: Vote, tmp_path: Path) -> None:
    file = tmp_path / "ballot.json"
    assert done(daisee("home-5", "vote", "2", "against", "--sign", str(file), "--json"))["file"] == str(file)
    assert vote.ballot("home-5") is None
    assert "transaction" in done(daisee("provider", "vote", "--send", str(file), "--json"))
    assert (vote.ballot("home-5").support, vote.ballot("home-5").way) == (0, "signature")
    again = daisee("provider", "vote", "--send", str(file))
    assert refused(again).endswith("a later ballot of the voter counts already (SUPERSEDED)")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"chainId": 1}, "WRONG_CHAIN"),
        ({"governor": "0x" + "11" * 20}, "WRONG_GOVERNOR"),
        ({"support": 1}, "SIGNATURE_INVALID"),
        ({"nonce": 14}, "NONCE_TOO_HIGH"),
        ({"proposalId": "7"}, "PROPOSAL_UNKNOWN"),
    ],
)
def test_vote__an_altered_ballot__is_refused_with_its_code(
    daisee: Daisee, vote: Vote, tmp_path: Path, change: dict[str, Any], code: str
) -> None:
    file = tmp_path / "ballot.json"
    done(daisee("home-6", "vote", "2", "against", "--sign", str(file), "--json"))
    altered = json.loads(file.read_text(encoding="utf-8")) | change
    file.write_text(json.dumps(altered), encoding="utf-8")
    assert f"({code})" in refused(daisee("provider", "vote", "--send", str(file)))
    assert vote.ballot("home-6") is None


def test_vote__by_a_stranger_or_without_a_choice__is_refused(daisee: Daisee, vote: Vote) -> None:
    url = vote.stage.relay_url
    assert "(NOT_MEMBER)" in refused(daisee("auditor", "vote", "2", "for", "--relay", url))
    assert "KeyGovernorNotMember" in refused(daisee("auditor", "vote", "2", "for"))
    assert daisee("home-6", "vote", "2").exit_code == 2
    assert "there is no proposal 99" in refused(daisee("home-6", "vote", "99", "for"))


def test_vote__while_the_relayer_is_away__says_what_else_to_do(daisee: Daisee) -> None:
    said = refused(daisee("home-6", "vote", "2", "for", "--relay", "http://127.0.0.1:9"))
    assert said == (
        "the relayer at http://127.0.0.1:9: it does not answer (RELAY_AWAY); the ballot can be sent alone with --send"
    )


def test_proxy__given_cast_and_ended__is_shown(daisee: Daisee, vote: Vote) -> None:
    giver, holder = vote.member("home-10"), vote.member("home-11")
    assert done(daisee("home-10", "proxy", "give", str(holder), "--json")) == {"delegate": holder}
    assert done(daisee("home-11", "proxy", "show", "--json"))["held"] == [giver]
    cast = done(daisee("home-11", "proxy", "cast", "2", "for", "--json"))
    assert (cast["counted"], cast["votedThemselves"]) == ([giver], [])
    assert "transaction" in done(daisee("home-10", "vote", "2", "against", "--json"))
    assert (vote.ballot("home-10").support, vote.ballot("home-10").way) == (0, "transaction")
    done(daisee("home-11", "proxy", "end", str(giver), "--json"))
    assert done(daisee("home-11", "proxy", "show", "--json"))["held"] == []
    assert "you hold no proxy" in refused(daisee("home-11", "proxy", "cast", "2", "for"))


def test_proxy__to_a_member_without_a_wallet__is_refused(daisee: Daisee, vote: Vote) -> None:
    paper = next(m for m in vote.stage.community.registry.members() if m.wallet is None)
    assert "has no wallet to vote with" in refused(daisee("home-10", "proxy", "give", str(paper.index)))


def test_execute__before_the_end__is_refused_and_after_a_defeat__too(daisee: Daisee, vote: Vote) -> None:
    assert "GovernorUnexpectedProposalState" in refused(daisee("worker-1", "execute", "2"))
    printed = daisee("worker-1", "tally")
    assert printed.exit_code == 0
    assert f"2. {QUESTION}" in printed.stdout and "quorum 13 of 25 members" in printed.stdout
    vote.stage.clock.advance_to(vote.tally.closes + 1)
    assert done(daisee("worker-1", "tally", "2", "--json"))[0]["state"] == "defeated"
    assert "GovernorUnexpectedProposalState" in refused(daisee("worker-1", "execute", "2"))
    late = daisee("home-7", "vote", "2", "for", "--relay", vote.stage.relay_url)
    assert "the vote is over (VOTE_CLOSED)" in refused(late)
