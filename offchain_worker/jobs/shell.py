"""The iExec shell: a task as a program that reads files and writes files, with the pure computation inside.

It reads the dataset from `IEXEC_IN/IEXEC_DATASET_FILENAME`, a zip of `manifest.json`, each block under its CID, and
`secret.json` unless the secret comes as `IEXEC_REQUESTER_SECRET_1` or `IEXEC_APP_DEVELOPER_SECRET`. The terms are the
input files: task, roster, key, tariff and conformity rules, told apart by their schema where iExec names the files
(`IEXEC_INPUT_FILES_NUMBER`, `IEXEC_INPUT_FILE_NAME_n`), else by their names. They stand in `IEXEC_INPUT_FILES_FOLDER`,
or where this is not set in `IEXEC_IN`.

It writes to `IEXEC_OUT` the report (`report.json`), every artefact under its CID in `artefacts/`, and `computed.json`,
which names the report as deterministic output. Called with `--callback`, `computed.json` carries `abi.encode(report)`
as callback data instead, whose keccak256, iExec's result digest, is the report hash that workers sign. What fails
leaves `error.txt` as deterministic output, as iExec's own worker does, and no part of a result.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from offchain_worker.domain import canonical, key, roster, table, tariff
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
TABLE_FILE = "table.json"
"""Beside the terms' files where the task names a table of weights."""
ERROR = "error.txt"
COMPUTED = "computed.json"
SECRETS = ("IEXEC_REQUESTER_SECRET_1", "IEXEC_APP_DEVELOPER_SECRET")
CALLBACK = "--callback"


class ShellInvalid(DaiseeError):
    """The shell was not given what it needs."""


def pack(manifest: bytes, secret: DatasetSecret | None, blocks: Mapping[bytes, bytes]) -> bytes:
    """The dataset as one zip file, as the shell reads it; without a secret, that must come as one of iExec's."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("manifest.json", manifest)
        if secret is not None:
            archive.writestr("secret.json", secret_document(secret))
        for digest, block in sorted(blocks.items()):
            archive.writestr(cid(digest), block)
    return packed.getvalue()


def terms_files(terms: Terms) -> dict[str, bytes]:
    """The terms of a task as the files the shell reads."""
    task = documents.task_document(terms.chain_id, terms.hub, terms.registry, terms.task)
    contents = (task, terms.roster.to_json().encode(), terms.key.to_json().encode(), terms.tariff.to_json().encode())
    named = dict(zip(TERMS_FILES, (*contents, terms.conformity), strict=True))
    return named if terms.table is None else {**named, TABLE_FILE: terms.table.to_json().encode()}


def run(compute: Compute, environment: Mapping[str, str], callback: bool = False) -> Path:
    """Compute the task described by the environment's folders; returns the path of `computed.json`."""
    inputs = Path(_need(environment, "IEXEC_IN"))
    dataset = inputs / _need(environment, "IEXEC_DATASET_FILENAME")
    out = Path(_need(environment, "IEXEC_OUT"))
    terms = _read_terms(Path(environment.get("IEXEC_INPUT_FILES_FOLDER") or inputs), environment)
    manifest, secret, blocks = _unpack(dataset, environment)
    outcome = compute(terms, program_hash(), manifest, secret, blocks)
    copy(outcome.artefacts.values(), EmbeddedStore(out / ARTEFACTS))
    report = out / REPORT
    report.write_bytes(canonical.dumps(documents.report_json(outcome.report)))
    if callback:
        return _computed(out, {"callback-data": documents.hexed(outcome.report.encode())})
    return _computed(out, {"deterministic-output-path": str(report)})


def main(compute: Compute, environment: Mapping[str, str], arguments: Sequence[str] = ()) -> int:
    """Run the shell as a program: 0 when the report is written, 1 with one line on stderr and the error artefact."""
    if any(argument != CALLBACK for argument in arguments):
        sys.stderr.write(f"error: the only argument is {CALLBACK}\n")
        return 2
    try:
        run(compute, environment, CALLBACK in arguments)
    except (DaiseeError, OSError, zipfile.BadZipFile) as error:
        sys.stderr.write(f"error: {error}\n")
        out = environment.get("IEXEC_OUT")
        if out and Path(out).is_dir():
            _leave_error(Path(out), str(error))
        return 1
    return 0


