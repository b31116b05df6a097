"""`Types.sol` against the golden vectors: what Python hashes is what a contract hashes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_utils import keccak

VECTORS = Path(__file__).resolve().parent.parent / "vectors"
ENCODERS = {"key": "encodeKey", "tariff": "encodeTariff", "rules": "encodeRules", "roster": "encodeRoster"}
CASES = [
    pytest.param(name, vector, id=f"{name}: {vector['name']}")
    for name in ENCODERS
    for vector in json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["valid"]
]


@pytest.fixture(scope="module")
def harness(contracts: Any, deployer: Any) -> Any:
    """The encodings as the contracts make them."""
    return contracts.TypesHarness.deploy({"from": deployer})


@pytest.mark.parametrize(("name", "vector"), CASES)
def test_types__each_vector__encodes_and_hashes_as_in_python(harness: Any, name: str, vector: dict[str, Any]) -> None:
    encoded = getattr(harness, ENCODERS[name])(vector["values"])

    assert encoded == vector["abi"]
    assert "0x" + keccak(bytes.fromhex(str(encoded)[2:])).hex() == vector["hash"]
