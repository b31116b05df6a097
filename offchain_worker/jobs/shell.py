"""The iExec shell: a task as a program that reads files and writes files, with the pure computation inside.

It reads `IEXEC_IN/IEXEC_DATASET_FILENAME`, a zip of the dataset (`manifest.json`, `secret.json`, each block under its
CID), and from `IEXEC_INPUT_FILES_FOLDER` the terms: `task.json`, `roster.json`, `key.json`, `tariff.json` and
`conformity.json`. It writes to `IEXEC_OUT` the report (`report.json`, the deterministic output whose digest workers
agree on), every artefact under its CID in `artefacts/`, and `computed.json`, which names the first.
"""

from __future__ import annotations

import io
import json
import sys
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from offchain_worker.domain import canonical, key, roster, tariff
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.storage.cid import cid, digest_of_cid
from offchain_worker.storage.embedded import EmbeddedStore
from offchain_worker.storage.encryption import DatasetSecret
from offchain_worker.storage.envelopes import read_secret, secret_document
from offchain_worker.storage.store import copy, verified

from . import documents
from .outcome import Outcome
from .program import program_hash
from .terms import Terms

Compute = Callable[[Terms, bytes, bytes, bytes, dict[bytes, bytes]], Outcome[Any, Any]]
REPORT = "report.json"
ARTEFACTS = "artefacts"
TERMS_FILES = ("task.json", "roster.json", "key.json", "tariff.json", "conformity.json")


class ShellInvalid(DaiseeError):
    """The shell was not given what it needs."""


def pack(manifest: bytes, secret: DatasetSecret, blocks: Mapping[bytes, bytes]) -> bytes:
    """The dataset as one zip file, as the shell reads it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("manifest.json", manifest)
        archive.writestr("secret.json", secret_document(secret))
        for digest, block in sorted(blocks.items()):
            archive.writestr(cid(digest), block)
    return packed.getvalue()


def terms_files(terms: Terms) -> dict[str, bytes]:
    """The terms of a task as the files the shell reads."""
    task = documents.task_document(terms.chain_id, terms.hub, terms.registry, terms.task)
    contents = (task, terms.roster.to_json().encode(), terms.key.to_json().encode(), terms.tariff.to_json().encode())
    return dict(zip(TERMS_FILES, (*contents, terms.conformity), strict=True))


def run(compute: Compute, environment: Mapping[str, str]) -> Path:
    """Compute the task described by the environment's folders; returns the path of `computed.json`."""
    folders = {name: _need(environment, name) for name in ("IEXEC_IN", "IEXEC_INPUT_FILES_FOLDER", "IEXEC_OUT")}
    dataset = Path(folders["IEXEC_IN"]) / _need(environment, "IEXEC_DATASET_FILENAME")
    out = Path(folders["IEXEC_OUT"])
    manifest, secret, blocks = _unpack(dataset)
    outcome = compute(_read_terms(Path(folders["IEXEC_INPUT_FILES_FOLDER"])), program_hash(), manifest, secret, blocks)
    copy(outcome.artefacts.values(), EmbeddedStore(out / ARTEFACTS))
    report = out / REPORT
    report.write_bytes(canonical.dumps(documents.report_json(outcome.report)))
    computed = out / "computed.json"
    computed.write_text(json.dumps({"deterministic-output-path": str(report)}), encoding="utf-8")
    return computed


def main(compute: Compute, environment: Mapping[str, str]) -> int:
    """Run the shell as a program: 0 when `computed.json` is written, 1 with one line on stderr otherwise."""
    try:
        run(compute, environment)
    except (DaiseeError, OSError, zipfile.BadZipFile) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def _need(environment: Mapping[str, str], name: str) -> str:
    if not environment.get(name):
        raise ShellInvalid(f"{name} is not set; run this as an iExec task, or set it to a folder or file name")
    return environment[name]


def _unpack(path: Path) -> tuple[bytes, bytes, dict[bytes, bytes]]:
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    try:
        manifest, secret = files.pop("manifest.json"), files.pop("secret.json")
    except KeyError as error:
        raise ShellInvalid(f"{path} has no {error.args[0]}; pack the dataset again") from error
    digests = {name: digest_of_cid(name) for name in files}
    blocks = {digests[name]: verified(block, digests[name], str(path)) for name, block in files.items()}
    return manifest, read_secret(secret).secret, blocks


def _read_terms(folder: Path) -> Terms:
    task, columns, rule, prices, conformity = ((folder / name).read_bytes() for name in TERMS_FILES)
    chain_id, hub, registry, asked = documents.read_task(task)
    return Terms(
        chain_id, hub, registry, asked, roster.parse(columns), key.parse(rule), tariff.parse(prices), conformity
    )