def _computed(out: Path, content: dict[str, str]) -> Path:
    computed = out / COMPUTED
    computed.write_text(json.dumps(content), encoding="utf-8")
    return computed


def _leave_error(out: Path, message: str) -> None:
    """Leave `error.txt` as the output, and nothing else that could be taken for one."""
    shutil.rmtree(out / ARTEFACTS, ignore_errors=True)
    (out / REPORT).unlink(missing_ok=True)
    (out / ERROR).write_text(f"{message}\n", encoding="utf-8")
    _computed(out, {"deterministic-output-path": str(out / ERROR)})


def _need(environment: Mapping[str, str], name: str) -> str:
    if not environment.get(name):
        raise ShellInvalid(f"{name} is not set; run this as an iExec task, or set it to a folder or file name")
    return environment[name]


def _unpack(path: Path, environment: Mapping[str, str]) -> tuple[bytes, bytes, dict[bytes, bytes]]:
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest, packed = files.pop("manifest.json", None), files.pop("secret.json", None)
    if manifest is None:
        raise ShellInvalid(f"{path} has no manifest.json; pack the dataset again")
    digests = {name: digest_of_cid(name) for name in files}
    blocks = {digests[name]: verified(block, digests[name], str(path)) for name, block in files.items()}
    return manifest, _secret(packed, environment, path), blocks


def _secret(packed: bytes | None, environment: Mapping[str, str], path: Path) -> bytes:
    """The dataset's secret: from the zip, or from iExec as hex or as `daisee.secret/1`. No message ever shows it."""
    if packed is not None:
        return read_secret(packed).secret
    for name in SECRETS:
        given = environment.get(name, "").strip()
        if given.startswith("{"):
            return read_secret(given.encode()).secret
        if re.fullmatch("(0x)?[0-9a-f]{64}", given):
            return bytes.fromhex(given.removeprefix("0x"))
        if given:
            raise ShellInvalid(f"{name} is not a dataset's secret: 64 hex digits or a daisee.secret/1 document")
    raise ShellInvalid(
        f"{path} has no secret.json and none of {', '.join(SECRETS)} is set; the dataset cannot be opened"
    )


def _read_terms(folder: Path, environment: Mapping[str, str]) -> Terms:
    found = _terms_documents(folder, environment)
    task, columns, rule, prices, conformity = (found[name] for name in TERMS_FILES)
    chain_id, hub, registry, asked = documents.read_task(task)
    weights = table.parse(found[TABLE_FILE]) if TABLE_FILE in found else None
    rules = key.parse(rule), tariff.parse(prices), conformity
    return Terms(chain_id, hub, registry, asked, roster.parse(columns), *rules, weights)


def _terms_documents(folder: Path, environment: Mapping[str, str]) -> dict[str, bytes]:
    number = environment.get("IEXEC_INPUT_FILES_NUMBER", "0")
    if not number.isdecimal():
        raise ShellInvalid(f"IEXEC_INPUT_FILES_NUMBER is {number!r}, not a number")
    known = (*TERMS_FILES, TABLE_FILE)
    if int(number) == 0:
        given = [name for name in known if name != TABLE_FILE or (folder / name).exists()]
        return {name: (folder / name).read_bytes() for name in given}
    found: dict[str, bytes] = {}
    for at in range(1, int(number) + 1):
        path = folder / _need(environment, f"IEXEC_INPUT_FILE_NAME_{at}")
        document = path.read_bytes()
        schema = re.search(rb'"schema":"daisee\.([a-z]+)/1"', document)
        name = f"{schema.group(1).decode()}.json" if schema else ""
        if name not in known or name in found:
            raise ShellInvalid(f"{path} is not one of {', '.join(known)}, each once")
        found[name] = document
    missing = [name for name in TERMS_FILES if name not in found]
    if missing:
        raise ShellInvalid(
            f"no input file is the {missing[0].removesuffix('.json')}; give all of {', '.join(TERMS_FILES)}"
        )
    return found
