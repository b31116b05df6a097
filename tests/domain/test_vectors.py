"""Golden vectors: every hashed struct, made here from plain values and compared with the files the contracts read too.

`python tests/domain/test_vectors.py` writes the files anew; a difference in git then shows what changed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eth_abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak

from offchain_worker.domain import (
    bills,
    canonical,
    conformity_rules,
    key,
    merkle,
    readings,
    roster,
    rules,
    steps,
    tariff,
    task,
)
from offchain_worker.domain.errors import KeyInvalid

FOLDER = Path(__file__).resolve().parent.parent / "vectors"
ZERO = "0x" + "00" * 20
HUB = "0x" + "ab" * 20
CHAIN_ID = 31337
# Enum values as the contracts decode them; WEIGHTED and TABLE are not among them, which is what their vectors show.
RULES = {"PRO_RATA": 0, "STATIC": 1, "EGALITARIAN": 2, "WEIGHTED": 3, "TABLE": 4}


def word(text: str) -> bytes:
    """A recognisable 32 bytes."""
    return keccak(text.encode())


def hexed(value: Any) -> Any:
    """Bytes as 0x hex, through lists and tuples."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, list | tuple):
        return [hexed(item) for item in value]
    return value


def stage(rule: str, **fields: Any) -> dict[str, Any]:
    return {"rule": rule, "group": 0, "points": [], "producers": [], "weights": [], **fields}


def key_document(*stages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "schema": "daisee.key/1",
        "perProducer": False,
        "selfSharing": True,
        "coefficientDecimals": 0,
        "committer": ZERO,
        "stages": list(stages),
        **fields,
    }


def key_values(document: dict[str, Any]) -> list[Any]:
    """The ABI values of a key document, valid or not, made without the code under test."""
    return [
        document["perProducer"],
        document["selfSharing"],
        document["coefficientDecimals"],
        document["committer"],
        [[RULES[s["rule"]], s["group"], s["points"], s["producers"], s["weights"]] for s in document["stages"]],
    ]


# Points 0–3 consume, 4 and 5 produce; groups 1 and 2 have consumers.
VALID_KEYS = {
    "pro rata for all": key_document(stage("PRO_RATA")),
    "building first, then neighbourhood": key_document(stage("PRO_RATA", group=1), stage("PRO_RATA", group=2)),
    "fixed shares": key_document(stage("STATIC", points=[0, 1, 3], weights=[500_000, 300_000, 200_000])),
    "fixed shares that leave a rest": key_document(stage("STATIC", points=[2], weights=[1])),
    "equal shares": key_document(stage("EGALITARIAN")),
    "a weight of nothing and of all": key_document(stage("STATIC", points=[3, 1], weights=[0, 1_000_000])),
    "cascade of three rules": key_document(
        stage("STATIC", points=[0, 1], weights=[250_000, 250_000]),
        stage("EGALITARIAN", group=1),
        stage("PRO_RATA", points=[3, 2, 0]),
    ),
}
INVALID_KEYS = {
    "no stages": (key_document(), "NO_STAGES", None),
    "rule not known": (key_document(stage("PRO_RATA"), stage("WEIGHTED")), "NOT_SUPPORTED", 1),
    "table": (key_document(stage("TABLE")), "NOT_SUPPORTED", 0),
    "per producer": (key_document(stage("PRO_RATA"), perProducer=True), "NOT_SUPPORTED", None),
    "no self-sharing": (key_document(stage("PRO_RATA"), selfSharing=False), "NOT_SUPPORTED", None),
    "coefficient decimals": (key_document(stage("PRO_RATA"), coefficientDecimals=4), "NOT_SUPPORTED", None),
    "committer": (key_document(stage("PRO_RATA"), committer=HUB), "NOT_SUPPORTED", None),
    "producers": (key_document(stage("PRO_RATA", producers=[4])), "NOT_SUPPORTED", 0),
    "group and points": (key_document(stage("PRO_RATA", group=1, points=[0])), "GROUP_AND_POINTS", 0),
    "point repeated": (key_document(stage("EGALITARIAN", points=[0, 1, 0])), "POINT_REPEATED", 0),
    "point unknown": (key_document(stage("PRO_RATA"), stage("PRO_RATA", points=[0, 9])), "POINT_UNKNOWN", 1),
    "point that produces": (
        key_document(stage("STATIC", points=[4], weights=[1_000_000])),
        "POINT_NOT_CONSUMING",
        0,
    ),
    "static without points": (key_document(stage("STATIC")), "POINTS_MISSING", 0),
    "static for a group": (key_document(stage("STATIC", group=1)), "POINTS_MISSING", 0),
    "more weights than points": (key_document(stage("STATIC", points=[0], weights=[1, 2])), "LENGTHS_DIFFER", 0),
    "fewer weights than points": (key_document(stage("STATIC", points=[0, 1], weights=[1])), "LENGTHS_DIFFER", 0),
    "pro rata with weights": (key_document(stage("PRO_RATA", points=[0], weights=[1])), "WEIGHTS_NOT_ALLOWED", 0),
    "equal shares with weights": (
        key_document(stage("EGALITARIAN", points=[0, 1], weights=[1, 1])),
        "WEIGHTS_NOT_ALLOWED",
        0,
    ),
    "weight over one": (key_document(stage("STATIC", points=[0], weights=[1_000_001])), "WEIGHT_TOO_LARGE", 0),
    "weights over one together": (
        key_document(stage("STATIC", points=[0, 1], weights=[600_000, 400_001])),
        "WEIGHTS_SUM_TOO_LARGE",
        0,
    ),
}


