"""The app stands on `offchain_worker` alone: nothing of scripts or tests."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from app.words import FOLDER

APP = FOLDER.parent
OURS = {"app", "offchain_worker", "scripts", "tests"}


def imported() -> Iterator[tuple[str, str]]:
    for file in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((file.name, name.name) for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file} imports relatively; pages run as scripts"
                yield file.name, str(node.module)


def test_app__of_our_code__imports_the_worker_only() -> None:
    foreign = OURS - {"app", "offchain_worker"}
    assert [(file, module) for file, module in imported() if module.split(".")[0] in foreign] == []
