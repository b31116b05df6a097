"""The HTTP face is bounded in size, rate and time; what it tells Prometheus and the logs holds no secret."""

from __future__ import annotations

import errno
import io
import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from offchain_worker.chain.errors import ChainUnavailable
from offchain_worker.cli import output
from offchain_worker.daemon import http
from offchain_worker.daemon.errors import Disagreement
from offchain_worker.daemon.http import BURST, MAXIMUM_CONNECTIONS, Face, Limits, Pulse
from offchain_worker.daemon.journal import Journal
from offchain_worker.daemon.metrics import MeteredStore, Metrics
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.report import TaskKind
from offchain_worker.storage.embedded import EmbeddedStore
from tests.daemon import community as c
from tests.jobs import neighbourhood as n

BOTH = (TaskKind.CONFORMITY, TaskKind.SETTLEMENT)


@pytest.fixture
def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(http, "REQUEST_SECONDS", 0.5)
    face = Face(Journal(tmp_path), Pulse("0x", bytes(32), 60), "127.0.0.1", 0)
    yield face.open()
    face.close()


def raw(port: int, sent: bytes) -> bytes:
    """What comes back until the other side hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(sent)
        found = b""
        while part := line.recv(4096):
            found += part
        return found


def test_size__a_body__is_refused(port: int) -> None:
    with httpx.Client(trust_env=False) as client:
        answer = client.request("GET", f"http://127.0.0.1:{port}/health", content=b"x")
    assert (answer.status_code, answer.json()) == (413, {"error": "no request has a body"})


def test_size__a_head_of_a_megabyte__is_not_read(port: int) -> None:
    try:
        answer = raw(port, b"GET /health HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 2**20)
    except ConnectionError:
        return
    assert answer.startswith(b"HTTP/1.1 400")


def test_time__half_a_request__is_hung_up_on(port: int) -> None:
    started = time.monotonic()
    assert raw(port, b"GET /health HTTP/1.1\r\nHost:") == b""
    assert time.monotonic() - started < 5


def test_time__a_request_that_drips__is_hung_up_on(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        started = time.monotonic()
        for byte in b"GET /health HTTP/1.1\r\nHost: " + b"a" * 1_000:
            try:
                line.sendall(bytes([byte]))
            except ConnectionError:
                break
            time.sleep(0.02)
        assert time.monotonic() - started < 10


def test_number__of_connections__beyond_64_is_refused_until_others_end(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "REQUEST_SECONDS", 60)  # none is hung up on meanwhile, however slow the machine
    lines = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(MAXIMUM_CONNECTIONS)]
    try:
        assert raw(port, b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n").startswith(b"HTTP/1.1 503")
    finally:
        for line in lines:
            line.close()
    deadline = time.monotonic() + 10
    while not raw(port, b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n").startswith(b"HTTP/1.1 200"):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_time__every_answer__ends_its_connection(port: int) -> None:
    assert b"connection: close" in raw(port, b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")


def test_rate__more_than_the_burst__is_told_to_wait(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "REQUESTS_A_SECOND", 0)  # so that a slow machine asks too often as well
    with httpx.Client(trust_env=False) as client:
        codes = [client.get(f"http://127.0.0.1:{port}/health").status_code for _ in range(3 * BURST)]
    assert codes == [200] * BURST + [429] * 2 * BURST


def test_rate__after_a_pause__is_admitted_again_and_others_always() -> None:
    now = [0.0]
    limits = Limits(None, lambda: now[0])  # type: ignore[arg-type]
    assert [limits._admitted("a") for _ in range(BURST + 2)] == [True] * BURST + [False, False]
    assert limits._admitted("b")
    now[0] = 1.0
    assert [limits._admitted("a") for _ in range(21)] == [True] * 20 + [False]


def samples(metrics: Metrics) -> dict[tuple[str, str], float]:
    """Every sample by name and first label."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in families
        for sample in family.samples
    }


def test_metrics__two_tasks_answered_and_one_refused__are_counted(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "store")
    found = c.community(store, BOTH)
    metrics = Metrics()
    worker = c.worker(found, MeteredStore(store, metrics), tmp_path / "journal", metrics=metrics)  # type: ignore[arg-type]
    worker.cycle()
    told = samples(metrics)
    assert told["daisee_tasks_total", "conformity"] == told["daisee_tasks_total", "settlement"] == 1
    assert told["daisee_chain_block", ""] == 100
    assert told["daisee_chain_block_timestamp_seconds", ""] == n.END
    assert told["daisee_store_seconds_count", "get"] > 0
    assert told["daisee_task_seconds_count", "settlement"] == 1
    found.program = b"\x7e" * 32
    other = c.worker(found, store, tmp_path / "other", metrics=metrics)
    with pytest.raises(DaiseeError):
        other.cycle()
    assert samples(metrics)["daisee_errors_total", "ProgramDiffers"] == 2


def test_metrics__a_node_that_is_away_and_a_quorum_against_us__are_counted_as_well(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "store")
    found = c.community(store, BOTH)
    metrics = Metrics()
    worker = c.worker(found, store, tmp_path / "journal", metrics=metrics, confirmations=12)
    found.away = 1
    with pytest.raises(ChainUnavailable):
        worker.cycle()
    worker.cycle()
    assert (samples(metrics)["daisee_chain_block", ""], samples(metrics)["daisee_chain_blocks_behind", ""]) == (88, 12)
    c.attest(found, c.open_task(TaskKind.SETTLEMENT).task_id, b"\x01" * 32)
    with pytest.raises(Disagreement):
        worker.cycle()
    told = samples(metrics)
    assert told["daisee_errors_total", "ChainUnavailable"] == told["daisee_errors_total", "Disagreement"] == 1


def test_metrics__over_http__are_prometheus_text(tmp_path: Path) -> None:
    pulse, metrics = Pulse("0x", bytes(32), 60), Metrics()
    face = Face(Journal(tmp_path), pulse, "127.0.0.1", 0, metrics)
    try:
        answer = httpx.get(f"http://127.0.0.1:{face.open()}/metrics", trust_env=False)
        assert samples(metrics)["daisee_worker_ready", ""] == 0
        pulse.beat(7)
        assert samples(metrics)["daisee_worker_ready", ""] == 1
    finally:
        face.close()
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {"daisee_tasks", "daisee_errors", "daisee_worker_balance_wei", "daisee_chain_blocks_behind"} <= names


def test_logs__of_a_worker__carry_task_and_period_and_no_secret(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = structlog.get_config()
    output.configure_logs(json_lines=True)
    try:
        store = EmbeddedStore(tmp_path / "store")
        found = c.community(store, BOTH)
        c.worker(found, store, tmp_path / "journal").cycle()
        found.program = b"\x7e" * 32
        with pytest.raises(DaiseeError):
            c.worker(found, store, tmp_path / "other").cycle()
    finally:
        structlog.configure(**before)
    said = capsys.readouterr().err
    lines = [json.loads(line) for line in said.strip().splitlines()]
    assert {line["task_id"] for line in lines} == {"0x" + c.open_task(kind).task_id.hex() for kind in BOTH}
    assert {line["period"] for line in lines} == {n.PERIOD}
    identity = c.identity(0)
    secrets = [identity.signing_key, identity.reading_key, n.SECRET.secret, n.SECRET.column(0), n.SECRET.member(1)]
    assert [secret.hex() for secret in secrets if secret.hex() in said] == []
    assert [meter for meter in n.METERS.values() if meter in said] == []
    assert repr(identity).count("0x") == 1


def test_logs__a_line_that_cannot_be_written__stops_nobody() -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    output.SteadyLogger(Full()).info("a line")