def key_vectors() -> dict[str, Any]:
    valid = [vector(name, document, key.ABI_TYPE, key_values(document)) for name, document in VALID_KEYS.items()]
    invalid = [
        vector(name, document, key.ABI_TYPE, key_values(document)) | {"fault": fault, "stage": at}
        for name, (document, fault, at) in INVALID_KEYS.items()
    ]
    about = "Points 0 to 3 consume, 4 and 5 produce. `stage` counts from 0; null: the key as a whole."
    return {"struct": "AllocationKey", "type": key.ABI_TYPE, "about": about, "valid": valid, "invalid": invalid}


def vector(name: str, document: Any, abi_type: str, values: Any) -> dict[str, Any]:
    encoded = encode([abi_type], [values])
    return {
        "name": name,
        "json": document,
        "values": hexed(values),
        "abi": hexed(encoded),
        "hash": hexed(keccak(encoded)),
    }


def tariff_document(**fields: Any) -> dict[str, Any]:
    return {
        "schema": "daisee.tariff/1",
        "bands": 1,
        "communityFeeMicroEuroPerKwh": 0,
        "windows": [],
        "prices": [],
        "taxes": [],
        "vats": [],
        **fields,
    }


def price(producer: int, group: int, band: int, amount: int) -> dict[str, int]:
    return {"producer": producer, "group": group, "band": band, "microEuroPerKwh": amount}


TARIFFS = {
    "empty": tariff_document(),
    "one price, fee and VAT": tariff_document(
        communityFeeMicroEuroPerKwh=5_000,
        prices=[price(4, 0, 0, 140_000)],
        taxes=[{"issuer": 5, "name": "accise sur l'électricité", "microEuroPerKwh": 22_500}],
        vats=[{"issuer": 5, "bases": 3, "ppm": 200_000}, {"issuer": 0, "bases": 4, "ppm": 200_000}],
    ),
    "two bands, a group's own price": tariff_document(
        bands=2,
        windows=[
            {"band": 1, "weekdays": 31, "fromMinute": 420, "toMinute": 1320},
            {"band": 1, "weekdays": 96, "fromMinute": 0, "toMinute": 1440},
        ],
        prices=[
            price(4, 0, 0, 90_000),
            price(4, 0, 1, 150_000),
            price(4, 1, 1, 120_000),
            price(5, 0, 0, 4_294_967_295),
        ],
    ),
}


def tariff_vectors() -> dict[str, Any]:
    parts = ("windows", "prices", "taxes", "vats")
    valid = [
        vector(
            name,
            document,
            tariff.ABI_TYPE,
            [
                document["bands"],
                document["communityFeeMicroEuroPerKwh"],
                *[[list(row.values()) for row in document[part]] for part in parts],
            ],
        )
        for name, document in TARIFFS.items()
    ]
    return {"struct": "Tariff", "type": tariff.ABI_TYPE, "valid": valid}


CONFORMITY = {
    "schema": "daisee.conformity/1",
    "timeZone": "Europe/Paris",
    "maximumPowerWatts": 250_000,
    "maximumMissingPpm": 50_000,
    "maximumEstimatedPpm": 200_000,
}


def conformity_vectors() -> dict[str, Any]:
    text = json.dumps(CONFORMITY, sort_keys=True, separators=(",", ":")).encode()
    return {
        "struct": "conformity rules, hash = sha256(bytes)",
        "valid": [
            {"name": "Paris", "json": CONFORMITY, "bytes": hexed(text), "hash": hexed(canonical.digest(text))},
        ],
    }


