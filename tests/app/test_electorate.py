"""Who may vote and why not, as the page lists it: compared with the contract's own answer for each wallet."""

from __future__ import annotations

from typing import Any

import pytest

from app import data, electorate, tallies
from app.data import Place
from app.electorate import Elector
from scripts.demo import vote as demo_vote
from tests.app.voters import Look, said
from tests.voting import EQUALLY, PROPOSER, Vote, undone

PAPER = 1


def listed(vote: Vote, number: int = 2) -> dict[int, Elector]:
    """The list of a proposal, by member."""
    folder = vote.stage.folder
    place = Place(vote.stage.url, str(folder / "store"), folder / "deployment.json")
    block = data.community(place).connection.stamp()
    motion = next(one for one in tallies.motions(place, block) if one.number == number)
    return {one.member: one for one in electorate.electors(place, block, motion)}


def by_the_contract(vote: Vote, opens: int) -> set[int]:
    """The members to whom the contract gives a vote at a second."""
    registry = vote.stage.community.registry
    wallets = {int(one.index): one.wallet for one in registry.members() if one.wallet}
    return {member for member, wallet in wallets.items() if registry.call("getPastVotes", wallet, opens) == 1}


def enrol(vote: Vote, wallet: str, digest: bytes) -> int:
    """Somebody joins by a sheet of paper, in a minute of their own; their number."""
    registry = vote.stage.community.registry
    vote.stage.clock.advance_to(vote.stage.clock.now + 60)
    vote.stage.sender("provider").send(registry.function("enrol", (wallet, PAPER, digest, b"")))
    return int(registry.members()[-1].index)


def test_electors__of_an_open_vote__are_those_the_contract_gives_a_vote(vote: Vote) -> None:
    found = listed(vote)
    assert {member for member, one in found.items() if not one.why_not} == by_the_contract(
        vote, vote.proposal.vote_start
    )
    assert len(found) == vote.tally.members
    next_tenants = found[vote.member("home-5-next-tenants")]
    assert (next_tenants.why_not, next_tenants.votes_from) == ("young", next_tenants.since + 30 * 86_400)
    without = {int(one.index) for one in vote.stage.community.registry.members() if one.wallet is None}
    assert without and {member for member, one in found.items() if one.why_not == "no_wallet"} == without


def test_electors__who_joins_or_leaves_after_the_list_was_closed__changes_no_vote(vote: Vote) -> None:
    before = listed(vote)
    leaver = vote.member("home-5")
    with undone(vote.stage):
        vote.stage.sender("home-5").send(vote.stage.community.registry.function("leave"))
        late = enrol(vote, vote.stage.identity("late-comer").address, b"\x07" * 32)
        after = listed(vote)
        assert after.pop(late).why_not == "late"
        assert after == before and not after[leaver].why_not
        assert by_the_contract(vote, vote.proposal.vote_start) == {m for m, one in after.items() if not one.why_not}


def test_electors__of_a_vote_to_come__are_todays_and_of_those_who_left_nothing_is_said(vote: Vote) -> None:
    with undone(vote.stage):
        vote.stage.sender("home-5").send(vote.stage.community.registry.function("leave"))
        start = demo_vote.next_month_start(vote.stage)
        made = demo_vote.propose(vote.stage, PROPOSER, EQUALLY, "Equally?", start)
        joined = enrol(vote, vote.stage.identity("new-comer").address, b"\x08" * 32)
        found = listed(vote, 3)
        assert vote.member("home-5") not in found
        assert (found[joined].why_not, found[joined].votes_from) == ("young", found[joined].since + 30 * 86_400)
        vote.stage.clock.advance_to(made.vote_start + 1)
        then = listed(vote, 3)
        assert {m for m, one in then.items() if not one.why_not} == by_the_contract(vote, made.vote_start)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            [
                "members may vote, by the list of",
                "members have no wallet and cannot vote here, but count for the quorum.",
                "| member 1 | 1 May 2016 | yes, since 1 May 2016 |",
                r"no\: too recent, votes from",
                r"no\: has no wallet",
            ],
        ),
        ("fr", ["membres peuvent voter, selon la liste arrêtée le", "| membre n° 1 | 1er mai 2016 | oui, depuis le"]),
    ],
)
@pytest.mark.parametrize("page", ["proposals", "ballot"])
def test_pages__of_votes__list_who_may_vote_since_when_and_why_not(
    look: Look, page: str, language: str, words: list[str]
) -> None:
    shown: Any = said(look(page, language=language))
    assert [one for one in words if one not in shown] == []
