"""The golden vectors: what the Python domain hashes is what Solidity hashes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "vectors"


def vectors(name: str, part: str = "valid") -> list[Any]:
    """The cases of `tests/vectors/<name>.json`."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))[part]


def named(case: dict[str, Any]) -> str:
    """A case's name, for pytest."""
    return str(case["name"])


@pytest.fixture(scope="module")
def harness(contracts: Any, module_isolation: None, deployer: Any) -> Any:
    """Every commitment of a report in Solidity."""
    del module_isolation
    return contracts.ReportHarness.deploy({"from": deployer})


@pytest.mark.parametrize("case", vectors("task"), ids=named)
def test_task__vector__has_its_id(harness: Any, case: dict[str, Any]) -> None:
    assert harness.taskId(case["chainId"], case["hub"], case["values"]) == case["taskId"]


@pytest.mark.parametrize("case", vectors("report", "conformity"), ids=named)
def test_conformity_report__vector__has_its_hash(harness: Any, case: dict[str, Any]) -> None:
    assert harness.conformityHash(case["values"]) == case["hash"]


@pytest.mark.parametrize("case", vectors("report", "settlement"), ids=named)
def test_settlement_report__vector__has_its_hash(harness: Any, case: dict[str, Any]) -> None:
    assert harness.settlementHash(case["values"]) == case["hash"]


@pytest.mark.parametrize("case", vectors("attestation"), ids=named)
def test_attestation__vector__has_its_digest_and_signer(harness: Any, case: dict[str, Any]) -> None:
    digest = harness.attestationDigest(case["chainId"], case["hub"], case["taskId"], case["reportHash"])
    assert digest == case["digest"]
    assert harness.signerOf(digest, case["r"], case["vs"]) == case["signer"]


@pytest.mark.parametrize("case", vectors("net"), ids=named)
def test_net__vector__has_its_hash(harness: Any, case: dict[str, Any]) -> None:
    assert harness.netHash(case["taskId"], case["netCents"]) == case["netHash"]


@pytest.mark.parametrize("case", vectors("bill"), ids=named)
def test_bill__vector__has_its_salt_and_leaf(harness: Any, case: dict[str, Any]) -> None:
    assert harness.billSalt(case["lastHeader"], case["taskId"], case["member"]) == case["salt"]
    bought, sold = ([int(energy) for energy in case[side]] for side in ("bought", "sold"))
    money = (int(case["debit"]), int(case["credit"]))
    assert harness.billLeaf(case["taskId"], case["member"], bought, sold, *money, case["salt"]) == case["leaf"]


@pytest.mark.parametrize("case", vectors("state"), ids=named)
def test_step_state__vector__has_its_words_and_leaf(harness: Any, case: dict[str, Any]) -> None:
    energies = [int(energy) for energy in case["energies"]]
    assert list(harness.packed(energies)) == [int(word, 16) for word in case["words"]]
    totals = (int(case["produced"]), int(case["allocated"]))
    assert harness.stateLeaf(case["header"], *totals, energies) == case["leaf"]


@pytest.mark.parametrize("t", range(3))
def test_row__vector__has_its_words_and_root(harness: Any, t: int) -> None:
    row = vectors("readings", "rows")[t]
    salts = [word[:34] for word in row["words"]]
    assert harness.headerWord(salts[0], t, row["band"]) == row["words"][0]
    for salt, energy, word in zip(salts[1:], row["energies"], row["words"][1:], strict=True):
        assert harness.columnWord(salt, energy) == word
    leaves = [harness.wordLeaf(word) for word in row["words"]]
    assert harness.root(leaves, len(leaves)) == row["rowRoot"]


def test_readings__vector__is_a_tree_of_aligned_rows(harness: Any) -> None:
    """Two columns and the header make rows of four leaves; three rows make a tree of sixteen."""
    rows = vectors("readings", "rows")
    root, proof = (vectors("readings", part) for part in ("readingsRoot", "proof"))
    width = 1 << harness.depthOf(1 + len(rows[0]["energies"]))
    leaves = []
    for row in rows:
        words = [harness.wordLeaf(word) for word in row["words"]]
        leaves += words + ["0x" + "00" * 32] * (width - len(words))
    assert harness.root(leaves, len(leaves)) == root
    assert proof["index"] == proof["t"] * width + proof["position"]
    assert leaves[proof["index"]] == proof["leaf"]
    assert harness.isAt(root, proof["leaf"], proof["index"], len(leaves), proof["siblings"]) is True


@pytest.mark.parametrize("case", vectors("merkle"), ids=lambda case: f"{len(case['leaves'])} leaves")
def test_tree__vector__has_its_root_and_proof(harness: Any, case: dict[str, Any]) -> None:
    count = len(case["leaves"])
    assert harness.root(case["leaves"], count) == case["root"]
    leaf = case["leaves"][case["index"]]
    assert harness.isAt(case["root"], leaf, case["index"], count, case["proof"]) is True
    assert harness.isAt(case["root"], leaf, case["index"] + count, count, case["proof"]) is False
    assert harness.isAt(case["root"], leaf, case["index"], count, [*case["proof"], case["root"]]) is False
    if count > 1:
        assert harness.isAt(case["root"], leaf, case["index"] ^ 1, count, case["proof"]) is False
