"""A whole community on a local chain, deployed as `scripts/deploy.py` does: in the fixed order, at predicted addresses.

The governor's calls are made from its own address; that a vote leads there is shown by the governor's tests and the
demo.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import brownie
from brownie import ZERO_ADDRESS

from tests.contracts import attesting
from tests.contracts.people import CROWD, PLACES

STEP = 1800
CENT = 10_000
ZERO = b"\0" * 32
DAY = 86_400
PAPER, CONSUMPTION, PRODUCTION, NO_SOURCE, SOLAR = 1, 0, 1, 0, 1
PRO_RATA_FOR_ALL = (False, True, 0, ZERO_ADDRESS, [(0, 0, [], [], [])])
TARIFF = (1, 5_000, [], [(0, 0, 0, 120_000)], [], [])
CONFORMITY_RULES = b'{"schema":"daisee.conformity/1"}'


def month_start(year: int, month: int) -> int:
    """UTC second at which a local month begins in Paris; months beyond 12 run into the next years."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return int(datetime(year, month, 1, tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC).timestamp())


def calendar(year: int = 2016, month: int = 5, months: int = 12) -> list[int]:
    """The starts of `months` local months and the end of the last."""
    return [month_start(year, month + i) for i in range(months + 1)]


def act_as(contract: str) -> Any:
    """A contract's address as a sender: the local chain lets us."""
    for method, arguments in (("anvil_setBalance", [contract, hex(10**18)]), ("anvil_impersonateAccount", [contract])):
        brownie.web3.provider.make_request(method, arguments)
    return brownie.accounts.at(contract, force=True)


@dataclass
class Community:
    """The deployed contracts, who plays which role, and the steps of a period."""

    registry: Any
    governor: Any
    rule_book: Any
    meter_data: Any
    hub: Any
    settlement: Any
    euro: Any
    provider: Any
    grid_operator: Any
    wallets: list[Any]
    by_paper: list[int]
    workers: int
    quorum: int

    @property
    def members(self) -> int:
        """The highest member index."""
        return len(self.wallets) + len(self.by_paper)

    @property
    def voted(self) -> Any:
        """The governor as a sender: what a vote has decided."""
        return act_as(self.governor.address)

    # ------------------------------------------------------------------------------------------------- clock

    def wait_until(self, second: int) -> None:
        """Move the chain's clock to `second` unless it is later already."""
        if brownie.web3.eth.get_block("latest")["timestamp"] < second:
            brownie.chain.mine(timestamp=second)

    # ------------------------------------------------------------------------------------------------ period

    def create(self, period: int) -> Any:
        """Wait for the start of `period` and create it."""
        self.wait_until(self.meter_data.boundsOf(period)[0])
        return self.meter_data.createPeriod(period, {"from": self.provider})

    def publish(self, period: int, version: int = 1, **changes: Any) -> Any:
        """Wait for the end of `period` and publish a dataset; `changes` replace arguments or the `sender`."""
        self.wait_until(self.meter_data.boundsOf(period)[1])
        arguments = {
            "input_digest": attesting.digest(f"dataset {period} version {version}"),
            "readings_root": attesting.digest(f"readings {period} version {version}"),
            "envelopes_digest": attesting.digest(f"envelopes {period} version {version}"),
            "relay_evidence": ZERO,
        } | changes
        sender = arguments.pop("sender", self.grid_operator)
        return self.meter_data.publishDataset(period, *arguments.values(), {"from": sender})

    def open(self, kind: int, period: int) -> tuple[tuple[Any, ...], bytes]:
        """Open a task; the task and its id, computed here."""
        opened = self.hub.open(kind, period, {"from": self.provider})
        task = attesting.raw(opened.events["TaskOpened"]["task"])
        return task, self.task_id(task)

    def task_id(self, task: tuple[Any, ...]) -> bytes:
        """The id of a task on this chain and hub."""
        return attesting.task_id(brownie.chain.id, self.hub.address, task)

    def sign(self, identity: bytes, report: tuple[Any, ...], signers: Any = None) -> list[tuple[int, bytes, bytes]]:
        """Signatures of `signers` (the first workers that make a quorum unless given)."""
        numbers = range(self.quorum) if signers is None else signers
        return attesting.signatures(
            numbers, brownie.chain.id, self.hub.address, identity, attesting.report_hash(report)
        )

    def judge(self, period: int, verdict: int = attesting.CONFORM) -> Any:
        """Open the conformity task of `period` and have a quorum answer it."""
        task, identity = self.open(attesting.CONFORMITY, period)
        report = (verdict, task[-1], attesting.digest(f"findings {period}"))
        return self.hub.submitConformity(task, report, self.sign(identity, report), {"from": self.provider})

    def check(self, period: int, version: int = 1) -> None:
        """Bring `period` to CHECKED, from wherever it is."""
        if self.meter_data.periodOf(period)[0] == 0:
            self.create(period)
        self.publish(period, version)
        self.judge(period)

    def report_of(self, identity: bytes, net: list[int], **changes: Any) -> tuple[Any, ...]:
        """A settlement report whose `net_hash` is that of `net`; `changes` replace fields."""
        fields = {
            "steps_digest": attesting.digest("steps"),
            "steps_root": attesting.digest("steps root"),
            "result_digest": attesting.digest("result"),
            "bills_root": attesting.digest("bills root"),
            "net_hash": attesting.net_hash(identity, net),
            "produced": 9_000_000_000,
            "allocated": 7_000_000_000,
            "debit": sum(entry for entry in net if entry > 0),
        }
        return tuple((fields | changes).values())

    def accept(self, period: int, net: list[int], **changes: Any) -> tuple[Any, ...]:
        """Open the settlement task of a checked `period` and have a quorum answer it with a report for `net`."""
        task, identity = self.open(attesting.SETTLEMENT, period)
        report = self.report_of(identity, net, **changes)
        self.hub.submitSettlement(task, report, self.sign(identity, report), {"from": self.provider})
        return report

    def wait_for_window(self, period: int) -> None:
        """Wait until the report of `period` may be settled."""
        self.wait_until(self.settlement.reportOf(period)[1])

    def settle(self, period: int, report: tuple[Any, ...], net: list[int]) -> Any:
        """Wait for the window's end and settle."""
        self.wait_for_window(period)
        return self.settlement.settle(period, report, net, {"from": self.provider})

    def whole_period(self, period: int, net: list[int]) -> Any:
        """From creation to settlement."""
        self.check(period)
        return self.settle(period, self.accept(period, net), net)

    # ------------------------------------------------------------------------------------------------- money

    def fund(self, account: Any, cents: int) -> None:
        """Give `account` tokens and let the settlement take them."""
        self.euro.mint(account, cents * CENT, {"from": account})
        self.euro.approve(self.settlement.address, cents * CENT, {"from": account})

    def guarantee(self, cents: int) -> Any:
        """The provider puts up a guarantee."""
        self.fund(self.provider, cents)
        return self.settlement.depositGuarantee(cents, {"from": self.provider})

    def pay_in(self, member: int, cents: int) -> Any:
        """A member pays in itself; one without a wallet, and the community (0), by bank transfer to the provider."""
        if member == 0 or member in self.by_paper:
            self.fund(self.provider, cents)
            reference = attesting.digest(f"transfer of {member}")
            return self.settlement.depositFor(member, cents, reference, {"from": self.provider})
        wallet = self.wallets[member - 1]
        self.fund(wallet, cents)
        return self.settlement.deposit(cents, {"from": wallet})


