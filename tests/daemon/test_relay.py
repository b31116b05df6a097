"""The relayer, over real HTTP and a real chain: what it takes, refuses, sends, drops, and remembers after a kill."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from offchain_worker.chain import ballots, relay_client
from offchain_worker.chain.ballots import Ballot, SignedBallot
from offchain_worker.chain.connection import Connection
from offchain_worker.chain.governor import KeyGovernor, signed_description
from offchain_worker.chain.registry import CommunityRegistry
from offchain_worker.chain.relay_client import RelayRefused
from offchain_worker.daemon.ballot_queue import BallotQueue, QueueError
from offchain_worker.daemon.http import Pulse, Server
from offchain_worker.daemon.relay import Quota, Refused, Relay
from offchain_worker.daemon.relay_http import application
from tests.contracts import community as communities
from tests.contracts import consents
from tests.contracts.people import CROWD, PLACES

DAY = 86_400
FOR, AGAINST = 1, 0
NAMES = ("deployer", "provider", "stranger")


@pytest.fixture(scope="module")
def vote(contracts: Any, chain: Any, chain_url: str) -> Iterator[Any]:
    """Four members and an open vote on the key, read as the relayer reads it."""
    before = chain._take_snapshot()
    town = communities.deploy(participate=False)
    chain.mine(timedelta=10)  # who proposes belonged a second before
    call = town.rule_book.setKey.encode_input(communities.PRO_RATA_FOR_ALL, 0)
    author = town.wallets[0]
    made = town.governor.propose(
        [town.rule_book], [0], [call], signed_description("Pro rata?", author.address), {"from": author}
    ).events["ProposalCreated"]
    chain.mine(timestamp=made["voteStart"] + 1)
    connection = Connection(chain_url)
    from types import SimpleNamespace

    yield SimpleNamespace(
        town=town,
        proposal=made["proposalId"],
        closes=made["voteEnd"],
        community=SimpleNamespace(
            connection=connection,
            deployment=SimpleNamespace(chain_id=consents.CHAIN_ID),
            governor=KeyGovernor(connection, town.governor.address, 0),
            registry=CommunityRegistry(connection, town.registry.address, 0),
        ),
    )
    chain._revert(before)


@pytest.fixture
def fresh(chain: Any, vote: Any) -> Iterator[Any]:
    """The vote, undone after each test."""
    before = chain._take_snapshot()
    yield vote
    chain._revert(before)


def relayer(vote: Any, file: Path, **options: Any) -> Relay:
    return Relay(vote.community, BallotQueue(file), consents.private_key(PLACES["stranger"]), **options)


@pytest.fixture
def relay(fresh: Any, tmp_path: Path) -> Iterator[Relay]:
    made = relayer(fresh, tmp_path / "ballots.sqlite")
    yield made
    made.queue.close()


@pytest.fixture
def url(relay: Relay) -> Iterator[str]:
    server = Server(application(relay, Pulse("", b"", 60), 10), "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.open()}"
    server.close()


def signed(vote: Any, member: int, support: int = FOR, nonce: int = 0, reason: str = "", **other: Any) -> SignedBallot:
    """Member 1 to 4's ballot; `other` replaces proposal, voter, chain_id, governor or the signer's account."""
    place = CROWD + member - 1
    voter = other.get("voter", Account.from_key(consents.private_key(place)).address)
    return ballots.sign(
        Ballot(other.get("proposal", vote.proposal), support, voter, nonce, reason),
        other.get("chain_id", consents.CHAIN_ID),
        other.get("governor", vote.town.governor.address),
        consents.private_key(other.get("signer", place)),
    )


def votes(vote: Any) -> tuple[int, ...]:
    return tuple(vote.town.governor.proposalVotes(vote.proposal))


def refused(url: str, ballot: SignedBallot) -> tuple[int, str]:
    answer = httpx.post(f"{url}/ballots", content=ballot.to_json())
    return answer.status_code, answer.json()["error"]["code"]


def test_relay__ballots_of_members__are_counted_in_one_batch(fresh: Any, relay: Relay, url: str) -> None:
    given = [signed(fresh, 1), signed(fresh, 2, AGAINST, reason="trop tôt"), signed(fresh, 3)]
    taken_at = fresh.community.connection.stamp().timestamp
    receipts = [relay_client.post(url, each) for each in given]
    assert [relay_client.state(url, each.identifier).state for each in given] == ["queued"] * 3
    relay.cycle()

    assert votes(fresh) == (1, 2, 0)
    states = [relay_client.state(url, each.identifier) for each in given]
    assert {state.state for state in states} == {"counted"}
    assert len({state.transaction for state in states}) == 1
    assert receipts[0].received_at == taken_at  # the chain's time, which a vote's end is measured by
    said = encode_defunct(text=f"daisee receipt {given[0].identifier} {receipts[0].received_at}")
    assert Account.recover_message(said, signature=receipts[0].document["signature"]) == relay.account.address


def test_relay__same_ballot_again__has_the_same_receipt(fresh: Any, relay: Relay, url: str) -> None:
    ballot = signed(fresh, 1)
    first = relay_client.post(url, ballot)
    again = httpx.post(f"{url}/ballots", content=ballot.to_json())
    assert (again.status_code, again.json()) == (200, first.document)
    relay.cycle()
    assert relay_client.post(url, ballot) == first
    assert votes(fresh) == (0, 1, 0)


def test_relay__changed_mind__both_are_sent_and_the_later_counts(fresh: Any, relay: Relay, url: str) -> None:
    relay_client.post(url, signed(fresh, 1, FOR, 0))
    relay_client.post(url, signed(fresh, 1, AGAINST, 1))
    assert refused(url, signed(fresh, 1, FOR, 1)) == (409, "SUPERSEDED")
    relay.cycle()
    assert votes(fresh) == (1, 0, 0)
    assert refused(url, signed(fresh, 1, FOR, 1)) == (409, "SUPERSEDED")


def test_relay__what_cannot_count__is_refused_with_its_code(fresh: Any, relay: Relay, url: str) -> None:
    member = Account.from_key(consents.private_key(CROWD)).address
    stranger = Account.from_key(consents.private_key(PLACES["stranger"])).address
    for ballot, answer in (
        (signed(fresh, 1, chain_id=1), (400, "WRONG_CHAIN")),
        (signed(fresh, 1, governor=fresh.town.registry.address), (400, "WRONG_GOVERNOR")),
        (signed(fresh, 1, proposal=7), (404, "PROPOSAL_UNKNOWN")),
        (signed(fresh, 1, voter=stranger, signer=PLACES["stranger"]), (403, "NOT_MEMBER")),
        (signed(fresh, 2, voter=member), (403, "SIGNATURE_INVALID")),
        (signed(fresh, 1, support=3), (400, "SUPPORT_UNKNOWN")),
        (signed(fresh, 1, nonce=14), (400, "NONCE_TOO_HIGH")),
        (replace(signed(fresh, 1), signature=b""), (403, "SIGNATURE_INVALID")),
    ):
        assert refused(url, ballot) == answer
    assert relay.queue.count() == 0
    for content, answer in ((b"{}", (400, "DOCUMENT_INVALID")), (b" " * 20_000, (413, "DOCUMENT_TOO_LARGE"))):
        found = httpx.post(f"{url}/ballots", content=content)
        assert (found.status_code, found.json()["error"]["code"]) == answer
    for name, answer in (("0x12", (400, "ID_INVALID")), ("0x" + "0" * 64, (404, "BALLOT_UNKNOWN"))):
        found = httpx.get(f"{url}/ballots/{name}")
        assert (found.status_code, found.json()["error"]["code"]) == answer


def test_relay__after_the_vote__is_refused(fresh: Any, chain: Any, url: str) -> None:
    chain.mine(timestamp=fresh.closes + 1)
    assert refused(url, signed(fresh, 1)) == (409, "VOTE_CLOSED")


def test_relay__vote_ends_while_a_ballot_waits__its_drop_shows(fresh: Any, relay: Relay, chain: Any, url: str) -> None:
    ballot = signed(fresh, 1)
    relay_client.post(url, ballot)
    chain.mine(timestamp=fresh.closes + 1)
    relay.cycle()
    found = relay_client.state(url, ballot.identifier)
    assert (found.state, found.code) == ("dropped", "VOTE_CLOSED")


def test_relay__voter_votes_alone_meanwhile__the_waiting_ballot_is_dropped(fresh: Any, relay: Relay, url: str) -> None:
    ballot, other = signed(fresh, 1), signed(fresh, 2)
    for each in (ballot, other):
        relay_client.post(url, each)
    fresh.town.governor.castVote(fresh.proposal, AGAINST, {"from": fresh.town.wallets[0]})
    relay.cycle()
    assert relay_client.state(url, ballot.identifier).code == "SUPERSEDED"
    assert votes(fresh) == (1, 1, 0)


def test_relay__voter_sends_the_same_ballot_alone__counts_once(fresh: Any, relay: Relay, url: str) -> None:
    ballot = signed(fresh, 1)
    relay_client.post(url, ballot)
    fresh.town.governor.castBallotBySig(fresh.proposal, ballot.abi(), {"from": fresh.town.wallets[3]})
    relay.cycle()
    assert votes(fresh) == (0, 1, 0)


def test_relay__killed_before_sending__sends_after_the_restart(fresh: Any, tmp_path: Path) -> None:
    file = tmp_path / "ballots.sqlite"
    first = relayer(fresh, file)
    first.take(signed(fresh, 1).to_json().encode(), "somewhere")
    first.queue.close()
    second = relayer(fresh, file)
    second.cycle()
    assert votes(fresh) == (0, 1, 0)
    second.queue.close()


def test_relay__killed_between_note_and_sending__sends_again(
    fresh: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch is noted before it is sent; the node has never heard of it."""
    file, ballot = tmp_path / "ballots.sqlite", signed(fresh, 1)
    first = relayer(fresh, file)
    first.take(ballot.to_json().encode(), "somewhere")

    def die(_raw: bytes) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(fresh.community.connection.web3.eth, "send_raw_transaction", die)
        with pytest.raises(KeyboardInterrupt):
            first.cycle()
    assert first.queue.sent()[0].signed == ballot
    first.queue.close()
    second = relayer(fresh, file)
    second.cycle()
    assert votes(fresh) == (0, 1, 0)
    found = second.queue.entry(ballot.identifier)
    assert found is not None and found.state.value == "counted"
    second.queue.close()


