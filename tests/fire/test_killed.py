"""SIGKILL at a hundred random points of a task: the same bytes and one answer, as if nothing had happened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from offchain_worker.storage.embedded import EmbeddedStore
from tests.conftest import ROOT

KILLS = int(os.environ.get("DAISEE_SOAK_KILLS", "100"))


def test_worker__sigkill_at_100_random_points__same_bytes_and_one_answer(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.fire.forks", str(tmp_path), str(KILLS), "20161001"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.strip().splitlines()[-1])
    assert told["cut"] == KILLS
    wanted = {path.name: path.read_bytes() for path in (tmp_path / "undisturbed" / "journal").glob("*.json")}
    assert len(wanted) == 1
    envelopes = 1  # sealed afresh by every life, so their bytes differ
    blocks = EmbeddedStore(tmp_path / "undisturbed" / "store").kept()
    for at in range(told["rounds"]):
        folder = tmp_path / f"round-{at}"
        assert {path.name: path.read_bytes() for path in (folder / "journal").glob("*.json")} == wanted
        store = EmbeddedStore(folder / "store")
        assert len(blocks - store.kept()) <= envelopes
        assert all(store.get(digest) for digest in store.kept())
