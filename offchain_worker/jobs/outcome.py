"""What a task's computation gives: the report to sign and the blocks to pin."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

R = TypeVar("R")
D = TypeVar("D")


class Outcome(NamedTuple, Generic[R, D]):
    """A report, the blocks it names by digest, and the computation behind them for those who look closer."""

    report: R
    artefacts: dict[bytes, bytes]
    details: D
