"""The program's hash covers every file that can change a result, and nothing else."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from offchain_worker.jobs.program import ROOT, ProgramIncomplete, program_files, program_hash


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for path, text in {
        "requirements.lock": "numpy==2.4.0",
        "offchain_worker/domain/energy.py": "a",
        "offchain_worker/domain/schemas/key.json": "{}",
        "offchain_worker/meters/formats/x.py": "b",
        "offchain_worker/jobs/settlement.py": "c",
        "offchain_worker/daemon/worker.py": "not part of it",
        "offchain_worker/domain/__pycache__/energy.pyc": "not part of it",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_program_hash__a_small_checkout__is_the_digest_of_the_sorted_list(checkout: Path) -> None:
    def entry(path: str, text: str) -> list[str]:
        return [path, "0x" + hashlib.sha256(text.encode()).hexdigest()]

    listed = [
        entry("offchain_worker/domain/energy.py", "a"),
        entry("offchain_worker/domain/schemas/key.json", "{}"),
        entry("offchain_worker/jobs/settlement.py", "c"),
        entry("offchain_worker/meters/formats/x.py", "b"),
        entry("requirements.lock", "numpy==2.4.0"),
    ]
    assert program_hash(checkout) == hashlib.sha256(json.dumps(listed, separators=(",", ":")).encode()).digest()


@pytest.mark.parametrize("path", ["requirements.lock", "offchain_worker/domain/schemas/key.json"])
def test_program_files__one_byte_more__changes_its_entry(checkout: Path, path: str) -> None:
    before = dict(program_files(checkout))
    (checkout / path).write_text((checkout / path).read_text() + " ")
    after = dict(program_files(checkout))
    assert {name for name in before if before[name] != after[name]} == {path}


def test_program_files__lock_file_gone__says_what_to_do(checkout: Path) -> None:
    (checkout / "requirements.lock").unlink()
    with pytest.raises(ProgramIncomplete, match="run the worker from a checkout"):
        program_files(checkout)


def test_program_files__of_this_repository__hold_this_module() -> None:
    assert "offchain_worker/jobs/program.py" in dict(program_files())
    assert (ROOT / "requirements.lock").is_file()
