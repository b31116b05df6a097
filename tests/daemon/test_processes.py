"""Workers as real processes: killed at any moment, they come back and say the same; asked to end, they do."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from offchain_worker.daemon import answer as answers
from offchain_worker.daemon.answer import Answer, Hub
from offchain_worker.domain.report import TaskKind
from offchain_worker.jobs.program import ROOT
from offchain_worker.storage.embedded import EmbeddedStore
from tests.daemon import community as c
from tests.jobs import neighbourhood as n

SETTLEMENT = c.open_task(TaskKind.SETTLEMENT).task_id
PATIENCE_SECONDS = 60
POLITE = 0.1  # the face admits 20 requests a second


@contextmanager
def worker(folder: Path, index: int = 0) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.daemon.worker_process",
            str(folder / "store"),
            str(folder / "journal"),
            str(index),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def until(condition: Callable[[], bool], pause: float = 0.001) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(pause)


def asked(process: subprocess.Popen[str], task_id: bytes) -> Answer:
    assert process.stdout is not None
    url = f"http://127.0.0.1:{int(process.stdout.readline())}"
    with httpx.Client(base_url=url, trust_env=False) as client:
        until(lambda: client.get(f"/attestations/0x{task_id.hex()}").status_code == 200, POLITE)
        until(lambda: client.get("/ready").status_code == 200, POLITE)
        return answers.loads(client.get(f"/attestations/0x{task_id.hex()}").content)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What a worker answers that nobody killed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    store = EmbeddedStore(folder / "store")
    c.worker(c.community(store, (TaskKind.SETTLEMENT,)), store, folder / "journal").cycle()
    return (folder / "journal" / f"{SETTLEMENT.hex()}.json").read_bytes()


@pytest.mark.parametrize("moment", ["first block pinned", "first answer kept", "second task begun", "all answered"])
def test_worker__killed_with_sigkill__comes_back_with_the_same_answer(
    tmp_path: Path, moment: str, undisturbed: bytes
) -> None:
    given = len(c.MADE.blocks) + 2  # the dataset's blocks, its manifest, the envelopes
    store, journal = tmp_path / "store", tmp_path / "journal"
    blocks = {"first block pinned": given + 1, "second task begun": given + 10}
    kept = {"first answer kept": 1, "all answered": 2}

    def reached() -> bool:
        if moment in blocks:
            return store.is_dir() and len(list(store.glob("b*"))) >= blocks[moment]
        return journal.is_dir() and len(list(journal.glob("*.json"))) >= kept[moment]

    with worker(tmp_path) as process:
        until(reached)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with worker(tmp_path) as process:
        answer = asked(process, SETTLEMENT)
    assert answer.signer(Hub(n.CHAIN, n.HUB)) == c.identity(0).address
    assert (journal / f"{SETTLEMENT.hex()}.json").read_bytes() == undisturbed


def test_worker__asked_to_end__ends_cleanly(tmp_path: Path) -> None:
    with worker(tmp_path) as process:
        asked(process, SETTLEMENT)
        process.terminate()
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
