"""Tables: the weights, step by step, of a key's TABLE stages, as the key's committer fixed them before the period.

A table holds one row of ppm weights for each step and stage. Its root is the positional tree over
keccak256(abi.encode(stage, t, weights)), the rows of the first TABLE stage first; the chain has it from before the
period's first second, so nobody can choose weights after seeing the readings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from offchain_worker.domain import canonical, merkle
from offchain_worker.domain.errors import TableInvalid
from offchain_worker.domain.hashing import abi_encode, keccak
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.quantities import PPM

SCHEMA: Final = "daisee.table/1"
LEAF_TYPES: Final = ("uint16", "uint32", "uint32[]")
BYTES: Final = 4
"""Of one weight, big endian."""
Weights = npt.NDArray[np.int64]


def row_leaf(stage: int, t: int, weights: list[int]) -> bytes:
    """Return keccak256(abi.encode(stage, t, weights)), stages from 0."""
    return keccak(abi_encode(LEAF_TYPES, [stage, t, weights]))


@dataclass(frozen=True)
class Table:
    """Weights of one period: `rows[stage]` is int64 ppm of shape (steps, points), points as the stage names them,
    or, where it names none, the consumption points it serves in ascending order.
    """

    key_hash: bytes
    start: int
    step_seconds: int
    rows: Mapping[int, Weights]

    def __post_init__(self) -> None:
        if not self.rows:
            raise TableInvalid("table: no stage; a table has the rows of one at least")
        for stage, weights in self.rows.items():
            check_shape(weights, self.steps, f"table, stage {stage + 1}")
            check_rows(weights, f"table, stage {stage + 1}")

    @property
    def steps(self) -> int:
        """Number of steps."""
        return len(next(iter(self.rows.values())))

    @cached_property
    def root(self) -> bytes:
        """`tableRoot`."""
        return merkle.root(
            [row_leaf(stage, t, row) for stage in sorted(self.rows) for t, row in enumerate(self.rows[stage].tolist())]
        )

    def proof(self, stage: int, t: int) -> list[bytes]:
        """Return the siblings of the row of step `t` up to `root`."""
        leaves = [row_leaf(at, u, row) for at in sorted(self.rows) for u, row in enumerate(self.rows[at].tolist())]
        return merkle.proof(leaves, sorted(self.rows).index(stage) * self.steps + t)

    def to_json(self) -> str:
        """Return the canonical document: each row as hexadecimal digits, eight a weight."""
        return canonical.dumps(
            {
                "schema": SCHEMA,
                "keyHash": "0x" + self.key_hash.hex(),
                "start": self.start,
                "stepSeconds": self.step_seconds,
                "stages": [
                    {"stage": stage, "rows": [row.astype(">u4").tobytes().hex() for row in self.rows[stage]]}
                    for stage in sorted(self.rows)
                ],
            }
        ).decode()


def parse(text: str | bytes) -> Table:
    """Read a table from its document; raises `DocumentInvalid` or `TableInvalid`."""
    document = canonical.loads(text, SCHEMA)
    rows: dict[int, Weights] = {}
    for entry in document["stages"]:
        if entry["stage"] in rows or not entry["rows"]:
            raise TableInvalid(f"table, stage {entry['stage'] + 1}: stands twice, or has no rows")
        widths = {len(row) for row in entry["rows"]}
        if len(widths) > 1 or max(widths) % (2 * BYTES):
            raise TableInvalid(
                f"table, stage {entry['stage'] + 1}: rows of different lengths; give each point a weight"
            )
        data = bytes.fromhex("".join(entry["rows"]))
        weights = np.frombuffer(data, ">u4").astype(np.int64)
        rows[entry["stage"]] = weights.reshape(len(entry["rows"]), -1)
    return Table(bytes.fromhex(document["keyHash"][2:]), document["start"], document["stepSeconds"], rows)


def check(table: Table, key: AllocationKey, start: int, step_seconds: int, steps: int) -> None:
    """Refuse a table of another key, of another period, or one that lacks rows."""
    if table.key_hash != key.hash():
        raise TableInvalid(f"table: made for key 0x{table.key_hash.hex()}, not for 0x{key.hash().hex()}")
    if (table.start, table.step_seconds) != (start, step_seconds):
        raise TableInvalid(
            f"table: of the period from {table.start} in steps of {table.step_seconds} s, not of the one from {start}"
            f" in steps of {step_seconds} s"
        )
    if table.steps < steps:
        raise TableInvalid(f"table, step {table.steps}: no row; the period has {steps} steps")
    if table.steps > steps:
        raise TableInvalid(f"table: {table.steps} rows, the period has {steps} steps")


def rows_of(table: Any, key: AllocationKey, steps: int) -> dict[int, Weights]:
    """Return the rows of each TABLE stage from what `allocate` was given.

    That is a `Table`, the rows by stage, or for a key with one TABLE stage its rows alone. Raises `TableInvalid`; the
    weights themselves are for `check_rows` to check.
    """
    if not key.tables:
        if table is not None:
            raise TableInvalid("table: the key has no TABLE stage; leave the table out")
        return {}
    if table is None:
        raise TableInvalid(f"table: missing; stage {key.tables[0] + 1} of the key is a TABLE")
    if isinstance(table, Table):
        if table.key_hash != key.hash():
            raise TableInvalid(f"table: made for key 0x{table.key_hash.hex()}, not for 0x{key.hash().hex()}")
        table = table.rows
    if not isinstance(table, Mapping):
        table = dict.fromkeys(key.tables[:1], table)
    for stage in key.tables:
        if stage not in table:
            raise TableInvalid(f"table, stage {stage + 1}: no rows")
        check_shape(table[stage], steps, f"table, stage {stage + 1}")
    if set(table) != set(key.tables):
        raise TableInvalid(f"table: rows of stages {sorted(set(table) - set(key.tables))}, which are no TABLE")
    return {stage: table[stage] for stage in key.tables}


def check_shape(weights: Any, steps: int, place: str) -> None:
    """Refuse weights that are no int64 array with a row for each of the steps."""
    if not isinstance(weights, np.ndarray) or weights.dtype != np.int64 or weights.ndim != 2 or not weights.shape[1]:
        raise TableInvalid(f"{place}: give the weights as an int64 array of shape (steps, points)")
    if len(weights) < steps:
        raise TableInvalid(f"{place}, step {len(weights)}: no row; there are {steps} steps")
    if len(weights) > steps:
        raise TableInvalid(f"{place}: {len(weights)} rows for {steps} steps")


def check_rows(weights: Weights, place: str, steps: npt.NDArray[np.intp] | None = None) -> Weights:
    """Return weights of which none is outside 0 to 10^6 ppm and no row is over 10^6 in all.

    `steps` are the numbers of the rows where they are not all.
    """
    wrong = np.asarray(((weights < 0) | (weights > PPM)).any(axis=1))
    over: npt.NDArray[np.bool_] = weights.sum(axis=1) > PPM
    if (wrong | over).any():
        t = int((wrong | over).argmax())
        what = (
            "a weight outside 0 to 1000000 ppm"
            if wrong[t]
            else f"weights add up to {weights[t].sum()}, over 1000000 ppm"
        )
        raise TableInvalid(f"{place}, step {t if steps is None else int(steps[t])}: {what}")
    return weights
