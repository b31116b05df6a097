"""Tables of weights: who commits them, until when, and where the root goes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts import attesting
from tests.contracts.community import ZERO, calendar
from tests.contracts.refusals import reverts

ROOT, DIGEST = attesting.digest("table of June"), attesting.digest("manifest of June's table")
OTHER = attesting.digest("another table")
JUNE, JULY = 201606, 201607


def key(committer: Any) -> tuple[Any, ...]:
    """Weights by step, then pro rata."""
    return (False, True, 0, str(committer), [(4, 0, [], [], []), (0, 0, [], [], [])])


@pytest.fixture
def learned(community: Any) -> Any:
    """The committer of the key in force from June on."""
    committer = community.provider
    community.rule_book.setKey(key(committer), calendar()[1] - 86_400, {"from": community.voted})
    return committer


def test_commit_table__before_the_period__its_root_is_in_the_tasks(community: Any, learned: Any) -> None:
    """IMeterDataRegistry G10."""
    tx = community.meter_data.commitTable(JUNE, ROOT, DIGEST, {"from": learned})
    event = tx.events["TableCommitted"]
    key_hash = community.rule_book.rulesAt(calendar()[1])[0]
    assert [event[name] for name in ("period", "keyHash", "root", "digest")] == [
        JUNE, key_hash, "0x" + ROOT.hex(), "0x" + DIGEST.hex(),
    ]  # fmt: skip
    assert community.meter_data.tableOf(JUNE) == "0x" + ROOT.hex()
    assert community.meter_data.tableOf(JULY) == community.meter_data.tableOf(201605) == "0x" + ZERO.hex()
    for period in (201605, JUNE):
        community.create(period)
    community.publish(JUNE)
    assert community.meter_data.taskOf(attesting.CONFORMITY, JUNE)[11] == "0x" + ROOT.hex()


def test_commit_table__anybody_but_the_committer__is_refused(community: Any, learned: Any) -> None:
    """IMeterDataRegistry G10."""
    stranger = community.grid_operator
    with reverts("MeterDataNotCommitter", stranger, learned):
        community.meter_data.commitTable(JUNE, ROOT, DIGEST, {"from": stranger})


def test_commit_table__key_without_a_table__has_no_committer(community: Any) -> None:
    """IMeterDataRegistry G10."""
    with reverts("MeterDataNotCommitter", community.provider, "0x" + "00" * 20):
        community.meter_data.commitTable(JUNE, ROOT, DIGEST, {"from": community.provider})


def test_commit_table__a_second_time__is_refused(community: Any, learned: Any) -> None:
    """IMeterDataRegistry G10."""
    community.meter_data.commitTable(JUNE, ROOT, DIGEST, {"from": learned})
    with reverts("MeterDataTableCommitted", JUNE, "0x" + ROOT.hex()):
        community.meter_data.commitTable(JUNE, OTHER, DIGEST, {"from": learned})


def test_commit_table__once_the_period_has_begun__is_refused(community: Any, learned: Any) -> None:
    """IMeterDataRegistry G10."""
    community.wait_until(calendar()[1])
    with reverts("MeterDataStarted", JUNE, calendar()[1]):
        community.meter_data.commitTable(JUNE, ROOT, DIGEST, {"from": learned})


def test_commit_table__digest_or_root_of_zero__is_refused(community: Any, learned: Any) -> None:
    for root, digest in ((ZERO, DIGEST), (ROOT, ZERO)):
        with reverts("MeterDataDigestMissing"):
            community.meter_data.commitTable(JUNE, root, digest, {"from": learned})


def test_table_of__another_key_voted_for_the_same_start__has_none(community: Any, learned: Any) -> None:
    """A root belongs to the key it was made for."""
    community.meter_data.commitTable(JUNE, ROOT, DIGEST, {"from": learned})
    other = (False, True, 0, str(learned), [(4, 0, [], [], []), (2, 0, [], [], [])])
    community.rule_book.setKey(other, calendar()[1] - 86_400, {"from": community.voted})
    assert community.meter_data.tableOf(JUNE) == "0x" + ZERO.hex()
    community.meter_data.commitTable(JUNE, OTHER, DIGEST, {"from": learned})
    assert community.meter_data.tableOf(JUNE) == "0x" + OTHER.hex()
