"""The HTTP face shows what is on the disk, says whether the worker is well, and takes nothing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from offchain_worker.daemon import answer as answers
from offchain_worker.daemon.answer import Hub
from offchain_worker.daemon.http import Face, FaceError, Pulse
from offchain_worker.daemon.journal import Journal
from offchain_worker.domain.report import ConformityReport, Verdict

TASK = b"\x11" * 32
ANSWER = answers.sign(
    Hub(31337, "0x00000000000000000000000000000000000000AA"),
    TASK,
    ConformityReport(Verdict.CONFORM, b"\x33" * 32, b"\x44" * 32),
    b"\x22" * 32,
    b"\x01" * 32,
)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path)


@pytest.fixture
def pulse() -> Pulse:
    return Pulse(ANSWER.worker, ANSWER.program, late_after=60)


@pytest.fixture
def client(journal: Journal, pulse: Pulse) -> Iterator[httpx.Client]:
    face = Face(journal, pulse, "127.0.0.1", 0)
    port = face.open()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        yield client
    face.close()


def test_attestations__before_and_after_the_answer_is_kept__404_then_the_document(
    client: httpx.Client, journal: Journal
) -> None:
    assert client.get(f"/attestations/0x{TASK.hex()}").status_code == 404
    journal.keep(ANSWER)
    response = client.get(f"/attestations/0x{TASK.hex()}")
    assert response.status_code == 200
    assert response.content == answers.dumps(ANSWER)


@pytest.mark.parametrize("task", ["0x11", TASK.hex(), "0x" + TASK.hex().upper().replace("1", "A"), "0x" + "1" * 5000])
def test_attestations__not_a_task_id__is_refused(client: httpx.Client, task: str) -> None:
    assert client.get(f"/attestations/{task}").status_code == 400


@pytest.mark.parametrize("path", ["/attestations/../.lock", "/attestations/%2e%2e%2f.lock", "/attestations/"])
def test_attestations__a_path_to_another_file__finds_nothing(client: httpx.Client, path: str) -> None:
    assert client.get(path).status_code in (400, 404)


def test_attestations__post__is_not_taken(client: httpx.Client) -> None:
    assert client.post(f"/attestations/0x{TASK.hex()}", content=b"{}").status_code == 405


def test_health_and_ready__before_a_cycle_after_one_and_in_trouble__differ(client: httpx.Client, pulse: Pulse) -> None:
    assert client.get("/health").status_code == 200
    assert client.get("/ready").status_code == 503
    pulse.beat(12)
    assert client.get("/ready").json() == {
        "worker": ANSWER.worker.lower(),
        "program": "0x" + "22" * 32,
        "block": 12,
        "ready": True,
        "trouble": "",
    }
    pulse.trouble = "the node is away"
    assert client.get("/ready").status_code == 503
    assert client.get("/health").json()["trouble"] == "the node is away"


def test_ready__last_cycle_long_ago__is_not(pulse: Pulse) -> None:
    pulse.beat(12)
    pulse.late_after = -1.0
    assert not pulse.ready


def test_open__port_taken__says_which(journal: Journal, pulse: Pulse) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(FaceError, match=f"cannot listen at 127.0.0.1:{port}"):
            Face(journal, pulse, "127.0.0.1", port).open()
