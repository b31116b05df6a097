"""What a ballot shows: the present rules beside the proposed ones, for each member and for the community.

`effect` computes it from months that are read whole; `of_member` opens what a pinned answer says to one member, or to
everybody about the community. Both speak of two sets of rules, present and proposed, and of the difference, proposed
minus present. Energy is µkWh, money cents, rates ppm, all plain integers; `cost` is what all electricity costs,
invoices and supplier together, so a negative difference of `cost` is money saved.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.tariff import Tariff
from offchain_worker.jobs import what_if
from offchain_worker.jobs.what_if import Prices
from offchain_worker.storage.encryption import Keys
from offchain_worker.storage.store import ContentStore

from .comparison import Named, compare
from .months import Month

PRESENT, PROPOSED = "present", "proposed"
OF_MEMBER = ("bought", "sold", "debit", "credit", "cost")
OF_COMMUNITY = ("allocated", "invoiced", "cost")


class NothingProposed(DaiseeError):
    """A ballot without a key or a tariff."""


def effect(
    months: Sequence[Month],
    prices: Prices = Prices(),
    key: AllocationKey | None = None,
    tariff: Tariff | None = None,
) -> dict[str, Any]:
    """What a proposed key, tariff or both would have done in these months.

    Returns {"months": [label …], "community": {"present", "proposed", "difference", "fairness": {"present",
    "proposed"}, "winners", "losers"}, "members": {index: {"consumed", "produced", "present", "proposed",
    "difference"}}}; a member's figures are `OF_MEMBER`, the community's `OF_COMMUNITY` and "scrPpm", "ssrPpm".
    Winners are the members whose cost falls, losers those whose cost rises. Raises NothingProposed, and what
    `comparison.compare` raises.
    """
    if key is None and tariff is None:
        raise NothingProposed("ballot: nothing to compare with; give the key or the tariff that is proposed")
    found = compare(months, [Named(PRESENT, None), Named(PROPOSED, key, tariff)], prices)
    before, after = found["keys"]
    names = (*OF_COMMUNITY, "scrPpm", "ssrPpm")
    return {
        "months": found["months"],
        "community": {
            **_beside(before, after, names),
            "fairness": {PRESENT: before["fairness"], PROPOSED: after["fairness"]},
            "winners": after["winners"],
            "losers": after["losers"],
        },
        "members": {
            member["member"]: {
                "consumed": member["consumed"],
                "produced": member["produced"],
                **_beside(member["outcomes"][0], member["outcomes"][1], OF_MEMBER),
            }
            for member in found["members"]
        },
    }


def of_member(store: ContentStore, answers: Sequence[bytes], keys: Keys, member: int | None) -> dict[str, Any]:
    """Open one member's part (the community's with None) of pinned answers, a digest for each month, and add them up.

    Each answer is to present and proposed rules, in this order, as `daisee simulate --pin` makes it. Returns
    {"consumed", "produced", "present", "proposed", "difference"}, for the community "winners" and "losers" too if there is
    one answer. Raises NotReadable, BlobMissing, QuestionInvalid.
    """
    names = OF_COMMUNITY if member is None else OF_MEMBER
    opened = [what_if.opened(store, answer, keys, member) for answer in answers]
    before, after = ({name: _sum(opened, name, at) for name in names} for at in (0, 1))
    totals = {name: sum(int(each[name]) for each in opened) for name in ("consumed", "produced")}
    counts = {name: opened[0]["outcomes"][1][name] for name in ("winners", "losers") if member is None}
    return {**totals, **_beside(before, after, names), **(counts if len(opened) == 1 else {})}


def _sum(opened: Sequence[dict[str, Any]], name: str, at: int) -> int:
    return sum(int(each["outcomes"][at][name]) for each in opened)


def _beside(before: dict[str, Any], after: dict[str, Any], names: Sequence[str]) -> dict[str, dict[str, int]]:
    return {
        PRESENT: {name: before[name] for name in names},
        PROPOSED: {name: after[name] for name in names},
        "difference": {name: after[name] - before[name] for name in names},
    }
