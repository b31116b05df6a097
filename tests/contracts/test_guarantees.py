"""Each numbered guarantee of an interface is cited by a test of its contract, and no other is cited."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
INTERFACES = sorted((HERE.parents[1] / "interfaces").glob("I*.sol"))
# A ledger is an abstract contract: it is tested as the settlement it is part of.
FOLDERS = {"ILedger": "Settlement"}


def stated(interface: Path) -> set[str]:
    """The guarantees in the interface's comment."""
    return set(re.findall(r"^ \* (G\d+)\. ", interface.read_text(encoding="utf-8"), re.MULTILINE))


def cited(folder: Path) -> set[str]:
    """The guarantees named in the docstrings of the folder's tests."""
    found: set[str] = set()
    for path in folder.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found |= set(re.findall(r"\bG\d+\b", ast.get_docstring(node) or ""))
    return found


@pytest.mark.parametrize("interface", INTERFACES, ids=lambda path: path.stem)
def test_guarantees__each_one__is_shown_by_a_test(interface: Path) -> None:
    folder = HERE / FOLDERS.get(interface.stem, interface.stem[1:])
    guarantees = stated(interface)

    assert guarantees, f"{interface.name} states no guarantee"
    assert guarantees <= cited(folder)


@pytest.mark.parametrize("folder", sorted(path for path in HERE.iterdir() if (path / "conftest.py").is_file()))
def test_guarantees__each_citation__exists(folder: Path) -> None:
    interfaces = [i for i in INTERFACES if FOLDERS.get(i.stem, i.stem[1:]) == folder.name]

    assert cited(folder) <= set().union(*(stated(interface) for interface in interfaces))
