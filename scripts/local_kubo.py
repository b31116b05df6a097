"""A Kubo node of its own for tests and the demo: own repository, loopback, free ports, no peers to begin with."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.install_kubo import install

START_SECONDS = 60.0
PROFILES = "test,autoconf-off"
SETTINGS = (
    ["bootstrap", "rm", "--all"],
    ["config", "Routing.Type", "none"],
    ["config", "--json", "Addresses.Gateway", "[]"],
    ["config", "--json", "Provide.Enabled", "false"],
)
"""No peers to begin with, nothing announced; `scripts/kubo/container-init.sh` sets the same in a container."""


@dataclass(frozen=True)
class LocalKubo:
    """A running node: the address of its RPC interface and its process."""

    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """End the node; its repository stays."""
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def environment(repository: Path) -> dict[str, str]:
    """The environment in which `ipfs` uses this repository and tells nobody."""
    return os.environ | {"IPFS_PATH": str(repository), "IPFS_TELEMETRY": "off"}


def prepare(ipfs: Path, repository: Path) -> None:
    """Make the repository if it is not there: no bootstrap peers, no routing, loopback and free ports only."""
    if (repository / "config").exists():
        return
    repository.mkdir(parents=True, exist_ok=True)
    for command in (["init", "--empty-repo", f"--profile={PROFILES}"], *SETTINGS):
        done = subprocess.run([ipfs, *command], env=environment(repository), capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"error: `ipfs {' '.join(command)}` failed: {done.stderr.strip()}")


def start(repository: Path, log: Path | None = None) -> LocalKubo:
    """Start a node on `repository` and wait until it answers. Raises SystemExit, or NoKubo where there is no Kubo."""
    ipfs = install()
    prepare(ipfs, repository)
    api = repository / "api"
    api.unlink(missing_ok=True)
    with (log or Path(os.devnull)).open("wb") as output:
        process = subprocess.Popen(
            [ipfs, "daemon"],
            env=environment(repository),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if api.is_file() and (written := api.read_text(encoding="ascii").strip()):
            _, _, host, _, port = written.split("/")[:5]
            return LocalKubo(f"http://{host}:{port}", process)
        time.sleep(0.05)
    process.kill()
    process.wait()
    raise SystemExit(f"error: Kubo does not start on {repository}; see {log or 'its log'}")


@contextmanager
def running(repository: Path, log: Path | None = None) -> Iterator[LocalKubo]:
    """`start`, then `stop` whatever happens."""
    kubo = start(repository, log)
    try:
        yield kubo
    finally:
        kubo.stop()
