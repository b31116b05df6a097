"""`daisee collect`: readings of one's own meter, from a broker or a serial line, and canonical curves from them."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from offchain_worker.collect import Collected, Log, collected, curves, serial_line
from offchain_worker.collect.mqtt import PORT, TLS_PORT, TOPICS, Broker, Subscriber
from offchain_worker.collect.payloads import Decoder
from offchain_worker.collect.steps import TOLERANCE

from . import output
from .files import write
from .settings import JsonOption
from .written import columns, kwh

app = typer.Typer(no_args_is_help=True, help="Readings of your own meter, and canonical curves from them.")

FolderOption = Annotated[Path, typer.Option("--log", help="Folder of the log of readings; one collector at a time")]
PASSWORD = "DAISEE_MQTT_PASSWORD"


def _now() -> int:
    return int(time.time())


@app.command()
def mqtt(
    folder: FolderOption,
    host: Annotated[str, typer.Option("--host", help="The broker")] = "localhost",
    port: Annotated[int, typer.Option("--port", help="Its port; 1883, or 8883 when encrypted, if left out")] = 0,
    topic: Annotated[list[str] | None, typer.Option("--topic", help="What to subscribe to; may be repeated")] = None,
    user: Annotated[str, typer.Option("--user", help=f"User name; the password comes from {PASSWORD}")] = "",
    tls: Annotated[bool, typer.Option("--tls", help="Encrypt, and check the broker's certificate")] = False,
    authority: Annotated[
        str,
        typer.Option("--authority", help="With --tls: who signed the broker's certificate (PEM), if not the system's"),
    ] = "",
    client_id: Annotated[str, typer.Option("--client-id", help="Name of the lasting session")] = "daisee-collect",
    seconds: Annotated[int, typer.Option("--seconds", help="Stop after so many seconds; 0 runs on")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Write down what Linky, P1 and OpenEnergyMonitor adapters publish, until interrupted."""
    log = Log(folder)
    log.open()
    password = os.environ.get(PASSWORD, "")
    broker = Broker(
        host,
        port or (TLS_PORT if tls or authority else PORT),
        user,
        password,
        tls or bool(authority),
        client_id,
        authority,
    )
    subscriber = Subscriber(broker, topic or TOPICS, log, Decoder(_now))
    end = time.monotonic() + seconds
    try:
        subscriber.start()
        subscriber.run(lambda: bool(seconds) and time.monotonic() >= end)
    except KeyboardInterrupt:
        subscriber.stop()
    finally:
        log.close()
    _taken(subscriber.taken, subscriber.decoder.unread, as_json)


@app.command()
def line(
    device: Annotated[Path, typer.Argument(help="A serial device, a pipe, or a file of frames or telegrams")],
    folder: FolderOption,
    mode: Annotated[str, typer.Option("--mode", help="historic or standard (Linky), p1 (DSMR)")] = "standard",
    as_json: JsonOption = False,
) -> None:
    """Write down what a meter says on a line, until it closes or is interrupted."""
    log = Log(folder)
    log.open()
    decoder = Decoder((lambda: -1) if serial_line.is_file(device) else _now)
    taken = unread = 0
    try:
        for piece in serial_line.pieces(device, mode):
            readings = decoder.telegrams(piece) if mode == "p1" else decoder.frames(piece)
            written = log.append(readings)
            taken += written
            unread += not written
    except KeyboardInterrupt:
        pass
    finally:
        log.close()
    _taken(taken, unread, as_json)


@app.command("curves")
def make_curves(
    folder: FolderOption,
    out: Annotated[Path, typer.Option("--out", help="Folder for curves.csv, curves.parquet and gaps.json")],
    step: Annotated[int, typer.Option("--step", help="Minutes per step")] = 15,
    tolerance: Annotated[
        int, typer.Option("--tolerance", help="Seconds between readings that count as unbroken")
    ] = TOLERANCE,
    as_json: JsonOption = False,
) -> None:
    """Make canonical curves of all readings in the log; what was not seen is listed as gaps."""
    log = Log(folder)
    made = collected(log, step * 60, tolerance)
    write(out, curves.files(made, log.damaged), stale=["curves.csv", "curves.parquet"])
    output.emit(_report(made, log.damaged), as_json, _show)


def _taken(taken: int, unread: int, as_json: bool) -> None:
    report = {"readings": taken, "unread": unread}
    output.emit(
        report, as_json, lambda it: output.results.print(f"{it['readings']} readings written down", markup=False)
    )


def _report(made: Collected, damaged: int) -> dict[str, Any]:
    return {
        "step_seconds": made.step,
        "damaged_lines": damaged,
        "curves": [
            {
                "meter": meter,
                "direction": direction.name.lower(),
                "steps": len(starts),
                "energy_micro_kwh": sum(energy),
                "gaps": sum(1 for gap in made.gaps if (gap.meter, gap.direction) == (meter, direction)),
            }
            for meter, direction, starts, energy in made.curves
        ],
    }


def _show(report: dict[str, Any]) -> None:
    rows = [("meter", "direction", "steps", "gaps", "kWh")]
    for curve in report["curves"]:
        counts = (str(curve["steps"]), str(curve["gaps"]), kwh(curve["energy_micro_kwh"]))
        rows.append((curve["meter"], curve["direction"], *counts))
    output.results.print("\n".join(columns(rows)), markup=False, soft_wrap=True)
