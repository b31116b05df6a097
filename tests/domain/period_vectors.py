"""Golden vectors of a period's commitments: tasks, reports, attestations, trees, states, bills."""

from __future__ import annotations

from typing import Any

from eth_abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils import keccak

from tests.domain.abi_vectors import hexed, vector, word
from tests.domain.rule_vectors import JUNE

CHAIN_ID = 31337
HUB = "0x" + "ab" * 20
TASK = "(uint8,uint32,uint16,uint16,uint64,uint32,uint32,uint16,uint32,bytes32,bytes32,bytes32,bytes32,bytes32)"
CONFORMITY_REPORT = "(uint8,bytes32,bytes32)"
SETTLEMENT_REPORT = "(bytes32,bytes32,bytes32,bytes32,bytes32,uint64,uint64,uint64)"
STATE = "(bytes32,uint64,uint64,uint256[])"
BILL = ("bytes32", "uint16", "uint64[]", "uint64[]", "uint64", "uint64", "bytes32")


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
        encoded = encode(["uint256", "address", TASK], [CHAIN_ID, HUB, values])
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
    return {"struct": "Task", "type": f"(uint256,address,{TASK})", "valid": valid}


def report_vectors() -> dict[str, Any]:
    conform = [0, word("readings"), word("findings")]
    rejected = [2, bytes(32), word("findings")]
    settled = [word(name) for name in ("steps manifest", "steps", "result", "bills", "net")]
    settled += [7_123_456_789, 5_000_000_001, 123_456]
    largest = [b"\xff" * 32] * 5 + [2**64 - 1] * 3
    return {
        "struct": "ConformityReport and SettlementReport",
        "conformity": [
            vector("conform", None, CONFORMITY_REPORT, conform),
            vector("rejected", None, CONFORMITY_REPORT, rejected),
        ],
        "settlement": [
            vector("a period", None, SETTLEMENT_REPORT, settled),
            vector("largest", None, SETTLEMENT_REPORT, largest),
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
        encoded = encode([STATE], [[header, produced, allocated, words]])
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
    return {"struct": "StepState", "type": STATE, "valid": valid}


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
        encoded = encode(BILL, [word("task"), member, bought, sold, debit, credit, salt])
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
