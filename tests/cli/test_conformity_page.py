"""The page `daisee standardise` writes: what it says in words, what its charts show, and that nothing in a file runs."""

from __future__ import annotations

import html
import json
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from offchain_worker.cli import main, whole_curves
from offchain_worker.cli.conformity_chart import chart, svg
from offchain_worker.domain.conformity_rules import Checks, ConformityRules, Lasting
from offchain_worker.domain.key import AllocationKey, Rule, Stage
from offchain_worker.meters import Quality, StandardCurve
from offchain_worker.scale.spans import share_span
from tests.meters.customer_space import PRM, day, file, head, readings


@pytest.fixture
def daisee(monkeypatch: pytest.MonkeyPatch):
    """Run the command in this process: its exit code."""

    def run(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["daisee", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main.run()
        return int(caught.value.code or 0)

    return run


def curve(energy: list[int], quality: list[Quality]) -> StandardCurve:
    return StandardCurve(np.array(energy, dtype=np.int64), np.array(quality, dtype=np.uint8), ())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ["Oui, avec des réserves", "44 mesurés (91,6\u00a0%)", "4 manquants", "4 relevés manquent"]),
        ("en", ["Yes, with reservations", "44 measured (91.6%)", "4 missing", "4 readings are missing"]),
    ],
)
def test_page__gap__is_said_in_words_and_drawn(daisee, tmp_path: Path, language: str, words: list[str]) -> None:
    (tmp_path / "m.csv").write_bytes(file([*head(), *readings("2016-06-01", [200] * 40 + [None] * 4 + [200] * 4)]))
    assert daisee("standardise", tmp_path / "m.csv", "--out", tmp_path, "--language", language) == 0
    page = (tmp_path / "conformity.html").read_text("utf-8")
    assert f'<html lang="{language}">' in page
    for text in words:
        assert text in html.unescape(page)
    assert page.count('class="gap"') == 1


def test_page__hostile_names__are_text_and_nothing_is_loaded(daisee, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "m.csv").write_bytes(day(prm='x"><svg onload=alert(1)>'))
    (folder / "<img src=x onerror=alert(1)>&\"'.txt").write_bytes(b"hello")
    daisee("standardise", folder, "--out", tmp_path / "out")
    page = (tmp_path / "out" / "conformity.html").read_text("utf-8")
    assert "<img" not in page
    assert "<svg onload" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;&amp;&quot;&#x27;.txt" in page
    assert "x&quot;&gt;&lt;svg onload=alert(1)&gt;" in page
    assert "<script" not in page
    assert not re.search(r"https?://|url\(|src=\"|href=", page)
    assert "default-src 'none'" in page