def rules_vectors() -> dict[str, Any]:
    names = ("keyHash", "tariffHash", "conformityHash", "programHash")
    values = [word(name) for name in names]
    document = dict(zip(names, hexed(values), strict=True))
    return {
        "struct": "RuleHashes",
        "type": rules.ABI_TYPE,
        "valid": [vector("four hashes", document, rules.ABI_TYPE, values)],
    }


def column(point: int, member: int, group: int, source: str, start: int, end: int) -> dict[str, Any]:
    direction = "consumption" if source == "none" else "production"
    names = ("point", "member", "group", "direction", "source", "from", "to", "meter")
    return dict(zip(names, (point, member, group, direction, source, start, end, ""), strict=True))


JUNE = (1464732000, 1467324000)  # local June 2016 in Paris
MOVE = 1465941600  # the local midnight that opens 15 June
COLUMNS = [
    column(0, 1, 1, "none", *JUNE),
    column(1, 2, 1, "none", JUNE[0], MOVE),
    column(1, 3, 1, "none", MOVE, JUNE[1]),
    column(2, 4, 2, "none", *JUNE),
    column(3, 4, 2, "none", *JUNE),
    column(4, 5, 1, "solar", *JUNE),
    column(5, 4, 2, "hydro", *JUNE),
]


def roster_vectors() -> dict[str, Any]:
    rosters = {"empty": [], "one column": COLUMNS[:1], "a move, a member with two points, two plants": COLUMNS}
    sources = ["none", "solar", "hydro", "wind", "biomass", "storage", "other"]
    valid = []
    for name, columns in rosters.items():
        values = [
            [
                c["point"],
                c["member"],
                c["group"],
                int(c["source"] != "none"),
                sources.index(c["source"]),
                c["from"],
                c["to"],
            ]
            for c in columns
        ]
        valid.append(vector(name, {"schema": "daisee.roster/1", "columns": columns}, roster.ABI_TYPE, values))
    return {"struct": "Column[]", "type": roster.ABI_TYPE, "valid": valid}


TASK = task.Task(
    kind=task.TaskKind.SETTLEMENT,
    period=201606,
    revision=0,
    attempt=1,
    start=JUNE[0],
    step_seconds=1800,
    steps=1440,
    columns=7,
    worker_set=2,
    rules_hash=word("rules"),
    roster_hash=word("roster"),
    table_root=bytes(32),
    input_digest=word("input"),
    readings_root=word("readings"),
)


def task_vectors() -> dict[str, Any]:
    first = [
        0,
        201606,
        0,
        0,
        JUNE[0],
        1800,
        1440,
        7,
        1,
        word("rules"),
        word("roster"),
        bytes(32),
        word("input"),
        bytes(32),
    ]
    second = [1, 201606, 0, 1, JUNE[0], 1800, 1440, 7, 2]
    second += [word("rules"), word("roster"), bytes(32), word("input"), word("readings")]
    valid = []
    for name, values in (("conformity", first), ("settlement, second attempt", second)):
        encoded = encode(["uint256", "address", task.TASK_TYPE], [CHAIN_ID, HUB, values])
        valid.append(
            {
                "name": name,
                "chainId": CHAIN_ID,
                "hub": HUB,
                "values": hexed(values),
                "abi": hexed(encoded),
                "taskId": hexed(keccak(encoded)),
            }
        )
    return {"struct": "Task", "type": f"(uint256,address,{task.TASK_TYPE})", "valid": valid}


def report_vectors() -> dict[str, Any]:
    conform = [0, word("readings"), word("findings")]
    rejected = [2, bytes(32), word("findings")]
    settled = [word(name) for name in ("steps manifest", "steps", "result", "bills", "net")]
    settled += [7_123_456_789, 5_000_000_001, 123_456]
    largest = [b"\xff" * 32] * 5 + [2**64 - 1] * 3
    return {
        "struct": "ConformityReport and SettlementReport",
        "conformity": [
            vector("conform", None, task.CONFORMITY_TYPE, conform),
            vector("rejected", None, task.CONFORMITY_TYPE, rejected),
        ],
        "settlement": [
            vector("a period", None, task.SETTLEMENT_TYPE, settled),
            vector("largest", None, task.SETTLEMENT_TYPE, largest),
        ],
    }


