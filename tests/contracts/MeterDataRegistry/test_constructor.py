"""What a calendar must be before anything is built on it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.community import STEP, calendar
from tests.contracts.refusals import reverts

HOUR = 3600


@pytest.fixture
def deploy(contracts: Any, community: Any, deployer: Any) -> Any:
    """Deploy a meter-data registry beside the community's; arguments may be replaced."""

    def make(**changes: Any) -> Any:
        arguments = {
            "registry": community.registry,
            "rule_book": community.rule_book,
            "hub": community.hub,
            "settlement": community.settlement,
            "step_seconds": STEP,
            "first": 201605,
            "calendar": calendar(),
        } | changes
        return contracts.MeterDataRegistry.deploy(*arguments.values(), {"from": deployer})

    return make


@pytest.mark.parametrize("step", [300, 600, 900, 1800, 3600])
def test_constructor__every_step_of_the_design__is_taken(deploy: Any, step: int) -> None:
    assert deploy(step_seconds=step).stepSeconds() == step


@pytest.mark.parametrize("step", [0, 1, 60, 1200, 7200])
def test_constructor__another_step__is_refused(deploy: Any, step: int) -> None:
    with reverts("MeterDataStepInvalid", step):
        deploy(step_seconds=step)


@pytest.mark.parametrize("label", [201600, 201613])
def test_constructor__no_month__is_refused(deploy: Any, label: int) -> None:
    with reverts("MeterDataOutsideCalendar", label):
        deploy(first=label)


def test_constructor__calendar_without_a_month__is_refused(deploy: Any) -> None:
    with reverts("MeterDataCalendarInvalid", 1):
        deploy(calendar=calendar()[:1])


def test_constructor__months_that_cannot_be__are_refused_by_position(deploy: Any) -> None:
    """IMeterDataRegistry G1: a missing month, a month too short, one that is not in whole steps."""
    starts = calendar()
    with reverts("MeterDataCalendarInvalid", 2):
        deploy(calendar=starts[:2] + starts[3:])
    with reverts("MeterDataCalendarInvalid", 3):
        deploy(calendar=[*starts[:3], starts[2] + 28 * 24 * HOUR - HOUR - STEP, *starts[3:]])
    with reverts("MeterDataCalendarInvalid", 1):
        deploy(calendar=[starts[0], starts[1] + 1, *starts[2:]])
    with reverts("MeterDataCalendarInvalid", 1):
        deploy(calendar=[starts[0], starts[0], *starts[1:]])
