"""The collector believes signatures only, settles on what a quorum says, and names who says something else."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from offchain_worker.chain.errors import ContractRefused
from offchain_worker.daemon import answer as answers
from offchain_worker.daemon import collector as collectors
from offchain_worker.daemon.answer import Answer, Hub
from offchain_worker.daemon.collector import Collector, WorkerSilent, ask_over_http
from offchain_worker.daemon.errors import Disagreement
from offchain_worker.daemon.http import Face, Pulse
from offchain_worker.daemon.journal import Journal
from offchain_worker.domain.report import TaskKind
from offchain_worker.storage.embedded import EmbeddedStore
from tests.daemon import community as c
from tests.jobs import neighbourhood as n

TASK = c.open_task(TaskKind.SETTLEMENT)
HUB = Hub(n.CHAIN, n.HUB)
Open = Callable[..., tuple[c.Community, c.Sender]]


@pytest.fixture(scope="module")
def true_answers(tmp_path_factory: pytest.TempPathFactory) -> list[Answer]:
    """What three honest workers answer."""
    folder = tmp_path_factory.mktemp("honest")
    store = EmbeddedStore(folder / "store")
    found = c.community(store, (TaskKind.SETTLEMENT,))
    said = []
    for at in range(c.WORKERS):
        worker = c.worker(found, store, folder / str(at), at)
        worker.cycle()
        answer = worker.journal.answer(TASK.task_id)
        assert answer is not None
        said.append(answer)
    return said


def false(answer: Answer, at: int, **changes: object) -> Answer:
    """The same worker's signature under another report."""
    report = replace(answer.report, **changes)  # type: ignore[arg-type]
    return answers.sign(HUB, answer.task_id, report, answer.program, c.identity(at).signing_key)


@pytest.fixture
def open_faces(tmp_path: Path) -> Iterator[Open]:
    """Puts answers behind HTTP faces (None: the worker is dead) and gives the community that names them."""
    faces: list[Face] = []

    def opened(*said: Answer | None) -> tuple[c.Community, c.Sender]:
        endpoints = []
        for at, answer in enumerate(said):
            journal = Journal(tmp_path / f"worker {at}")
            if answer is not None:
                journal.keep(answer)
            face = Face(journal, Pulse(c.identity(at).address, n.PROGRAM, 60), "127.0.0.1", 0)
            endpoints.append(f"http://127.0.0.1:{face.open()}/" if answer is not None else "http://127.0.0.1:1")
            faces.append(face)
        found = c.community(EmbeddedStore(tmp_path / "store"), (TaskKind.SETTLEMENT,), tuple(endpoints))
        return found, c.Sender(found)

    yield opened
    for face in faces:
        face.close()


def collect(found: c.Community, sender: c.Sender) -> None:
    Collector(found, sender).cycle()  # type: ignore[arg-type]


def test_cycle__three_agree__submits_their_three_signatures(open_faces: Open, true_answers: list[Answer]) -> None:
    found, sender = open_faces(*true_answers)
    collect(found, sender)
    signatures = [(at, answer.r, answer.vs) for at, answer in enumerate(true_answers)]
    assert sender.sent == [("submitSettlement", TASK.task.abi(), true_answers[0].report.abi(), signatures)]


def test_cycle__one_answers_falsely__settles_on_the_majority_and_names_it(
    open_faces: Open, true_answers: list[Answer], capsys: pytest.CaptureFixture
) -> None:
    found, sender = open_faces(false(true_answers[0], 0, debit=1), *true_answers[1:])
    collect(found, sender)
    assert [call[2] for call in sender.sent] == [true_answers[1].report.abi()]
    assert [index for index, _, _ in sender.sent[0][3]] == [1, 2]
    said = capsys.readouterr().out
    assert f"worker 0 ({c.identity(0).address}) disagrees: debit 1 instead of 180" in said


def test_cycle__one_is_dead__settles_with_the_others(
    open_faces: Open, true_answers: list[Answer], capsys: pytest.CaptureFixture
) -> None:
    found, sender = open_faces(true_answers[0], None, true_answers[2])
    collect(found, sender)
    assert [index for index, _, _ in sender.sent[0][3]] == [0, 2]
    assert f"worker 1 ({c.identity(1).address}): http://127.0.0.1:1/attestations/0x" in capsys.readouterr().out


def test_cycle__two_are_dead__waits(open_faces: Open, true_answers: list[Answer]) -> None:
    found, sender = open_faces(true_answers[0], None, None)
    collect(found, sender)
    assert sender.sent == []


def test_cycle__three_say_three_things__stops_and_says_so(open_faces: Open, true_answers: list[Answer]) -> None:
    said = (true_answers[0], false(true_answers[1], 1, debit=1), false(true_answers[2], 2, produced=2))
    found, sender = open_faces(*said)
    with pytest.raises(
        Disagreement, match=r"no report can reach the quorum of 2; worker 1 .* debit 1 .* worker 2 .* produced 2 "
    ):
        collect(found, sender)
    assert sender.sent == []


