"""The log: what was written is there, a half-written end goes, a damaged line is left out, one process at a time."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest

from offchain_worker.collect import CollectError, Kind, Log, Reading
from offchain_worker.collect.readings import from_line
from offchain_worker.domain.roster import Direction


def reading(moment: int, value: int = 5) -> Reading:
    return Reading("métér", Direction.PRODUCTION, Kind.REGISTER, 1_735_686_000 + moment, value)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    opened = Log(tmp_path)
    opened.open()
    return opened


def test_log__appended__is_read_back_in_order(log: Log) -> None:
    assert log.append([reading(1), reading(0)]) == 2
    assert log.append([]) == 0
    assert list(log) == [reading(1), reading(0)]


def test_log__reading_out_of_bounds__is_not_taken(log: Log) -> None:
    assert log.append([reading(-(10**10)), reading(0, -1), reading(0, 10**18)]) == 0


def test_log__cut_anywhere__keeps_every_whole_line_and_goes_on(tmp_path: Path, log: Log) -> None:
    log.append([reading(at) for at in range(5)])
    log.close()
    whole = log.path.read_bytes()
    for size in range(len(whole)):
        log.path.write_bytes(whole[:size])
        again = Log(tmp_path)
        again.open()
        again.append([reading(99)])
        again.close()
        kept = whole[:size].count(b"\n")
        assert list(again) == [*(reading(at) for at in range(kept)), reading(99)]
        assert again.damaged == 0


def test_log__changed_bytes__never_give_another_reading(log: Log) -> None:
    log.append([reading(at) for at in range(3)])
    line = reading(1).to_line()
    chance = random.Random("log")
    for _ in range(300):
        changed = bytearray(line)
        changed[chance.randrange(len(line) - 1)] ^= 1 << chance.randrange(8)
        assert from_line(bytes(changed)) in (None, reading(1))
    log.path.write_bytes(log.path.read_bytes().replace(b'"register",5', b'"register",6', 1))
    assert (list(log), log.damaged) == ([reading(1), reading(2)], 1)


def test_log__second_collector__is_refused(tmp_path: Path, log: Log) -> None:
    with pytest.raises(CollectError, match="another collector writes"):
        Log(tmp_path).open()
    log.close()
    Log(tmp_path).open()


def _write_for_ever(folder: Path) -> None:
    log = Log(folder)
    log.open()
    at = 0
    while True:
        log.append([reading(at)])
        at += 1


def test_log__writer_killed__leaves_whole_lines_in_order(tmp_path: Path) -> None:
    writer = multiprocessing.get_context("spawn").Process(target=_write_for_ever, args=(tmp_path,))
    writer.start()
    path = tmp_path / "readings.log"
    for _ in range(600):
        if path.exists() and path.stat().st_size > 2000:
            break
        time.sleep(0.05)
    os.kill(writer.pid or 0, signal.SIGKILL)
    writer.join()
    log = Log(tmp_path)
    log.open()
    log.close()
    found = list(log)
    assert (found, log.damaged) == ([reading(at) for at in range(len(found))], 0)
    assert len(found) > 10
