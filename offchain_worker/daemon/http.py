"""The worker's HTTP face: is it well, is it working, what did it answer. It reads only, and only what is public.

`GET /health` (the process lives), `GET /ready` (its last cycle went well, not long ago), `GET /attestations/{taskId}`
(404 until the answer is on the disk), `GET /metrics` (Prometheus). Bounded in size (no bodies, 8 KiB of head), rate (20
requests a second and address, bursts of 40) and time (one request a connection, whole within 5 s, 64 connections).
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from offchain_worker.domain.errors import DaiseeError

from .journal import Journal
from .metrics import Metrics

MAXIMUM_CONNECTIONS = 64
KEEP_ALIVE_SECONDS = 5
REQUEST_SECONDS = 5.0
HEAD_BYTES = 8 * 1024
REQUESTS_A_SECOND, BURST = 20, 40
REMEMBERED_ADDRESSES = 4096
START_SECONDS = 10.0
TASK_ID = re.compile(r"0x[0-9a-f]{64}")


class FaceError(DaiseeError):
    """The HTTP face could not be opened."""


@dataclass
class Pulse:
    """What the loop tells the face: when it last got through a cycle, and what stopped it if something did."""

    worker: str
    program: bytes
    late_after: float
    trouble: str = ""
    block: int = 0
    _beat: float = field(default=float("-inf"))

    def beat(self, block: int) -> None:
        """A cycle went well at this block."""
        self.block, self.trouble, self._beat = block, "", time.monotonic()

    @property
    def ready(self) -> bool:
        """Whether the last good cycle is recent and nothing is wrong since."""
        return not self.trouble and time.monotonic() - self._beat <= self.late_after

    def as_json(self) -> dict[str, object]:
        """What the face shows."""
        return {
            "worker": self.worker.lower(),
            "program": "0x" + self.program.hex(),
            "block": self.block,
            "ready": self.ready,
            "trouble": self.trouble,
        }


class Limits:
    """Middleware: refuses bodies and too many requests, ends every connection after its answer."""

    def __init__(self, app: ASGIApp, clock: Callable[[], float] = time.monotonic) -> None:
        self.app = app
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        refused = None
        if scope["method"] == "GET" and (
            headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers
        ):
            refused = JSONResponse({"error": "no request has a body"}, status_code=413)
        elif not self._admitted(scope["client"][0] if scope.get("client") else ""):
            refused = JSONResponse({"error": "too many requests"}, status_code=429, headers={"Retry-After": "1"})

        async def closing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        await (refused or self.app)(scope, receive, closing)

    def _admitted(self, address: str) -> bool:
        """One token bucket an address; the table is emptied before it grows without bound."""
        now = self._clock()
        if address not in self._buckets and len(self._buckets) >= REMEMBERED_ADDRESSES:
            self._buckets.clear()
        tokens, before = self._buckets.get(address, (float(BURST), now))
        tokens = min(float(BURST), tokens + (now - before) * REQUESTS_A_SECOND)
        admitted = tokens >= 1
        self._buckets[address] = (tokens - admitted, now)
        return admitted


class BoundedProtocol(H11Protocol):
    """HTTP that waits 5 s for a whole request, then hangs up."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.loop.call_later(REQUEST_SECONDS, self._hang_up_if_silent)

    def _hang_up_if_silent(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self.transport.close()


def application(journal: Journal, pulse: Pulse, metrics: Metrics | None = None) -> Starlette:
    """The routes over a worker's journal and pulse."""
    told = metrics or Metrics()
    told.ready.set_function(lambda: float(pulse.ready))

    def health(_request: Request) -> Response:
        return JSONResponse(pulse.as_json())

    def ready(_request: Request) -> Response:
        return JSONResponse(pulse.as_json(), status_code=200 if pulse.ready else 503)

    def attestation(request: Request) -> Response:
        task_id = request.path_params["task_id"]
        if not TASK_ID.fullmatch(task_id):
            return JSONResponse({"error": "a task id is 0x and 64 lower-case hex digits"}, status_code=400)
        document = journal.document(bytes.fromhex(task_id[2:]))
        if document is None:
            return JSONResponse({"error": "no answer to this task"}, status_code=404)
        return Response(document, media_type="application/json")

    def exposed(_request: Request) -> Response:
        return Response(told.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return Starlette(
        middleware=[Middleware(Limits)],
        routes=[
            Route("/metrics", exposed, methods=["GET"]),
            Route("/health", health, methods=["GET"]),
            Route("/ready", ready, methods=["GET"]),
            Route("/attestations/{task_id}", attestation, methods=["GET"]),
        ],
    )


class Server:
    """An application served from a thread of the process."""

    def __init__(self, served: Starlette, host: str, port: int) -> None:
        config = uvicorn.Config(
            served,
            http=BoundedProtocol,
            h11_max_incomplete_event_size=HEAD_BYTES,
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            limit_concurrency=MAXIMUM_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            lifespan="off",
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, name="http-face", daemon=True)
        self.place = f"{host}:{port}"

    def open(self) -> int:
        """Start serving; returns the port (useful when 0 was asked for)."""
        self._thread.start()
        if not _until(lambda: self._server.started or not self._thread.is_alive(), START_SECONDS):
            raise FaceError(f"the HTTP face at {self.place} did not start in {START_SECONDS:.0f} s")
        if not self._server.started:
            raise FaceError(f"cannot listen at {self.place}; is the port taken? choose another with --listen")
        return int(self._server.servers[0].sockets[0].getsockname()[1])

    def close(self) -> None:
        """Stop serving and wait for the thread."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(timeout=START_SECONDS)

    def _serve(self) -> None:
        # uvicorn leaves by SystemExit when it cannot bind; in a thread that only ends the thread.
        try:
            self._server.run()
        except SystemExit:
            return


class Face(Server):
    """The worker's application, served."""

    def __init__(self, journal: Journal, pulse: Pulse, host: str, port: int, metrics: Metrics | None = None) -> None:
        super().__init__(application(journal, pulse, metrics), host, port)


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
