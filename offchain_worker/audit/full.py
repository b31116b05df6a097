"""The full level: a reader of the whole dataset computes both tasks again, from the encrypted files up.

Every field of both reports and every artefact must come out with the same digest; the conservation of energy and
money is looked at step by step and member by member on top.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from offchain_worker.domain.task import ConformityReport, SettlementReport, report_hash
from offchain_worker.jobs import conformity, gathering, settlement
from offchain_worker.jobs.settlement import Details
from offchain_worker.storage.identity import ReadingIdentity

from .checks import Level, Protocol
from .subject import Subject

FULL = Level.FULL


def check(subject: Subject, protocol: Protocol, identity: ReadingIdentity, program: bytes) -> None:
    """Recompute both tasks and compare everything; `program` is the hash of the code that recomputes."""
    title = "the program that recomputes is the one the rules name"
    wanted = subject.community.rules.hashes_at(subject.period.start, subject.block).program
    if not protocol.equal("program", FULL, title, program, wanted):
        return
    title = "the dataset opens for this reader"
    with protocol.guarded("dataset-opens", FULL, title):
        envelopes = subject.community.meter_data.envelopes(subject.period_id, subject.block)
        secret = gathering.secret(subject.store, envelopes, subject.period.input_digest, identity)
        dataset = gathering.dataset(subject.store, subject.period.input_digest)
        protocol.add("dataset-opens", FULL, title, True, f"{len(dataset.blocks)} blocks")
        check_conformity(subject, protocol, dataset, secret.secret, program)
        check_settlement(subject, protocol, dataset, secret.secret, program)


def check_conformity(
    subject: Subject, protocol: Protocol, dataset: gathering.Dataset, secret: bytes, program: bytes
) -> None:
    """The conformity task, computed again."""
    title = "the conformity task gives the attested report"
    with protocol.guarded("conformity-recomputed", FULL, title):
        terms = gathering.terms(subject.community, subject.conformity.task, subject.block)
        outcome = conformity.compute(terms, program, dataset.manifest, secret, dataset.blocks)
        attested = subject.conformity_attestation
        wanted = attested.report_hash if attested is not None else b""
        protocol.equal("conformity-recomputed", FULL, title, report_hash(outcome.report), wanted)
        title = "the publisher's readings root follows from the files"
        protocol.equal("readings-recomputed", FULL, title, outcome.report.readings_root, subject.period.readings_root)


def check_settlement(
    subject: Subject, protocol: Protocol, dataset: gathering.Dataset, secret: bytes, program: bytes
) -> None:
    """The settlement task, computed again, field by field and artefact by artefact."""
    title = "the settlement task gives the attested report"
    with protocol.guarded("settlement-recomputed", FULL, title):
        terms = gathering.terms(subject.community, subject.settlement.task, subject.block, subject.store)
        outcome = settlement.compute(terms, program, dataset.manifest, secret, dataset.blocks)
        compare_reports(outcome.report, subject.accepted.report, protocol)
        protocol.equal("settlement-recomputed", FULL, title, report_hash(outcome.report), subject.record.report_hash)
        missing = [digest for digest in outcome.artefacts if not intact(subject, digest)]
        title = "every artefact comes out as it is pinned"
        detail = f"0x{missing[0].hex()} is missing or altered" if missing else f"{len(outcome.artefacts)} blocks"
        protocol.add("artefacts-recomputed", FULL, title, not missing, detail)
        check_conservation(outcome.details, protocol)
        if subject.settled is not None:
            found, wanted = outcome.details.settlement.net, subject.settled.net_cents
            wrong = [
                f"member {member}: {got} instead of {should} cents"
                for member, (should, got) in enumerate(zip(found, wanted, strict=False))
                if should != got
            ]
            title = "every member was booked what their bill says"
            complete = len(found) == len(wanted) and not wrong
            protocol.add("net-recomputed", FULL, title, complete, "; ".join(wrong) or f"{len(wanted)} entries")


def compare_reports(
    found: SettlementReport | ConformityReport, wanted: SettlementReport | ConformityReport, protocol: Protocol
) -> None:
    """One check per field, so that a difference is named."""
    for field in fields(found):
        code = "report-" + field.name.replace("_", "-")
        title = f"the report's {field.name.replace('_', ' ')} comes out again"
        protocol.equal(code, FULL, title, getattr(found, field.name), getattr(wanted, field.name))


def intact(subject: Subject, digest: bytes) -> bool:
    """Whether the store gives the block back, verified."""
    from offchain_worker.storage.store import StoreError

    try:
        subject.store.get(digest)
    except StoreError:
        return False
    return True


def check_conservation(details: Details, protocol: Protocol) -> None:
    """In every step: shared + surplus = produced, and nobody got more than they consumed. In money: Σ net = 0."""
    settled = details.settlement
    energies, roster = settled.readings.energies, settled.roster
    consumption, production = energies[:, list(roster.consumption)], energies[:, list(roster.production)]
    allocation = settled.allocation
    conserved = np.array_equal(
        allocation.allocated.sum(axis=1) + allocation.surplus.sum(axis=1), production.sum(axis=1)
    )
    capped = bool((allocation.allocated >= 0).all() and (allocation.allocated <= consumption).all())
    title = "in every step, what was shared and the surplus are what was produced"
    protocol.add("conservation", FULL, title, conserved, f"{len(energies)} steps")
    title = "in every step, nobody got more than they consumed"
    protocol.add("caps", FULL, title, capped, f"{len(roster.consumption)} consumption columns")
    title = "what all invoices debit is what all invoices credit"
    debit, credit = sum(settled.debits), sum(settled.credits)
    protocol.add("zero-sum", FULL, title, debit == credit and sum(settled.net) == 0, f"{debit} and {credit} cents")
