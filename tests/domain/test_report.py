"""A whole settlement: a small period by hand, and what holds of any."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from eth_abi import encode
from eth_utils import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from offchain_worker.domain import canonical, merkle, report
from offchain_worker.domain.errors import EnergyMisplaced, EnergyTooLarge, SettlementRefused, TariffIncomplete
from offchain_worker.domain.key import AllocationKey, Rule, Stage
from offchain_worker.domain.readings import Readings
from offchain_worker.domain.report import Settlement, Task, TaskKind
from offchain_worker.domain.roster import Column, Direction, Roster, Source
from offchain_worker.domain.table import Table
from offchain_worker.domain.tariff import Price, Tariff
from offchain_worker.domain.task import TASK_TYPE

HUB = "0x" + "ab" * 20
START, STEP = 1464732000, 1800
KWH = 1_000_000


def column(point: int, member: int, group: int, source: Source, first: int, last: int) -> Column:
    direction = Direction.CONSUMPTION if source is Source.NONE else Direction.PRODUCTION
    return Column(point, member, group, direction, source, START + first * STEP, START + last * STEP)


# After two steps member 1 moves out of point 0 and member 2 in; member 3 has a home and a plant, member 5 a plant.
ROSTER = Roster(
    (
        column(0, 1, 1, Source.NONE, 0, 2),
        column(0, 2, 1, Source.NONE, 2, 4),
        column(1, 3, 2, Source.NONE, 0, 4),
        column(2, 3, 2, Source.SOLAR, 0, 4),
        column(3, 5, 1, Source.HYDRO, 0, 4),
    )
)
KEY = AllocationKey((Stage(Rule.PRO_RATA, group=1), Stage(Rule.PRO_RATA, group=2)))
TARIFF = Tariff(2, 10_000, prices=tuple(Price(p, 0, b, 100_000 * (b + 1)) for p in (2, 3) for b in (0, 1)))
ENERGIES = [
    [2 * KWH, 0, 4 * KWH, KWH, 3 * KWH],
    [0, 0, 0, KWH, 0],
    [0, 6 * KWH, KWH, 2 * KWH, 2 * KWH],
    [0, KWH, 3 * KWH, 0, 0],
]
BANDS = [0, 0, 1, 1]


def readings(energies: list[list[int]], bands: list[int]) -> Readings:
    steps, columns = len(energies), len(energies[0])
    salts = [keccak(bytes([at])) * (steps // 2 + 1) for at in range(columns + 1)]
    cut = [salt[: 16 * steps] for salt in salts]
    return Readings(np.array(energies, np.int64), np.array(bands, np.uint8), cut[0], cut[1:])


def task_for(these: Readings, roster: Roster = ROSTER) -> Task:
    hashes = {name: keccak(name.encode()) for name in ("rules_hash", "input_digest")}
    return Task(
        kind=TaskKind.SETTLEMENT,
        period=201606,
        revision=0,
        attempt=0,
        start=START,
        step_seconds=STEP,
        steps=these.steps,
        columns=these.columns,
        worker_set=1,
        roster_hash=roster.hash(),
        table_root=bytes(32),
        readings_root=these.tree.root,
        **hashes,
    )


def settled(energies: list[list[int]] = ENERGIES, bands: list[int] = BANDS, tariff: Tariff = TARIFF) -> Settlement:
    these = readings(energies, bands)
    return report.settle(task_for(these), 31337, HUB, ROSTER, these, KEY, tariff)


def test_settle__small_period__allocates_and_bills_as_by_hand() -> None:
    found = settled()
    # Step 0: point 0 gets 2, the home the other 2. Step 1: nobody consumes. Step 2: all 4 to point 0. Step 3: none.
    assert found.allocation.allocated.tolist() == [[2 * KWH, 0, 2 * KWH], [0, 0, 0], [0, 4 * KWH, 0], [0, 0, 0]]
    # Step 0: 1 of 4 and 3 of 4 of what was allocated; step 2: half each.
    assert found.allocation.sold.tolist() == [[KWH, 3 * KWH], [0, 0], [2 * KWH, 2 * KWH], [0, 0]]
    assert found.allocation.surplus.tolist() == [[0, 0], [KWH, 0], [0, 0], [0, 0]]
    assert found.pairs.tolist() == [
        [[500_000, 1_500_000], [0, 0], [500_000, 1_500_000]],
        [[0, 0], [2 * KWH, 2 * KWH], [0, 0]],
    ]
    totals = {(invoice.issuer, invoice.receiver): invoice.total for invoice in found.invoices}
    # Fees at 1 c€: 2 kWh, 4 kWh, and 1.5 kWh of member 3's (its own half is energy only), rounded half up.
    assert totals == {(0, 1): 2, (0, 2): 4, (0, 3): 2, (3, 1): 5, (3, 2): 40, (5, 1): 15, (5, 2): 40, (5, 3): 15}
    assert found.net == (8, -22, -84, 45 - 17, 0, 70)
    assert found.debits == (0, 22, 84, 17, 0, 0)
    assert found.credits == (8, 0, 0, 45, 0, 70)
    assert found.by_member(3) == ([2 * KWH, 0], [KWH, 2 * KWH])
    assert (found.indicators.scr_ppm, found.indicators.ssr_ppm) == (888_888, 470_588)


def test_settle__report__commits_what_can_be_made_again_from_the_abi() -> None:
    found = settled()
    made = found.report(b"\x07" * 32)
    assert (made.produced, made.allocated, made.debit) == (9 * KWH, 8 * KWH, 123)
    assert made.result_digest == b"\x07" * 32
    task_id = keccak(encode(["uint256", "address", TASK_TYPE], [31337, HUB, found.task.abi()]))
    assert found.task_id == task_id
    assert made.net_hash == keccak(encode(["bytes32", "int64[]"], [task_id, [8, -22, -84, 28, 0, 70]]))
    # After step 2: column 0 bought 2 in lane 0, column 1 4 in lane 1, column 2 2; plants sold 1 and 2, 3 and 2.
    flat = [2 * KWH, 0, 0, 4 * KWH, 2 * KWH, 0, KWH, 2 * KWH, 3 * KWH, 2 * KWH, 0, 0]
    words = [sum(e << 192 - 64 * at for at, e in enumerate(flat[start : start + 4])) for start in (0, 4, 8)]
    header = found.readings.words[2, 0].tobytes()
    state = encode(["(bytes32,uint64,uint64,uint256[])"], [(header, 9 * KWH, 8 * KWH, words)])
    assert found.steps_leaves[2] == keccak(state) == found.state(2).leaf()
    assert merkle.verify(made.steps_root, found.steps_leaves[2], 2, 4, merkle.proof(found.steps_leaves, 2))
    assert made.steps_digest == canonical.digest(found.steps_manifest)
    manifest = canonical.loads(found.steps_manifest, "daisee.steps/1", exact=True)
    blocks = ["0x" + canonical.digest(b"".join(found.steps_leaves)).hex()]
    assert manifest == {"schema": "daisee.steps/1", "steps": 4, "blocks": blocks}


def test_settle__bills__stand_at_the_members_index_and_nowhere_else() -> None:
    found = settled()
    salt = keccak(encode(["bytes32", "bytes32", "uint16"], [found.readings.header(3), found.task_id, 3]))
    types = ["bytes32", "uint16", "uint64[]", "uint64[]", "uint64", "uint64", "bytes32"]
    leaf = keccak(encode(types, [found.task_id, 3, [2 * KWH, 0], [KWH, 2 * KWH], 17, 45, salt]))
    assert found.bill_salt(3) == salt
    assert found.bill_leaves[3] == leaf
    assert merkle.verify(found.bills_root, leaf, 3, 6, found.bill_proof(3))
    assert found.bill_leaves[4] == bytes(32)  # member 4 has no column
    assert found.bill_leaves[0] != bytes(32)  # the community's account


def test_state__before_the_first_step__is_all_zero() -> None:
    state = settled().state(-1)
    assert (state.header, state.produced, state.allocated, set(state.energies)) == (bytes(32), 0, 0, {0})
    assert len(state.energies) == 3  # 5 columns of 2 lanes, 4 to a word


def test_steps_blocks__more_than_1024_steps__are_aligned_subtrees() -> None:
    leaves = [keccak(at.to_bytes(2, "big")) for at in range(1440)]
    first, second = report.steps_blocks(leaves)
    assert (len(first), len(second)) == (32 * 1024, 32 * 416)
    roots = [
        merkle.root([block[at : at + 32] for at in range(0, len(block), 32)], depth=10) for block in (first, second)
    ]
    assert report.steps_root(leaves) == keccak(b"".join(roots))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": TaskKind.CONFORMITY}, "asks for a conformity report"),
        ({"roster_hash": bytes(32)}, "the roster is not the one"),
        ({"columns": 6}, "the roster is not the one"),
        ({"steps": 5}, "readings of 4 steps and 5 columns"),
        ({"readings_root": bytes(32)}, "do not lead to the task's readingsRoot"),
        ({"table_root": b"\x01" * 32}, "the table does not lead to the task's tableRoot"),
    ],
)
def test_settle__task_of_other_data__is_refused(change: dict, message: str) -> None:
    these = readings(ENERGIES, BANDS)
    with pytest.raises(SettlementRefused, match=message):
        report.settle(replace(task_for(these), **change), 31337, HUB, ROSTER, these, KEY, TARIFF)


def test_settle__band_the_tariff_does_not_have__is_refused() -> None:
    with pytest.raises(SettlementRefused, match="a step in band 2 of 2"):
        settled(bands=[0, 0, 2, 1])


@pytest.mark.parametrize(("step", "at"), [(2, 0), (1, 1)])
def test_settle__energy_outside_a_participation__is_refused(step: int, at: int) -> None:
    energies = [row[:] for row in ENERGIES]
    energies[step][at] = 1
    with pytest.raises(EnergyMisplaced, match=f"column {at}: energy outside its participation"):
        settled(energies)


def test_settle__energy_sold_without_a_price__is_refused() -> None:
    with pytest.raises(TariffIncomplete, match="producer 2 for group 1 in band 0"):
        settled(tariff=Tariff(2, 0))


def test_settle__period_beyond_the_bound__is_refused() -> None:
    energies = [[0, 0, 0, 2**62, 0] for _ in range(4)]
    with pytest.raises(EnergyTooLarge, match="over the period"):
        settled(energies)


def test_settle__point_of_the_key_without_a_column__gets_nothing() -> None:
    these = readings(ENERGIES, BANDS)
    key = AllocationKey((Stage(Rule.STATIC, points=(9, 1), weights=(500_000, 500_000)),))
    found = report.settle(task_for(these), 31337, HUB, ROSTER, these, key, TARIFF)
    assert found.allocation.allocated[0].tolist() == [0, 0, 2 * KWH]


@pytest.mark.parametrize("kept", [(0, 1, 2), (3, 4)])
def test_settle__nobody_produces_or_nobody_consumes__bills_nothing(kept: tuple[int, ...]) -> None:
    roster = Roster(tuple(ROSTER.columns[at] for at in kept))
    these = readings([[row[at] for at in kept] for row in ENERGIES], BANDS)
    found = report.settle(task_for(these, roster), 31337, HUB, roster, these, KEY, TARIFF)
    made = found.report(bytes(32))
    assert (made.allocated, made.debit, set(found.net)) == (0, 0, {0})
    assert made.produced == int(found.allocation.surplus.sum())


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 10**10), min_size=3, max_size=3), min_size=4, max_size=4),
    st.lists(st.lists(st.integers(0, 10**10), min_size=2, max_size=2), min_size=4, max_size=4),
    st.lists(st.integers(0, 1), min_size=4, max_size=4),
)
def test_settle__any_period__has_states_bills_and_money_that_agree(
    consumption: list[list[int]], production: list[list[int]], bands: list[int]
) -> None:
    energies = [used + made for used, made in zip(consumption, production, strict=True)]
    for t, row in enumerate(energies):
        row[1 if t < 2 else 0] = 0  # the move
    found = settled(energies, bands)
    made = found.report(bytes(32))
    assert sum(found.net) == 0
    assert made.debit == sum(found.debits) == sum(found.credits)
    assert made.produced == sum(map(sum, production))
    assert made.allocated == int(found.allocation.allocated.sum()) == int(found.allocation.sold.sum())
    assert made.produced == made.allocated + int(found.allocation.surplus.sum())
    assert [found.state(t).leaf() for t in range(4)] == list(found.steps_leaves)
    bought = [sum(found.by_member(member)[0]) for member in range(6)]
    sold = [sum(found.by_member(member)[1]) for member in range(6)]
    assert sum(bought) == sum(sold) == made.allocated == int(found.pairs.sum())


def test_settle__key_per_producer__has_a_lane_for_each_producer_and_band() -> None:
    these = readings(ENERGIES, BANDS)
    key = AllocationKey((Stage(Rule.PRO_RATA),), per_producer=True, self_sharing=False)
    found = report.settle(task_for(these), 31337, HUB, ROSTER, these, key, TARIFF)
    assert found.lanes == 4
    lanes = found.cumulated[-1].reshape(5, 2, 2)
    whose = found.allocation.by_producer
    assert whose is not None
    for band in range(2):
        steps = [t for t, each in enumerate(BANDS) if each == band]
        assert found.pairs[band].tolist() == whose[steps].sum(axis=0).tolist()
        for position, at in enumerate(ROSTER.production):
            assert lanes[list(ROSTER.consumption), position, band].tolist() == found.pairs[band, :, position].tolist()
            assert lanes[at, position, band] == found.pairs[band, :, position].sum()
    own = [(c, p) for c in range(3) for p in range(2)]
    for consumer, producer in own:
        columns = ROSTER.columns[ROSTER.consumption[consumer]], ROSTER.columns[ROSTER.production[producer]]
        if columns[0].member == columns[1].member:
            assert not found.pairs[:, consumer, producer].any()
    assert sum(found.net) == 0
    assert [found.state(t).leaf() for t in range(4)] == list(found.steps_leaves)


def test_settle__more_than_sixteen_lanes__is_refused() -> None:
    these = readings(ENERGIES, BANDS)
    key = AllocationKey((Stage(Rule.PRO_RATA),), per_producer=True)
    with pytest.raises(SettlementRefused, match="2 producers in 9 price bands are 18 lanes, more than 16"):
        report.settle(task_for(these), 31337, HUB, ROSTER, these, key, replace(TARIFF, bands=9))


def test_settle__committed_table__is_followed_and_none_gives_nothing() -> None:
    these = readings(ENERGIES, BANDS)
    key = AllocationKey((Stage(Rule.TABLE, points=(0, 1)),), committer="0x" + "c0" * 20)
    table = Table(key.hash(), START, STEP, {0: np.array([[250_000, 0]] * 4)})
    committed = replace(task_for(these), table_root=table.root)
    found = report.settle(committed, 31337, HUB, ROSTER, these, key, TARIFF, table)
    assert found.allocation.allocated.tolist() == [[KWH, 0, 0], [0, 0, 0], [0, KWH, 0], [0, 0, 0]]
    without = report.settle(task_for(these), 31337, HUB, ROSTER, these, key, TARIFF)
    assert not without.allocation.allocated.any()
    for task, offered, message in (
        (committed, None, "does not lead to the task's tableRoot"),
        (task_for(these), table, "the task names none"),
    ):
        with pytest.raises(SettlementRefused, match=message):
            report.settle(task, 31337, HUB, ROSTER, these, key, TARIFF, offered)
