"""Golden vectors: every hashed struct as the domain makes it, against the files the contracts are tested with too."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from eth_account import Account

from offchain_worker.domain import bills, conformity_rules, key, merkle, readings, roster, rules, steps, tariff, task
from offchain_worker.domain.errors import KeyInvalid, TariffInvalid
from tests.domain import abi_vectors, period_vectors, rule_vectors
from tests.domain.vectors import FOLDER, VECTORS, text_of


def stored(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def raw(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


@pytest.mark.parametrize("name", VECTORS)
def test_vectors__made_anew__are_the_files(name: str) -> None:
    assert (FOLDER / f"{name}.json").read_text("utf-8") == text_of(name)


@pytest.mark.parametrize("case", stored("key")["valid"], ids=lambda case: case["name"])
def test_key__valid_vector__has_its_hash_and_reads_back(case: dict[str, Any]) -> None:
    made = key.parse(json.dumps(case["json"]))
    assert made.hash() == raw(case["hash"])
    assert json.loads(made.to_json()) == case["json"]
    assert key.from_abi(case["values"]) == made == key.parse(made.to_json())
    key.check_points(made, {0, 1, 2, 3}, {1, 2}, {4, 5})


@pytest.mark.parametrize("case", stored("key")["invalid"], ids=lambda case: case["name"])
def test_key__invalid_vector__is_refused_for_its_fault_in_both_forms(case: dict[str, Any]) -> None:
    for make in (lambda: key.parse(json.dumps(case["json"])), lambda: key.from_abi(case["values"])):
        with pytest.raises(KeyInvalid) as refused:
            key.check_points(make(), {0, 1, 2, 3}, {1, 2}, {4, 5})
        assert (refused.value.fault, refused.value.stage) == (case["fault"], case["stage"])


@pytest.mark.parametrize("case", stored("tariff")["valid"], ids=lambda case: case["name"])
def test_tariff__vector__has_its_hash_and_reads_back(case: dict[str, Any]) -> None:
    made = tariff.parse(json.dumps(case["json"]))
    assert made.hash() == raw(case["hash"])
    assert json.loads(made.to_json()) == case["json"]
    assert tariff.from_abi(case["values"]) == made


@pytest.mark.parametrize("case", stored("tariff")["invalid"], ids=lambda case: case["name"])
def test_tariff__invalid_vector__is_refused_for_its_fault_in_both_forms(case: dict[str, Any]) -> None:
    for make in (lambda: tariff.parse(json.dumps(case["json"])), lambda: tariff.from_abi(case["values"])):
        with pytest.raises(TariffInvalid) as refused:
            make()
        assert (refused.value.fault, refused.value.row) == (case["fault"], case["row"])


@pytest.mark.parametrize("case", stored("conformity")["valid"], ids=lambda case: case["name"])
def test_conformity_rules__vector__has_its_bytes_and_hash(case: dict[str, Any]) -> None:
    made = conformity_rules.parse(json.dumps(case["json"]))
    assert made.to_bytes() == raw(case["bytes"])
    assert made.hash() == raw(case["hash"])


def test_rule_hashes__vector__has_its_hash() -> None:
    (case,) = stored("rules")["valid"]
    assert rules.from_abi([raw(value) for value in case["values"]]).hash() == raw(case["hash"])


@pytest.mark.parametrize("case", stored("roster")["valid"], ids=lambda case: case["name"])
def test_roster__vector__has_its_hash_and_reads_back(case: dict[str, Any]) -> None:
    made = roster.parse(json.dumps(case["json"]))
    assert made.hash() == raw(case["hash"])
    assert json.loads(made.to_json()) == case["json"]
    assert roster.from_abi(case["values"]) == made


@pytest.mark.parametrize("case", stored("task")["valid"], ids=lambda case: case["name"])
def test_task_id__vector__is_the_hash_of_chain_hub_and_task(case: dict[str, Any]) -> None:
    values = case["values"][:9] + [raw(value) for value in case["values"][9:]]
    made = task.task_from_abi(values)
    assert list(made.abi()) == values
    assert task.task_id(case["chainId"], case["hub"], made) == raw(case["taskId"])


def test_task_id__task_written_by_name__is_that_of_the_vector() -> None:
    made = task.Task(
        kind=task.TaskKind.SETTLEMENT,
        period=201606,
        revision=0,
        attempt=1,
        start=rule_vectors.JUNE[0],
        step_seconds=1800,
        steps=1440,
        columns=7,
        worker_set=2,
        rules_hash=abi_vectors.word("rules"),
        roster_hash=abi_vectors.word("roster"),
        table_root=bytes(32),
        input_digest=abi_vectors.word("input"),
        readings_root=abi_vectors.word("readings"),
    )
    case = stored("task")["valid"][1]
    assert task.task_id(case["chainId"], case["hub"], made) == raw(case["taskId"])


@pytest.mark.parametrize("kind", ["conformity", "settlement"])
def test_report_hash__vector__is_the_hash_of_its_encoding(kind: str) -> None:
    make = task.conformity_report_from_abi if kind == "conformity" else task.settlement_report_from_abi
    for case in stored("report")[kind]:
        made = make([raw(value) if isinstance(value, str) else value for value in case["values"]])
        assert made.encode() == raw(case["abi"])
        assert task.report_hash(made) == raw(case["hash"])


@pytest.mark.parametrize("case", stored("attestation")["valid"], ids=lambda case: case["name"])
def test_attestation_digest__vector__is_that_of_eth_account(case: dict[str, Any]) -> None:
    digest = task.attestation_digest(case["chainId"], case["hub"], raw(case["taskId"]), raw(case["reportHash"]))
    assert digest == raw(case["digest"])
    vs = int(case["vs"], 16)
    recovered = Account._recover_hash(digest, vrs=(27 + (vs >> 255), int(case["r"], 16), vs & 2**255 - 1))
    assert recovered == case["signer"]


def test_readings__vector__has_its_words_roots_and_proof() -> None:
    case, salts = stored("readings"), period_vectors.SALTS
    energies = np.array([row["energies"] for row in case["rows"]], np.int64)
    bands = np.array([row["band"] for row in case["rows"]], np.uint8)
    column_salts = [b"".join(bytes(b ^ (0xF0 + c) for b in salt) for salt in salts) for c in range(2)]
    made = readings.Readings(energies, bands, b"".join(salts), column_salts)
    for t, row in enumerate(case["rows"]):
        assert made.words[t].tobytes() == b"".join(map(raw, row["words"]))
        assert readings.header_word(salts[t], t, row["band"]) == raw(row["words"][0])
        assert readings.column_word(column_salts[1][16 * t : 16 * t + 16], row["energies"][1]) == raw(row["words"][2])
        assert made.tree.row_roots[t] == raw(row["rowRoot"])
    assert made.tree.root == raw(case["readingsRoot"])
    proof = made.tree.proof(case["proof"]["t"], case["proof"]["position"])
    assert proof == [raw(sibling) for sibling in case["proof"]["siblings"]]


@pytest.mark.parametrize("case", stored("state")["valid"], ids=lambda case: case["name"])
def test_step_state__vector__has_its_words_encoding_and_leaf(case: dict[str, Any]) -> None:
    produced, allocated = int(case["produced"]), int(case["allocated"])
    made = steps.step_state(raw(case["header"]), produced, allocated, list(map(int, case["energies"])))
    assert [f"0x{w:064x}" for w in made.energies] == case["words"]
    assert made.encode() == raw(case["abi"])
    assert made.leaf() == raw(case["leaf"])


@pytest.mark.parametrize("case", stored("bill")["valid"], ids=lambda case: case["name"])
def test_bill_leaf__vector__has_its_salt_and_leaf(case: dict[str, Any]) -> None:
    salt = bills.bill_salt(raw(case["lastHeader"]), raw(case["taskId"]), case["member"])
    assert salt == raw(case["salt"])
    bought, sold = list(map(int, case["bought"])), list(map(int, case["sold"]))
    leaf = bills.bill_leaf(
        raw(case["taskId"]), case["member"], bought, sold, int(case["debit"]), int(case["credit"]), salt
    )
    assert leaf == raw(case["leaf"])


@pytest.mark.parametrize("case", stored("net")["valid"], ids=lambda case: case["name"])
def test_net_hash__vector__is_the_hash_of_task_and_amounts(case: dict[str, Any]) -> None:
    assert task.net_hash(raw(case["taskId"]), case["netCents"]) == raw(case["netHash"])


@pytest.mark.parametrize("case", stored("merkle")["valid"], ids=lambda case: f"{len(case['leaves'])} leaves")
def test_merkle__vector__has_its_root_and_proof(case: dict[str, Any]) -> None:
    leaves, proof, index = [raw(leaf) for leaf in case["leaves"]], [raw(node) for node in case["proof"]], case["index"]
    assert merkle.root(leaves) == raw(case["root"])
    assert merkle.proof(leaves, index) == proof
    assert merkle.verify(raw(case["root"]), leaves[index], index, len(leaves), proof)