def test_cycle__somebody_was_faster__is_content(open_faces: Open, true_answers: list[Answer]) -> None:
    found, sender = open_faces(*true_answers)
    collector = Collector(found, sender)  # type: ignore[arg-type]
    collector.cycle()
    assert collector.collect_one(TASK, 100)
    assert len(sender.sent) == 1
    collector.cycle()
    assert len(sender.sent) == 1


@pytest.mark.parametrize("name", collectors.OVERTAKEN)
def test_cycle__a_newer_task_took_its_place__leaves_it_with_a_line(
    open_faces: Open,
    true_answers: list[Answer],
    name: str,
    capsys: pytest.CaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, sender = open_faces(*true_answers)

    def refused(_call: object) -> None:
        raise ContractRefused("submitSettlement", name, {})

    monkeypatch.setattr(sender, "send", refused)
    assert not Collector(found, sender).collect_one(TASK, 100)  # type: ignore[arg-type]
    assert name in capsys.readouterr().out


def test_cycle__the_hub_refuses_otherwise__says_so(
    open_faces: Open, true_answers: list[Answer], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, sender = open_faces(*true_answers)

    def refused(_call: object) -> None:
        raise ContractRefused("submitSettlement", "HubSignatureMismatch", {"worker": 1})

    monkeypatch.setattr(sender, "send", refused)
    with pytest.raises(ContractRefused, match=r"HubSignatureMismatch\(worker=1\)"):
        collect(found, sender)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda answer: replace(answer, program=b"\x78" * 32), "it runs program 0x7878"),
        (lambda answer: answers.sign(HUB, TASK.task_id, answer.report, n.PROGRAM, b"\x09" * 32), "the signature is 0x"),
        (
            lambda answer: answers.sign(Hub(1, n.HUB), TASK.task_id, answer.report, n.PROGRAM, b"\x01" * 32),
            "the signature is 0x",
        ),
        (lambda answer: replace(answer, task_id=b"\x99" * 32), "the answer is to task 0x9999"),
        (lambda answer: replace(answer, r=bytes(32)), "is not one"),
    ],
    ids=["program", "signer", "chain", "task", "nonsense"],
)
def test_collect__an_answer_that_does_not_hold__counts_as_silence(
    true_answers: list[Answer], answer: Callable[[Answer], Answer], reason: str
) -> None:
    shown = [answer(true_answers[0]), *true_answers[1:]]
    seats = [c.Seat(at, c.identity(at).address, "", True) for at in range(c.WORKERS)]
    ballot = collectors.collect(
        seats, HUB, TASK.task_id, n.PROGRAM, lambda seat, _task: answers.dumps(shown[seat.index])
    )
    assert [seat.index for seat, _ in ballot.leading] == [1, 2]
    assert [seat.index for seat, _ in ballot.silent] == [0]
    assert reason in ballot.silent[0][1]


def test_collect__a_worker_that_left__is_not_asked(true_answers: list[Answer]) -> None:
    seats = [c.Seat(at, c.identity(at).address, "", at != 1) for at in range(c.WORKERS)]
    asked: list[int] = []

    def ask(seat: c.Seat, _task: bytes) -> bytes:
        asked.append(seat.index)
        return answers.dumps(true_answers[seat.index])

    collectors.collect(seats, HUB, TASK.task_id, n.PROGRAM, ask)
    assert sorted(asked) == [0, 2]


class Rogue(http.server.BaseHTTPRequestHandler):
    """A worker's face that sends what it likes."""

    def do_GET(self) -> None:
        if "11" * 32 in self.path:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(bytes(collectors.ANSWER_BYTES + 1))
        elif "22" * 32 in self.path:
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
        elif "44" * 32 in self.path:
            self.send_response(200)
            self.end_headers()
            for _ in range(30):
                self.wfile.write(b"{")
                time.sleep(0.02)
        else:
            self.send_error(404)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def rogue() -> Iterator[c.Seat]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Rogue) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield c.Seat(0, c.identity(0).address, f"http://127.0.0.1:{server.server_port}", True)
        server.shutdown()


@pytest.mark.parametrize(
    ("task", "reason"), [(b"\x11" * 32, "sends more than 65536 bytes"), (b"\x22" * 32, "answers 302")]
)
def test_ask_over_http__endless_or_redirecting__is_cut_off(rogue: c.Seat, task: bytes, reason: str) -> None:
    with pytest.raises(WorkerSilent, match=reason):
        ask_over_http(rogue, task)


def test_ask_over_http__dripping__is_cut_off(rogue: c.Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collectors, "ASK_SECONDS", 0.3)
    with pytest.raises(WorkerSilent, match="takes longer than"):
        ask_over_http(rogue, b"\x44" * 32)


def test_ask_over_http__no_answer_yet__is_none(rogue: c.Seat) -> None:
    assert ask_over_http(rogue, b"\x33" * 32) is None


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1", "not an address", "ftp://127.0.0.1", ""])
def test_ask_over_http__nobody_there__names_the_address(endpoint: str) -> None:
    with pytest.raises(WorkerSilent, match="does not answer"):
        ask_over_http(c.Seat(0, "", endpoint, True), b"\x33" * 32)
