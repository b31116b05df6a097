"""Attestations: a worker's signed answer to a task, as it is kept, shown and checked.

What is signed is EIP-712 `Attestation(bytes32 taskId, bytes32 reportHash)`; the report travels with it, so that the
collector can submit it and a reader can see what was answered. Nothing in the document is believed unchecked.
"""

from __future__ import annotations

from dataclasses import dataclass

from eth_keys.datatypes import PrivateKey, Signature
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError

from offchain_worker.domain import canonical
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.report import ConformityReport, attestation_digest, report_hash
from offchain_worker.jobs.documents import Report, hexed, read_report, report_json, unhexed

SCHEMA = "daisee.attestation/1"
HALF = 1 << 255


class AnswerInvalid(DaiseeError):
    """A document that claims to be an attestation does not hold together."""


@dataclass(frozen=True)
class Hub:
    """Where signatures count: a chain and the AttestationHub on it."""

    chain_id: int
    address: str


@dataclass(frozen=True)
class Answer:
    """One worker's answer: `r` and `vs` are the EIP-2098 signature, `program` the hash of the code that computed it."""

    task_id: bytes
    worker: str
    program: bytes
    report: Report
    r: bytes
    vs: bytes

    @property
    def report_hash(self) -> bytes:
        """What the signature is about, beside the task."""
        return report_hash(self.report)

    def signer(self, hub: Hub) -> str:
        """The checksummed address that signed; raises AnswerInvalid for what the hub would not take as a signature."""
        packed = int.from_bytes(self.vs, "big")
        v, s = packed >> 255, packed % HALF
        digest = attestation_digest(hub.chain_id, hub.address, self.task_id, self.report_hash)
        try:
            signature = Signature(vrs=(v, int.from_bytes(self.r, "big"), s))
            return signature.recover_public_key_from_msg_hash(digest).to_checksum_address()
        except (BadSignature, ValidationError) as error:
            raise AnswerInvalid(f"the signature shown for {self.worker} is not one: {error}") from error


def sign(hub: Hub, task_id: bytes, report: Report, program: bytes, signing_key: bytes) -> Answer:
    """Sign an answer. The nonce follows RFC 6979, so signing the same answer again gives the same bytes."""
    key = PrivateKey(signing_key)
    digest = attestation_digest(hub.chain_id, hub.address, task_id, report_hash(report))
    signature = key.sign_msg_hash(digest)
    return Answer(
        task_id=task_id,
        worker=key.public_key.to_checksum_address(),
        program=program,
        report=report,
        r=signature.r.to_bytes(32, "big"),
        vs=(signature.v * HALF + signature.s).to_bytes(32, "big"),
    )


def kind(report: Report) -> str:
    """Which task a report answers, in words."""
    return "conformity" if isinstance(report, ConformityReport) else "settlement"


def dumps(answer: Answer) -> bytes:
    """The `daisee.attestation/1` document."""
    report = answer.report
    return canonical.dumps(
        {
            "schema": SCHEMA,
            "taskId": hexed(answer.task_id),
            "kind": kind(report),
            "worker": answer.worker.lower(),
            "program": hexed(answer.program),
            "reportHash": hexed(answer.report_hash),
            "report": report_json(report),
            "r": hexed(answer.r),
            "vs": hexed(answer.vs),
        }
    )


def loads(data: bytes) -> Answer:
    """Read an attestation document; raises DaiseeError if it is malformed or its hash is not its report's."""
    found = canonical.loads(data, SCHEMA)
    report = read_report(found["report"])
    if found["reportHash"] != hexed(report_hash(report)) or found["kind"] != kind(report):
        raise AnswerInvalid(f"the answer shown by {found['worker']} is not the report it names")
    return Answer(
        task_id=unhexed(found["taskId"]),
        worker=found["worker"],
        program=unhexed(found["program"]),
        report=report,
        r=unhexed(found["r"]),
        vs=unhexed(found["vs"]),
    )
