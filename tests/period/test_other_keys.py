"""
A table's month, a month of a key per producer, and a month that has too many lanes: a hamlet's February, March and April,
by the command line alone.

February: a pool, its weights by the hour in a table. March: each plant for itself, a table for each, nobody its own energy
(the French "full dynamic"), in eight price bands of three hours, the most lanes there may be. April: a plant too many.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from offchain_worker.domain import presets, tariff
from offchain_worker.domain import table as tables
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.presets import Parameters, Preset
from offchain_worker.jobs import documents, settlement, shell
from offchain_worker.jobs import tables as pinned_tables
from offchain_worker.storage.embedded import EmbeddedStore
from scripts.demo import month
from scripts.demo.stage import Stage
from tests.period import hamlet as h

HOMES = {2: 0, 3: 0, 4: 0}
COMMITTER = "carol"
BY_TURNS = (("0", "50", "30"), ("10", "20", "70"))
"""Percent of the pool in even and in odd hours."""
OF_THE_ROOF, OF_THE_MILL = (("20", "30", "50"),), (("20", "50", "10"),)
Processes = list[subprocess.Popen[bytes]]


def keys(stage: Stage) -> tuple[AllocationKey, AllocationKey]:
    """February's key and March's."""
    committer = stage.identity(COMMITTER).address.lower()
    pool = presets.preset(Preset.SIMPLE_DYNAMIC, Parameters(HOMES, committer=committer))
    apart = presets.preset(Preset.FULL_DYNAMIC, Parameters(HOMES, producers=(0, 1), committer=committer))
    return pool, AllocationKey(apart.stages, per_producer=True, self_sharing=False, committer=committer)


def built(stage: Stage, key: AllocationKey, *shares: tuple[tuple[str, ...], ...], rows: int | None = None) -> Path:
    """A month's table of a key, made by `table build` from sheets in which the shares take turns."""
    sheets = []
    for number, turns in enumerate(shares):
        file = stage.folder / f"sheet-{number}.csv"
        lines = [f"{stamp};{';'.join(turns[hour % len(turns)])}\n" for hour, stamp in enumerate(h.stamps(stage)[:rows])]
        file.write_text("interval_start;2;3;4\n" + "".join(lines), encoding="utf-8")
        sheets.append(str(file))
    rule, out = stage.folder / "key.json", stage.folder / f"table-{stage.label}-{len(shares)}-{rows}.json"
    rule.write_text(key.to_json(), encoding="utf-8")
    made = h.done(stage, COMMITTER, "table", "build", *sheets, "--key", str(rule), "--out", str(out))
    assert h.done(stage, "dan", "table", "check", str(out), "--key", str(rule))["root"] == made["root"]
    return out


