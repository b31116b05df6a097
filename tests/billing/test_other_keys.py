"""Bills under keys that are not a pool's: per producer, nobody its own energy; and by a committed table of weights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from offchain_worker.billing import documents
from offchain_worker.domain import canonical
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.report import Settlement, TaskKind
from offchain_worker.domain.rules import RuleHashes
from offchain_worker.domain.stages import Rule, Stage
from offchain_worker.domain.table import Table
from offchain_worker.jobs import artefacts, settlement, what_if
from offchain_worker.jobs.terms import Terms
from offchain_worker.jobs.what_if import Prices, QuestionInvalid, Rules
from offchain_worker.storage.store import MemoryStore, copy
from tests.billing import neighbours
from tests.jobs import neighbourhood as n

APART = AllocationKey((Stage(Rule.PRO_RATA),), per_producer=True, self_sharing=False)
BY_TABLE = AllocationKey((Stage(Rule.TABLE, points=(0, 1, 2)),), committer="0x" + "c0" * 20)
ROWS = np.tile(np.array([[100_000, 600_000, 300_000]]), (n.STEPS, 1))
TABLE = Table(BY_TABLE.hash(), n.START, n.STEP, {0: ROWS})
MADE = n.published()


def terms(key: AllocationKey, table: Table | None = None) -> Terms:
    """The neighbours' task under another key."""
    before = n.terms(TaskKind.SETTLEMENT, MADE)
    hashes = RuleHashes(key.hash(), n.TARIFF.hash(), n.RULES.hash(), n.PROGRAM).hash()
    task = replace(before.task, rules_hash=hashes, table_root=table.root if table else bytes(32))
    return replace(before, task=task, key=key, table=table)


def settled(given: Terms) -> tuple[Settlement, list[dict[str, Any]]]:
    """The settlement and all invoices."""
    outcome = settlement.compute(given, n.PROGRAM, MADE.manifest, n.SECRET.secret, MADE.blocks)
    found = outcome.details.settlement
    bills = {
        member: canonical.loads(artefacts.bill(found, member, outcome.details.standardised.curves), "daisee.bill/1")
        for member in found.roster.members
    }
    facts = replace(
        neighbours.facts(),
        task_id=found.task_id,
        bills_root=found.bills_root,
        leaves=len(found.bill_leaves),
        key=given.key,
        net=found.net,
    )
    return found, documents.invoices(facts, neighbours.parties(), bills)


@pytest.mark.parametrize(("key", "table"), [(APART, None), (BY_TABLE, TABLE)], ids=["per producer", "table"])
def test_invoices__under_another_key__add_up_to_the_settlements_vector(key: AllocationKey, table: Table | None) -> None:
    found, invoices = settled(terms(key, table))
    net = [0] * len(found.net)
    for document in invoices:
        assert sum(int(line["cents"]) for line in document["lines"]) == int(document["total"])
        net[document["issuer"]["member"]] += int(document["total"])
        net[document["receiver"]["member"]] -= int(document["total"])
    assert tuple(net) == found.net
    assert sum(net) == 0
    assert any(net)


def test_settlement__per_producer_without_self_sharing__gives_alice_nothing_of_her_panels() -> None:
    """Alice has the only panels, so all she uses comes from her supplier; in a pool she would have bought of herself."""
    pooled, _ = settled(terms(replace(APART, per_producer=False, self_sharing=True)))
    apart, _ = settled(terms(APART))
    assert sum(pooled.by_member(1)[0]) > 0
    assert sum(apart.by_member(1)[0]) == 0
    assert sum(apart.by_member(1)[1]) == sum(sum(apart.by_member(member)[0]) for member in (2, 3, 4))


def test_settlement__by_a_table__gives_at_most_the_share_of_each_row() -> None:
    """Point 2 has 30 % of each half-hour, Dan's 0.1 kWh are less of what is made when the sun shines."""
    found, _ = settled(terms(BY_TABLE, TABLE))
    made = found.allocation.sold + found.allocation.surplus
    assert (found.allocation.allocated[:, 3] <= made[:, 0] * 300_000 // 10**6).all()
    assert sum(found.by_member(4)[0]) > 0


def test_what_if__against_a_table_in_force__needs_the_rows_that_were_committed() -> None:
    tried = [Rules(BY_TABLE, n.TARIFF), Rules(n.KEY, n.TARIFF)]
    given = terms(BY_TABLE, TABLE)
    digest, blocks, found = what_if.compute(
        given, n.PROGRAM, MADE.manifest, n.SECRET.secret, MADE.blocks, tried, Prices(200_000)
    )
    booked, _ = settled(given)
    for member, outcome in found[0].members.items():
        assert outcome.credit - outcome.debit == booked.net[member]
    store = MemoryStore()
    copy(blocks.values(), store)
    own = what_if.opened(store, digest, n.SECRET.of_member(4, (3,)), 4)
    assert int(own["outcomes"][0]["bought"]) == sum(booked.by_member(4)[0])
    with pytest.raises(QuestionInvalid, match="its rows are committed"):
        what_if.compute(
            n.terms(TaskKind.SETTLEMENT, MADE), n.PROGRAM, MADE.manifest, n.SECRET.secret, MADE.blocks, tried, Prices()
        )
