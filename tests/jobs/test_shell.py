"""The iExec shell gives the report the pure computation gives, from files alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from offchain_worker.domain import canonical
from offchain_worker.domain.hashing import keccak
from offchain_worker.domain.report import TaskKind, report_hash
from offchain_worker.domain.table import Table
from offchain_worker.jobs import conformity, settlement, shell
from offchain_worker.jobs.documents import report_json
from offchain_worker.jobs.program import ROOT, program_hash
from offchain_worker.storage.embedded import EmbeddedStore
from tests.jobs import neighbourhood as n

JOBS = {
    "conformity": (TaskKind.CONFORMITY, conformity.compute),
    "settlement": (TaskKind.SETTLEMENT, settlement.compute),
}


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    for name in ("in", "inputs", "out"):
        (tmp_path / name).mkdir()
    made = n.published()
    (tmp_path / "in" / "dataset.zip").write_bytes(shell.pack(made.manifest, n.SECRET, made.blocks))
    return {
        "IEXEC_IN": str(tmp_path / "in"),
        "IEXEC_DATASET_FILENAME": "dataset.zip",
        "IEXEC_INPUT_FILES_FOLDER": str(tmp_path / "inputs"),
        "IEXEC_OUT": str(tmp_path / "out"),
    }


def run(job: str, folders: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"offchain_worker.jobs.{job}"],
        cwd=ROOT,
        env={**os.environ, **folders},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("job", JOBS)
def test_shell__as_a_process__gives_the_same_bytes_as_in_process(job: str, folders: dict[str, str]) -> None:
    kind, compute = JOBS[job]
    made = n.published()
    terms = n.terms(kind, made, program_hash())
    for name, data in shell.terms_files(terms).items():
        (Path(folders["IEXEC_INPUT_FILES_FOLDER"]) / name).write_bytes(data)
    ran = run(job, folders)
    assert (ran.returncode, ran.stderr) == (0, "")
    outcome = compute(terms, program_hash(), made.manifest, n.SECRET.secret, made.blocks)
    computed = json.loads((Path(folders["IEXEC_OUT"]) / "computed.json").read_text())
    report = Path(computed["deterministic-output-path"]).read_bytes()
    assert report == canonical.dumps(report_json(outcome.report))
    store = EmbeddedStore(Path(folders["IEXEC_OUT"]) / "artefacts")
    assert all(store.get(digest) == block for digest, block in outcome.artefacts.items())
    assert len(list(store.folder.iterdir())) == len(outcome.artefacts)


def lay_out(folders: dict[str, str], kind: TaskKind, program: bytes | None = None) -> None:
    """The terms' files, where the shell looks for them."""
    for name, data in shell.terms_files(n.terms(kind, n.published(), program or program_hash())).items():
        (Path(folders["IEXEC_INPUT_FILES_FOLDER"]) / name).write_bytes(data)


def report_of(kind: TaskKind) -> bytes:
    """The report's hash, computed in this process."""
    made = n.published()
    compute = {TaskKind.CONFORMITY: conformity.compute, TaskKind.SETTLEMENT: settlement.compute}[kind]
    outcome = compute(n.terms(kind, made, program_hash()), program_hash(), made.manifest, n.SECRET.secret, made.blocks)
    return report_hash(outcome.report)


def computed(folders: dict[str, str]) -> dict[str, str]:
    return json.loads((Path(folders["IEXEC_OUT"]) / "computed.json").read_text())


@pytest.mark.parametrize("kind", [TaskKind.CONFORMITY, TaskKind.SETTLEMENT])
def test_shell__as_callback__gives_data_whose_keccak_is_the_report_hash(
    kind: TaskKind, folders: dict[str, str]
) -> None:
    lay_out(folders, kind)
    assert shell.main(JOBS[kind.name.lower()][1], folders, ["--callback"]) == 0
    ((name, data),) = computed(folders).items()
    assert (name, keccak(bytes.fromhex(data[2:]))) == ("callback-data", report_of(kind))


