"""`daisee collect`: from a file of frames to canonical curves that the other commands read."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from offchain_worker import meters
from offchain_worker.cli import collect
from tests.collect.broker import free_port
from tests.collect.frames import linky, telegram

RUN = CliRunner()


def test_collect__file_of_frames__becomes_curves_and_gaps(tmp_path: Path) -> None:
    frames = tmp_path / "frames.txt"
    times = [f"H250101{at // 60:02}{at % 60:02}00" for at in [*range(41), *range(65, 91)]]
    frames.write_bytes(b"".join(linky(time, 10 * at) for at, time in enumerate(times)))
    log, out = str(tmp_path / "log"), tmp_path / "out"
    taken = RUN.invoke(collect.app, ["line", str(frames), "--log", log, "--json"])
    assert (taken.exit_code, json.loads(taken.stdout)) == (0, {"readings": 134, "unread": 0})
    made = RUN.invoke(collect.app, ["curves", "--log", log, "--out", str(out), "--step", "15", "--json"])
    assert made.exit_code == 0, made.output
    (consumption, production) = json.loads(made.stdout)["curves"]
    assert (consumption["steps"], consumption["energy_micro_kwh"], consumption["gaps"]) == (3, 450_000, 1)
    assert production["energy_micro_kwh"] == 0
    (gap, _) = json.loads((out / "gaps.json").read_text("utf-8"))["gaps"]
    assert (gap["start"], gap["end"]) == ("2024-12-31T23:30:00Z", "2025-01-01T00:15:00Z")
    report = meters.inspect([("curves.csv", (out / "curves.csv").read_bytes())])
    assert [curve["energy_micro_kwh"] for curve in report["curves"]] == [450_000, 0]


def test_collect__same_file_twice__changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "p1.log"
    path.write_bytes(b"".join(telegram(f"2501010{at // 60}{at % 60:02}00W", f"{at:06}.000") for at in range(16)))
    arguments = ["line", str(path), "--log", str(tmp_path / "log"), "--mode", "p1"]
    written = []
    for _ in range(2):
        assert RUN.invoke(collect.app, arguments).exit_code == 0
        out = tmp_path / "out"
        assert RUN.invoke(collect.app, ["curves", "--log", str(tmp_path / "log"), "--out", str(out)]).exit_code == 0
        written.append((out / "curves.csv").read_bytes())
    assert written[0] == written[1]


def test_collect__no_broker__says_so(tmp_path: Path) -> None:
    failed = RUN.invoke(
        collect.app, ["mqtt", "--log", str(tmp_path), "--host", "127.0.0.1", "--port", str(free_port())]
    )
    assert failed.exit_code == 1
    assert "no broker at 127.0.0.1" in str(failed.exception)