def deploy(
    *,
    wallets: int = 4,
    paper: int = 1,
    workers: int = 5,
    quorum: int = 3,
    window: int = 2 * DAY,
    reserve: int = 0,
    reopen_delay: int = DAY,
    participate: bool = True,
) -> Community:
    """A community of `wallets` members with wallets, then `paper` without; member 1 has the plant.

    The deployer must be fresh: addresses, and with them gas, are then the same whatever ran before.
    """
    project = brownie.project.get_loaded_projects()[0]
    accounts = brownie.accounts
    deployer, provider, grid_operator, auditor = (
        accounts[PLACES[role]] for role in ("deployer", "provider", "grid_operator", "auditor")
    )
    holders = [accounts[CROWD + i] for i in range(wallets)]
    sender = {"from": deployer}
    at = [deployer.get_deployment_address(nonce) for nonce in range(7)]
    assert deployer.nonce == 0, "another test deployed something and left it on the chain"
    founders = [(holder.address, PAPER, attesting.digest("signed sheet"), b"") for holder in holders]
    founders += [(ZERO_ADDRESS, PAPER, attesting.digest("signed sheet"), b"")] * paper

    euro = project.EuroToken.deploy(sender)
    registry = project.CommunityRegistry.deploy(
        at[2],
        provider,
        grid_operator,
        [auditor],
        at[4],
        attesting.digest("agreement"),
        7 * DAY,
        30 * DAY,
        founders,
        sender,
    )
    governor = project.KeyGovernor.deploy(registry, (DAY, 3 * DAY, DAY, 200_000, 3), [], sender)
    rule_book = project.RuleBook.deploy(
        governor, registry, DAY, PRO_RATA_FOR_ALL, TARIFF, CONFORMITY_RULES, attesting.digest("program"), sender
    )
    meter_data = project.MeterDataRegistry.deploy(registry, rule_book, at[5], at[6], STEP, 201605, calendar(), sender)
    hub = project.AttestationHub.deploy(
        governor, meter_data, at[6],
        [attesting.worker(i).address for i in range(workers)],
        [f"http://127.0.0.1:{9001 + i}" for i in range(workers)],
        quorum, reopen_delay, sender,
    )  # fmt: skip
    settlement = project.Settlement.deploy(governor, registry, meter_data, hub, euro, window, reserve, sender)
    found = [c.address for c in (euro, registry, governor, rule_book, meter_data, hub, settlement)]
    assert found == at, "the contracts are not where the others look for them"
    community = Community(
        registry, governor, rule_book, meter_data, hub, settlement, euro, provider, grid_operator,
        holders, [wallets + 1 + i for i in range(paper)], workers, quorum,
    )  # fmt: skip
    if participate:
        _participate(community)
    return community


def _participate(community: Community) -> None:
    """Point 0 is member 1's plant; then each member has a consumption point."""
    owner = {"from": community.provider}
    start = calendar()[0]
    plants = [(1, PRODUCTION, SOLAR, 0)]
    homes = [(member, CONSUMPTION, NO_SOURCE, 1) for member in range(1, community.members + 1)]
    for number, (member, direction, source, group) in enumerate(plants + homes):
        point_id = attesting.digest(f"point {number}")
        community.registry.addPoint(point_id, direction, source, owner)
        community.registry.openParticipation(number, member, group, start, point_id, owner)
