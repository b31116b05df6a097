"""The domain's source has no float in it and asks nothing of the machine it runs on, by its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

DOMAIN = Path(__file__).resolve().parent.parent.parent / "offchain_worker" / "domain"
INEXACT_NAMES = {
    "float", "complex", "Decimal", "decimal", "Fraction", "fractions", "statistics", "cmath",
    "truediv", "true_divide", "divide", "float16", "float32", "float64", "longdouble", "double", "single", "half",
    "mean", "average", "median", "std", "var", "sqrt", "exp", "log", "linspace", "random",
}  # fmt: skip
OUTSIDE = {
    "time", "datetime", "os", "sys", "socket", "ssl", "http", "urllib", "requests", "httpx", "random", "secrets",
    "uuid", "locale", "platform", "subprocess", "threading", "asyncio", "pathlib", "tempfile", "zoneinfo", "web3",
}  # fmt: skip


def faults(source: str) -> Iterator[str]:
    """Every inexact or outside thing in a source text, with its line."""
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield f"line {line}: literal {node.value!r}"
        if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
            yield f"line {line}: operator /"
        if isinstance(node, ast.Name) and node.id in INEXACT_NAMES:
            yield f"line {line}: name {node.id}"
        if isinstance(node, ast.Attribute) and node.attr in INEXACT_NAMES:
            yield f"line {line}: attribute {node.attr}"
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in [*module, *(alias.name for alias in node.names)]:
                if name.split(".")[0] in OUTSIDE | INEXACT_NAMES:
                    yield f"line {line}: import of {name}"


@pytest.mark.parametrize("file", sorted(DOMAIN.rglob("*.py")), ids=lambda file: file.stem)
def test_domain__source__is_exact_and_pure(file: Path) -> None:
    assert list(faults(file.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "source",
    [
        "x = 0.5",
        "x = 1e3",
        "x = a / b",
        "x /= 2",
        "float(x)",
        "from decimal import Decimal",
        "x = np.float64(1)",
        "a.mean()",
        "import time",
        "from datetime import UTC",
        "import os.path",
        "x = 1j",
    ],
)
def test_domain__inexact_or_outside_source__is_seen(source: str) -> None:
    assert list(faults(source)) != []
