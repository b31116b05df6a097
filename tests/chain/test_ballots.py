"""Signed ballots: the golden vectors, the document's bounds, and who signed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from offchain_worker.chain import ballots
from offchain_worker.chain.ballots import Ballot, BallotInvalid, SignedBallot

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "ballot.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda v: v["name"])
def test_vectors__valid__have_their_digest_and_signer(vector: dict[str, Any]) -> None:
    signed = ballots.parse(json.dumps(vector["document"]))

    assert signed.identifier == vector["digest"]
    assert ballots.signed_by_key(signed)
    key = bytes.fromhex(vector["privateKey"][2:])
    assert ballots.sign(signed.ballot, signed.chain_id, signed.governor, key) == signed
    assert json.loads(signed.to_json()) == vector["document"]


@pytest.mark.parametrize("vector", VECTORS["forged"], ids=lambda v: v["name"])
def test_vectors__forged__are_nobodys(vector: dict[str, Any]) -> None:
    assert not ballots.signed_by_key(ballots.parse(json.dumps(vector["document"])))


@pytest.mark.parametrize("vector", VECTORS["malformed"], ids=lambda v: v["name"])
def test_vectors__malformed__are_refused_with_their_code(vector: dict[str, Any]) -> None:
    with pytest.raises(BallotInvalid) as caught:
        ballots.parse(vector["text"])
    assert caught.value.fault.code == vector["code"]


def test_typed_data__big_numbers__are_strings_a_browser_keeps() -> None:
    ballot = Ballot(2**255 + 1, 1, "0x" + "11" * 20, 0, "why")
    data = ballots.typed_data(ballot, 31337, "0x" + "22" * 20)

    assert data["message"]["proposalId"] == str(2**255 + 1)
    assert data["primaryType"] == "ExtendedBallot"
    assert data["message"]["params"] == "0x"
    assert json.loads(json.dumps(data)) == data


def test_batch__reasons__are_all_or_none() -> None:
    def signed(reason: str, nonce: int) -> SignedBallot:
        ballot = Ballot(7, 2, "0x" + "00" * 19 + "05", nonce, reason)
        return SignedBallot(ballot, 1, "0x" + "22" * 20, bytes([nonce]) * 65)

    words, signatures, reasons = ballots.batch([signed("", 1), signed("", 2)])
    assert words == [5 | 2 << 160 | 1 << 168 | 65 << 176, 5 | 2 << 160 | 2 << 168 | 65 << 176]
    assert (signatures, reasons) == (b"\x01" * 65 + b"\x02" * 65, [])
    assert ballots.batch([signed("", 1), signed("yes", 2)])[2] == ["", "yes"]
