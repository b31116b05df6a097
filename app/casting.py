"""A ballot on its way: what the wallet signed becomes a document, goes to the relayer, and its receipt is kept.

The signature comes from the browser and is checked here again, as the contract would: whose it is, for which proposal,
chain and contract, and whether it still counts. Receipts are kept by the server for the voter's address while it runs,
so that a reload does not lose them; the voter can download them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import streamlit as st

from app import data
from app.scene import Surroundings
from app.tallies import Motion
from app.wallet import Answer
from offchain_worker.chain import ballots, relay_client
from offchain_worker.chain.ballots import Ballot, Fault, SignedBallot
from offchain_worker.chain.errors import ContractRefused
from offchain_worker.chain.governor import FAULTS, Support
from offchain_worker.chain.relay_client import BallotState, Receipt, RelayRefused
from offchain_worker.cli import settings

SUPPORTS = {"against": Support.AGAINST, "for": Support.FOR, "abstain": Support.ABSTAIN}


@dataclass(frozen=True)
class Held:
    """A signed ballot with the relayer's receipt, or why there is none."""

    signed: SignedBallot
    receipt: Receipt | None
    fault: Fault | None

    def document(self, state: BallotState | None) -> str:
        """What the voter keeps: ballot, receipt and what became of it."""
        found: dict[str, Any] = {"ballot": self.signed.as_json(), "id": self.signed.identifier}
        if self.receipt is not None:
            found["receipt"] = self.receipt.document
        if state is not None:
            found["state"] = {"state": state.state, "code": state.code, "transaction": state.transaction}
        return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def relayer() -> str | None:
    """The relayer that the settings name."""
    return settings.load({}).relay


def prepared(scene: Surroundings, motion: Motion, nonce: int, choice: str, reason: str) -> Ballot:
    """The ballot to be signed."""
    return Ballot(motion.proposal.identifier, int(SUPPORTS[choice]), scene.viewer.address, nonce, tidy(reason))


def tidy(reason: str) -> str:
    """A reason as it goes on the chain: no characters that cannot be printed, at most as long as allowed."""
    lines = ("".join(sign for sign in line if sign.isprintable()).strip() for line in reason.splitlines())
    return "\n".join(line for line in lines if line)[: ballots.MAXIMUM_REASON]


def typed_data(scene: Surroundings, ballot: Ballot) -> dict[str, Any]:
    """What the wallet shows and signs."""
    found = data.community(scene.place)
    return ballots.typed_data(ballot, found.deployment.chain_id, found.governor.address)


def signed(scene: Surroundings, answer: Answer) -> SignedBallot | Fault:
    """The wallet's signature as a ballot; a fault if the contract would not count it."""
    found = data.community(scene.place)
    ballot = Ballot(**answer.context["ballot"])
    try:
        signature = bytes.fromhex(answer.result.removeprefix("0x"))
    except ValueError:
        return FAULTS["GovernorInvalidSignature"]
    if len(signature) > ballots.MAXIMUM_SIGNATURE or ballot.voter != scene.viewer.address:
        return FAULTS["GovernorInvalidSignature"]
    made = SignedBallot(ballot, found.deployment.chain_id, found.governor.address, signature)
    try:
        return found.governor.fault(made) or made
    except ContractRefused as error:
        return Fault("OTHER", str(error))


def hand_in(scene: Surroundings, made: SignedBallot) -> Held:
    """Give the ballot to the relayer and keep what it answered."""
    url = relayer()
    if url is None:
        held = Held(made, None, None)
    else:
        try:
            held = Held(made, relay_client.post(url, made), None)
        except RelayRefused as error:
            held = Held(made, None, error.fault)
    _all()[_name(scene, made.ballot.proposal)] = held
    return held


def held(scene: Surroundings, motion: Motion) -> Held | None:
    """The viewer's last signed ballot on this proposal, if this server saw it."""
    found: Held | None = _all().get(_name(scene, motion.proposal.identifier))
    return found if found is None or found.signed.ballot.voter == scene.viewer.address else None


def state(made: SignedBallot) -> BallotState | Fault:
    """What became of a ballot the relayer took."""
    url = relayer()
    if url is None:
        return Fault("RELAY_AWAY", "")
    try:
        return relay_client.state(url, made.identifier)
    except RelayRefused as error:
        return error.fault


def _name(scene: Surroundings, proposal: int) -> tuple[int, str, int, str]:
    found = data.community(scene.place)
    return found.deployment.chain_id, found.governor.address, proposal, scene.viewer.address


@st.cache_resource(show_spinner=False)
def _all() -> dict[tuple[int, str, int, str], Held]:
    return {}