def test_page__rejected__says_what_to_do_and_shows_both_values(daisee, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(file([*head(), *readings("2016-06-01", [200] * 48)]))
    (tmp_path / "b.csv").write_bytes(file([*head(), *readings("2016-06-01", [202] + [200] * 47)]))
    assert daisee("standardise", tmp_path / "a.csv", tmp_path / "b.csv", "--out", tmp_path, "--language", "en") == 1
    page = html.unescape((tmp_path / "conformity.html").read_text("utf-8"))
    assert "No: rejected" in page
    assert "200 and 202 W at 2016-05-31T22:30:00Z" in page
    assert not (tmp_path / "curves.csv").exists()


def test_page__many_sound_curves__are_folded(daisee, tmp_path: Path) -> None:
    for at in range(13):
        (tmp_path / f"{at}.csv").write_bytes(day(prm=f"{10**13 + at}"))
    assert daisee("standardise", tmp_path, "--out", tmp_path / "out") == 0
    page = (tmp_path / "out" / "conformity.html").read_text("utf-8")
    assert (page.count("<details>"), page.count("<details open>")) == (13, 0)


def test_chart__one_missing_step_in_a_year__is_shown() -> None:
    steps = 48 * 365
    quality = [Quality.MEASURED] * steps
    quality[5000] = Quality.MISSING
    drawn = chart(curve([500_000] * steps, quality), 1800)
    assert (drawn.column, len(drawn.watts), drawn.peak) == ("day", 365, 1000)
    assert np.flatnonzero(drawn.marks["missing"]).tolist() == [5000 // 48]
    assert set(drawn.marks) == {"missing"}


def test_chart__estimated_and_repaired__have_bands_of_their_own() -> None:
    drawn = chart(curve([0, 100_000, 200_000], [Quality.MISSING, Quality.ESTIMATED, Quality.REPAIRED]), 1800)
    assert drawn.watts.tolist() == [-1, 200, 400]
    shown = svg(drawn, "label")
    assert [shown.count(f'class="{name}"') for name in ("missing", "estimated", "repaired", "power")] == [1, 1, 1, 1]


def test_standardise__same_files_by_two_processes__writes_the_same_bytes(daisee, tmp_path: Path) -> None:
    for at in range(6):
        (tmp_path / f"{at}.csv").write_bytes(day(prm=f"{10**13 + at // 2}", start=f"2016-06-0{1 + at % 2}"))
    written = []
    for count in (1, 2):
        out = tmp_path / f"out-{count}"
        assert daisee("standardise", *sorted(tmp_path.glob("*.csv")), "--out", out, "--processes", count) == 0
        written.append({path.name: path.read_bytes() for path in sorted(out.iterdir())})
    assert written[0] == written[1]
    table = pl.read_parquet(tmp_path / "out-1" / "curves.parquet")
    assert table.height == 6 * 48
    assert table["meter"].unique().sort().to_list() == [str(10**13 + at) for at in range(3)]
    assert table["interval_start"].is_sorted()


def test_inspect__same_curves_in_several_files__by_two_processes_is_the_same(daisee, tmp_path: Path, capfd) -> None:
    (tmp_path / "a.csv").write_bytes(day(prm=PRM))
    (tmp_path / "b.csv").write_bytes(day(prm=PRM, start="2016-06-02"))
    (tmp_path / "c.csv").write_bytes(day(prm="2" * 14))
    printed = []
    for count in (1, 2):
        assert daisee("inspect", tmp_path, "--json", "--processes", count) == 0
        printed.append(capfd.readouterr().out)
    assert printed[0] == printed[1]
    assert printed[0].count('"intervals": 96') == 1


def test_inspect__by_two_processes__first_file_that_cannot_be_read_is_named(daisee, tmp_path: Path, capfd) -> None:
    (tmp_path / "a.csv").write_bytes(day())
    (tmp_path / "b.csv").write_bytes(day()[:-12])
    assert daisee("inspect", tmp_path, "--processes", 2) == 1
    assert "b.csv: row 51: truncated" in capfd.readouterr().err


def test_standardise__one_curve_under_two_ids_in_two_files__is_found_to_be_a_twin(daisee, tmp_path: Path) -> None:
    values = [200 + 2 * (at * 37 % 101) for at in range(96)]
    for at in range(2):
        rows = [*head(f"{10**13 + at}"), *readings("2016-06-01", values)]
        (tmp_path / f"{at}.csv").write_bytes(file(rows))
    rules = replace(ConformityRules("Europe/Paris", 10**6, 10**6, 10**6), checks=Checks(twin=Lasting(24)))
    (tmp_path / "rules.json").write_bytes(rules.to_bytes())
    daisee(
        "standardise", *sorted(tmp_path.glob("*.csv")), "--out", tmp_path / "out", "--rules", tmp_path / "rules.json"
    )
    report = json.loads((tmp_path / "out" / "conformity.json").read_text("utf-8"))
    found = [(each["meter"], each["count"]) for each in report["findings"] if each["code"] == "twin"]
    assert found == [(str(10**13), 96), (str(10**13 + 1), 96)]


def test_standardise__curves_with_quality__are_what_the_engine_and_spans_of_years_take(daisee, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_bytes(day(watts=400))
    (tmp_path / "p.csv").write_bytes(day(prm="2" * 14, kind="Production", watts=100))
    assert daisee("standardise", tmp_path / "c.csv", tmp_path / "p.csv", "--out", tmp_path) == 0
    key = AllocationKey((Stage(Rule.PRO_RATA),))
    totals = share_span(tmp_path / "curves.parquet", tmp_path / "shared.parquet", key)
    assert (totals.steps, totals.produced, totals.consumed, totals.allocated) == (48, 2_400_000, 9_600_000, 2_400_000)
    whole = whole_curves.read((tmp_path / "curves.csv").read_bytes(), "curves.csv")
    assert (int(whole.consumption.sum()), int(whole.production.sum())) == (9_600_000, 2_400_000)
