"""Price bands times producers: what a settlement can have, known before a key, a tariff or a plant is adopted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from offchain_worker.cli.main import app
from offchain_worker.domain.errors import LanesTooMany
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.lanes import lanes
from offchain_worker.domain.roster import numbered
from offchain_worker.domain.stages import Rule, Stage

POOLED = AllocationKey((Stage(Rule.PRO_RATA),))
APART = AllocationKey((Stage(Rule.PRO_RATA),), per_producer=True)


@pytest.mark.parametrize(
    ("key", "bands", "producers", "found"),
    [(POOLED, 16, 200, 16), (APART, 1, 16, 16), (APART, 4, 4, 16), (APART, 3, 0, 3)],
)
def test_lanes__within_the_bound__are_counted(key: AllocationKey, bands: int, producers: int, found: int) -> None:
    assert lanes(key, bands, producers) == found


@pytest.mark.parametrize(("key", "bands", "producers"), [(POOLED, 17, 1), (APART, 1, 17), (APART, 9, 2)])
def test_lanes__too_many__are_refused_with_the_remedy(key: AllocationKey, bands: int, producers: int) -> None:
    with pytest.raises(LanesTooMany, match="more than 16; use fewer bands, or a key that pools producers"):
        lanes(key, bands, producers)


def test_key_check__with_a_roster_of_too_many_producers__fails(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text(APART.to_json())
    (tmp_path / "roster.json").write_text(numbered(2, 17).to_json())
    run = CliRunner().invoke(
        app, ["key", "check", str(tmp_path / "key.json"), "--roster", str(tmp_path / "roster.json")]
    )
    assert isinstance(run.exception, LanesTooMany)
    assert "17 producers in 1 price bands are 17 lanes" in str(run.exception)


def test_key_check__with_a_tariff_of_bands__counts_them(tmp_path: Path) -> None:
    bands = {
        "schema": "daisee.tariff/1",
        "bands": 9,
        "communityFeeMicroEuroPerKwh": 0,
        "windows": [],
        "prices": [{"producer": 2, "group": 0, "band": 0, "microEuroPerKwh": 1}],
        "taxes": [],
        "vats": [],
    }
    (tmp_path / "key.json").write_text(APART.to_json())
    (tmp_path / "tariff.json").write_text(json.dumps(bands))
    (tmp_path / "roster.json").write_text(numbered(2, 2).to_json())
    arguments = ["key", "check", str(tmp_path / "key.json"), "--roster", str(tmp_path / "roster.json")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    run = CliRunner().invoke(app, [*arguments, "--tariff", str(tmp_path / "tariff.json")])
    assert "18 lanes" in str(run.exception)
