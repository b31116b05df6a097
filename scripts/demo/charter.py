"""What is agreed before anything is deployed: every founder's consent, the founding rules, periods, offices and notices."""

from __future__ import annotations

import json
from typing import Any

from eth_account import Account
from eth_utils import keccak

from offchain_worker.jobs.program import program_hash
from scripts import deploy
from scripts.demo import calendar
from scripts.demo.cast import Person
from scripts.demo.stage import DAY, Stage

ZERO_ADDRESS = "0x" + "00" * 20
CONSENT_KINDS = {"signed": 0, "paper": 1, "default_in": 2}
AGREEMENT = keccak(b"Community agreement of Villeurbanne (demonstration)")
YEARS_OF_CALENDAR = 10


def consent(stage: Stage, person: Person, registry: str, nonce: int = 0) -> dict[str, Any]:
    """A person's consent: signed by the wallet for this registry, or the digest of a sheet of paper."""
    kind = CONSENT_KINDS[person.consent]
    if not person.wallet:
        digest = keccak(f"signed sheet of {person.name}".encode()) if person.consent == "paper" else AGREEMENT
        return {"wallet": ZERO_ADDRESS, "kind": kind, "digest": "0x" + digest.hex(), "signature": "0x"}
    identity = stage.identity(person.slug)
    signed = Account.sign_typed_data(
        identity.signing_key,
        domain_data={
            "name": "DAISEE CommunityRegistry",
            "version": "1",
            "chainId": stage.connection.chain_id,
            "verifyingContract": registry,
        },
        message_types={
            "Consent": [
                {"name": "agreement", "type": "bytes32"},
                {"name": "wallet", "type": "address"},
                {"name": "nonce", "type": "uint256"},
            ]
        },
        message_data={"agreement": AGREEMENT, "wallet": identity.address, "nonce": nonce},
    )
    return {
        "wallet": identity.address,
        "kind": kind,
        "digest": "0x" + AGREEMENT.hex(),
        "signature": "0x" + bytes(signed.signature).hex(),
    }


def legal_default_key() -> dict[str, Any]:
    """Pro rata of consumption for all: what the law gives a community that says nothing else."""
    stage = {"rule": "PRO_RATA", "group": 0, "points": [], "producers": [], "weights": []}
    return {
        "schema": "daisee.key/1",
        "perProducer": False,
        "selfSharing": True,
        "coefficientDecimals": 0,
        "committer": ZERO_ADDRESS,
        "stages": [stage],
    }


def plan(stage: Stage, deployer: str, nonce: int) -> dict[str, Any]:
    """What is to be deployed, with every founder's consent for the registry's predicted address."""
    registry = deploy.predicted_addresses(deployer, nonce)["CommunityRegistry"]
    conformity = json.dumps(stage.neighbourhood.conformity, sort_keys=True, separators=(",", ":"))
    return {
        "deployerNonce": nonce,
        "provider": stage.identity("provider").address,
        "gridOperator": stage.identity("operator").address,
        "auditors": [stage.identity("auditor").address],
        "agreement": "0x" + AGREEMENT.hex(),
        "replacementDelay": 14 * DAY,
        "votingAge": 30 * DAY,
        "founders": [consent(stage, person, registry) for person in stage.founders()],
        "votingDelay": DAY,
        "votingPeriod": 7 * DAY,
        "quorumPpm": 500_000,
        "lateQuorumExtension": 2 * DAY,
        "maximumProxies": 2,
        "doubleMajority": False,
        "notice": 3 * DAY,
        "key": legal_default_key(),
        "tariff": stage.neighbourhood.tariff,
        "conformity": conformity,
        "program": "0x" + program_hash().hex(),
        "stepSeconds": stage.neighbourhood.step_seconds,
        "firstPeriod": stage.period,
        "calendar": calendar.month_starts(stage.month, 12 * YEARS_OF_CALENDAR, stage.zone),
        "workers": [
            {"address": stage.identity(f"worker-{i}").address, "endpoint": f"http://127.0.0.1:{port}"}
            for i, port in enumerate(stage.ports, start=1)
        ],
        "quorum": 2,
        "reopenDelay": DAY,
        "challengeWindow": 3 * DAY,
        "reserveCents": 1_000,
    }
