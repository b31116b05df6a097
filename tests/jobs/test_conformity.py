"""The verdict follows from the files, and the findings are for the column's owner alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from offchain_worker import meters
from offchain_worker.domain.report import TaskKind, Verdict
from offchain_worker.jobs import conformity
from offchain_worker.jobs import manifest as manifests
from offchain_worker.jobs.conformity import compute
from offchain_worker.jobs.results import open_findings
from offchain_worker.jobs.terms import TermsDiffer
from offchain_worker.storage.encryption import NotReadable
from offchain_worker.storage.store import BlobMissing, MemoryStore
from tests.jobs import neighbourhood as n

HALF_A_DAY = range(n.START, n.START + 43_200, n.STEP)


def answer(made: n.Dataset, **changes: bytes) -> conformity.Outcome:
    terms = n.terms(TaskKind.CONFORMITY, made)
    changed = replace(terms, task=replace(terms.task, **changes))
    return compute(changed, n.PROGRAM, made.manifest, n.SECRET.secret, made.blocks)


def without(meter: str, word: str, watts: int, gone: range) -> bytes:
    return n.enedis(meter, word, {start: None if start in gone else watts for start in n.starts()})


def test_compute__good_files__conform_with_the_publishers_root() -> None:
    made = n.published()
    outcome = answer(made)
    assert outcome.report.verdict is Verdict.CONFORM
    assert outcome.report.readings_root == made.readings_root


def test_compute__twice__makes_the_same_bytes() -> None:
    made = n.published()
    first, second = answer(made), answer(made)
    assert first.report == second.report
    assert first.artefacts == second.artefacts


@pytest.mark.parametrize(
    ("changed", "verdict", "column", "code"),
    [
        (
            {"panels.csv": without(n.PANELS, "Production", 5, range(n.START, n.START + 1))},
            Verdict.HELD,
            4,
            "production_missing",
        ),
        ({"dan.csv": without(n.DAN, "Consommation", 200, HALF_A_DAY)}, Verdict.HELD, 3, "missing_too_much"),
        (
            {"alice.csv": n.enedis(n.ALICE, "Consommation", dict.fromkeys(n.starts(), 36_001))},
            Verdict.REJECTED,
            0,
            "power",
        ),
    ],
)
def test_compute__bad_readings__are_named_in_the_columns_findings(
    changed: dict[str, bytes], verdict: Verdict, column: int, code: str
) -> None:
    outcome = answer(n.published(changed))
    assert outcome.report.verdict is verdict
    found = open_findings(MemoryStore(outcome.artefacts), outcome.report.findings_digest, n.SECRET, column)
    assert code in [finding["code"] for finding in found["findings"]]


def test_compute__dans_two_hours__are_counted_as_missing() -> None:
    outcome = answer(n.published())
    found = open_findings(MemoryStore(outcome.artefacts), outcome.report.findings_digest, n.SECRET, 3)
    assert (found["measured"], found["estimated"], found["missing"], found["outside"]) == (92, 0, 4, 0)
    bob = open_findings(MemoryStore(outcome.artefacts), outcome.report.findings_digest, n.SECRET, 1)
    assert (bob["measured"], bob["outside"]) == (48, 48)


def test_compute__another_root_than_the_publishers__is_rejected() -> None:
    made = n.published()
    outcome = answer(made, readings_root=b"\x01" * 32)
    assert outcome.report.verdict is Verdict.REJECTED
    assert outcome.report.readings_root == made.readings_root


def test_compute__a_file_sealed_with_another_key__is_a_finding() -> None:
    made = n.published()
    manifest = manifests.loads(made.manifest)
    first = replace(manifest.columns[0], files=manifest.columns[3].files)
    swapped = replace(manifest, columns=(first, *manifest.columns[1:]))
    forged = replace(made, manifest=manifests.dumps(swapped))
    outcome = answer(forged)
    assert outcome.report.verdict is Verdict.REJECTED
    found = open_findings(MemoryStore(outcome.artefacts), outcome.report.findings_digest, n.SECRET, 0)
    assert found["findings"][0]["code"] == "unreadable"
    assert found["findings"][0]["message"].startswith("column 0, file 0 cannot be opened")


def test_open_findings__another_members_keys__are_not_enough() -> None:
    outcome = answer(n.published())
    store, digest = MemoryStore(outcome.artefacts), outcome.report.findings_digest
    dan = n.SECRET.of_member(4, (3,))
    assert open_findings(store, digest, dan, 3)["missing"] == 4
    with pytest.raises(NotReadable, match="member 4 has no key for column 0"):
        open_findings(store, digest, dan, 0)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"input_digest": b"\x01" * 32}, "the dataset manifest"),
        ({"roster_hash": b"\x01" * 32}, "the roster"),
        ({"rules_hash": n.rules_hash(b"\x78" * 32)}, "the rules with this program"),
        ({"start": n.START + n.STEP}, "the dataset's start"),
        ({"period": 201607}, "the dataset's period"),
    ],
)
def test_compute__task_names_something_else__is_refused(changes: dict[str, bytes], what: str) -> None:
    with pytest.raises(TermsDiffer, match=what):
        answer(n.published(), **changes)


def test_compute__block_not_given__is_named() -> None:
    made = n.published()
    digest = manifests.loads(made.manifest).blocks[0]
    blocks = {name: block for name, block in made.blocks.items() if name != digest}
    with pytest.raises(BlobMissing) as caught:
        compute(n.terms(TaskKind.CONFORMITY, made), n.PROGRAM, made.manifest, n.SECRET.secret, blocks)
    assert caught.value.digest == digest


def finding(code: meters.Code, severity: meters.Severity) -> meters.Finding:
    return meters.Finding(0, 1, code, severity, "", 1, "one")


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([], Verdict.CONFORM),
        ([("gap", "warning")], Verdict.CONFORM),
        ([("gap", "error")], Verdict.REJECTED),
        ([("gap_too_long", "error")], Verdict.HELD),
        ([("gap_too_long", "info")], Verdict.CONFORM),
        ([("production_missing", "warning")], Verdict.HELD),
        ([("missing_too_much", "error"), ("conflict", "error")], Verdict.REJECTED),
        ([("conflict", "error"), ("missing_too_much", "error")], Verdict.REJECTED),
        ([("conflict", "warning"), ("repaired", "warning")], Verdict.CONFORM),
    ],
)
def test_verdict__of_findings_as_the_rules_weigh_them__is_the_heaviest(
    found: list[tuple[str, str]], verdict: Verdict
) -> None:
    weighed = [finding(meters.Code(code), meters.Severity(severity)) for code, severity in found]
    assert conformity.verdict(weighed) is verdict
