"""A local chain for tests and the demo: anvil on a free port, with a clock that starts where we say.

Gas is exact only if every run has the same accounts, clock and block limit, so all of them are fixed here.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHAIN_ID = 31337
ACCOUNTS = 80
BLOCK_GAS_LIMIT = 60_000_000
CONDITIONS = (
    f"--accounts={ACCOUNTS}",
    "--balance=1000000",
    f"--gas-limit={BLOCK_GAS_LIMIT}",
    "--block-base-fee-per-gas=0",
    "--gas-price=0",
    "--hardfork=cancun",
    "--order=fifo",
)
"""What every local chain has in common, `docker-compose.yml`'s included."""


@dataclass(frozen=True)
class LocalChain:
    """A running anvil: its address and its process."""

    url: str
    port: int
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End the chain; everything on it is gone."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def anvil_executable() -> Path:
    """The anvil that `npm ci` installed: the platform's binary itself, so that a signal reaches it."""
    for folder in sorted((ROOT / "node_modules" / "@foundry-rs").glob("anvil-*")):
        binary = folder / "bin" / "anvil"
        if binary.is_file():
            return binary
    found = shutil.which("anvil")
    if found is None:
        raise SystemExit("error: anvil is missing; run `make setup`")
    return Path(found)


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(timestamp: int, *, port: int | None = None, log: Path | None = None, chain_id: int = CHAIN_ID) -> LocalChain:
    """Start anvil with its clock at `timestamp` (UTC seconds) and wait until it answers.

    Raises SystemExit with the last words of anvil if it ends or does not answer within 30 seconds.
    """
    port = port or free_port()
    place = ["--host=127.0.0.1", f"--port={port}", f"--timestamp={timestamp}", f"--chain-id={chain_id}"]
    command = [str(anvil_executable()), *place, *CONDITIONS]
    with (log or Path(os.devnull)).open("wb") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
    chain = LocalChain(f"http://127.0.0.1:{port}", port, process)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"error: anvil ended at once with code {process.returncode}; is port {port} free?")
        try:
            request = urllib.request.Request(
                chain.url,
                data=b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}',
                headers={"Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, timeout=2):
                return chain
        except OSError:
            time.sleep(0.05)
    chain.stop()
    raise SystemExit(f"error: anvil does not answer at {chain.url}")


@contextmanager
def running(timestamp: int, **options: Path | int | None) -> Iterator[LocalChain]:
    """`start`, then `stop` whatever happens."""
    chain = start(timestamp, **options)  # type: ignore[arg-type]
    try:
        yield chain
    finally:
        chain.stop()
