"""
Damaged files of every French format: no traceback, no conform file with an energy that does not stand in it. A few in
every run; DAISEE_MUTATIONS=10000 makes it the long run (`python -m tests.meters.mutations` prints its figures).
"""

from __future__ import annotations

import os

import pytest

from tests.meters.mutation_cases import CASES
from tests.meters.mutations import Case, mutants, outcome

COUNT = int(os.environ.get("DAISEE_MUTATIONS", "200"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_meters__sound_file__is_conform_with_what_stands_in_it(case: Case) -> None:
    expected = {"tic_historic": "repairable", "edf_powers": "repairable"}  # neither has a PRM of 14 digits
    assert outcome(case, case.file, thorough=True) == expected.get(case.name, "conform")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_meters__damaged_file__answers_or_one_line(case: Case) -> None:
    for number, kind, data in mutants(case, "daisee", COUNT):
        try:
            outcome(case, data, thorough=number % 5 == 0)
        except Exception as error:
            raise AssertionError(f"{case.name}: number {number} ({kind})") from error
