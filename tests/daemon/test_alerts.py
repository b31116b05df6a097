"""The alert rules of the guide speak of metrics, labels and errors that exist."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from offchain_worker.daemon.errors import TABLE, Next
from offchain_worker.daemon.metrics import Metrics
from tests.conftest import ROOT

GUIDE = (ROOT / "docs" / "guides" / "alerts.md").read_text(encoding="utf-8")
(BLOCK,) = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
RULES: list[dict[str, Any]] = yaml.safe_load(BLOCK)["groups"][0]["rules"]
EXPOSED = {
    name: set(metric._labelnames) | {"le"}
    for metric, names in Metrics().registry._collector_to_names.items()
    for name in names
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_alerts__each_rule__asks_for_metrics_and_labels_that_are_served(rule: dict[str, Any]) -> None:
    asked = re.findall(r"\b(daisee_\w+|up)(?:\{([^}]*)\})?", rule["expr"])
    assert asked
    for name, labels in asked:
        if name != "up":
            assert set(re.findall(r"(\w+)=", labels)) <= EXPOSED[name]
    assert rule["annotations"].keys() == {"summary", "action"}


def test_alerts__errors_and_consequences_they_name__exist() -> None:
    names = [error.__name__ for error, _ in TABLE]
    for pattern in re.findall(r'error=~"([^"]+)"', BLOCK):
        for each in pattern.split("|"):
            assert any(re.fullmatch(each, name) for name in names), each
    assert set(re.findall(r'next="(\w+)"', BLOCK)) <= {each.name.lower() for each in Next}


def test_alerts__every_metric__is_told_in_the_guide() -> None:
    told = set(re.findall(r"`(daisee_\w+)", GUIDE))
    served = {name for name in EXPOSED if not re.search(r"_(created|bucket|count|sum)$", name)}
    assert {name for name in served if name not in told and f"{name}_total" not in served} == set()
