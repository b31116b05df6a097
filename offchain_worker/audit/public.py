"""The public level: what anybody can check from chain and store, without a key to anything.

Who attested (signatures recovered from the transactions themselves), that the tasks name the rules and roster in
force, that every pinned block is there and intact, that the roots follow from the published leaves, that the settled
vector is the reported one and sums to zero.
"""

from __future__ import annotations

from collections.abc import Sequence

from offchain_worker.chain.hub import Attestation, OpenTask
from offchain_worker.domain import canonical, readings, steps
from offchain_worker.domain.task import net_hash, report_hash, task_id
from offchain_worker.jobs import manifest as manifests
from offchain_worker.storage.store import ContentStore, StoreError, get_large

from .attestations import recovered_signers
from .checks import Level, Protocol
from .subject import Subject

PUBLIC = Level.PUBLIC


def check(subject: Subject, protocol: Protocol) -> None:
    """Make every public check of the period."""
    check_rules(subject, protocol)
    check_roster(subject, protocol)
    check_tasks(subject, protocol)
    for name, open_task, attestation in (
        ("conformity", subject.conformity, subject.conformity_attestation),
        ("settlement", subject.settlement, subject.settlement_attestation),
    ):
        check_attestation(subject, protocol, name, open_task, attestation)
    check_dataset(subject, protocol)
    check_findings(subject, protocol)
    check_report(subject, protocol)
    check_result(subject, protocol)
    check_settled(subject, protocol)


def check_rules(subject: Subject, protocol: Protocol) -> None:
    """The rules the period is bound to are those in force at its start second."""
    title = "the period's rules are those in force at its start"
    with protocol.guarded("rules", PUBLIC, title):
        rules = subject.community.rules.rules_at(subject.period.start, subject.block)
        protocol.equal("rules", PUBLIC, title, rules.hashes.hash(), subject.period.rules_hash)


def check_roster(subject: Subject, protocol: Protocol) -> None:
    """The frozen roster is what the registry's participations give."""
    roster = subject.community.registry.roster(subject.period.start, subject.period.end, subject.block)
    title = "the roster is the registry's participations in the period"
    protocol.equal("roster", PUBLIC, title, roster.hash(), subject.period.roster_hash)


def check_tasks(subject: Subject, protocol: Protocol) -> None:
    """The tasks name this dataset, these rules, this roster, and have the ids that follow from them."""
    period, deployment = subject.period, subject.community.deployment
    for name, open_task in (("conformity", subject.conformity), ("settlement", subject.settlement)):
        task = open_task.task
        found = (task.start, task.end, task.rules_hash, task.roster_hash, task.input_digest, task.readings_root)
        wanted = (
            period.start,
            period.end,
            period.rules_hash,
            period.roster_hash,
            period.input_digest,
            period.readings_root,
        )
        identifier = task_id(deployment.chain_id, subject.community.hub.address, task)
        title = f"the {name} task names the period's dataset, rules and roster"
        passed = found == wanted and identifier == open_task.task_id
        protocol.add(f"task-{name}", PUBLIC, title, passed, f"task 0x{open_task.task_id.hex()}")


def check_attestation(
    subject: Subject, protocol: Protocol, name: str, open_task: OpenTask, attestation: Attestation | None
) -> None:
    """Enough distinct workers of the set signed this report for this task."""
    code, title = f"attestation-{name}", f"a quorum of workers signed the {name} report"
    if attestation is None:
        protocol.add(code, PUBLIC, title, False, "the task has no attestation on the chain")
        return
    hub = subject.community.hub
    before = attestation.block - 1
    workers = {worker.index: worker for worker in hub.workers(before) if worker.active}
    wrong, signers = [], []
    with protocol.guarded(code, PUBLIC, title):
        for index, address in recovered_signers(subject.community, attestation, open_task):
            worker = workers.get(index)
            if worker is None or worker.address != address:
                wrong.append(f"the signature of worker {index} is {address}'s")
            signers.append(index)
        if tuple(sorted(signers)) != attestation.signers:
            wrong.append(f"the event names workers {attestation.signers}, the transaction {tuple(sorted(signers))}")
        quorum = hub.quorum(before)
        if len(set(signers)) < quorum:
            wrong.append(f"{len(set(signers))} signatures, {quorum} are needed")
        detail = "; ".join(wrong) if wrong else f"workers {', '.join(map(str, sorted(signers)))} of {len(workers)}"
        protocol.add(code, PUBLIC, title, not wrong, detail)


def present(store: ContentStore, digests: Sequence[bytes]) -> str:
    """Empty if every block is there and intact, else what is wrong with the first that is not."""
    for digest in digests:
        try:
            store.get(digest)
        except StoreError as error:
            return str(error)
    return ""


def check_dataset(subject: Subject, protocol: Protocol) -> None:
    """The manifest is the one on the chain and every encrypted file is there and intact."""
    title = "the dataset manifest is the one registered"
    with protocol.guarded("dataset", PUBLIC, title):
        manifest = manifests.loads(subject.store.get(subject.period.input_digest))
        agrees = (
            manifest.period == subject.period_id
            and manifest.roster_hash == subject.period.roster_hash
            and (manifest.start, manifest.end) == (subject.period.start, subject.period.end)
            and manifest.version == subject.period.version
        )
        protocol.add("dataset", PUBLIC, title, agrees, f"version {manifest.version}, {len(manifest.columns)} columns")
        for entry in manifest.columns:
            blocks = [block for file in entry.files for block in file.blocks]
            wrong = present(subject.store, blocks)
            detail = wrong or f"{len(entry.files)} files, {len(blocks)} blocks"
            protocol.add(
                f"dataset-column-{entry.column}",
                PUBLIC,
                f"the raw files of column {entry.column} are pinned and intact",
                not wrong,
                detail,
            )


