"""The conformity task: can this dataset be used, and what are its readings?

The verdict follows from the findings alone, as heavy as the voted conformity rules make them. `rejected`: a file is not
what it should be, or the readings are not those the publisher committed; the dataset must be replaced. `held`: the files
are good but too much is missing or estimated, or a producer has a gap; the community waits for a better version.
`conform`: the period can be settled.
"""

from __future__ import annotations

from collections.abc import Iterable

from offchain_worker.domain import canonical
from offchain_worker.domain.report import ConformityReport, Verdict
from offchain_worker.domain.treatments import HELD
from offchain_worker.meters import Code, Finding, Quality, Severity, StandardCurve
from offchain_worker.storage.encryption import DatasetSecret, Undecryptable, encrypt_output
from offchain_worker.storage.store import MemoryStore, put_large

from . import manifest as manifests
from .documents import hexed
from .manifest import ColumnEntry, ManifestInvalid
from .outcome import Outcome
from .standardise import NamedFile, Standardised, standardise
from .terms import Terms, check

SCHEMA = "daisee.findings/1"
COLUMN_SCHEMA = "daisee.column-findings/1"
KIND = "findings"


def compute(
    terms: Terms, program: bytes, manifest: bytes, secret: bytes, blocks: dict[bytes, bytes]
) -> Outcome[ConformityReport, Standardised]:
    """Compute the task from bytes: the dataset's manifest, its secret and its blocks by digest.

    A file that cannot be opened or read is a finding, not an error. Raises TermsDiffer if what is given is not what the
    task names, BlobMissing or BlobCorrupt for its blocks.
    """
    keys = DatasetSecret(secret)
    entries = check(terms, program, manifest).columns
    rules, task = terms.conformity_rules, terms.task
    opened = [_open(entry, keys, blocks) for entry in entries]
    files = [of_column if isinstance(of_column, list) else [] for of_column in opened]
    found = standardise(terms.roster, files, rules, terms.tariff, keys, task.start, task.end, task.step_seconds)
    findings = [
        [unreadable(str(said)), *curve.findings] if not isinstance(said, list) else list(curve.findings)
        for said, curve in zip(opened, found.curves, strict=True)
    ]
    said = verdict(finding for of_column in findings for finding in of_column)
    if found.root != task.readings_root:
        said = Verdict.REJECTED
    artefacts = MemoryStore()
    columns = [
        {
            "column": column,
            "blocks": _put(artefacts, keys, terms.task_id, column, curve, findings[column]),
        }
        for column, curve in enumerate(found.curves)
    ]
    document = canonical.dumps(
        {"schema": SCHEMA, "taskId": hexed(terms.task_id), "verdict": said.name.lower(), "columns": columns}
    )
    report = ConformityReport(said, found.root, artefacts.put(document))
    return Outcome(report, artefacts.blocks, found)


def verdict(findings: Iterable[Finding]) -> Verdict:
    """What findings add up to: what the rules ignore is an info and weighs nothing."""
    said = Verdict.CONFORM
    for finding in findings:
        if finding.code in HELD:
            said = said if finding.severity is Severity.INFO else max(said, Verdict.HELD)
        elif finding.severity is Severity.ERROR:
            said = Verdict.REJECTED
    return said


def unreadable(message: str) -> Finding:
    """The finding that a column's files cannot be opened or read."""
    return Finding(0, 0, Code.UNREADABLE, Severity.ERROR, "", 1, message)


def _open(entry: ColumnEntry, keys: DatasetSecret, blocks: dict[bytes, bytes]) -> list[NamedFile] | Exception:
    try:
        return manifests.raw_files(entry, keys, blocks)
    except (Undecryptable, ManifestInvalid) as error:
        return error


def _put(
    store: MemoryStore, keys: DatasetSecret, task_id: bytes, column: int, curve: StandardCurve, findings: list[Finding]
) -> list[str]:
    steps = {quality.name.lower(): int((curve.quality == quality).sum()) for quality in Quality}
    document = canonical.dumps(
        {
            "schema": COLUMN_SCHEMA,
            "taskId": hexed(task_id),
            "column": column,
            **steps,
            "findings": [
                {
                    "code": str(finding.code),
                    "severity": str(finding.severity),
                    "meter": finding.meter,
                    "start": finding.start,
                    "end": finding.end,
                    "count": finding.count,
                    "message": finding.message,
                }
                for finding in findings
            ],
        }
    )
    sealed = encrypt_output(keys.column(column), task_id, KIND, document)
    return [hexed(digest) for digest in put_large(store, sealed)]


if __name__ == "__main__":
    import os
    import sys

    from .shell import main

    sys.exit(main(compute, os.environ, sys.argv[1:]))
