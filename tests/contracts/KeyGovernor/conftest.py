"""A community that votes: registry, governor and rule book at predicted addresses, alice, bob and carol members."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from eth_utils import keccak

from tests.contracts import consents
from tests.contracts.people import PLACES

DAY = 86400
VOTING_DELAY = 2 * DAY
VOTING_PERIOD = 7 * DAY
EXTENSION = DAY
VOTING_AGE = 30 * DAY
MAXIMUM_PROXIES = 2
QUORUM_PPM = 500_000
NOTICE = 14 * DAY
AGAINST, FOR, ABSTAIN = 0, 1, 2
UNLISTED, ORDINARY, TWO_THIRDS, DOUBLE = range(4)
(NONE, NOT_MEMBER, MEMBER_TOO_NEW, SUPPORT_UNKNOWN, NONCE_TOO_HIGH, SUPERSEDED, SIGNATURE_INVALID) = range(7)
PENDING, ACTIVE, CANCELED, DEFEATED, SUCCEEDED, _, _, EXECUTED = range(8)
EQUAL_SHARES = (False, True, 0, consents.NOBODY, [(2, 0, [], [], [])])
PRO_RATA = (False, True, 0, consents.NOBODY, [(0, 0, [], [], [])])
TARIFF = (1, 0, [], [], [], [])
PROGRAM = "0x" + "9a" * 32


@dataclass(frozen=True)
class Town:
    """The three contracts."""

    registry: Any
    governor: Any
    rule_book: Any


@dataclass(frozen=True)
class Motion:
    """A proposal and how to put it to the governor again."""

    identifier: int
    snapshot: int
    deadline: int
    actions: tuple[list[Any], list[int], list[str]]
    description: str

    @property
    def arguments(self) -> tuple[Any, ...]:
        """What `execute` and `cancel` take."""
        return (*self.actions, "0x" + keccak(text=self.description).hex())


def named(description: str, proposer: Any) -> str:
    """The description with its proposer, as the governor wants it."""
    return f"{description} #proposer={proposer.address.lower()}"


def proposal(town: Town, question: str, calls: list[tuple[Any, str]] | None, by: Any) -> Motion:
    """`by` proposes equal shares, or whatever calls are given."""
    chosen = calls or [(town.rule_book, town.rule_book.setKey.encode_input(EQUAL_SHARES, 0))]
    actions = ([target for target, _ in chosen], [0] * len(chosen), [call for _, call in chosen])
    description = named(question, by)
    event = town.governor.propose(*actions, description, {"from": by}).events["ProposalCreated"]
    return Motion(event["proposalId"], event["voteStart"], event["voteEnd"], actions, description)


@pytest.fixture(scope="module")
def found(
    contracts: Any, deployer: Any, provider: Any, grid_operator: Any, auditor: Any, meter_data_account: Any
) -> Callable[..., Town]:
    """Found a community; the founders are made from the registry's predicted address."""

    def make(
        founders: Callable[[str], list[Any]],
        delay: int = VOTING_DELAY,
        period: int = VOTING_PERIOD,
        quorum: int = QUORUM_PPM,
        provider: Any = provider,
        majorities: dict[str, int] | None = None,
        extension: int = EXTENSION,
        proxies: int = MAXIMUM_PROXIES,
    ) -> Town:
        sender = {"from": deployer, "gas_limit": 55_000_000}
        places = [deployer.get_deployment_address(deployer.nonce + i) for i in range(3)]
        registry = contracts.CommunityRegistry.deploy(
            places[1],
            provider,
            grid_operator,
            [auditor],
            meter_data_account,
            consents.AGREEMENT,
            7 * DAY,
            VOTING_AGE,
            founders(places[0]),
            sender,
        )
        settings = (delay, period, extension, quorum, proxies)
        listed = [
            (places[2], contracts.RuleBook.signatures[name], majority)
            for name, majority in (majorities or {"setKey": ORDINARY, "setTariff": ORDINARY}).items()
        ]
        governor = contracts.KeyGovernor.deploy(registry, settings, listed, sender)
        rule_book = contracts.RuleBook.deploy(governor, registry, NOTICE, PRO_RATA, TARIFF, b"{}", PROGRAM, sender)
        assert [registry.address, governor.address, rule_book.address] == places
        return Town(registry, governor, rule_book)

    return make


@pytest.fixture(scope="module")
def town(found: Callable[..., Town], alice: Any, bob: Any, carol: Any) -> Town:
    """Alice (1), bob (2), carol (3) and a neighbour without a wallet (4): a quorum is 2."""
    people = {"alice": alice, "bob": bob, "carol": carol}
    return found(
        lambda place: [
            *(consents.signed(PLACES[name], wallet.address, place) for name, wallet in people.items()),
            consents.on_paper(),
        ]
    )


@pytest.fixture(scope="module")
def propose(town: Town, alice: Any) -> Callable[..., Motion]:
    """Alice proposes equal shares, or whatever calls are given."""

    def make(
        description: str = "Equal shares for all", calls: list[tuple[Any, str]] | None = None, by: Any = None
    ) -> Motion:
        return proposal(town, description, calls, by or alice)

    return make


@pytest.fixture(scope="module")
def motion(propose: Callable[..., Motion], clock: Callable[[int], None]) -> Motion:
    """Equal shares, open to the vote."""
    proposed = propose()
    clock(proposed.snapshot + 1)
    return proposed


@pytest.fixture
def passed(town: Town, motion: Motion, clock: Callable[[int], None], alice: Any, bob: Any) -> Motion:
    """Equal shares, voted by alice and bob."""
    for wallet in (alice, bob):
        town.governor.castVote(motion.identifier, FOR, {"from": wallet})
    clock(motion.deadline + 1)
    return motion
