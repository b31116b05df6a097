"""`CommunityRegistry`: who the members are, which points they answer for, who holds a role."""

from __future__ import annotations

from dataclasses import dataclass, replace

from offchain_worker.domain import roster as rosters
from offchain_worker.domain.quantities import MemberIndex, PeriodId, PointIndex
from offchain_worker.domain.roster import Direction, Roster, Source

from .contract import DeployedContract

ZERO_ADDRESS = "0x" + "00" * 20


@dataclass(frozen=True)
class Member:
    """A member as enrolled; `wallet` is None for a member without one, `left_at` 0 for a present one."""

    index: MemberIndex
    wallet: str | None
    consent: int
    enrolled_at_block: int
    present: bool


@dataclass(frozen=True)
class Point:
    """A metering point: `point_id` is the salted hash of its real id."""

    index: PointIndex
    point_id: bytes
    direction: Direction
    source: Source


class CommunityRegistry(DeployedContract):
    """Typed reads of the registry; `block` pins them."""

    name = "CommunityRegistry"

    def roster(self, start: int, end: int, block: int | str = "latest") -> Roster:
        """The participations that overlap [start, end), clipped to it, ordered by (point, from)."""
        return rosters.from_abi(self.call("rosterOf", start, end, block=block))

    def member_of(self, wallet: str, block: int | str = "latest") -> MemberIndex:
        """The member whose wallet this is; 0 if nobody's."""
        return MemberIndex(self.call("memberOf", wallet, block=block))

    def wallet_of(self, member: int, block: int | str = "latest") -> str | None:
        """The member's wallet, None without one."""
        wallet = self.call("walletOf", member, block=block)
        return None if wallet == ZERO_ADDRESS else str(wallet)

    def members(self, block: int | str = "latest") -> list[Member]:
        """Every member ever enrolled, by index; one who left and came back is the member they were."""
        found: dict[int, Member] = {}
        events = [*self.events("MemberEnrolled", block=block), *self.events("MemberLeft", block=block)]
        for event in sorted(events, key=lambda event: (event["blockNumber"], event["logIndex"])):
            index = MemberIndex(event["args"]["member"])
            if event["event"] == "MemberLeft":
                found[index] = replace(found[index], present=False)
            else:
                kind, enrolled_at = int(event["args"]["kind"]), int(event["blockNumber"])
                found[index] = Member(index, self.wallet_of(index, block), kind, enrolled_at, True)
        return [found[index] for index in sorted(found)]

    def points(self, block: int | str = "latest") -> list[Point]:
        """Every metering point, by index."""
        count = self.call("pointCount", block=block)
        found = []
        for index in range(count):
            point_id, direction, source = self.call("pointOf", index, block=block)
            found.append(Point(PointIndex(index), bytes(point_id), Direction(direction), Source(source)))
        return found

    def encryption_key(self, holder: str, block: int | str = "latest") -> bytes | None:
        """The holder's X25519 public key, None if never set."""
        key = bytes(self.call("encryptionKeyOf", holder, block=block))
        return key if any(key) else None

    def provider(self, block: int | str = "latest") -> str:
        """The organising entity's address."""
        return str(self.call("provider", block=block))

    def grid_operator(self, block: int | str = "latest") -> str:
        """The grid operator's address."""
        return str(self.call("gridOperator", block=block))

    def auditors(self, block: int | str = "latest") -> list[str]:
        """The appointed auditors, in the order of their appointment."""
        appointed: dict[str, bool] = {}
        for event in self.events("AuditorSet", block=block):
            appointed[event["args"]["auditor"]] = event["args"]["appointed"]
        return [auditor for auditor, present in appointed.items() if present]

    def frozen_rosters(self, block: int | str = "latest") -> dict[PeriodId, bytes]:
        """The roster hash of each period whose roster is frozen."""
        return {
            PeriodId(event["args"]["period"]): bytes(event["args"]["rosterHash"])
            for event in self.events("RosterFrozen", block=block)
        }
