"""Two days settled by hand: energies, invoices, bills; and everybody can check their own, and only their own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from offchain_worker.domain import canonical
from offchain_worker.domain.errors import SettlementRefused
from offchain_worker.domain.report import TaskKind, net_hash
from offchain_worker.jobs.dataset import member_readers
from offchain_worker.jobs.outcome import Outcome
from offchain_worker.jobs.results import (
    Result,
    ResultDiffers,
    check_bill,
    check_curve,
    check_rows,
    open_result,
)
from offchain_worker.jobs.settlement import compute
from offchain_worker.storage import envelopes, identity
from offchain_worker.storage.cid import cid
from offchain_worker.storage.encryption import NotReadable, Undecryptable
from offchain_worker.storage.store import BLOCK_BYTES, BlobCorrupt, MemoryStore
from tests.jobs import neighbourhood as n

MADE = n.published()
TERMS = n.terms(TaskKind.SETTLEMENT, MADE)
OWN_COLUMNS = {1: (0, 4), 2: (1,), 3: (2,), 4: (3,)}


def settled() -> Outcome:
    return compute(TERMS, n.PROGRAM, MADE.manifest, n.SECRET.secret, MADE.blocks)


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return settled()


@pytest.fixture
def result(outcome: Outcome) -> Result:
    return open_result(MemoryStore(dict(outcome.artefacts)), outcome.report.result_digest)


def test_compute__two_days__come_to_what_the_hand_says(outcome: Outcome) -> None:
    report = outcome.report
    assert report.produced == 40 * 550_000
    # 8 kWh for Alice, 6 each for Bob and Carol, 36 known half-hours of 0.05 for Dan
    assert report.allocated == 8_000_000 + 6_000_000 + 6_000_000 + 1_800_000
    # Alice invoices 60 + 12, 60 + 12 and 18 + 4 cents, the community its fee of 6, 6 and 2
    assert report.debit == 72 + 72 + 22 + 6 + 6 + 2
    assert report.net_hash == net_hash(TERMS.task_id, [14, 166, -78, -78, -24])


def test_compute__twice__makes_the_same_ciphertexts(outcome: Outcome) -> None:
    again = settled()
    assert again.report == outcome.report
    assert again.artefacts == outcome.artefacts


def test_compute__artefacts__fit_blocks_and_carry_their_digests(outcome: Outcome) -> None:
    for digest, block in outcome.artefacts.items():
        assert canonical.digest(block) == digest
        assert len(block) <= BLOCK_BYTES


def test_compute__readings_of_another_root__are_refused() -> None:
    other = replace(TERMS, task=replace(TERMS.task, readings_root=b"\x01" * 32))
    with pytest.raises(SettlementRefused, match="readings do not lead to the task's readingsRoot"):
        compute(other, n.PROGRAM, MADE.manifest, n.SECRET.secret, MADE.blocks)


@pytest.mark.parametrize("attempt", [1, 2])
def test_compute__another_attempt__seals_under_other_keys(outcome: Outcome, attempt: int) -> None:
    other = replace(TERMS, task=replace(TERMS.task, attempt=attempt))
    again = compute(other, n.PROGRAM, MADE.manifest, n.SECRET.secret, MADE.blocks)
    shared = set(again.artefacts) & set(outcome.artefacts)
    # What does not depend on the task: the blocks of row roots and of steps leaves, and the manifests of both.
    assert len(shared) == 4
    assert again.report.steps_root == outcome.report.steps_root


@pytest.mark.parametrize("member", [1, 2, 3, 4])
def test_bill__its_own_member__opens_and_proves_it(outcome: Outcome, result: Result, member: int) -> None:
    keys = n.SECRET.of_member(member, OWN_COLUMNS[member])
    bill = result.bill(keys, member)
    check_bill(bill, outcome.report.bills_root, members=5)
    assert bill["net"] == ["14", "166", "-78", "-78", "-24"][member]
    assert [column["column"] for column in bill["columns"]] == list(OWN_COLUMNS[member])


def test_bill__dan_with_two_unknown_hours__is_provisional_and_says_why(result: Result) -> None:
    assert result.bill(n.SECRET, 4)["provisional"] is True
    assert result.bill(n.SECRET, 4)["reasons"] == [{"column": 3, "code": "missing", "steps": 4}]
    assert result.bill(n.SECRET, 1)["provisional"] is False


def test_bill__of_dan__shows_both_invoices_line_by_line(result: Result) -> None:
    bill = result.bill(n.SECRET, 4)
    assert bill["bought"] == ["1800000"]
    assert bill["issued"] == []
    shown = [
        (invoice["issuer"], invoice["total"], [(line["kind"], line["cents"]) for line in invoice["lines"]])
        for invoice in bill["received"]
    ]
    assert shown == [(0, "2", [("fee", "2")]), (1, "22", [("energy", "18"), ("vat", "4")])]


@pytest.mark.parametrize("member", [2, 3, 4])
def test_artefacts__another_members_keys__open_none_of_them(result: Result, member: int) -> None:
    keys = n.SECRET.of_member(member, OWN_COLUMNS[member])
    for read in (
        lambda: result.bill(keys, 1),
        lambda: result.curve(keys, 0),
        lambda: result.proofs(keys, 0),
    ):
        with pytest.raises(NotReadable, match=f"member {member} has no key for"):
            read()


def test_artefacts__sealed_for_one_and_opened_with_anothers_key__do_not_open(result: Result) -> None:
    forged = replace(n.SECRET.of_member(2, (1,)), index=1, column_keys={0: n.SECRET.column(1)})
    with pytest.raises(Undecryptable, match="the bill of member 1 cannot be opened"):
        result.bill(forged, 1)
    with pytest.raises(Undecryptable, match="the curve of column 0 cannot be opened"):
        result.curve(forged, 0)


def test_curve__of_each_column__is_proven_reading_by_reading(result: Result) -> None:
    roots = result.row_roots()
    check_rows(roots, MADE.readings_root, columns=5)
    for member, columns in OWN_COLUMNS.items():
        keys = n.SECRET.of_member(member, columns)
        for column in columns:
            check_curve(result.curve(keys, column), keys.column(column), result.proofs(keys, column), roots, columns=5)


def test_envelopes__of_two_members__open_their_own_columns_and_bill_and_nothing_else(
    result: Result, tmp_path: Path
) -> None:
    people = {member: identity.create(tmp_path / f"{member}.json") for member in (1, 4)}
    wallets = {member: person.address for member, person in people.items()}
    readers = member_readers(n.ROSTER, wallets, {person.address: person.public_key for person in people.values()})
    document = envelopes.seal(MADE.input_digest, n.SECRET, readers)
    for member, person in people.items():
        keys = envelopes.open_for(document, MADE.input_digest, person)
        assert result.bill(keys, member)["member"] == member
        for column in range(5):
            if column in OWN_COLUMNS[member]:
                assert result.curve(keys, column)["column"] == column
            else:
                with pytest.raises(NotReadable):
                    result.curve(keys, column)
        with pytest.raises(NotReadable):
            result.bill(keys, 5 - member)


def test_check_curve__one_reading_changed__names_the_step(result: Result) -> None:
    curve = result.curve(n.SECRET, 0)
    curve["energies"][17] = "200001"
    with pytest.raises(ResultDiffers, match="column 0, step 17"):
        check_curve(curve, n.SECRET.column(0), result.proofs(n.SECRET, 0), result.row_roots(), columns=5)


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("debit", "23", "does not have the leaf"),
        ("bought", ["1800001"], "does not have the leaf"),
        ("net", "-23", "do not add up"),
        ("proof", [], "is not under the report's billsRoot"),
        ("member", 3, "does not have the leaf"),
    ],
)
def test_check_bill__one_figure_changed__is_refused(
    outcome: Outcome, result: Result, field: str, value: object, what: str
) -> None:
    bill = {**result.bill(n.SECRET, 4), field: value}
    with pytest.raises(ResultDiffers, match=what):
        check_bill(bill, outcome.report.bills_root, members=5)


def test_community__any_member__sees_totals_groups_and_flows(result: Result) -> None:
    found = result.community(n.SECRET.of_member(4, (3,)))
    assert found["indicators"] == {
        "produced": "22000000",
        "consumed": str(96 * 500_000 + 92 * 100_000),
        "allocated": "21800000",
        "surplus": "200000",
        "scrPpm": 990_909,
        "ssrPpm": 381_118,
    }
    assert found["flows"] == [
        {"producer": 3, "group": 1, "band": 0, "energy": "20000000"},
        {"producer": 3, "group": 2, "band": 0, "energy": "1800000"},
    ]
    assert [sum(map(int, group["allocated"])) for group in found["groups"]] == [20_000_000, 1_800_000]


def test_steps_leaves__all_steps__lead_to_the_reports_root(outcome: Outcome, result: Result) -> None:
    assert result.steps_leaves() == list(outcome.details.settlement.steps_leaves)
    assert len(result.steps_leaves()) == 96


def test_open_result__one_byte_of_a_bill_changed__names_the_block(outcome: Outcome) -> None:
    blocks = dict(outcome.artefacts)
    honest = open_result(MemoryStore(blocks), outcome.report.result_digest)
    digest = bytes.fromhex(honest.document["members"][3]["blocks"][0][2:])
    blocks[digest] = blocks[digest][:-1] + bytes([blocks[digest][-1] ^ 1])
    with pytest.raises(BlobCorrupt, match=cid(digest)):
        honest.bill(n.SECRET, 4)
