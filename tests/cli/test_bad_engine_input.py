"""What the engine's commands say to input that cannot be used: one line with the place, exit 1, nothing written."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from offchain_worker.cli import files
from offchain_worker.cli.main import app
from offchain_worker.domain.errors import DaiseeError

START = 1_464_739_200
TIMES = ("2016-06-01T00:00:00Z", "2016-06-01T00:30:00Z", "2016-06-01T01:00:00Z")
MADE = {"A": 1_000, "B": 3_000}
PLANT = {"P": 2_000}


def stage(rule: str, **fields: Any) -> dict[str, Any]:
    return {"rule": rule, "group": 0, "points": [], "producers": [], "weights": [], **fields}


def key(*stages: dict[str, Any], committer: str = "00") -> dict[str, Any]:
    return {
        "schema": "daisee.key/1",
        "perProducer": False,
        "selfSharing": True,
        "coefficientDecimals": 0,
        "committer": "0x" + committer * 20,
        "stages": list(stages),
    }


PRO_RATA = key(stage("PRO_RATA"))
TABLE = key(stage("TABLE", points=[0, 1]), committer="c0")


def rows(consumption: dict[str, int], production: dict[str, int], times: tuple[str, ...] = TIMES) -> list[str]:
    return [
        f"{time},{meter},{direction},{energy}"
        for time in times
        for direction, meters in (("consumption", consumption), ("production", production))
        for meter, energy in meters.items()
    ]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    tariff = {
        "schema": "daisee.tariff/1",
        "bands": 1,
        "communityFeeMicroEuroPerKwh": 0,
        "windows": [],
        "prices": [{"producer": 2, "group": 0, "band": 0, "microEuroPerKwh": 100_000}],
        "taxes": [],
        "vats": [],
    }
    (tmp_path / "tariff.json").write_text(json.dumps(tariff))
    (tmp_path / "prorata.json").write_text(json.dumps(PRO_RATA))
    return tmp_path


def commands(here: Path, lines: list[str], tried: dict[str, Any]) -> dict[str, list[str]]:
    """The same input to every command that takes curves and a key."""
    (here / "curves.csv").write_text(
        "\n".join(["interval_start,meter,direction,energy_micro_kwh", *lines, ""]), encoding="utf-8"
    )
    (here / "key.json").write_text(json.dumps(tried))
    given = ["--curves", str(here / "curves.csv"), "--key", str(here / "key.json")]
    return {
        "allocate": ["allocate", *given, "--out", str(here / "out")],
        "simulate": ["simulate", *given, "--key", str(here / "prorata.json"), "--tariff", str(here / "tariff.json")],
        "coefficients": ["coefficients", "export", *given, "--out", str(here / "out")],
    }


def refused(arguments: list[str]) -> str:
    run = CliRunner().invoke(app, arguments)
    assert run.exit_code == 1, run.output
    assert isinstance(run.exception, DaiseeError), run.exception
    assert "\n" not in str(run.exception)
    return str(run.exception)


@pytest.mark.parametrize("verb", ["allocate", "simulate", "coefficients"])
@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ([stage("WEIGHTED", points=[0, 1], weights=[1_000_001, 1])], "key, stage 1: weight 1000001 of point 0 is over"),
        ([stage("STATIC", points=[0, 1], weights=[600_000, 600_000])], "key, stage 1: weights add up to 1200000, over"),
        ([stage("PRO_RATA"), stage("PRO_RATA", points=[0, 9])], "key, stage 2: point 9 is not a consumption point"),
        ([stage("PRO_RATA", points=[2])], "key, stage 1: point 2 produces, it cannot be served"),
        ([stage("STATIC", points=[0, 0], weights=[1, 1])], "key, stage 1: point 0 stands twice"),
        ([], "no stages"),
    ],
)
def test_key__that_cannot_be_applied__is_refused_with_the_stage(
    here: Path, verb: str, stages: list[dict[str, Any]], message: str
) -> None:
    assert message in refused(commands(here, rows(MADE, PLANT), key(*stages))[verb])
    assert not (here / "out").exists()


@pytest.mark.parametrize("verb", ["show", "check", "hash"])
@pytest.mark.parametrize(
    ("stages", "message"),
    [
        ([stage("WEIGHTED", points=[0, 1], weights=[1_000_001, 1])], "key, stage 1: weight 1000001 of point 0 is over"),
        ([stage("STATIC", points=[0, 1], weights=[600_000, 600_000])], "key, stage 1: weights add up to 1200000, over"),
        ([stage("STATIC", points=[0, 0], weights=[1, 1])], "key, stage 1: point 0 stands twice"),
        ([stage("STATIC", points=[0, 1], weights=[1])], "key, stage 1: "),
        ([stage("TABLE", points=[0])], "key: a TABLE stage needs a committer"),
        ([stage("LOTTERY")], "key, stage 1: rule LOTTERY is not supported"),
        ([], "key: no stages"),
    ],
)
def test_key_commands__of_a_faulty_key__say_the_stage(
    here: Path, verb: str, stages: list[dict[str, Any]], message: str
) -> None:
    (here / "faulty.json").write_text(json.dumps(key(*stages)))
    assert message in refused(["key", verb, str(here / "faulty.json")])


@pytest.mark.parametrize("verb", ["allocate", "simulate", "coefficients"])
@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "has no readings"),
        (rows({}, PLANT), "consumption: no columns"),
        (rows(MADE, {}), "production: no columns"),
        (rows({"A": -1}, PLANT), "row 2: meter A (consumption), 2016-06-01T00:00:00Z: a reading is below zero"),
        (rows({"A": 2**63}, PLANT), "row 2: energy_micro_kwh is no integer, or beyond 1 GWh"),
        (rows({"A": 1}, PLANT, (TIMES[0], "2016-06-01T02:00:00Z")), "steps of 7200 s"),
        (
            rows({"A": 1}, PLANT) + rows({"B": 1}, {}, (TIMES[0], TIMES[2])),
            "meter B (consumption): steps of 60 minutes among steps of 30",
        ),
        (rows(MADE, PLANT) + rows({"A": 5}, {}, TIMES[1:2]), "a reading stands twice"),
    ],
)
def test_curves__that_cannot_be_used__are_refused_with_the_place(
    here: Path, verb: str, lines: list[str], message: str
) -> None:
    assert message in refused(commands(here, lines, PRO_RATA)[verb])
    assert not (here / "out").exists()


@pytest.mark.parametrize(
    ("times", "message"),
    [
        (None, "table: missing; stage 1 of the key is a TABLE"),
        (TIMES[:2], "table, step 2: no row; the period has 3 steps"),
        (tuple(time.replace("-06-", "-07-") for time in TIMES), "table: of the period from 1467331200"),
        ((*TIMES, "2016-06-01T01:30:00Z"), "table: 4 rows, the period has 3 steps"),
    ],
)
def test_table__missing_short_or_of_another_period__is_refused(
    here: Path, times: tuple[str, ...] | None, message: str
) -> None:
    arguments = commands(here, rows(MADE, PLANT), TABLE)["allocate"]
    if times is not None:
        (here / "sheet.csv").write_text("\n".join(["interval_start;0;1", *(f"{time};50;50" for time in times)]))
        build = ["table", "build", str(here / "sheet.csv"), "--key", str(here / "key.json")]
        assert CliRunner().invoke(app, [*build, "--out", str(here / "table.json")]).exit_code == 0
        arguments += ["--table", str(here / "table.json")]
    assert message in refused(arguments)


@pytest.mark.parametrize(
    ("consumption", "allocated", "surplus"),
    [({"A": 0, "B": 0}, 0, 6_000), ({"A": 1_500}, 4_500, 1_500), ({"A": 10**15 // 10**3}, 6_000, 0)],
)
def test_allocate__zero_consumption_one_member_or_much__is_exact(
    here: Path, consumption: dict[str, int], allocated: int, surplus: int
) -> None:
    run = CliRunner().invoke(app, [*commands(here, rows(consumption, PLANT), PRO_RATA)["allocate"], "--json"])
    assert run.exit_code == 0, run.output
    found = json.loads((here / "out" / "summary.json").read_text())
    assert (int(found["allocated"]), int(found["surplus"])) == (allocated, surplus)


def test_allocate__a_participation_without_readings__is_refused(here: Path) -> None:
    """B answers for three half-hours and has readings of two."""
    meters = (("A", 0, "consumption"), ("B", 1, "consumption"), ("P", 2, "production"))
    columns = [
        {
            "point": point,
            "member": point + 1,
            "group": 1,
            "direction": direction,
            "source": "none" if direction == "consumption" else "solar",
            "from": START,
            "to": START + 3 * 1800,
            "meter": meter,
        }
        for meter, point, direction in meters
    ]
    (here / "roster.json").write_text(json.dumps({"schema": "daisee.roster/1", "columns": columns}))
    lines = rows({"A": 1_000}, PLANT) + rows({"B": 1_000}, {}, TIMES[:2])
    arguments = [*commands(here, lines, PRO_RATA)["allocate"], "--roster", str(here / "roster.json")]
    assert "meter B (consumption)" in refused(arguments)


def test_allocate__the_largest_reading__is_taken_and_one_more_refused(here: Path) -> None:
    """1 GWh in a step, 10¹² µkWh, is the bound: three steps of it are shared to the last unit."""
    most = 10**12
    given = commands(here, rows({"A": most, "B": most}, {"P": most}), PRO_RATA)["allocate"]
    run = CliRunner().invoke(app, given)
    assert run.exit_code == 0, run.output
    found = json.loads((here / "out" / "summary.json").read_text())
    assert (int(found["allocated"]), int(found["surplus"])) == (3 * most, 0)
    again = commands(here, rows({"A": most + 1}, PLANT), PRO_RATA)["allocate"]
    assert "row 2: energy_micro_kwh is no integer, or beyond 1 GWh" in refused(again)
    assert (here / "out" / "summary.json").exists()


def test_coefficients__decimals_without_end__are_refused_at_once(here: Path) -> None:
    arguments = commands(here, rows(MADE, PLANT), PRO_RATA)["coefficients"]
    assert "99999999999 decimals; give 1 to 9" in refused([*arguments, "--decimals", "99999999999"])


def test_simulate__one_bad_key_of_two__is_told_by_its_file(here: Path) -> None:
    bad = key(stage("STATIC", points=[0, 0], weights=[1, 1]))
    arguments = commands(here, rows(MADE, PLANT), bad)["simulate"]
    error = CliRunner().invoke(app, arguments).exception
    assert isinstance(error, DaiseeError)
    assert error.__notes__ == [str(here / "key.json")]


def test_daisee__what_is_wrong__is_one_line_on_stderr_with_the_file(here: Path) -> None:
    """The command itself, as a shell starts it."""
    arguments = commands(here, rows(MADE, PLANT), key())["allocate"]
    done = subprocess.run(
        [sys.executable, "-m", "offchain_worker.cli.main", *arguments], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"error: {here / 'key.json'}: key: no stages; give one at least\n"
    assert not (here / "out").exists()


def test_write__that_breaks_off__leaves_what_was_there(tmp_path: Path) -> None:
    """The second of two files cannot be written, since a folder has its name: the first is as it was, no part is left."""
    (tmp_path / "a.txt").write_bytes(b"old")
    (tmp_path / "b.txt" / "inside").mkdir(parents=True)
    with pytest.raises(files.FileUnusable, match=r"b\.txt: cannot be written"):
        files.write(tmp_path, {"a.txt": b"new", "b.txt": b"new"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt"]
    assert (tmp_path / "a.txt").read_bytes() == b"old"


def test_write__to_a_link_or_a_device__writes_there_and_leaves_it(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_bytes(b"old and longer")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    files.write(tmp_path, {"link.txt": b"new"})
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_bytes() == b"new"
