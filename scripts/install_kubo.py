"""Find or install Kubo's `ipfs`: from the PATH, else built by Go, else the official release.

* A build takes its version and every checksum from `scripts/kubo/go.mod` and `go.sum`.
* A release is fetched from `DAISEE_KUBO_RELEASES` (the address of the folder that holds
  `kubo_v0.40.1_linux-amd64.tar.gz`) and must have the sha512 that stands beside it, or in `DAISEE_KUBO_SHA512`.

What is installed goes to `~/.cache/daisee/kubo-<version>/ipfs`, so that other checkouts find it.

    python -m scripts.install_kubo        # prints the path
"""

from __future__ import annotations

import hashlib
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULE = ROOT / "scripts" / "kubo"
OLDEST = (0, 30)
"""The oldest Kubo whose `block put --cid-codec` and profile `test` we rely on."""


class NoKubo(Exception):
    """Kubo is not here and cannot be had."""


def version() -> str:
    """The version that is built, from `go.mod`."""
    found = re.search(r"github\.com/ipfs/kubo (v[\d.]+)", (MODULE / "go.mod").read_text(encoding="utf-8"))
    if found is None:
        raise NoKubo(f"{MODULE / 'go.mod'} names no version of Kubo")
    return found.group(1)


def cached() -> Path:
    """Where an installed `ipfs` is kept."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "daisee" / f"kubo-{version()}" / "ipfs"


def answers(executable: Path) -> bool:
    """Whether it runs and is recent enough."""
    try:
        done = subprocess.run([executable, "version", "--number"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    numbers = re.match(r"(\d+)\.(\d+)", done.stdout)
    return done.returncode == 0 and numbers is not None and tuple(map(int, numbers.groups())) >= OLDEST


def installed() -> Path | None:
    """The `ipfs` that is here already, if one is."""
    on_path = shutil.which("ipfs")
    for candidate in (Path(on_path) if on_path else None, cached()):
        if candidate is not None and answers(candidate):
            return candidate
    return None


def build(go: str) -> Path:
    """Build it with Go, without C."""
    target = cached()
    target.parent.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"GOBIN": str(target.parent), "CGO_ENABLED": "0", "GOFLAGS": "-trimpath"}
    command = [go, "install", "-tags", "nofuse", "-ldflags=-s -w", "github.com/ipfs/kubo/cmd/ipfs"]
    done = subprocess.run(command, cwd=MODULE, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise NoKubo(f"Go could not build Kubo {version()}: {done.stderr.strip().splitlines()[-1:]}")
    return target


def fetch(releases: str) -> Path:
    """Fetch the official release and check it before anything of it is kept."""
    machine = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), platform.machine())
    name = f"kubo_{version()}_{platform.system().lower()}-{machine}.tar.gz"
    address = f"{releases.rstrip('/')}/{name}"
    try:
        with urllib.request.urlopen(address, timeout=300) as answer:
            archive = answer.read()
        wanted = os.environ.get("DAISEE_KUBO_SHA512")
        if not wanted:
            with urllib.request.urlopen(f"{address}.sha512", timeout=60) as answer:
                wanted = answer.read().split()[0].decode("ascii")
    except OSError as error:
        raise NoKubo(f"{address} cannot be fetched ({error})") from error
    if hashlib.sha512(archive).hexdigest() != wanted.lower():
        raise NoKubo(f"{address} has not the checksum {wanted[:16]}…; nothing was installed")
    target = cached()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        member = files.extractfile("kubo/ipfs")
        if member is None:
            raise NoKubo(f"{address} holds no kubo/ipfs")
        target.write_bytes(member.read())
    target.chmod(0o755)
    return target


def install() -> Path:
    """The path of a working `ipfs`. Raises NoKubo saying what was tried."""
    here = installed()
    if here is not None:
        return here
    tried = ["no recent `ipfs` on the PATH"]
    go, releases = shutil.which("go"), os.environ.get("DAISEE_KUBO_RELEASES")
    for what, attempt in (
        ("no Go on the PATH", go and (lambda: build(go))),
        ("DAISEE_KUBO_RELEASES is not set", releases and (lambda: fetch(releases))),
    ):
        if not attempt:
            tried.append(what)
            continue
        try:
            target = attempt()
        except NoKubo as error:
            tried.append(str(error))
            continue
        if answers(target):
            return target
        tried.append(f"{target} does not answer")
    raise NoKubo("; ".join(tried))


def main() -> None:
    """Print the path of `ipfs`, installing it if need be."""
    try:
        print(install())
    except NoKubo as error:
        sys.exit(f"error: Kubo cannot be had: {error}. Install Kubo {version()} and put `ipfs` on the PATH.")


if __name__ == "__main__":
    main()
