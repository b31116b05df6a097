"""The loop is patient with what passes, ends for what does not, and says why."""

from __future__ import annotations

import threading
import time

import pytest

from offchain_worker.chain.errors import ChainUnavailable
from offchain_worker.daemon import loop
from offchain_worker.daemon.errors import Disagreement, NotInTheSet
from offchain_worker.daemon.http import Pulse


class Cycle:
    """Raises the errors given, one a cycle, then works, and stops the loop after its first good cycle."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.stop = threading.Event()
        self.runs = 0

    def __call__(self) -> int:
        self.runs += 1
        if self.errors:
            raise self.errors.pop(0)
        self.stop.set()
        return 7

    def run(self, pulse: Pulse | None = None, patience: int = 3) -> None:
        loop.run(self, stop=self.stop, interval=0.001, patience=patience, pulse=pulse)


def test_run__trouble_that_passes__is_tried_again_with_a_line_each_time(capsys: pytest.CaptureFixture) -> None:
    cycle = Cycle(ChainUnavailable("the node is away"), ChainUnavailable("the node is away"))
    cycle.run()
    assert cycle.runs == 3
    said = capsys.readouterr().out
    assert said.count("trying again") == 2
    assert "the node is away" in said


def test_run__trouble_that_stays__ends_with_its_error() -> None:
    cycle = Cycle(*[ChainUnavailable("the node is away")] * 9)
    with pytest.raises(ChainUnavailable, match="the node is away"):
        cycle.run(patience=4)
    assert cycle.runs == 4


def test_run__a_refused_task__goes_on_with_the_next_cycle() -> None:
    cycle = Cycle(NotInTheSet("not in the set"))
    cycle.run()
    assert cycle.runs == 2


@pytest.mark.parametrize("error", [Disagreement("two results"), ZeroDivisionError("a defect")])
def test_run__a_fatal_error__ends_at_once(error: Exception) -> None:
    cycle = Cycle(error)
    with pytest.raises(type(error), match=str(error)):
        cycle.run()
    assert cycle.runs == 1


def test_run__pulse__is_told_what_is_wrong_and_that_it_passed() -> None:
    pulse = Pulse("0x", bytes(32), late_after=60)
    with pytest.raises(Disagreement):
        Cycle(Disagreement("two results")).run(pulse)
    assert (pulse.trouble, pulse.ready) == ("two results", False)
    Cycle().run(pulse)
    assert (pulse.trouble, pulse.ready, pulse.block) == ("", True, 7)


def test_run__asked_to_stop_while_waiting__does_not_wait_on() -> None:
    cycle = Cycle(*[ChainUnavailable("the node is away")] * 9)
    threading.Timer(0.1, cycle.stop.set).start()
    begun = time.monotonic()
    loop.run(cycle, stop=cycle.stop, interval=20, patience=9)
    assert time.monotonic() - begun < 10