@pytest.fixture(scope="module")
def january(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The hamlet before February, with three votes behind it."""
    with h.founded(tmp_path_factory.mktemp("hamlet")) as stage:
        pool, apart = keys(stage)
        eight = tariff.parse(json.dumps(h.tariff(8))).to_json()
        rules = (("key", pool.to_json(), 2), ("key", apart.to_json(), 3), ("tariff", eight, 3))
        h.adopt(stage, [(kind, text, h.at(stage, number).period_start) for kind, text, number in rules])
        yield stage


@pytest.fixture(scope="module")
def workers(january: Stage) -> Iterator[Processes]:
    """Two of the three workers, which are a quorum."""
    with month.workers(january, (1, 2)) as running:
        yield running


@pytest.fixture(scope="module")
def committed(january: Stage) -> Stage:
    """The tables of February and March are committed; for April March's again, by the contract, which cannot know."""
    pool, apart = keys(january)
    march = h.at(january, 3)
    of_march = built(march, apart, OF_THE_ROOF, OF_THE_MILL)
    for stage, table in ((january, built(january, pool, BY_TURNS)), (march, of_march)):
        h.done(stage, COMMITTER, "table", "commit", stage.label, str(table))
    found = tables.parse(of_march.read_bytes())
    digest = pinned_tables.pin(found, EmbeddedStore(january.folder / "store"))
    commit = january.community.meter_data.function("commitTable", h.at(january, 4).period, found.root, digest)
    january.sender(COMMITTER).send(commit)
    return january


@pytest.fixture(scope="module")
def february(committed: Stage, workers: Processes) -> Stage:
    """February's readings are published and conform; the settlement is not asked for yet."""
    h.live(committed)
    h.done(committed, "operator", "dataset", "publish", "2016-02", "--meters", str(h.write_readings(committed)))
    h.done(committed, "provider", "period", "collect", "2016-02", "--task", "conformity")
    return committed


def test_commit__what_does_not_fit_the_month_or_its_committer__is_refused_and_not_pinned(january: Stage) -> None:
    pool, apart = keys(january)
    march = h.at(january, 3)
    fits = str(built(january, pool, BY_TURNS))
    for who, table, why in (
        ("mill", fits, f"{january.identity(COMMITTER).address.lower()} commits for this key, not {january.identity('mill').address}"),
        (COMMITTER, built(march, pool, BY_TURNS), f"of the period from {march.period_start} in steps of 3600 s, not"),
        (COMMITTER, built(january, pool, BY_TURNS, rows=695), "table, step 695: no row; the period has 696 steps"),
        (COMMITTER, built(january, apart, OF_THE_ROOF, OF_THE_MILL), f"made for key 0x{apart.hash().hex()}, not for"),
    ):  # fmt: skip
        assert why in h.refused(january, who, "table", "commit", "2016-02", str(table))
    outside = h.refused(january, COMMITTER, "table", "commit", "2015-12", fits)
    assert "MeterDataOutsideCalendar" in outside
    assert h.done(january, "provider", "table", "show", "2016-02")["committed"] is False


def test_commit__a_second_time__is_refused_and_not_pinned(committed: Stage) -> None:
    pool, _ = keys(committed)
    other = built(committed, pool, BY_TURNS[::-1])
    said = h.refused(committed, COMMITTER, "table", "commit", "2016-02", str(other))
    assert "MeterDataTableCommitted" in said
    shown = h.done(committed, "provider", "table", "show", "2016-02")
    assert (shown["committed"], shown["steps"], shown["points"]) == (True, 696, {"1": 3})
    assert shown["root"] in said


def test_propose__a_tariff_too_fine_for_a_key_adopted_for_later__is_refused(committed: Stage, tmp_path: Path) -> None:
    """In February all plants are a pool and nine bands are nine lanes; in March they are eighteen."""
    file = tmp_path / "tariff.json"
    file.write_text(json.dumps(h.tariff(9)), encoding="utf-8")
    asked = ("propose", "tariff", str(file), "--description", "By the hour?")
    said = h.refused(committed, "alice", *asked)
    assert said == (
        "2 producers in 9 price bands are 18 lanes, more than 16; use fewer bands, or a key that pools producers"
    )
    assert len(committed.community.governor.proposals()) == 3


@pytest.fixture(scope="module")
def booked(february: Stage) -> list[int]:
    """February settled: what was booked, by member, the community first."""
    return h.settle(february)


def test_february__while_the_tables_rows_are_gone__waits_and_says_which(february: Stage, workers: Processes) -> None:
    digest = bytes.fromhex(h.done(february, "provider", "table", "show", "2016-02")["digest"][2:])
    manifest = EmbeddedStore(february.folder / "store").path(digest)
    kept = manifest.read_bytes()
    manifest.unlink()
    result = h.run(february, "provider", "store", "status", "--json")
    (entry,) = json.loads(result.stdout)["stores"]
    assert (result.exit_code, entry["wrong"]) == (1, [f"201602: table: {manifest.name} is not kept"])
    assert h.unanswered(february)
    h.wait_until_both_say(february, f"the table of weights committed for 201602: block {manifest.name}")
    assert h.unanswered(february)
    assert [process.poll() for process in workers] == [None, None]
    manifest.write_bytes(kept)


def test_february__its_task_laid_out_for_iexec__carries_the_table(february: Stage, tmp_path: Path) -> None:
    """The same program, given the table as a file, comes to what the quorum will attest."""
    pack = ("worker", "pack", "2016-02", "--task", "settlement", "--out", str(tmp_path / "in"), "--with-secret")
    assert "table.json" in h.done(february, "worker-1", *pack)["files"]
    (tmp_path / "out").mkdir()
    folders = {
        "IEXEC_IN": str(tmp_path / "in"),
        "IEXEC_DATASET_FILENAME": "dataset.zip",
        "IEXEC_OUT": str(tmp_path / "out"),
    }
    assert shell.main(settlement.compute, folders) == 0
    h.done(february, "provider", "period", "collect", "2016-02", "--task", "settlement")
    report = documents.report_json(february.community.settlement.accepted(february.period).report)  # type: ignore[union-attr]
    assert json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8")) == report


def test_store__committed_tables__are_no_garbage(february: Stage) -> None:
    (entry,) = h.done(february, "provider", "store", "gc")["stores"]
    assert entry["garbage"] == []


def test_february__by_its_table__books_what_the_hours_give(february: Stage, booked: list[int]) -> None:
    """
    696 hours of 5 kWh. Even hours: Carol has 2 (all she needs of 2.5), Dan 1.5; odd hours: Alice 0.5, Carol 1, Dan 3.5. In all
    174, 1,044 and 1,740 kWh, two fifths of each from the roof. So the roof issues 417.6 kWh · 0.09 € and 696 · 0.10, the mill
    104.4, 626.4 and 1,044 kWh · 0.06; what Alice has of her own roof is no money, and no fee.
    """
    assert booked == [1_444, 10_040, 10_648, -8_038, -14_094]
    report = february.community.settlement.accepted(february.period).report  # type: ignore[union-attr]
    assert (report.produced, report.allocated) == (3_480 * h.KWH, 2_958 * h.KWH)
    issued = h.between(february)
    assert issued == {
        (1, 3): 3_758, (1, 4): 6_960,
        (2, 1): 626, (2, 3): 3_758, (2, 4): 6_264,
        (0, 1): 52, (0, 3): 522, (0, 4): 870,
    }  # fmt: skip
    assert h.vector(issued) == [1_444, 10_040, 10_648, -8_038, -14_094]
    protocol = h.done(february, "auditor", "audit", "2016-02", "--level", "full")
    assert all(check["passed"] for check in protocol["checks"])


@pytest.mark.usefixtures("booked")
def test_what_if__beside_the_table_in_force__is_kept_for_those_who_vote_on_it(february: Stage, tmp_path: Path) -> None:
    key = tmp_path / "key.json"
    key.write_text(presets.preset(Preset.DEFAULT_DYNAMIC, Parameters()).to_json(), encoding="utf-8")
    pin = h.done(february, "provider", "simulate", "--key", str(key), "--pin", "2016-02")
    (entry,) = h.done(february, "provider", "store", "gc")["stores"]
    assert len(entry["garbage"]) == pin["blocks"]
    asked = ("--description", "Pro rata?", "--from", str(h.at(february, 6).period_start), "--what-if", pin["digest"])
    h.done(february, "alice", "propose", "key", str(key), *asked)
    (entry,) = h.done(february, "provider", "store", "gc")["stores"]
    assert entry["garbage"] == []
    own = h.done(february, "carol", "simulate", "--open", pin["digest"])["answer"]["outcomes"][0]
    assert int(own["credit"]) - int(own["debit"]) == -8_038


def test_march__each_plant_for_itself__books_each_pair(february: Stage) -> None:
    """
    743 hours: 93 in each band, 92 in the first, for the clocks go forward. Of the roof's 2 kWh Carol has 0.6 and Dan 1, Alice's
    0.4 of her own are surplus; of the mill's 3 Alice has 0.6, Carol 1.4 (all she still needs of 1.5), Dan 0.3. Each band is a
    line: Carol pays Alice seven times 55.8 kWh · 0.09 € = 5.02 and once 55.2 · 0.09 = 4.97.
    """
    march = h.at(february, 3)
    h.live(march)
    h.done(march, "operator", "dataset", "publish", "2016-03", "--meters", str(h.write_readings(march)))
    h.done(march, "provider", "period", "collect", "2016-03", "--task", "conformity")
    assert h.settle(march) == [1_447, 8_541, 10_251, -10_994, -9_245]
    issued = h.between(march)
    assert issued == {
        (1, 3): 4_011, (1, 4): 7_430,
        (2, 1): 2_676, (2, 3): 6_240, (2, 4): 1_335,
        (0, 1): 224, (0, 3): 743, (0, 4): 480,
    }  # fmt: skip
    assert h.vector(issued) == [1_447, 8_541, 10_251, -10_994, -9_245]
    protocol = h.done(march, "auditor", "audit", "2016-03", "--level", "full")
    assert all(check["passed"] for check in protocol["checks"])


@pytest.fixture(scope="module")
def april(february: Stage) -> Stage:
    """April is over, with a third plant since the 1st."""
    stage, registry = h.at(february, 4), february.community.registry
    provider = february.sender("provider")
    provider.send(registry.function("addPoint", b"\x05" * 32, 1, 1))
    provider.send(registry.function("openParticipation", 5, 3, 1, stage.period_start, b"\x05" * 32))
    h.live(stage)
    return stage


def test_april__a_table_committed_late__is_refused_and_not_pinned(april: Stage) -> None:
    _, apart = keys(april)
    table = built(april, apart, OF_THE_ROOF, OF_THE_MILL)
    said = h.refused(april, COMMITTER, "table", "commit", "2016-04", str(table))
    assert f"MeterDataStarted(period=201604, start={april.period_start})" in said


def test_april__too_many_lanes__neither_proposed_nor_published_until_a_plant_leaves(
    april: Stage, tmp_path: Path
) -> None:
    many = "3 producers in 8 price bands are 24 lanes, more than 16"
    file, listed = tmp_path / "key.json", str(h.write_readings(april))
    file.write_text(
        presets.preset(Preset.FULL_DYNAMIC, Parameters(HOMES, producers=(5,), committer="0x" + "c0" * 20)).to_json()
    )
    assert h.refused(april, "alice", "propose", "key", str(file), "--description", "Each plant?").startswith(many)
    publish = ("dataset", "publish", "2016-04", "--meters", listed)
    said = h.refused(april, "operator", *publish)
    assert said.startswith(f"2016-04: {many}")
    assert h.done(april, "operator", "period", "status", "2016-04")["state"] == "open"
    assert "close a plant's participation" in said
    close = april.community.registry.function("closeParticipation", 5, april.period_start)
    april.sender("provider").send(close)
    assert h.done(april, "operator", *publish)["columns"] == 5


def test_april__by_the_table_of_march__is_refused_by_every_worker(april: Stage, workers: Processes) -> None:
    h.done(april, "provider", "period", "collect", "2016-04", "--task", "conformity")
    assert h.unanswered(april)
    march = h.at(april, 3).period_start
    h.wait_until_both_say(
        april, f"table: of the period from {march} in steps of 3600 s, not of the one from {april.period_start}"
    )
    assert h.unanswered(april)
    assert [process.poll() for process in workers] == [None, None]
    assert april.community.settlement.accepted(april.period) is None


def test_may__without_a_table__warns_the_publisher_and_shares_nothing(april: Stage, workers: Processes) -> None:
    """The key has nothing behind its tables; a community that wants more puts `PRO_RATA` there."""
    may = h.at(april, 5)
    h.live(may)
    publish = ("dataset", "publish", "2016-05", "--meters", str(h.write_readings(may)), "--json")
    result = h.run(may, "operator", *publish)
    assert result.exit_code == 0, result.exception
    assert "no table was committed: the key's TABLE stages give nothing" in result.stderr
    assert h.done(may, "provider", "table", "show", "2016-05")["committed"] is False
    h.done(may, "provider", "period", "collect", "2016-05", "--task", "conformity")
    assert h.settle(may) == [0, 0, 0, 0, 0]
    report = may.community.settlement.accepted(may.period).report  # type: ignore[union-attr]
    assert (report.produced, report.allocated) == (744 * 5 * h.KWH, 0)
