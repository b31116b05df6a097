"""The worker's HTTP face: is it well, is it working, what did it answer. It reads only, and only what is public.

`GET /health` (the process lives), `GET /ready` (its last cycle went well, not long ago), `GET /attestations/{taskId}`
(404 until the answer is on the disk). Bounded: no bodies, at most 64 connections, 5 s to keep one alive.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from offchain_worker.domain.errors import DaiseeError

from .journal import Journal

MAXIMUM_CONNECTIONS = 64
KEEP_ALIVE_SECONDS = 5
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


def application(journal: Journal, pulse: Pulse) -> Starlette:
    """The routes over a worker's journal and pulse."""

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

    return Starlette(
        routes=[
            Route("/health", health, methods=["GET"]),
            Route("/ready", ready, methods=["GET"]),
            Route("/attestations/{task_id}", attestation, methods=["GET"]),
        ]
    )


class Server:
    """An application served from a thread of the process."""

    def __init__(self, served: Starlette, host: str, port: int) -> None:
        config = uvicorn.Config(
            served,
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

    def __init__(self, journal: Journal, pulse: Pulse, host: str, port: int) -> None:
        super().__init__(application(journal, pulse), host, port)


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True
