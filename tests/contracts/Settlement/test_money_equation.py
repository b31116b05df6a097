"""The money equation, whatever members, provider and votes do in whatever order.

    guarantee ≥ Σ max(0, −balance)          tokens received − tokens paid = Σ balance + guarantee

A run ends with an empty till: who owes pays in, who has money draws it, the guarantee goes back to the provider.
"""

from __future__ import annotations

from typing import Any

import brownie
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.contracts import attesting
from tests.contracts.community import CENT, Community
from tests.contracts.refusals import reverts

PERIODS = [*range(201605, 201613), *range(201701, 201705)]
REFERENCE = attesting.digest("bank transfer")
MEMBERS = st.integers(1, 5)
COMMUNITY = 0
AMOUNTS = st.integers(1, 2_000)
ENTRIES = st.lists(st.integers(-1_500, 1_500), min_size=5, max_size=5)


class Till(RuleBasedStateMachine):
    """The contract beside a model of it in plain numbers."""

    community: Community

    def __init__(self) -> None:
        super().__init__()
        brownie.chain.snapshot()
        self.balances = [0] * 6
        self.guarantee = self.reserve = self.received = self.paid = self.stray = 0
        self.periods = list(PERIODS)

    # ------------------------------------------------------------------------------------------------ moves

    @rule(member=MEMBERS, cents=AMOUNTS)
    def pay_in(self, member: int, cents: int) -> None:
        self.community.pay_in(member, cents)
        self.balances[member] += cents
        self.received += cents

    @rule(member=MEMBERS, cents=AMOUNTS)
    def draw(self, member: int, cents: int) -> None:
        available = max(0, self.balances[member] - self.reserve)
        if cents > available:
            with reverts("LedgerBalanceShort", member, cents, available):
                self._draw(member, cents)
            return
        self._draw(member, cents)
        self.balances[member] -= cents
        self.paid += cents

    @rule(cents=AMOUNTS)
    def direct_community(self, cents: int) -> None:
        available = max(0, self.balances[COMMUNITY])
        if cents > available:
            with reverts("LedgerBalanceShort", COMMUNITY, cents, available):
                self._direct(cents)
            return
        self._direct(cents)
        self.balances[COMMUNITY] -= cents
        self.paid += cents

    @rule(cents=AMOUNTS)
    def raise_guarantee(self, cents: int) -> None:
        self.community.guarantee(cents)
        self.guarantee += cents
        self.received += cents

    @rule(cents=AMOUNTS)
    def lower_guarantee(self, cents: int) -> None:
        missing = self.debt() + cents - self.guarantee
        if missing > 0:
            with reverts("LedgerGuaranteeShort", missing):
                self._lower(cents)
            return
        self._lower(cents)
        self.guarantee -= cents
        self.paid += cents

    @precondition(lambda self: self.periods)
    @rule(entries=ENTRIES)
    def settle(self, entries: list[int]) -> None:
        """A period with these nets; if the guarantee is short, the provider adds exactly what is missing."""
        label, vector = self.periods.pop(0), [-sum(entries), *entries]
        self.community.check(label)
        report = self.community.accept(label, vector)
        after = [balance + entry for balance, entry in zip(self.balances, vector, strict=True)]
        missing = sum(max(0, -balance) for balance in after) - self.guarantee
        if missing > 0:
            with reverts("SettlementGuaranteeShort", missing):
                self.community.settle(label, report, vector)
            self.raise_guarantee(missing)
        self.community.settle(label, report, vector)
        self.balances = after

    @rule(cents=st.integers(0, 1_000))
    def vote_reserve(self, cents: int) -> None:
        self.community.settlement.setReserve(cents, {"from": self.community.voted})
        self.reserve = cents

    @rule(cents=AMOUNTS)
    def send_past_the_functions(self, cents: int) -> None:
        self.community.euro.mint(self.community.settlement, cents * CENT, {"from": self.community.provider})
        self.stray += cents

    # ------------------------------------------------------------------------------------------- what holds

    def debt(self) -> int:
        """Σ max(0, −balance) of the model."""
        return sum(max(0, -balance) for balance in self.balances)

    @invariant()
    def accounts_agree(self) -> None:
        settlement = self.community.settlement
        assert [settlement.balanceOf(member) for member in range(6)] == self.balances
        assert (settlement.guarantee(), settlement.totalDebt()) == (self.guarantee, self.debt())

    @invariant()
    def guarantee_covers_debts(self) -> None:
        assert self.community.settlement.guarantee() >= self.community.settlement.totalDebt()

    @invariant()
    def money_equation_holds(self) -> None:
        assert self.received - self.paid == sum(self.balances) + self.guarantee
        held = self.community.euro.balanceOf(self.community.settlement)
        assert held == (self.received - self.paid + self.stray) * CENT

    def teardown(self) -> None:
        """Debtors pay, everyone takes what is theirs; only what was sent past the functions stays behind."""
        self.vote_reserve(0)
        for member in range(6):
            if self.balances[member] < 0:
                self.pay_in(member, -self.balances[member])
        for member in range(1, 6):
            if self.balances[member] > 0:
                self.draw(member, self.balances[member])
        if self.balances[COMMUNITY] > 0:
            self.direct_community(self.balances[COMMUNITY])
        if self.guarantee > 0:
            self.lower_guarantee(self.guarantee)
        assert self.balances == [0] * 6 and self.guarantee == 0 and self.received == self.paid
        self.accounts_agree()
        self.money_equation_holds()
        brownie.chain.revert()

    def _draw(self, member: int, cents: int) -> None:
        settlement = self.community.settlement
        if member in self.community.by_paper:
            settlement.payOut(member, cents, REFERENCE, {"from": self.community.provider})
        else:
            settlement.withdraw(cents, {"from": self.community.wallets[member - 1]})

    def _direct(self, cents: int) -> None:
        settlement = self.community.settlement
        settlement.directCommunity(self.community.grid_operator, cents, {"from": self.community.voted})

    def _lower(self, cents: int) -> None:
        self.community.settlement.withdrawGuarantee(cents, {"from": self.community.provider})


def test_money_equation__any_order_of_moves__holds_and_the_till_empties(community: Any) -> None:
    """ILedger G1, G2, G4; ISettlement G5."""
    machine = type("TillOfThisCommunity", (Till,), {"community": community})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10,
            stateful_step_count=20,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=HealthCheck.all(),
        ),
    )
