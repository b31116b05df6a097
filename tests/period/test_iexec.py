"""Both tasks of a settled period, run as iExec runs an app, give the digests that the chain holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from offchain_worker.domain.hashing import keccak
from offchain_worker.domain.task import TaskKind
from offchain_worker.jobs import gathering
from offchain_worker.storage.embedded import EmbeddedStore
from scripts.demo import month
from scripts.demo.stage import ROOT, Stage


@pytest.mark.parametrize("kind", [TaskKind.CONFORMITY, TaskKind.SETTLEMENT])
def test_iexec__both_tasks_of_a_settled_period__give_the_digests_on_the_chain(
    settled_period: Stage, kind: TaskKind, tmp_path: Path
) -> None:
    stage, name = settled_period, kind.name.lower()
    inputs, outputs = tmp_path / "iexec_in", tmp_path / "iexec_out"
    outputs.mkdir()
    month.daisee(stage, "worker-1", "worker", "pack", stage.label, "--task", name, "--out", str(inputs))
    task = stage.community.hub.current_task(kind, stage.period)
    assert task is not None
    store = EmbeddedStore(stage.folder / "store")
    envelopes = stage.community.meter_data.envelopes(stage.period)
    secret = gathering.secret(store, envelopes, task.task.input_digest, stage.identity("worker-1"))
    environment = {
        "IEXEC_TASK_ID": "0x" + task.task_id.hex(),
        "IEXEC_IN": str(inputs),
        "IEXEC_OUT": str(outputs),
        "IEXEC_DATASET_FILENAME": "dataset.zip",
        "IEXEC_INPUT_FILES_FOLDER": str(inputs),
        "IEXEC_INPUT_FILES_NUMBER": "5",
        "IEXEC_REQUESTER_SECRET_1": secret.secret.hex(),
    }
    names = ["conformity.json", "key.json", "roster.json", "tariff.json", "task.json"]
    environment |= {f"IEXEC_INPUT_FILE_NAME_{at}": name for at, name in enumerate(names, start=1)}
    command = [sys.executable, "-m", f"offchain_worker.jobs.{name}", "--callback"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    computed = json.loads((outputs / "computed.json").read_text(encoding="utf-8"))
    attestation = stage.community.hub.attestation(task.task_id)
    assert attestation is not None
    assert keccak(bytes.fromhex(computed["callback-data"][2:])) == attestation.report_hash
    made = EmbeddedStore(outputs / "artefacts").kept()
    assert made
    assert made <= store.kept()