def check_findings(subject: Subject, protocol: Protocol) -> None:
    """The attested verdict is "conform" on the registered readings, and its findings are pinned."""
    verdict = subject.verdict
    title = "the dataset was found conform, on the readings its publisher committed"
    conform = verdict.verdict == 0 and verdict.readings_root == subject.period.readings_root
    protocol.add("verdict", PUBLIC, title, conform, f"readings root 0x{verdict.readings_root.hex()}")
    title = "the findings are pinned and intact"
    with protocol.guarded("findings", PUBLIC, title):
        found = canonical.loads(subject.store.get(verdict.findings_digest), "daisee.findings/1")
        for entry in found["columns"]:
            wrong = present(subject.store, [bytes.fromhex(block[2:]) for block in entry["blocks"]])
            code = f"findings-column-{entry['column']}"
            protocol.add(
                code, PUBLIC, f"the findings of column {entry['column']} are pinned and intact", not wrong, wrong
            )


def check_report(subject: Subject, protocol: Protocol) -> None:
    """The report in the event is the one the contract holds, and what the workers signed."""
    found = report_hash(subject.accepted.report)
    protocol.equal("report", PUBLIC, "the report is the one the settlement holds", found, subject.record.report_hash)
    if subject.settlement_attestation is not None:
        title = "the report is the one the workers signed"
        protocol.equal("report-signed", PUBLIC, title, found, subject.settlement_attestation.report_hash)
    report = subject.accepted.report
    title = "no more was shared than was produced"
    protocol.add(
        "totals", PUBLIC, title, report.allocated <= report.produced, f"{report.allocated} of {report.produced} µkWh"
    )


def check_result(subject: Subject, protocol: Protocol) -> None:
    """Every artefact of the result is pinned and intact, and the roots follow from the published leaves."""
    report, store = subject.accepted.report, subject.store
    title = "the result manifest is the one reported"
    with protocol.guarded("result", PUBLIC, title):
        result = canonical.loads(store.get(report.result_digest), "daisee.result/1")
        same = result["taskId"] == "0x" + subject.settlement.task_id.hex()
        same = same and result["steps"] == "0x" + report.steps_digest.hex()
        protocol.add("result", PUBLIC, title, same, f"{len(result['members'])} bills, {len(result['columns'])} columns")
        for entry in result["members"]:
            wrong = present(store, [bytes.fromhex(block[2:]) for block in entry["blocks"]])
            protocol.add(
                f"bill-{entry['member']}",
                PUBLIC,
                f"the bill of member {entry['member']} is pinned and intact",
                not wrong,
                wrong,
            )
        for entry in result["columns"]:
            wrong = present(store, [bytes.fromhex(block[2:]) for block in entry["curve"] + entry["proofs"]])
            protocol.add(
                f"curve-{entry['column']}",
                PUBLIC,
                f"the curve and proofs of column {entry['column']} are pinned and intact",
                not wrong,
                wrong,
            )
        wrong = present(store, [bytes.fromhex(block[2:]) for block in result["community"]])
        protocol.add("community", PUBLIC, "the community's figures are pinned and intact", not wrong, wrong)
        check_roots(subject, protocol, bytes.fromhex(result["rows"][2:]))


def leaves_of(store: ContentStore, digest: bytes, schema: str) -> list[bytes]:
    """The 32-byte leaves that a steps or rows manifest names."""
    manifest = canonical.loads(store.get(digest), schema)
    data = get_large(store, [bytes.fromhex(block[2:]) for block in manifest["blocks"]])
    return [data[at : at + 32] for at in range(0, len(data), 32)]


def check_roots(subject: Subject, protocol: Protocol, rows_digest: bytes) -> None:
    """`stepsRoot` and `readingsRoot` follow from the published leaves."""
    report, period = subject.accepted.report, subject.period
    title = "the steps' root follows from the published steps"
    with protocol.guarded("steps-root", PUBLIC, title):
        leaves = leaves_of(subject.store, report.steps_digest, "daisee.steps/1")
        complete = len(leaves) == period.steps
        protocol.equal("steps-root", PUBLIC, title, steps.steps_root(leaves) if complete else b"", report.steps_root)
    title = "the readings' root follows from the published rows"
    with protocol.guarded("readings-root", PUBLIC, title):
        rows = leaves_of(subject.store, rows_digest, "daisee.rows/1")
        root = readings.root_of_rows(rows, period.columns) if len(rows) == period.steps else b""
        protocol.equal("readings-root", PUBLIC, title, root, period.readings_root)


def check_settled(subject: Subject, protocol: Protocol) -> None:
    """The settled vector is the reported one, complete, and sums to zero."""
    report, settled = subject.accepted.report, subject.settled
    if settled is None:
        title = "the period is settled, or its window is open"
        pending = subject.record.state.name == "REPORTED"
        protocol.add("settled", PUBLIC, title, pending, f"window until {subject.record.window_end} (UTC seconds)")
        return
    net = settled.net_cents
    title = "the settled vector is the reported one"
    protocol.equal("net-hash", PUBLIC, title, net_hash(settled.task_id, net), report.net_hash)
    title = "the vector covers every member of the roster"
    protocol.add("net-length", PUBLIC, title, len(net) == subject.period.highest_member + 1, f"{len(net)} entries")
    protocol.add("net-sum", PUBLIC, "what members pay is what members get", sum(net) == 0, f"sum {sum(net)} cents")
    paid = sum(cents for cents in net if cents > 0)
    title = "nobody gets more than was invoiced"
    protocol.add("net-debit", PUBLIC, title, paid <= report.debit, f"{paid} of {report.debit} cents")
