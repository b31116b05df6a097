"""The iExec shell gives the report the pure computation gives, from files alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from offchain_worker.domain import canonical
from offchain_worker.domain.report import TaskKind
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


def test_shell__terms_of_another_program__ends_with_one_line_and_no_output(folders: dict[str, str]) -> None:
    for name, data in shell.terms_files(n.terms(TaskKind.SETTLEMENT, n.published(), b"\x01" * 32)).items():
        (Path(folders["IEXEC_INPUT_FILES_FOLDER"]) / name).write_bytes(data)
    ran = run("settlement", folders)
    assert ran.returncode == 1
    assert ran.stderr.startswith("error: the rules with this program: 0x")
    assert ran.stderr.count("\n") == 1
    assert list(Path(folders["IEXEC_OUT"]).iterdir()) == []


@pytest.mark.parametrize("name", ["IEXEC_IN", "IEXEC_DATASET_FILENAME", "IEXEC_INPUT_FILES_FOLDER", "IEXEC_OUT"])
def test_shell__a_variable_not_set__is_named(name: str, folders: dict[str, str], capsys: pytest.CaptureFixture) -> None:
    given = {key: value for key, value in folders.items() if key != name}
    assert shell.main(settlement.compute, given) == 1
    assert f"error: {name} is not set" in capsys.readouterr().err


def test_shell__dataset_is_no_zip__ends_with_one_line(folders: dict[str, str], capsys: pytest.CaptureFixture) -> None:
    (Path(folders["IEXEC_IN"]) / "dataset.zip").write_bytes(b"not a zip")
    assert shell.main(settlement.compute, folders) == 1
    assert capsys.readouterr().err == "error: File is not a zip file\n"
