"""A whole period on one command: `make demo`, `make demo PERIOD=2016-10`, `make demo APP=0`, `make demo STORE=kubo`."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from offchain_worker.chain.connection import Connection
from offchain_worker.cli.output import configure_logs
from offchain_worker.domain.errors import DaiseeError
from scripts import local_chain, local_kubo, run_app
from scripts.demo import calendar, cast, founding, month, parties, vote
from scripts.demo.clock import Clock
from scripts.demo.stage import Stage
from scripts.demo.voice import Voice
from scripts.install_kubo import NoKubo

ROOT = Path(__file__).resolve().parents[2]
WORKERS = 3


def open_stage(label: str, folder: Path, url: str, voice: Voice, store: str = "store") -> Stage:
    """An empty working folder with the settings that every command of the demo reads."""
    neighbourhood = cast.read()
    where = calendar.zone(neighbourhood.time_zone)
    folder.mkdir(parents=True, exist_ok=True)
    relay_port = local_chain.free_port()
    settings = {"rpc": url, "store": store, "deployment": "deployment.json", "relay": f"http://127.0.0.1:{relay_port}"}
    (folder / "daisee.toml").write_text("".join(f'{name} = "{value}"\n' for name, value in settings.items()))
    shutil.copyfile(cast.FOLDER / "names.json", folder / "names.json")
    connection = Connection(url)
    ports = [local_chain.free_port() for _ in range(WORKERS)]
    clock = Clock(connection, where)
    first = date.fromisoformat(f"{label}-01")
    return Stage(label, neighbourhood, folder, url, first, where, voice, clock, connection, ports, store, relay_port)


def chain_start(label: str) -> int:
    """When the chain of a demo of this month begins: the month before, local time."""
    month_before = calendar.previous_month(date.fromisoformat(f"{label}-01"))
    return calendar.midnight(month_before, calendar.zone(cast.read().time_zone))


@contextmanager
def opened_store(kind: str, folder: Path) -> Iterator[str]:
    """The `store` setting: a folder, or a Kubo node of the demo's own that runs as long as the demo."""
    if kind == "folder":
        yield "store"
        return
    try:
        with local_kubo.running(folder / "kubo", folder / "kubo.log") as kubo:
            yield f"kubo:{kubo.url}"
    except NoKubo as error:
        raise SystemExit(f"error: STORE=kubo needs Kubo: {error}") from error


def tell_of_people(stage: Stage) -> None:
    """The first half: founders, vote, month."""
    voice = stage.voice
    voice.chapter(f"1. {stage.clock.today}: the community is founded")
    founding.deploy_community(stage)
    founding.publish_reading_keys(stage)
    founding.declare_points(stage)
    founding.pay_in(stage)
    voice.chapter(f"2. {stage.clock.today}: the members choose how to share")
    month.vote_on_key(stage)
    voice.chapter(f"3. {stage.label}: the month passes")
    month.live_the_month(stage)


def tell_of_figures(stage: Stage) -> None:
    """The second half: readings, workers, euros, audit."""
    voice = stage.voice
    voice.chapter("4. The operator publishes the readings")
    month.publish(stage)
    voice.chapter("5. Three independent workers compute")
    month.attest(stage, "conformity")
    month.attest(stage, "settlement")
    voice.chapter("6. The euros follow")
    month.settle(stage)
    month.withdraw(stage)
    parties.write(stage)
    voice.chapter("7. An auditor recomputes everything from chain and store alone")
    month.audit(stage)
    voice.console.print()
    voice.gas_table()


def leave_running(stage: Stage) -> None:
    """Leave the app running until interrupted."""
    port = local_chain.free_port()
    places = {"DAISEE_CONFIG": stage.folder / "daisee.toml", "DAISEE_PERSONAS": stage.folder / "identities"}
    app = run_app.start({name: str(path) for name, path in places.items()}, port)
    stage.voice.chapter(f"The app runs at http://127.0.0.1:{port} (Ctrl-C ends everything)")
    stage.voice.say(
        f"Commands: DAISEE_CONFIG={stage.folder.relative_to(ROOT)}/daisee.toml .venv/bin/daisee account show"
    )
    try:
        app.wait()
    except KeyboardInterrupt:
        stage.voice.say("Good bye.")
    finally:
        app.terminate()
        app.wait(timeout=20)


def main() -> None:
    """Run the demo."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--period", default="2016-06", help="a month of 2016, e.g. 2016-06")
    parser.add_argument("--no-app", action="store_true", help="end after the audit")
    parser.add_argument(
        "--store", choices=("folder", "kubo"), default="folder", help="where everything is pinned (default: a folder)"
    )
    options = parser.parse_args()
    configure_logs(quiet=True)
    try:
        first = date.fromisoformat(f"{options.period}-01")
    except ValueError:
        parser.error(f"PERIOD={options.period} is not a month: write it as 2016-06")
    if first.year != 2016:
        parser.error(f"PERIOD={options.period}: the readings are of 2016")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    started = time.monotonic()
    folder = ROOT / "deployments" / "demo" / options.period
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    voice = Voice()
    with (
        local_chain.running(chain_start(options.period), log=folder / "chain.log") as chain,
        opened_store(options.store, folder) as store,
    ):
        stage = open_stage(options.period, folder, chain.url, voice, store)
        try:
            tell_of_people(stage)
            with month.workers(stage):
                tell_of_figures(stage)
                voice.say(f"done in {time.monotonic() - started:.0f} s")
                if not options.no_app:
                    with vote.relaying(stage):
                        voice.chapter("8. A vote is open")
                        vote.open_for_everybody(stage)
                        leave_running(stage)
        except DaiseeError as error:
            raise SystemExit(f"error: {error}") from error


if __name__ == "__main__":
    main()
