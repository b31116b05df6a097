"""Several files of one point: what they say together, and where they disagree."""

from __future__ import annotations

import pickle

from offchain_worker import meters
from offchain_worker.meters import Code
from tests.meters.customer_space import PRM, day, file, head, readings


def test_inspect__files_that_disagree__shows_both_values_the_time_and_the_file() -> None:
    one = file([*head(), *readings("2016-06-01", [200] * 48)])
    other = file([*head(), *readings("2016-06-01", [200] * 47 + [206])])
    found = meters.inspect([("june.csv", one), ("again.csv", other)])
    conflict = next(finding for finding in found["findings"] if finding["code"] == str(Code.CONFLICT))
    assert "(200 and 206 W at 2016-06-01T22:00:00Z), first in row 51 of june.csv" in conflict["message"]
    assert found["verdict"] == "rejected"
    assert found["curves"][0]["energy_micro_kwh"] == 47 * 100_000
    assert found["curves"][0]["missing"] == 1


def test_inspect__the_same_file_twice__counts_once_and_says_so() -> None:
    found = meters.inspect([("a.csv", day()), ("b.csv", day())])
    assert found["curves"][0]["energy_micro_kwh"] == 48 * 100_000
    repeated = next(finding for finding in found["findings"] if finding["code"] == str(Code.DUPLICATE))
    assert (repeated["count"], repeated["severity"]) == (48, "warning")
    assert repeated["message"].endswith("row 4 of b.csv")


def test_inspect__file_alone_in_its_curve__is_as_read() -> None:
    one, other = day(), day(prm="2" * 14)
    found = meters.inspect([("a", one), ("b", other)])
    assert [curve["meter"] for curve in found["curves"]] == [PRM, "2" * 14]
    assert found["verdict"] == "conform"


def test_meter_file_error__handed_between_processes__is_the_same() -> None:
    error = meters.MeterFileError("a.csv", 3, "is cut")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.name, again.row) == (str(error), "a.csv", 3)
