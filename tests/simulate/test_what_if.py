"""What other keys would have done: figures made by hand, the sealed answer, who can open what."""

from __future__ import annotations

import pytest

from offchain_worker.domain import key as keys
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.report import TaskKind
from offchain_worker.domain.stages import Rule, Stage
from offchain_worker.jobs import what_if
from offchain_worker.jobs.what_if import Prices, QuestionInvalid, Rules
from offchain_worker.storage.encryption import NotReadable
from offchain_worker.storage.store import MemoryStore, copy
from tests.jobs import neighbourhood as n

ALL_ALIKE = AllocationKey((Stage(Rule.PRO_RATA),))
TO_DAN = AllocationKey((Stage(Rule.PRO_RATA, group=2), Stage(Rule.PRO_RATA, group=1)))
PRICES = Prices(supplier=200_000, feed_in=50_000)
MADE = n.published()
TERMS = n.terms(TaskKind.SETTLEMENT, MADE)


def answered(tried: list[AllocationKey]) -> tuple[bytes, MemoryStore, list[what_if.Outcome]]:
    digest, artefacts, found = what_if.compute(
        TERMS,
        n.PROGRAM,
        MADE.manifest,
        n.SECRET.secret,
        MADE.blocks,
        [Rules(key, TERMS.tariff) for key in tried],
        PRICES,
    )
    store = MemoryStore()
    copy(artefacts.values(), store)
    return digest, store, found


def test_outcomes__under_the_key_in_force__are_the_settlements() -> None:
    """The hand-made month: the shop's users pay 0.78 each, Dan 0.24, Alice gets 1.66 for 13.8 kWh with 20 % VAT."""
    _, _, (found, _) = answered([n.KEY, TO_DAN])
    assert {index: (m.debit, m.credit) for index, m in found.members.items()} == {
        1: (0, 166),
        2: (78, 0),
        3: (78, 0),
        4: (24, 0),
    }


def test_outcomes__dan_first__gives_him_all_he_needs() -> None:
    """Dan needs 0.1 kWh in each of 36 known sunny half-hours: 3.6 kWh instead of 1.8; the building gets that less."""
    _, _, (before, after) = answered([n.KEY, TO_DAN])
    assert (before.members[4].bought, after.members[4].bought) == (1_800_000, 3_600_000)
    changes = {index: after.members[index].bought - before.members[index].bought for index in after.members}
    assert sum(changes.values()) == 0
    assert changes[1] < 0 and changes[2] < 0 and changes[3] < 0


def test_outcomes__cost__is_bills_and_the_supplier_by_hand() -> None:
    """Dan uses 9.2 kWh: 1.8 local for 0.24 €, 7.4 at 0.20 € make 1.48 €. First served: 3.6 for 0.36 + 0.07 + 0.04."""
    _, _, (before, after) = answered([n.KEY, TO_DAN])
    assert before.members[4].cost == 24 + 148
    assert after.members[4].cost == 36 + 7 + 4 + 112
    assert what_if.counted(before, after) == (1, 3)


def test_compute__twice__is_the_same_digest_and_blocks() -> None:
    one, two = answered([n.KEY, ALL_ALIKE]), answered([n.KEY, ALL_ALIKE])
    assert one[0] == two[0]
    assert one[1].blocks == two[1].blocks


def test_opened__by_a_member__is_their_own_part_only() -> None:
    digest, store, found = answered([n.KEY, TO_DAN])
    dan = n.SECRET.of_member(4, (3,))
    own = what_if.opened(store, digest, dan, 4)
    assert [line["bought"] for line in own["outcomes"]] == ["1800000", "3600000"]
    assert [int(line["cost"]) for line in own["outcomes"]] == [outcome.members[4].cost for outcome in found]
    whole = what_if.opened(store, digest, dan, None)
    assert (whole["outcomes"][1]["winners"], whole["outcomes"][1]["losers"]) == (1, 3)
    even = [outcome["fairness"] for outcome in whole["outcomes"]]
    covered = [[one.bought * 10**6 // one.consumed for one in each.members.values() if one.consumed] for each in found]
    assert [each["minMaxPpm"] for each in even] == [min(rates) * 10**6 // max(rates) for rates in covered]
    jain = [sum(rates) ** 2 * 10**6 // (len(rates) * sum(rate**2 for rate in rates)) for rates in covered]
    assert [each["jainPpm"] for each in even] == jain
    with pytest.raises(NotReadable, match="member 4 has no key for the bill of member 2"):
        what_if.opened(store, digest, dan, 2)


def test_question__names_data_rules_and_keys() -> None:
    digest, store, _ = answered([n.KEY, TO_DAN])
    asked = what_if.question(store, digest)
    assert [keys.parse(text) for text in asked["keys"]] == [n.KEY, TO_DAN]
    assert asked["readingsRoot"] == "0x" + MADE.readings_root.hex()
    assert (asked["supplierMicroEuroPerKwh"], asked["feedInMicroEuroPerKwh"]) == ("200000", "50000")


def test_compute__no_figure_of_a_member__is_in_the_open() -> None:
    _, store, _ = answered([n.KEY, TO_DAN])
    assert all(b"bought" not in block and b"3600000" not in block for block in store.blocks.values())


@pytest.mark.parametrize("tried", [[n.KEY], [n.KEY, n.KEY], []])
def test_compute__fewer_than_two_different_keys__is_refused(tried: list[AllocationKey]) -> None:
    with pytest.raises(QuestionInvalid, match="give two keys or more"):
        answered(tried)


def test_outcomes__a_key_per_producer__pairs_as_it_allocates() -> None:
    alone = AllocationKey((Stage(Rule.PRO_RATA),), per_producer=True)
    _, _, (pooled, found) = answered([ALL_ALIKE, alone])
    assert pooled.members == found.members
