"""The audit of a settled period: green as it is, red and precise when one byte of one thing is changed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from offchain_worker.domain import canonical
from offchain_worker.domain.task import TaskKind
from offchain_worker.storage.cid import cid
from offchain_worker.storage.embedded import EmbeddedStore
from scripts.demo.stage import ROOT, Stage
from tests.impostor import answering


def audit(stage: Stage, who: str, level: str, *, store: Path | None = None, rpc: str | None = None) -> tuple[int, Any]:
    """Exit code and JSON of `daisee audit`, as somebody with these settings would see them."""
    command = [sys.executable, "-m", "offchain_worker.cli.main", "--quiet", "audit", stage.label, "--level", level]
    command += ["--json", "--config", str(stage.folder / "daisee.toml")]
    command += ["--as", str(stage.folder / "identities" / f"{who}.json")]
    command += ["--store", str(store)] if store else []
    command += ["--rpc", rpc] if rpc else []
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def failed(result: Any) -> set[str]:
    """The codes of the checks that failed."""
    return {check["code"] for check in result["checks"] if not check["passed"]}


@pytest.fixture
def damaged_store(settled_period: Stage, tmp_path: Path) -> Callable[[bytes], Path]:
    """`damaged_store(digest)`: a copy of the store in which one byte of that block is another."""

    def damage(digest: bytes) -> Path:
        copy = tmp_path / "store"
        shutil.copytree(settled_period.folder / "store", copy)
        (block,) = [path for path in copy.rglob(cid(digest)) if path.is_file()]
        data = bytearray(block.read_bytes())
        data[len(data) // 2] ^= 1
        block.chmod(0o644)
        block.write_bytes(data)
        return copy

    return damage


def result_manifest(stage: Stage) -> Any:
    """The result's manifest, as pinned."""
    accepted = stage.community.settlement.accepted(stage.period)
    store = EmbeddedStore(stage.folder / "store")
    return canonical.loads(store.get(accepted.report.result_digest), "daisee.result/1")


@pytest.mark.parametrize(("who", "level"), [("auditor", "public"), ("home-1", "member"), ("worker-1", "full")])
def test_audit__untouched__passes(settled_period: Stage, who: str, level: str) -> None:
    code, result = audit(settled_period, who, level)
    assert (code, failed(result), result["level"]) == (0, set(), level)
    assert all(check["detail"] or check["title"] for check in result["checks"])


def test_audit__one_byte_of_a_bill__names_the_bill(
    settled_period: Stage, damaged_store: Callable[[bytes], Path]
) -> None:
    (entry,) = [entry for entry in result_manifest(settled_period)["members"] if entry["member"] == 5]
    code, result = audit(
        settled_period, "auditor", "public", store=damaged_store(bytes.fromhex(entry["blocks"][0][2:]))
    )
    assert (code, failed(result)) == (1, {"bill-5"})


def test_audit__one_byte_of_a_raw_file__names_the_column(
    settled_period: Stage, damaged_store: Callable[[bytes], Path]
) -> None:
    store = EmbeddedStore(settled_period.folder / "store")
    record = settled_period.community.meter_data.period(settled_period.period)
    manifest = canonical.loads(store.get(record.input_digest), "daisee.dataset/1")
    block = bytes.fromhex(manifest["columns"][7]["files"][0]["blocks"][0][2:])
    code, result = audit(settled_period, "auditor", "full", store=damaged_store(block))
    assert (code, failed(result)) == (1, {"dataset-column-7", "dataset-opens"})


def test_audit__one_byte_of_a_curve__is_seen_by_its_member(
    settled_period: Stage, damaged_store: Callable[[bytes], Path]
) -> None:
    roster = settled_period.community.registry.roster(settled_period.period_start, settled_period.period_end)
    member = settled_period.members["Home 1"]
    (column,) = [at for at, found in enumerate(roster.columns) if found.member == member]
    block = bytes.fromhex(result_manifest(settled_period)["columns"][column]["curve"][0][2:])
    code, result = audit(settled_period, "home-1", "member", store=damaged_store(block))
    assert (code, failed(result)) == (1, {f"curve-{column}", f"own-readings-{column}"})


def test_audit__one_byte_of_the_steps__names_the_root(
    settled_period: Stage, damaged_store: Callable[[bytes], Path]
) -> None:
    store = EmbeddedStore(settled_period.folder / "store")
    steps = canonical.loads(store.get(bytes.fromhex(result_manifest(settled_period)["steps"][2:])), "daisee.steps/1")
    code, result = audit(
        settled_period, "auditor", "public", store=damaged_store(bytes.fromhex(steps["blocks"][0][2:]))
    )
    assert (code, failed(result)) == (1, {"steps-root"})


@contextmanager
def lying_node(url: str, lie: Callable[[str], str]) -> Iterator[str]:
    """A node that answers as the real one at `url`, after `lie` has changed the text of the answer."""

    def answer(asked: bytes) -> bytes:
        told = httpx.post(url, content=asked, headers={"Content-Type": "application/json"}, trust_env=False)
        return lie(told.text).encode()

    with answering(answer) as place:
        yield place


def test_audit__one_byte_of_an_attestation__names_the_attestation(settled_period: Stage) -> None:
    hub = settled_period.community.hub
    task = hub.current_task(TaskKind.SETTLEMENT, settled_period.period)
    attestation = hub.attestation(task.task_id)
    transaction = settled_period.connection.web3.eth.get_transaction(attestation.transaction)
    _, arguments = hub.contract.decode_function_input(transaction["input"])
    signature = bytes(arguments["signatures"][0]["r"]).hex()
    altered = ("0" if signature[0] != "0" else "1") + signature[1:]
    with lying_node(settled_period.url, lambda text: text.replace(signature, altered)) as url:
        code, result = audit(settled_period, "auditor", "public", rpc=url)
    assert (code, failed(result)) == (1, {"attestation-settlement"})


def test_audit__one_settled_amount__names_the_vector(settled_period: Stage) -> None:
    settled = settled_period.community.settlement.settled(settled_period.period)
    member, cents = max(enumerate(settled.net_cents), key=lambda entry: entry[1])
    true, false = f"{cents:064x}", f"{cents + 1:064x}"
    with lying_node(settled_period.url, lambda text: text.replace(true, false)) as url:
        code, result = audit(settled_period, "auditor", "full", rpc=url)
    assert code == 1
    assert {"net-hash", "net-sum", "net-recomputed"} <= failed(result)
    (found,) = [check["detail"] for check in result["checks"] if check["code"] == "net-recomputed"]
    assert found == f"member {member}: {cents + 1} instead of {cents} cents"


def test_audit__no_such_period__says_so(settled_period: Stage) -> None:
    command = [sys.executable, "-m", "offchain_worker.cli.main", "audit", "2016-07"]
    command += ["--config", str(settled_period.folder / "daisee.toml")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: period 2016-07 does not exist on this chain")


def test_audit__member_with_the_full_level__is_told_what_it_may_read(settled_period: Stage) -> None:
    code, result = audit(settled_period, "home-1", "full")
    assert (code, failed(result)) == (1, {"dataset-opens"})