def test_relay__too_many_tries__are_told_to_wait(fresh: Any, tmp_path: Path) -> None:
    """By address whatever is sent, by member only for ballots that are really the member's."""
    relay = relayer(fresh, tmp_path / "ballots.sqlite", per_address=(3, 60.0), per_member=(1, 3600.0))
    relay.take(signed(fresh, 1).to_json().encode(), "a")
    with pytest.raises(Refused) as caught:
        relay.take(signed(fresh, 1, AGAINST, 1).to_json().encode(), "b")
    assert caught.value.fault.code == "TOO_MANY"
    assert 3500 < caught.value.retry_after <= 3600
    for _ in range(2):
        with pytest.raises(Refused) as caught:
            relay.take(b"nonsense", "a")
        assert caught.value.fault.code == "DOCUMENT_INVALID"
    with pytest.raises(Refused) as caught:
        relay.take(signed(fresh, 2).to_json().encode(), "a")
    assert caught.value.fault.code == "TOO_MANY"
    relay.take(signed(fresh, 2).to_json().encode(), "b")
    relay.queue.close()


def test_quota__tries_grow_old__are_forgotten() -> None:
    now = [0.0]
    quota = Quota(2, 10.0, now=lambda: now[0])
    for second in (0.0, 4.0):
        now[0] = second
        quota.take("a", "address")
    with pytest.raises(Refused) as caught:
        quota.take("a", "address")
    assert caught.value.retry_after == 6
    now[0] = 10.0
    quota.take("a", "address")


def test_queue__second_relayer__is_kept_out(tmp_path: Path) -> None:
    first = BallotQueue(tmp_path / "ballots.sqlite")
    with pytest.raises(QueueError, match="is a relayer running on it"):
        BallotQueue(tmp_path / "ballots.sqlite")
    first.close()


def test_client__relayer_away_or_lying__is_told(fresh: Any, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ballot = signed(fresh, 1)
    with pytest.raises(RelayRefused) as caught:
        relay_client.post("http://127.0.0.1:1", ballot)
    assert caught.value.fault.code == "RELAY_AWAY"
    receipt = relay_client.post(url, ballot).document
    lie = receipt | {"receivedAt": receipt["receivedAt"] + 1}
    monkeypatch.setattr(relay_client, "_answer", lambda *_a, **_k: lie)
    with pytest.raises(RelayRefused) as caught:
        relay_client.post(url, ballot)
    assert caught.value.fault.code == "RECEIPT_INVALID"


def test_about__relay__says_who_it_is(relay: Relay, url: str) -> None:
    found = httpx.get(f"{url}/relay").json()
    assert found["relayer"] == relay.account.address
    assert json.dumps(found["batch"]) == "50"
