"""`KeyGovernor` and the registry under anything members do, in any order, against a reference in plain Python.

Enrol, leave, replace a wallet, give and end a proxy, vote in every way, change, let time pass, execute. After each step:
votes are those of the reference, nobody counts twice, nobody without a vote counts, and no proposal's quorum moves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from brownie.exceptions import VirtualMachineError
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from offchain_worker.chain.ballots import Ballot, batch, sign
from tests.contracts import consents
from tests.contracts.KeyGovernor.conftest import (
    DAY,
    EXECUTED,
    SUCCEEDED,
    VOTING_AGE,
    Motion,
    Town,
    proposal,
)
from tests.contracts.people import CROWD

FOUNDERS = 5
ACCOUNTS = list(range(CROWD, CROWD + 14))
MEMBERS = st.integers(1, FOUNDERS + 4)


def machine(found: Callable[..., Town], accounts: Any, chain: Any, provider: Any) -> type[RuleBasedStateMachine]:
    """The state machine over one deployment, which each run restores."""
    town = found(lambda _: [consents.on_paper(accounts[i].address) for i in ACCOUNTS[:FOUNDERS]], proxies=1)
    governor, registry = town.governor, town.registry
    founded = registry.voterAt(accounts[ACCOUNTS[0]], chain[-1].timestamp - 1)[1]

    class Neighbourhood(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.before = chain._take_snapshot()
            self.wallets = dict(enumerate(ACCOUNTS[:FOUNDERS], start=1))
            self.spare = list(ACCOUNTS[FOUNDERS:])
            self.joined = dict.fromkeys(self.wallets, founded)
            self.left: dict[int, int] = {}
            self.proxies: dict[int, int] = {}
            self.motion: Motion | None = None
            self.ballots: dict[int, tuple[int, int]] = {}
            self.quorum = 0
            self.done = False

        def teardown(self) -> None:
            chain._revert(self.before)

        # ------------------------------------------------------------------------------------- reference

        @property
        def now(self) -> int:
            return int(chain[-1].timestamp)

        def may_vote(self, member: int) -> bool:
            assert self.motion
            at = self.motion.snapshot
            age = 0 if self.joined[member] == founded else VOTING_AGE
            return self.joined[member] + age <= at and not (member in self.left and self.left[member] <= at)

        def is_open(self) -> bool:
            # a transaction comes a second after the last block
            return bool(self.motion) and self.motion.snapshot < self.now + 1 <= governor.proposalDeadline(
                self.motion.identifier
            )

        def attempt(self, call: Callable[[], Any], allowed: bool) -> Any:
            """The call succeeds exactly if the reference allows it."""
            try:
                done = call()
            except (ValueError, VirtualMachineError) as refused:
                assert not allowed, refused
                return None
            assert allowed
            return done

        # ----------------------------------------------------------------------------------------- people

        @rule()
        def enrol(self) -> None:
            if not self.spare or len(self.wallets) >= FOUNDERS + 4:
                return
            place, member = self.spare.pop(), len(self.wallets) + 1
            tx = registry.enrol(consents.on_paper(accounts[place].address), {"from": provider})
            self.wallets[member], self.joined[member] = place, tx.timestamp

        @rule(member=MEMBERS)
        def leave(self, member: int) -> None:
            if member in self.wallets and member not in self.left and len(self.left) < 3:
                self.left[member] = registry.leave({"from": accounts[self.wallets[member]]}).timestamp

        @rule(member=MEMBERS)
        def replace_wallet(self, member: int) -> None:
            if member not in self.wallets or not self.spare:
                return
            place = self.spare.pop()
            asked = registry.requestWalletReplacement(member, accounts[place], {"from": provider})
            chain.mine(timestamp=asked.timestamp + 7 * DAY)
            registry.completeWalletReplacement(member, {"from": provider})
            self.wallets[member] = place

        # ------------------------------------------------------------------------------------------ votes

        @rule(member=MEMBERS)
        def propose(self, member: int) -> None:
            if member not in self.wallets or (self.motion and self.now <= self.motion.deadline + DAY):
                return
            age = 0 if self.joined[member] == founded else VOTING_AGE
            allowed = member not in self.left and self.joined[member] + age <= self.now
            if made := self.attempt(
                lambda: proposal(town, f"question {self.now}", None, accounts[self.wallets[member]]), allowed
            ):
                self.motion, self.ballots, self.quorum, self.done = made, {}, 0, False
                chain.mine(timestamp=made.snapshot + 1)

        @rule(member=MEMBERS, support=st.integers(0, 2))
        def vote(self, member: int, support: int) -> None:
            if self.motion and member in self.wallets:
                wallet = accounts[self.wallets[member]]
                allowed = self.is_open() and self.may_vote(member)
                if self.attempt(lambda: governor.castVote(self.motion.identifier, support, {"from": wallet}), allowed):
                    self.ballots[member] = (support, 15)

        @rule(ballots=st.lists(st.tuples(MEMBERS, st.integers(0, 2), st.integers(0, 14)), min_size=1, max_size=4))
        def send_batch(self, ballots: list[tuple[int, int, int]]) -> None:
            given = [each for each in ballots if each[0] in self.wallets]
            if not (self.motion and given):
                return
            signed = [
                sign(
                    Ballot(self.motion.identifier, support, accounts[self.wallets[member]].address, nonce),
                    consents.CHAIN_ID,
                    governor.address,
                    consents.private_key(self.wallets[member]),
                )
                for member, support, nonce in given
            ]
            call = lambda: governor.castVotesBySig(self.motion.identifier, *batch(signed), {"from": provider})  # noqa: E731
            if self.attempt(call, self.is_open()):
                for member, support, nonce in given:
                    if self.may_vote(member) and nonce < 14 and nonce + 1 > self.ballots.get(member, (0, 0))[1]:
                        self.ballots[member] = (support, nonce + 1)

        @rule(giver=MEMBERS, holder=MEMBERS)
        def give_proxy(self, giver: int, holder: int) -> None:
            if giver not in self.wallets or holder not in self.wallets:
                return
            present = {giver, holder}.isdisjoint(self.left) and giver != holder
            free = all(g == giver for g, h in self.proxies.items() if h == holder)
            wallets = accounts[self.wallets[giver]], accounts[self.wallets[holder]]
            if self.attempt(lambda: governor.giveProxy(wallets[1], {"from": wallets[0]}), present and free):
                self.proxies[giver] = holder

        @rule(giver=MEMBERS)
        def end_proxy(self, giver: int) -> None:
            if giver in self.wallets:
                wallet = accounts[self.wallets[giver]]
                self.attempt(lambda: governor.endProxy(giver, {"from": wallet}), giver in self.proxies)
                self.proxies.pop(giver, None)

        @rule(giver=MEMBERS, holder=MEMBERS, support=st.integers(0, 2))
        def cast_proxy(self, giver: int, holder: int, support: int) -> None:
            if not self.motion or giver not in self.wallets or holder not in self.wallets:
                return
            holds = self.proxies.get(giver) == holder and holder not in self.left
            allowed = self.is_open() and holds and self.may_vote(holder)
            wallet = accounts[self.wallets[holder]]
            call = lambda: governor.castProxies(self.motion.identifier, [giver], support, "", {"from": wallet})  # noqa: E731
            if self.attempt(call, allowed) and self.may_vote(giver) and self.ballots.get(giver, (0, 0))[1] == 0:
                self.ballots[giver] = (support, 0)

        @rule(days=st.integers(1, 9))
        def wait(self, days: int) -> None:
            chain.mine(timestamp=self.now + days * DAY)

        @rule()
        def execute(self) -> None:
            if self.motion:
                against, in_favour, abstain = (
                    [choice for choice, _ in self.ballots.values()].count(which) for which in range(3)
                )
                over = self.now + 1 > governor.proposalDeadline(self.motion.identifier)
                wins = in_favour > against and in_favour + abstain >= self.quorum
                allowed = over and wins and not self.done
                if allowed:
                    assert governor.state(self.motion.identifier) == SUCCEEDED
                if self.attempt(lambda: governor.execute(*self.motion.arguments, {"from": provider}), allowed):
                    self.done = True
                    assert governor.state(self.motion.identifier) == EXECUTED

        # ------------------------------------------------------------------------------------- invariants

        @invariant()
        def votes_are_the_references(self) -> None:
            if self.motion:
                choices = [choice for choice, _ in self.ballots.values()]
                votes = list(governor.proposalVotes(self.motion.identifier))
                assert votes == [choices.count(which) for which in range(3)]
                assert sum(votes) <= registry.membersAt(self.motion.snapshot)
                assert all(self.may_vote(member) for member in self.ballots)

        @invariant()
        def quorum_never_moves(self) -> None:
            if self.motion:
                quorum = governor.quorumOf(self.motion.identifier)
                assert self.quorum in (0, quorum)
                self.quorum = quorum

    return Neighbourhood


def test_governor__anything_members_do__is_the_reference(
    found: Callable[..., Town], accounts: Any, chain: Any, provider: Any
) -> None:
    """G2, G3, G4, G7, G9."""
    run_state_machine_as_test(
        machine(found, accounts, chain, provider),
        settings=settings(max_examples=12, stateful_step_count=18, deadline=None, database=None),
    )
