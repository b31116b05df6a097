"""`Settlement` and its ledger: reports, windows, settled vectors, balances."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from offchain_worker.domain import task as tasks
from offchain_worker.domain.quantities import Cents, PeriodId
from offchain_worker.domain.task import SettlementReport

from .contract import DeployedContract, as_tuple


class SettlementState(IntEnum):
    """Where a period's settlement stands."""

    NONE = 0
    REPORTED = 1
    SETTLED = 2


@dataclass(frozen=True)
class Record:
    """What the contract holds of a period's report; `window_end` in UTC seconds."""

    report_hash: bytes
    window_end: int
    state: SettlementState


@dataclass(frozen=True)
class AcceptedReport:
    """The report as its event tells it."""

    task_id: bytes
    report: SettlementReport
    window_end: int
    block: int
    transaction: str


@dataclass(frozen=True)
class Settled:
    """A settled vector: cents by member index, entry 0 the community."""

    task_id: bytes
    net_cents: tuple[Cents, ...]
    block: int
    transaction: str


@dataclass(frozen=True)
class Deposit:
    """Money paid in; `reference` is the bank's, empty for a deposit by wallet."""

    member: int
    cents: Cents
    reference: bytes


class Settlement(DeployedContract):
    """Typed reads of the settlement."""

    name = "Settlement"

    def record(self, period: PeriodId, block: int | str = "latest") -> Record:
        """The period's record (state NONE without a report)."""
        report_hash, window_end, state = self.call("reportOf", period, block=block)
        return Record(bytes(report_hash), window_end, SettlementState(state))

    def accepted(self, period: PeriodId, block: int | str = "latest") -> AcceptedReport | None:
        """The period's newest accepted report, None while there is none."""
        found = None
        for event in self.events("ReportAccepted", block=block, period=period):
            found = AcceptedReport(
                bytes(event["args"]["taskId"]),
                tasks.settlement_report_from_abi(as_tuple(event["args"]["report"])),
                event["args"]["windowEnd"],
                event["blockNumber"],
                event["transactionHash"].to_0x_hex(),
            )
        return found

    def settled(self, period: PeriodId, block: int | str = "latest") -> Settled | None:
        """The settled vector, None while the period is not settled."""
        for event in self.events("PeriodSettled", block=block, period=period):
            return Settled(
                bytes(event["args"]["taskId"]),
                tuple(Cents(cents) for cents in event["args"]["netCents"]),
                event["blockNumber"],
                event["transactionHash"].to_0x_hex(),
            )
        return None

    def deposits(self, block: int | str = "latest") -> list[Deposit]:
        """Every deposit so far, oldest first."""
        found = (event["args"] for event in self.events("Deposited", block=block))
        return [Deposit(a["member"], Cents(a["cents"]), bytes(a["bankReference"]).rstrip(b"\0")) for a in found]

    def balance(self, member: int, block: int | str = "latest") -> Cents:
        """The member's balance, negative when owing."""
        return Cents(self.call("balanceOf", member, block=block))

    def guarantee(self, block: int | str = "latest") -> Cents:
        """What the provider has put up."""
        return Cents(self.call("guarantee", block=block))

    def total_debt(self, block: int | str = "latest") -> Cents:
        """Σ max(0, −balance)."""
        return Cents(self.call("totalDebt", block=block))
