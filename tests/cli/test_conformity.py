"""`daisee conformity show | check | hash` as a user meets them."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from offchain_worker.cli import main

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "conformity.json"
ROSTER = ROOT / "docs" / "examples" / "half-hour" / "roster.json"


@pytest.fixture
def daisee(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    """Run the command in this process: (exit code, stdout, stderr)."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["daisee", "conformity", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main.run()
        out, err = capfd.readouterr()
        return int(caught.value.code or 0), out, err

    return run


def canonical_hash() -> str:
    text = json.dumps(json.loads(EXAMPLE.read_text()), sort_keys=True, separators=(",", ":"))
    return "0x" + hashlib.sha256(text.encode()).hexdigest()


def test_hash__the_example__is_the_sha256_of_its_canonical_bytes(daisee: Any) -> None:
    assert daisee("hash", EXAMPLE) == (0, canonical_hash() + "\n", "")


def test_show__in_french__says_bounds_treatments_and_checks(daisee: Any) -> None:
    code, out, _ = daisee("show", EXAMPLE, "--lang", "fr")
    assert code == 0
    assert "Il attend tant que plus de 20 % des pas d'un point sont estimés ou réparés." in out
    assert "twin : le jeu de données est rejeté." in out
    assert "Un compteur est bloqué s'il indique une même valeur non nulle pendant 24 heures." in out


def test_show__json__has_both_languages_and_the_document(daisee: Any) -> None:
    code, out, _ = daisee("show", EXAMPLE, "--json")
    found = json.loads(out)
    assert (code, found["rules"], found["conformity_hash"]) == (0, json.loads(EXAMPLE.read_text()), canonical_hash())
    assert len(found["words"]["en"]) == len(found["words"]["fr"])


def test_check__with_a_roster__says_which_bounds_are_of_points_not_on_it(daisee: Any) -> None:
    code, out, _ = daisee("check", EXAMPLE, "--roster", ROSTER)
    assert (code, out) == (
        0,
        f"valid, {canonical_hash()}\npoint 25 is not on the roster: its own bound is not used\n",
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"timeZone": "Paris"}, "$.timeZone: no time zone 'Paris'; use a name such as Europe/Paris"),
        ({"treatments": {"gap": {"treatment": "ignore", "method": "", "steps": 0}}}, "gap can be reject or repair"),
        ({"maximumMissingPpm": 1_000_001}, "$.maximumMissingPpm: 1000001 is greater than the maximum"),
        ({"maximumMissingPpm": None}, "'maximumMissingPpm' is null; every key needs a value"),
        ({"unknown": 1}, "'unknown' was unexpected"),
    ],
)
def test_check__rules_that_cannot_be_applied__are_refused_in_one_line(
    daisee: Any, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    path = tmp_path / "rules.json"
    path.write_text(json.dumps({**json.loads(EXAMPLE.read_text()), **change}))
    code, out, err = daisee("check", path)
    assert (code, out) == (1, "")
    assert err.startswith("error: daisee.conformity/1: ") and said in err
    assert len(err.strip().splitlines()) == 1


def test_check__no_such_file__is_said(daisee: Any, tmp_path: Path) -> None:
    code, _, err = daisee("check", tmp_path / "none.json")
    assert (code, err.strip()) == (1, f"error: {tmp_path}/none.json: cannot be read (No such file or directory)")
