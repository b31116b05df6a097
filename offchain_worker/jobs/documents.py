"""Tasks and reports as JSON: what the job shell reads, what workers show each other."""

from __future__ import annotations

from typing import Any

from offchain_worker.domain import canonical
from offchain_worker.domain.quantities import Cents, MicroKwh
from offchain_worker.domain.report import ConformityReport, SettlementReport, Task, TaskKind, Verdict

TASK_SCHEMA = "daisee.task/1"

Report = ConformityReport | SettlementReport


def hexed(value: bytes) -> str:
    """Bytes as a document writes them."""
    return "0x" + value.hex()


def unhexed(text: str) -> bytes:
    """Bytes as a document writes them, back."""
    return bytes.fromhex(text[2:])


def task_document(chain_id: int, hub: str, registry: str, task: Task) -> bytes:
    """The `daisee.task/1` document: a task and who asks it."""
    return canonical.dumps(
        {
            "schema": TASK_SCHEMA,
            "chainId": chain_id,
            "hub": hub.lower(),
            "registry": registry.lower(),
            "task": {
                "kind": task.kind.name.lower(),
                "period": task.period,
                "revision": task.revision,
                "attempt": task.attempt,
                "start": task.start,
                "stepSeconds": task.step_seconds,
                "steps": task.steps,
                "columns": task.columns,
                "workerSet": task.worker_set,
                "rulesHash": hexed(task.rules_hash),
                "rosterHash": hexed(task.roster_hash),
                "tableRoot": hexed(task.table_root),
                "inputDigest": hexed(task.input_digest),
                "readingsRoot": hexed(task.readings_root),
            },
        }
    )


def read_task(document: bytes) -> tuple[int, str, str, Task]:
    """Chain id, hub, registry and task of a `daisee.task/1` document."""
    found = canonical.loads(document, TASK_SCHEMA)
    task = found["task"]
    return (
        found["chainId"],
        found["hub"],
        found["registry"],
        Task(
            kind=TaskKind[task["kind"].upper()],
            period=task["period"],
            revision=task["revision"],
            attempt=task["attempt"],
            start=task["start"],
            step_seconds=task["stepSeconds"],
            steps=task["steps"],
            columns=task["columns"],
            worker_set=task["workerSet"],
            rules_hash=unhexed(task["rulesHash"]),
            roster_hash=unhexed(task["rosterHash"]),
            table_root=unhexed(task["tableRoot"]),
            input_digest=unhexed(task["inputDigest"]),
            readings_root=unhexed(task["readingsRoot"]),
        ),
    )


def report_json(report: Report) -> dict[str, Any]:
    """A report as a JSON object; energies and money are decimal strings."""
    if isinstance(report, ConformityReport):
        return {
            "verdict": report.verdict.name.lower(),
            "readingsRoot": hexed(report.readings_root),
            "findingsDigest": hexed(report.findings_digest),
        }
    return {
        "stepsDigest": hexed(report.steps_digest),
        "stepsRoot": hexed(report.steps_root),
        "resultDigest": hexed(report.result_digest),
        "billsRoot": hexed(report.bills_root),
        "netHash": hexed(report.net_hash),
        "produced": str(report.produced),
        "allocated": str(report.allocated),
        "debit": str(report.debit),
    }


def read_report(found: dict[str, Any]) -> Report:
    """A report from its (schema-checked) JSON object."""
    if "verdict" in found:
        return ConformityReport(
            Verdict[found["verdict"].upper()], unhexed(found["readingsRoot"]), unhexed(found["findingsDigest"])
        )
    return SettlementReport(
        steps_digest=unhexed(found["stepsDigest"]),
        steps_root=unhexed(found["stepsRoot"]),
        result_digest=unhexed(found["resultDigest"]),
        bills_root=unhexed(found["billsRoot"]),
        net_hash=unhexed(found["netHash"]),
        produced=MicroKwh(int(found["produced"])),
        allocated=MicroKwh(int(found["allocated"])),
        debit=Cents(int(found["debit"])),
    )
