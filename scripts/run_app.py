"""`make app`: the citizens' app on the community that the settings name (`DAISEE_CONFIG`, or `daisee.toml` here).

    DAISEE_CONFIG=deployments/demo/2016-06/daisee.toml make app

`make demo` starts it by itself, on the community it has just founded.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from offchain_worker.cli.settings import load
from offchain_worker.domain.errors import DaiseeError

ROOT = Path(__file__).resolve().parent.parent


def start(environment: Mapping[str, str], port: int) -> subprocess.Popen[bytes]:
    """Start Streamlit with these environment variables on a loopback port; returns the process."""
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "server.py")]
    command += ["--server.port", str(port), "--server.address", "127.0.0.1", "--server.headless", "true"]
    command += ["--browser.gatherUsageStats", "false"]
    return subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    )


def main() -> None:
    """Run the app until interrupted."""
    from scripts import local_chain

    try:
        settings = load({})
        settings.need_rpc()
        settings.need_store()
        settings.need_deployment()
    except DaiseeError as error:
        raise SystemExit(f"error: {error}; `make demo` founds a community and starts the app on it") from error
    port = local_chain.free_port()
    app = start({}, port)
    print(f"The app runs at http://127.0.0.1:{port} (Ctrl-C ends it)")
    try:
        app.wait()
    except KeyboardInterrupt:
        app.terminate()
        app.wait(timeout=20)


if __name__ == "__main__":
    main()
