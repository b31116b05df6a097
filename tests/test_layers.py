"""The layers of `offchain_worker` only look down, and Brownie stays in scripts and tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WORKER = ROOT / "offchain_worker"
JOINED = {"domain", "meters", "forecast", "storage", "chain", "jobs"}
ALLOWED = {
    "domain": set(),
    "meters": {"domain"},
    "forecast": {"domain"},
    "storage": {"domain"},
    "chain": {"domain"},
    "jobs": JOINED,
    "daemon": JOINED | {"audit"},
    "exchange": JOINED,
    "audit": JOINED | {"daemon", "exchange"},
    "billing": JOINED,
    "scale": {"domain", "meters"},
    "bench": JOINED | {"scale"},
    "simulate": JOINED | {"billing"},
    "collect": {"domain", "meters"},
    "cli": JOINED | {"collect", "daemon", "audit", "billing", "simulate", "exchange", "scale", "bench"},
}


def imported(file: Path) -> Iterator[str]:
    """Every module a file imports, anywhere in it, relative ones in full."""
    package = file.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (above, node.module) if part)
            yield module
            yield from (f"{module}.{name.name}" for name in node.names)


def sources(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


@pytest.mark.parametrize(
    "layer", sorted(folder.name for folder in WORKER.iterdir() if (folder / "__init__.py").exists())
)
def test_layer__its_imports__are_of_layers_below(layer: str) -> None:
    allowed = ALLOWED[layer] | {layer}
    for file in sources(WORKER / layer):
        for module in imported(file):
            parts = module.split(".")
            assert parts[0] not in {"app", "scripts", "tests"}, f"{file} imports {module}"
            if parts[0] == "offchain_worker" and len(parts) > 1:
                assert parts[1] in allowed, f"{file} imports {module}"


def test_layers__every_folder_of_the_worker__is_a_layer() -> None:
    folders = {folder.name for folder in WORKER.iterdir() if folder.is_dir() and any(folder.glob("*.py"))}
    assert folders <= set(ALLOWED)


def test_brownie__imports__are_in_scripts_and_tests_only() -> None:
    for folder in ("offchain_worker", "app"):
        for file in sources(ROOT / folder):
            assert all(module.split(".")[0] != "brownie" for module in imported(file)), f"{file} imports brownie"
