"""`daisee key new`: each usual name gives a key that reads back, and what is missing is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from offchain_worker.cli.main import app
from offchain_worker.domain import key as keys
from offchain_worker.domain.errors import DaiseeError, KeyInvalid
from offchain_worker.domain.presets import Preset

SHARES = ["--share", "0=60", "--share", "1=33.3333", "--share", "2=6.6667"]
COMMITTER = ["--committer", "0x" + "C0" * 20]
OPTIONS = {
    "static": SHARES, "weighted": SHARES, "vast": SHARES, "relatief": SHARES, "optimaal": SHARES,
    "default-dynamic": [], "egalitarian": ["--decimals", "6"], "priority": ["--group", "2", "--group", "1"],
    "simple-dynamic": [*COMMITTER, "--point", "0"], "cascade": ["--share", "0=10", "--group", "1"],
    "full-dynamic": [*COMMITTER, "--producer", "4", "--producer", "5"],
}  # fmt: skip


@pytest.mark.parametrize("preset", list(Preset))
def test_key_new__each_preset__writes_a_key_that_can_be_shown(preset: Preset, tmp_path: Path) -> None:
    file = tmp_path / "key.json"
    made = CliRunner().invoke(app, ["key", "new", preset.value, *OPTIONS[preset.value], "--out", str(file), "--json"])
    assert made.exit_code == 0, made.output
    rule = keys.parse(file.read_bytes())
    assert json.loads(made.stdout)["key_hash"] == "0x" + rule.hash().hex()
    for lang in ("fr", "en"):
        shown = CliRunner().invoke(app, ["key", "show", str(file), "--lang", lang])
        assert shown.stdout.splitlines() == keys.describe(rule, lang)


def test_key_new__shares_and_groups__stand_in_the_order_given() -> None:
    made = CliRunner().invoke(app, ["key", "new", "cascade", *SHARES, "--group", "2", "--group", "1"])
    stages = keys.parse(made.stdout).stages
    assert [(stage.rule.name, stage.group) for stage in stages] == [
        ("STATIC", 0), ("PRO_RATA", 2), ("PRO_RATA", 1), ("PRO_RATA", 0),
    ]  # fmt: skip
    assert dict(zip(stages[0].points, stages[0].weights, strict=True)) == {0: 600_000, 1: 333_333, 2: 66_667}


@pytest.mark.parametrize("preset", ["static", "vast", "full-dynamic", "priority", "simple-dynamic"])
def test_key_new__what_a_preset_needs__is_asked_for(preset: str) -> None:
    made = CliRunner().invoke(app, ["key", "new", preset])
    assert isinstance(made.exception, KeyInvalid)


@pytest.mark.parametrize(
    "wrong", [["--share", "1=a"], ["--share", "0=1", "--point", "1"], ["--point", "1", "--point", "1"]]
)
def test_key_new__wrong_use__exits_two(wrong: list[str]) -> None:
    assert CliRunner().invoke(app, ["key", "new", "static", *wrong]).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["static", "--share", "70000=5"], "70000 is greater than the maximum of 65535"),
        (["static", "--point", "-1"], "-1 is less than the minimum of 0"),
        (["priority", "--group", "99999999"], "99999999 is greater than the maximum"),
        (["simple-dynamic", "--point", "0", "--committer", "0x12"], "$.committer: '0x12' does not match"),
        (["static", "--share", "0=101"], "weight 1010000 of point 0 is over 1000000 ppm"),
        (["static", "--share", "0=60", "--share", "1=60"], "weights add up to 1200000, over 1000000 ppm"),
        (["egalitarian", "--decimals", "19"], "coefficientDecimals 19 is over 18"),
    ],
)
def test_key_new__beyond_bounds__is_refused_and_nothing_is_written(
    arguments: list[str], said: str, tmp_path: Path
) -> None:
    made = CliRunner().invoke(app, ["key", "new", *arguments, "--out", str(tmp_path / "out" / "key.json")])
    assert made.exit_code == 1
    assert isinstance(made.exception, DaiseeError) and said in str(made.exception), made.exception
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["default-dynamic", "--group", "1"], "default-dynamic takes no --group"),
        (["simple-dynamic", *COMMITTER, "--share", "0=50"], "simple-dynamic takes no --share"),
        (["static", "--point", "0", "--producer", "4"], "static takes no --producer"),
        (["priority", "--group", "1", *COMMITTER], "priority takes no --committer"),
    ],
)
def test_key_new__an_option_the_preset_does_not_go_by__is_refused_not_left_unread(
    arguments: list[str], said: str
) -> None:
    made = CliRunner().invoke(app, ["key", "new", *arguments])
    assert made.exit_code == 2
    assert said in " ".join(made.stderr.split())
