"""A settled period's store: what is missing is named and mended, what nobody needs is found, Kubo serves the same."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from offchain_worker.storage.cid import cid
from offchain_worker.storage.embedded import EmbeddedStore
from offchain_worker.storage.kubo import KuboStore
from scripts.demo.stage import ROOT, Stage


def daisee(stage: Stage, store: str, *arguments: str) -> tuple[int, Any]:
    """Exit code and JSON of a command on another store than the period's own."""
    command = [sys.executable, "-m", "offchain_worker.cli.main", "--quiet", *arguments, "--json", "--store", store]
    command += ["--config", str(stage.folder / "daisee.toml")]
    command += ["--as", str(stage.folder / "identities" / "auditor.json")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def copy(settled_period: Stage, tmp_path: Path) -> EmbeddedStore:
    """The period's store, to be damaged."""
    shutil.copytree(settled_period.folder / "store", tmp_path / "store")
    return EmbeddedStore(tmp_path / "store")


def test_status__untouched__everything_needed_is_there_and_nothing_else(
    settled_period: Stage, copy: EmbeddedStore
) -> None:
    code, result = daisee(settled_period, str(copy.folder), "store", "status")
    (entry,) = result["stores"]
    assert (code, entry["wrong"], entry["garbage"]) == (0, [], 0)
    assert entry["kept"] == entry["needed"] == len(copy.kept())


def test_gc__a_block_nobody_names__is_removed_and_nothing_else(settled_period: Stage, copy: EmbeddedStore) -> None:
    needed = copy.kept()
    garbage = copy.put(b"nobody needs this")
    code, result = daisee(settled_period, str(copy.folder), "store", "gc")
    assert (code, result["stores"][0]["garbage"], copy.has(garbage)) == (0, [cid(garbage)], True)
    code, result = daisee(settled_period, str(copy.folder), "store", "gc", "--remove")
    assert (code, result["stores"][0]["removed"], copy.kept()) == (0, True, needed)


def test_repair__one_store_empty_and_one_damaged__both_are_whole_and_kubo_passes_the_audit(
    settled_period: Stage, copy: EmbeddedStore, kubo_url: str
) -> None:
    record = settled_period.community.meter_data.period(settled_period.period)
    copy.path(record.input_digest).write_bytes(b"damaged")
    code, result = daisee(settled_period, str(copy.folder), "store", "status")
    assert (code, len(result["unread"])) == (1, 1)
    assert f"{settled_period.period}: dataset version 1" in result["stores"][0]["wrong"][0]
    three = f"kubo:{kubo_url},{copy.folder},{settled_period.folder / 'store'}"
    code, result = daisee(settled_period, three, "store", "repair")
    assert (code, result["lost"]) == (0, [])
    code, result = daisee(settled_period, f"kubo:{kubo_url},{copy.folder}", "store", "status")
    assert (code, [entry["wrong"] for entry in result["stores"]]) == (0, [[], []])
    assert copy.kept() <= KuboStore(kubo_url).kept()
    code, result = daisee(settled_period, f"kubo:{kubo_url}", "audit", settled_period.label, "--level", "full")
    assert (code, [check["code"] for check in result["checks"] if not check["passed"]]) == (0, [])
