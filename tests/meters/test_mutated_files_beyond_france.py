"""
Damaged files of every format from outside France: no traceback, no conform file with an energy that does not stand in
it; of a coefficient file, none whose shares do not add up. DAISEE_MUTATIONS=10000 makes it the long run.
"""

from __future__ import annotations

import os
import random

import pytest

from offchain_worker.domain.errors import DaiseeError
from offchain_worker.meters import coefficients
from tests.meters.mutation_cases_beyond_france import CASES
from tests.meters.mutations import MUTATIONS, Case, mutants, outcome

COUNT = int(os.environ.get("DAISEE_MUTATIONS", "200"))
CAU = "ES0021000000000001AB0FA000"
MILLIONTHS = [*range(40_000, 40_023), 1_000_000 - sum(range(40_000, 40_023))]
SHARES = "".join(f"ES0021000000{at:06}AB0F;0,{share:06}\n" for at, share in enumerate(MILLIONTHS)).encode()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_meters__sound_file__is_conform_with_what_stands_in_it(case: Case) -> None:
    expected = {"emoncms_csv": "repairable"}  # its unit is not stated
    assert outcome(case, case.file, thorough=True) == expected.get(case.name, "conform")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_meters__damaged_file__answers_or_one_line(case: Case) -> None:
    for number, kind, data in mutants(case, "daisee", COUNT):
        try:
            outcome(case, data, thorough=number % 5 == 0)
        except Exception as error:
            raise AssertionError(f"{case.name}: number {number} ({kind})") from error


def test_coefficients__damaged_file__adds_up_or_is_refused_in_one_line() -> None:
    rows = [(at, at + 32) for at in range(0, len(SHARES), 32)]
    chance = random.Random("daisee")
    for _ in range(COUNT):
        damaged = MUTATIONS[chance.choice(list(MUTATIONS))](SHARES, rows, chance)
        try:
            read = coefficients.parse(damaged, f"{CAU}_2026.txt")
        except DaiseeError as error:
            assert str(error).isprintable()
        else:
            assert read.millionths.sum() == 1_000_000
            assert sorted(coefficients.to_bytes(read).split()) == sorted(damaged.split())
