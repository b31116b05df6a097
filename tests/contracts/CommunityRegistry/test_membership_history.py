"""`CommunityRegistry`, any history of joining, leaving and replaced wallets, against a plain model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.contracts import consents
from tests.contracts.people import CROWD
from tests.contracts.refusals import reverts

DELAY = 7 * 86400
WALLETS = 4

# What happens, and to which of the four wallets; `replace` gives its place to the next one.
events = st.lists(st.tuples(st.sampled_from(["enrol", "leave", "replace"]), st.integers(0, WALLETS - 1)), max_size=10)


@dataclass
class Book:
    """Who stands for which member since when (and until when), and how many members there were from each second on."""

    wallets: dict[int, list[int | None]] = field(default_factory=dict)
    counts: list[tuple[int, int]] = field(default_factory=list)
    indices: int = 3

    def count(self, time: int) -> int:
        """Members at `time`."""
        return [count for since, count in self.counts if since <= time][-1]

    def standing(self, wallet: int, time: int) -> tuple[bool, int]:
        """What `isMemberAt` must say."""
        member, since, until = self.wallets.get(wallet, [0, None, None])
        here = since is not None and since <= time and (until is None or time < until)
        return here, member if here and member is not None else 0


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(history=events)
def test_membership__any_history__is_what_a_book_would_say(
    registry: Any, provider: Any, accounts: Any, chain: Any, history: list[tuple[str, int]]
) -> None:
    """G1, G5, G6: at every second, for every wallet; nobody counts twice, no index is given twice."""
    before = chain._take_snapshot()
    book = Book(counts=[(registry.clock(), 3)])
    crowd = [accounts[CROWD + i] for i in range(WALLETS)]
    for action, wallet in history:
        known = book.wallets.get(wallet)
        following = (wallet + 1) % WALLETS
        if action == "enrol":
            founder = consents.on_paper(crowd[wallet].address)
            if known and known[2] is None:
                with reverts("RegistryWalletTaken", crowd[wallet], known[0]):
                    registry.enrol(founder, {"from": provider})
                continue
            time = registry.enrol(founder, {"from": provider}).timestamp
            book.indices += known is None
            book.wallets[wallet] = [known[0] if known else book.indices, time, None]
            book.counts.append((time, book.counts[-1][1] + 1))
        elif action == "leave":
            if known is None or known[2] is not None:
                with reverts("RegistryNotMember", crowd[wallet]):
                    registry.leave({"from": crowd[wallet]})
                continue
            known[2] = registry.leave({"from": crowd[wallet]}).timestamp
            book.counts.append((known[2], book.counts[-1][1] - 1))
        elif known and following not in book.wallets:
            asked = registry.requestWalletReplacement(known[0], crowd[following], {"from": provider})
            chain.mine(timestamp=asked.timestamp + DELAY)
            registry.completeWalletReplacement(known[0], {"from": provider})
            book.wallets[following] = book.wallets.pop(wallet)

    now = registry.clock()
    assert registry.memberCount() == book.indices
    for time in sorted({t for since, _ in book.counts for t in (since, since + 1) if t <= now} | {now}):
        assert registry.membersAt(time) == book.count(time)
        for wallet in range(WALLETS):
            assert tuple(registry.isMemberAt(crowd[wallet], time)) == book.standing(wallet, time)
    chain._revert(before)