def attestation_vectors() -> dict[str, Any]:
    """Made by eth-account from the typed data, so that the domain's own digest is compared with a library's."""
    valid = []
    for name, chain_id, hub in (("local chain", CHAIN_ID, HUB), ("another chain and hub", 134, "0x" + "cd" * 20)):
        message = {"taskId": word("task"), "reportHash": word("report")}
        typed = encode_typed_data(
            {"name": "DAISEE AttestationHub", "version": "1", "chainId": chain_id, "verifyingContract": hub},
            {"Attestation": [{"name": "taskId", "type": "bytes32"}, {"name": "reportHash", "type": "bytes32"}]},
            message,
        )
        secret = word("worker one")
        signed = Account.sign_message(typed, secret)
        vs = signed.s | (signed.v - 27) << 255
        valid.append(
            {
                "name": name,
                "chainId": chain_id,
                "hub": hub,
                "taskId": hexed(message["taskId"]),
                "reportHash": hexed(message["reportHash"]),
                "digest": hexed(keccak(b"\x19\x01" + typed.header + typed.body)),
                "signingKey": hexed(secret),
                "signer": Account.from_key(secret).address,
                "r": hexed(signed.r.to_bytes(32, "big")),
                "vs": hexed(vs.to_bytes(32, "big")),
            }
        )
    return {"struct": "Attestation(bytes32 taskId,bytes32 reportHash), EIP-712 and EIP-2098", "valid": valid}


SALTS = [bytes([0x10 * (row + 1) + place for place in range(16)]) for row in range(3)]


def readings_vectors() -> dict[str, Any]:
    """A tree of 3 rows and 2 columns: each row 4 leaves, the fourth row absent."""
    energies = [[0, 1_250_000], [500_000, 2**63 - 1], [1, 0]]
    bands = [0, 1, 0]
    rows, leaves = [], []
    for t, row in enumerate(energies):
        words = [SALTS[t] + t.to_bytes(4, "big") + bytes([bands[t]]) + bytes(11)]
        words += [bytes(b ^ (0xF0 + c) for b in SALTS[t]) + e.to_bytes(8, "big") + bytes(8) for c, e in enumerate(row)]
        row_leaves = [keccak(w) for w in words] + [bytes(32)]
        pair = [keccak(row_leaves[0] + row_leaves[1]), keccak(row_leaves[2] + row_leaves[3])]
        leaves.append((row_leaves, pair, keccak(pair[0] + pair[1])))
        rows.append({"band": bands[t], "energies": row, "words": hexed(words), "rowRoot": hexed(leaves[-1][2])})
    nothing = keccak(keccak(bytes(64)) * 2)
    left, right = keccak(leaves[0][2] + leaves[1][2]), keccak(leaves[2][2] + nothing)
    # Row 1, column 1: position 2 of its row, leaf 6 of the whole tree.
    siblings = [leaves[1][0][3], leaves[1][1][0], leaves[0][2], right]
    return {
        "struct": "readings tree: header word salt128|t32|band8, column word salt128|energy64",
        "rows": rows,
        "readingsRoot": hexed(keccak(left + right)),
        "proof": {"t": 1, "position": 2, "index": 6, "leaf": hexed(leaves[1][0][2]), "siblings": hexed(siblings)},
    }


def state_vectors() -> dict[str, Any]:
    cases = {
        "before the first step": (bytes(32), 0, 0, [0] * 4, 1),
        "three columns, one lane": (word("header"), 900, 700, [300, 400, 700], 1),
        "two columns, three lanes": (word("header"), 2**63, 2**62, [1, 2, 3, 4, 5, 2**64 - 1], 3),
    }
    valid = []
    for name, (header, produced, allocated, energies, lanes) in cases.items():
        raw = b"".join(e.to_bytes(8, "big") for e in energies)
        raw += bytes(-len(raw) % 32)
        words = [int.from_bytes(raw[at : at + 32], "big") for at in range(0, len(raw), 32)]
        encoded = encode([steps.STATE_TYPE], [[header, produced, allocated, words]])
        valid.append(
            {
                "name": name,
                "lanes": lanes,
                "header": hexed(header),
                "produced": str(produced),
                "allocated": str(allocated),
                "energies": list(map(str, energies)),
                "words": [f"0x{w:064x}" for w in words],
                "abi": hexed(encoded),
                "leaf": hexed(keccak(encoded)),
            }
        )
    return {"struct": "StepState", "type": steps.STATE_TYPE, "valid": valid}