def test_shell__files_named_by_iexec_and_the_secret_from_it__gives_the_same_report(folders: dict[str, str]) -> None:
    lay_out(folders, TaskKind.SETTLEMENT)
    made, inputs = n.published(), Path(folders.pop("IEXEC_INPUT_FILES_FOLDER"))
    (Path(folders["IEXEC_IN"]) / "dataset.zip").write_bytes(shell.pack(made.manifest, None, made.blocks))
    for at, name in enumerate(reversed(shell.TERMS_FILES), start=1):
        (inputs / name).rename(Path(folders["IEXEC_IN"]) / f"download-{at}")
        folders[f"IEXEC_INPUT_FILE_NAME_{at}"] = f"download-{at}"
    folders["IEXEC_INPUT_FILES_NUMBER"] = "5"
    folders["IEXEC_REQUESTER_SECRET_1"] = n.SECRET.secret.hex()
    assert shell.main(settlement.compute, folders, ["--callback"]) == 0
    assert keccak(bytes.fromhex(computed(folders)["callback-data"][2:])) == report_of(TaskKind.SETTLEMENT)


@pytest.mark.parametrize("secret", ["", "a word", "00" * 31])
def test_shell__no_usable_secret__says_so_without_showing_it(
    secret: str, folders: dict[str, str], capsys: pytest.CaptureFixture
) -> None:
    lay_out(folders, TaskKind.SETTLEMENT)
    made = n.published()
    (Path(folders["IEXEC_IN"]) / "dataset.zip").write_bytes(shell.pack(made.manifest, None, made.blocks))
    assert shell.main(settlement.compute, folders | {"IEXEC_APP_DEVELOPER_SECRET": secret}) == 1
    said = capsys.readouterr().err
    assert "IEXEC_APP_DEVELOPER_SECRET" in said
    assert not secret or secret not in said


def test_shell__terms_of_another_program__leaves_the_error_as_iexec_does(folders: dict[str, str]) -> None:
    lay_out(folders, TaskKind.SETTLEMENT, b"\x01" * 32)
    ran = run("settlement", folders)
    assert ran.returncode == 1
    assert ran.stderr.startswith("error: the rules with this program: 0x")
    assert ran.stderr.count("\n") == 1
    out = Path(folders["IEXEC_OUT"])
    assert computed(folders) == {"deterministic-output-path": str(out / "error.txt")}
    assert "error: " + (out / "error.txt").read_text() == ran.stderr
    assert sorted(path.name for path in out.iterdir()) == ["computed.json", "error.txt"]


@pytest.mark.parametrize("name", ["IEXEC_IN", "IEXEC_DATASET_FILENAME", "IEXEC_OUT"])
def test_shell__a_variable_not_set__is_named(name: str, folders: dict[str, str], capsys: pytest.CaptureFixture) -> None:
    given = {key: value for key, value in folders.items() if key != name}
    assert shell.main(settlement.compute, given) == 1
    assert f"error: {name} is not set" in capsys.readouterr().err


def test_shell__dataset_is_no_zip__ends_with_one_line(folders: dict[str, str], capsys: pytest.CaptureFixture) -> None:
    lay_out(folders, TaskKind.SETTLEMENT)
    (Path(folders["IEXEC_IN"]) / "dataset.zip").write_bytes(b"not a zip")
    assert shell.main(settlement.compute, folders) == 1
    assert capsys.readouterr().err == "error: File is not a zip file\n"


def test_shell__an_unknown_argument__is_wrong_use(folders: dict[str, str], capsys: pytest.CaptureFixture) -> None:
    assert shell.main(settlement.compute, folders, ["--callbacks"]) == 2
    assert capsys.readouterr().err == "error: the only argument is --callback\n"


def test_shell__a_table_of_weights__is_read_with_the_terms(tmp_path: Path) -> None:
    terms = replace(
        n.terms(TaskKind.SETTLEMENT, n.published()),
        table=Table(b"\x11" * 32, 1_464_732_000, 1800, {0: np.full((3, 2), 500_000, np.int64)}),
    )
    for name, data in shell.terms_files(terms).items():
        (tmp_path / name).write_bytes(data)
    read = shell._read_terms(tmp_path, {})
    assert read.table is not None and terms.table is not None
    assert read.table.root == terms.table.root
    names = sorted(shell.terms_files(terms))
    iexec = {"IEXEC_INPUT_FILES_NUMBER": "6"} | {
        f"IEXEC_INPUT_FILE_NAME_{at + 1}": name for at, name in enumerate(names)
    }
    named = shell._read_terms(tmp_path, iexec)
    assert named.table is not None
    assert named.table.root == terms.table.root
    (tmp_path / "table.json").unlink()
    assert shell._read_terms(tmp_path, {}).table is None
