"""Each numbered guarantee of an interface is cited by a test of its contract, and no other is cited.

A docstring may name the interface before its numbers (`ILedger G1, G2; ISettlement G5`), and must where a contract has
several; without a name the numbers are those of the folder's own interface.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
INTERFACES = sorted((HERE.parents[1] / "interfaces").glob("I*.sol"))
# A ledger is an abstract contract: it is tested as the settlement it is part of.
FOLDERS = {"ILedger": "Settlement"}
Citation = tuple[str, str]
"""An interface and a number."""


def stated(interface: Path) -> set[Citation]:
    """The guarantees in the interface's comment."""
    numbers = re.findall(r"^ \* (G\d+)\. ", interface.read_text(encoding="utf-8"), re.MULTILINE)
    return {(interface.stem, number) for number in numbers}


def of_folder(folder: Path) -> list[Path]:
    """The interfaces whose guarantees the folder's tests show."""
    return [interface for interface in INTERFACES if FOLDERS.get(interface.stem, interface.stem[1:]) == folder.name]


def named(docstring: str, default: str) -> set[Citation]:
    """The guarantees that a docstring names; numbers before any interface's name are `default`'s."""
    found, interface = set(), default
    for word in re.findall(r"\bI[A-Z]\w+(?= G\d)|\bG\d+\b", docstring):
        if word.startswith("I"):
            interface = word
        else:
            found.add((interface, word))
    return found


def cited(folder: Path) -> set[Citation]:
    """The guarantees named in the docstrings of the folder's tests; "" where no interface is, but must be."""
    default = f"I{folder.name}" if len(of_folder(folder)) == 1 else ""
    found: set[Citation] = set()
    for path in folder.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found |= named(ast.get_docstring(node) or "", default)
    return found


@pytest.mark.parametrize("interface", INTERFACES, ids=lambda path: path.stem)
def test_guarantees__each_one__is_shown_by_a_test(interface: Path) -> None:
    folder = HERE / FOLDERS.get(interface.stem, interface.stem[1:])
    guarantees = stated(interface)

    assert guarantees, f"{interface.name} states no guarantee"
    assert guarantees <= cited(folder)


@pytest.mark.parametrize("folder", sorted(path for path in HERE.iterdir() if (path / "conftest.py").is_file()))
def test_guarantees__each_citation__exists(folder: Path) -> None:
    assert cited(folder) <= set().union(*map(stated, of_folder(folder)))


@pytest.mark.parametrize(
    ("docstring", "found"),
    [
        ("G1: a reason.", {("", "G1")}),
        ("ILedger G1, G2; ISettlement G1: both.", {("ILedger", "G1"), ("ILedger", "G2"), ("ISettlement", "G1")}),
        ("ISettlement G1.", {("ISettlement", "G1")}),
        ("Nothing is cited by IERC20.", set()),
    ],
)
def test_named__the_same_number_of_two_interfaces__is_told_apart(docstring: str, found: set[Citation]) -> None:
    assert named(docstring, "") == found