def bill_vectors() -> dict[str, Any]:
    types = "(bytes32 taskId, uint16 member, uint64[] bought, uint64[] sold, uint64 debit, uint64 credit, bytes32 salt)"
    valid = []
    for name, member, bought, sold, debit, credit in (
        ("community", 0, [0, 0], [0, 0], 0, 1234),
        ("consumer", 3, [1_500_000, 250_000], [0, 0], 2150, 0),
        ("prosumer", 4, [10, 0], [9_000_000, 1], 7, 126_000),
    ):
        salt_abi = encode(["bytes32", "bytes32", "uint16"], [word("header"), word("task"), member])
        salt = keccak(salt_abi)
        encoded = encode(bills.LEAF_TYPES, [word("task"), member, bought, sold, debit, credit, salt])
        valid.append(
            {
                "name": name,
                "taskId": hexed(word("task")),
                "lastHeader": hexed(word("header")),
                "member": member,
                "bought": list(map(str, bought)),
                "sold": list(map(str, sold)),
                "debit": str(debit),
                "credit": str(credit),
                "salt": hexed(salt),
                "abi": hexed(encoded),
                "leaf": hexed(keccak(encoded)),
            }
        )
    return {"struct": f"bill leaf: keccak256(abi.encode{types})", "valid": valid}


def net_vectors() -> dict[str, Any]:
    valid = []
    for name, net in (("community alone", [0]), ("five members", [310, -2150, -1200, 0, 4000, -960])):
        encoded = encode(["bytes32", "int64[]"], [word("task"), net])
        valid.append(
            {
                "name": name,
                "taskId": hexed(word("task")),
                "netCents": net,
                "abi": hexed(encoded),
                "netHash": hexed(keccak(encoded)),
            }
        )
    return {"struct": "netHash = keccak256(abi.encode(bytes32 taskId, int64[] netCents))", "valid": valid}


def merkle_vectors() -> dict[str, Any]:
    """Trees of 1 to 5 leaves, each written out by hand as nested hashes."""
    a, b, c, d, e = (word(f"leaf {at}") for at in range(5))
    none = bytes(32)

    def node(left: bytes, right: bytes) -> bytes:
        return keccak(left + right)

    empty = node(none, none)
    four = node(node(a, b), node(c, d))
    trees = [
        ([a], a, 0, []),
        ([a, b], node(a, b), 1, [a]),
        ([a, b, c], node(node(a, b), node(c, none)), 2, [none, node(a, b)]),
        ([a, b, c, d], four, 1, [a, node(c, d)]),
        ([a, b, c, d, e], node(four, node(node(e, none), empty)), 4, [none, empty, four]),
    ]
    return {
        "struct": "positional tree of depth ⌈log2 count⌉, absent leaves zero",
        "valid": [
            {"leaves": hexed(leaves), "root": hexed(root), "index": index, "proof": hexed(proof)}
            for leaves, root, index, proof in trees
        ],
    }


VECTORS = {
    "key": key_vectors,
    "tariff": tariff_vectors,
    "conformity": conformity_vectors,
    "rules": rules_vectors,
    "roster": roster_vectors,
    "task": task_vectors,
    "report": report_vectors,
    "attestation": attestation_vectors,
    "readings": readings_vectors,
    "state": state_vectors,
    "bill": bill_vectors,
    "net": net_vectors,
    "merkle": merkle_vectors,
}


def text_of(name: str) -> str:
    return json.dumps(VECTORS[name](), indent=1, ensure_ascii=False) + "\n"


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


def test_conformity_rules__vector__has_its_bytes_and_hash() -> None:
    (case,) = stored("conformity")["valid"]
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
    assert hexed(task.task_id(CHAIN_ID, HUB, TASK)) == stored("task")["valid"][1]["taskId"]


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
    case = stored("readings")
    energies = np.array([row["energies"] for row in case["rows"]], np.int64)
    bands = np.array([row["band"] for row in case["rows"]], np.uint8)
    column_salts = [b"".join(bytes(b ^ (0xF0 + c) for b in salt) for salt in SALTS) for c in range(2)]
    made = readings.Readings(energies, bands, b"".join(SALTS), column_salts)
    for t, row in enumerate(case["rows"]):
        assert made.words[t].tobytes() == b"".join(map(raw, row["words"]))
        assert readings.header_word(SALTS[t], t, row["band"]) == raw(row["words"][0])
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


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for each in VECTORS:
        (FOLDER / f"{each}.json").write_text(text_of(each), "utf-8")
        print(f"tests/vectors/{each}.json")
