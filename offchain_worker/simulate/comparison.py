"""Months under several keys, added up: energy, euros and fairness, for each member and the community.

Money is rounded in each month as invoices are, then added. The first key is the baseline: a member wins under another
key if all its electricity, community and supplier together, would have cost less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from offchain_worker.domain import fairness
from offchain_worker.domain import key as keys
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.indicators import origin, rate_ppm
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.tariff import Tariff
from offchain_worker.jobs.bands import bands
from offchain_worker.jobs.what_if import MemberOutcome, Outcome, Prices, Rules, outcome

from .months import Month

IN_FORCE = "in force"
FIGURES = ("consumed", "produced", "bought", "sold", "debit", "credit", "cost")


class KeysInvalid(DaiseeError):
    """Keys that cannot be compared with each other."""


@dataclass(frozen=True)
class Named:
    """A key, perhaps a tariff, and what they are called in the comparison; None is the one in force in each month."""

    name: str
    key: AllocationKey | None
    tariff: Tariff | None = None


def compare(
    months: Sequence[Month],
    named: Sequence[Named],
    prices: Prices,
    tell: Callable[[str], None] = lambda _label: None,
) -> dict[str, Any]:
    """Compute every month under every key; the result is plain JSON with integers (µkWh, cents, ppm).

    Raises KeysInvalid without two keys of different names, and what `what_if.outcome` raises.
    """
    if len(named) < 2 or len({one.name for one in named}) != len(named):
        raise KeysInvalid("simulate: give two keys or more, with different names; the first is compared with")
    sums: list[dict[int, dict[str, int]]] = [{} for _ in named]
    sources: list[dict[str, int]] = [{} for _ in named]
    for month in months:
        tell(month.label)
        for at, one in enumerate(named):
            result = _under(one, month, prices)
            for member, figures in result.members.items():
                _add(sums[at].setdefault(member, dict.fromkeys(FIGURES, 0)), figures)
            _add_sources(sources[at], month, result)
    last = months[-1]
    return {
        "months": [month.label for month in months],
        "baseline": named[0].name,
        "supplierMicroEuroPerKwh": prices.supplier,
        "feedInMicroEuroPerKwh": prices.feed_in,
        "keys": [_summary(one, _key(one, last), sums[at], sums[0], sources[at]) for at, one in enumerate(named)],
        "members": [
            {
                "member": member,
                "consumed": sums[0][member]["consumed"],
                "produced": sums[0][member]["produced"],
                "outcomes": [_of_member(one.name, sums[at], sums[0], member) for at, one in enumerate(named)],
            }
            for member in sorted(sums[0])
        ],
    }


def _under(named: Named, month: Month, prices: Prices) -> Outcome:
    """A month under other rules; the bands are those of the tariff that is tried."""
    lanes = month.bands
    if named.tariff is not None:
        lanes = bands(named.tariff, month.time_zone, month.start, month.step_seconds, len(month.energies))
    rules = Rules(_key(named, month), named.tariff or month.tariff)
    return outcome(month.roster, month.energies, lanes, rules, prices, month.table)


def _key(named: Named, month: Month) -> AllocationKey:
    found = named.key or month.key
    if found is None:
        raise KeysInvalid(f"simulate: no chain says which key is in force in {month.label}; give it with --key")
    return found


def _add(sums: dict[str, int], figures: MemberOutcome) -> None:
    for name in FIGURES:
        sums[name] += getattr(figures, name)


def _add_sources(sources: dict[str, int], month: Month, outcome: Outcome) -> None:
    """µkWh that was shared, by what it was made from."""
    for source, amount in origin(month.roster, outcome.allocation).items():
        sources[source.name.lower()] = sources.get(source.name.lower(), 0) + amount


def _summary(
    named: Named,
    key: AllocationKey,
    sums: dict[int, dict[str, int]],
    baseline: dict[int, dict[str, int]],
    sources: dict[str, int],
) -> dict[str, Any]:
    total = {name: sum(member[name] for member in sums.values()) for name in FIGURES}
    changes = [sums[member]["cost"] - baseline[member]["cost"] for member in sums]
    return {
        "name": named.name,
        "keyHash": "0x" + key.hash().hex(),
        "words": {lang: keys.describe(key, lang) for lang in ("fr", "en")},
        "consumed": total["consumed"],
        "produced": total["produced"],
        "allocated": total["bought"],
        "surplus": total["produced"] - total["sold"],
        "scrPpm": rate_ppm(total["bought"], total["produced"]),
        "ssrPpm": rate_ppm(total["bought"], total["consumed"]),
        "invoiced": total["debit"],
        "cost": total["cost"],
        "sources": dict(sorted(sources.items())),
        "fairness": fairness.of_shares(
            (member["bought"], member["sold"], member["consumed"], member["produced"]) for member in sums.values()
        ),
        "winners": sum(change < 0 for change in changes),
        "losers": sum(change > 0 for change in changes),
    }


def _of_member(
    name: str, sums: dict[int, dict[str, int]], baseline: dict[int, dict[str, int]], member: int
) -> dict[str, Any]:
    figures = sums[member]
    return {
        "key": name,
        "bought": figures["bought"],
        "sold": figures["sold"],
        "debit": figures["debit"],
        "credit": figures["credit"],
        "cost": figures["cost"],
        "change": figures["cost"] - baseline[member]["cost"],
        "ssrPpm": rate_ppm(figures["bought"], figures["consumed"]),
    }
