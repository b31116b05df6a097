"""Months added up under several keys: totals, winners, fairness; the page that shows them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from typer.testing import CliRunner

from offchain_worker.cli.main import app
from offchain_worker.domain import tariff as tariffs
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.roster import numbered
from offchain_worker.domain.stages import Rule, Stage
from offchain_worker.jobs.what_if import Prices
from offchain_worker.simulate import comparison, months, page
from offchain_worker.simulate.comparison import KeysInvalid, Named

PRO_RATA = AllocationKey((Stage(Rule.PRO_RATA),))
ALIKE = AllocationKey((Stage(Rule.EGALITARIAN),))
TARIFF = {
    "schema": "daisee.tariff/1",
    "bands": 1,
    "communityFeeMicroEuroPerKwh": 0,
    "windows": [],
    "prices": [{"producer": 2, "group": 0, "band": 0, "microEuroPerKwh": 100000}],
    "taxes": [],
    "vats": [],
}
HOUR = 3600
JANUARY = 1451602800  # 2016-01-01 00:00 in France
FEBRUARY = JANUARY + 31 * 86400


def two_months() -> list[months.Month]:
    """One hour in January and one in February: 3 kWh made, a home uses 1, a shop 9; the plant is a third member's."""
    starts = np.array([FEBRUARY - HOUR, FEBRUARY], np.int64)
    consumption = np.array([[1_000_000, 9_000_000]] * 2, np.int64)
    production = np.full((2, 1), 3_000_000, np.int64)
    prices = tariffs.parse(json.dumps(TARIFF))
    return months.from_curves(starts, HOUR, numbered(2, 1), consumption, production, prices, "Europe/Paris", 12)


def compared(prices: Prices = Prices(200_000)) -> dict:  # type: ignore[type-arg]
    return comparison.compare(two_months(), [Named("pro rata", PRO_RATA), Named("alike", ALIKE)], prices)


def test_from_curves__is_cut_at_local_midnights() -> None:
    assert [month.label for month in two_months()] == ["2016-01", "2016-02"]


def test_compare__two_months__are_added_up_by_hand() -> None:
    """Pro rata: 0.3 and 2.7 kWh an hour. Alike: the home gets its 1, the shop 2."""
    found = compared()
    home, shop, plant = found["members"]
    assert [outcome["bought"] for outcome in home["outcomes"]] == [600_000, 2_000_000]
    assert [outcome["bought"] for outcome in shop["outcomes"]] == [5_400_000, 4_000_000]
    assert [outcome["debit"] for outcome in home["outcomes"]] == [6, 20]
    assert [outcome["cost"] for outcome in home["outcomes"]] == [6 + 28, 20]
    assert [outcome["change"] for outcome in home["outcomes"]] == [0, -14]
    assert [outcome["change"] for outcome in shop["outcomes"]] == [0, 14]
    assert [outcome["credit"] for outcome in plant["outcomes"]] == [60, 60]
    assert [(key["winners"], key["losers"]) for key in found["keys"]] == [(0, 0), (1, 1)]
    assert [key["ssrPpm"] for key in found["keys"]] == [300_000, 300_000]
    assert [key["surplus"] for key in found["keys"]] == [0, 0]


def test_compare__fairness__is_of_each_ones_coverage() -> None:
    """Pro rata covers both at 30 %; alike covers 100 % and 22.2 %."""
    first, second = (key["fairness"] for key in compared()["keys"])
    assert first["meritPpm"] > second["meritPpm"]
    assert first == {"jainPpm": 1_000_000, "giniPpm": 0, "minMaxPpm": 1_000_000, "meritPpm": first["meritPpm"]}
    assert second == {"jainPpm": 711_764, "giniPpm": 318_181, "minMaxPpm": 222_222, "meritPpm": second["meritPpm"]}


def test_compare__one_key_or_names_twice__is_refused() -> None:
    for named in ([Named("a", PRO_RATA)], [Named("a", PRO_RATA), Named("a", ALIKE)]):
        with pytest.raises(KeysInvalid, match="give two keys or more, with different names"):
            comparison.compare(two_months(), named, Prices())


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_page__stands_alone__and_is_well_formed(lang: str) -> None:
    text = page.page(compared(), lang, {1: "Zoë <b>"})
    assert not re.search(r"<script|https?://|@import|url\(", text)
    assert "Zoë &lt;b&gt;" in text
    for figure in re.findall(r"<svg.*?</svg>", text, re.DOTALL):
        ElementTree.fromstring(figure)
    assert text.count("<svg") == 2
    assert text == page.page(compared(), lang, {1: "Zoë <b>"})


def curves(path: Path) -> Path:
    rows = ["interval_start,meter,direction,energy_micro_kwh"]
    for start in ("2016-01-31T22:00:00Z", "2016-01-31T23:00:00Z"):
        rows += [
            f"{start},home,consumption,1000000",
            f"{start},shop,consumption,9000000",
            f"{start},plant,production,3000000",
        ]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_simulate__from_files__prints_json_and_writes_the_page(tmp_path: Path) -> None:
    (tmp_path / "pro rata.json").write_text(PRO_RATA.to_json(), encoding="utf-8")
    (tmp_path / "alike.json").write_text(ALIKE.to_json(), encoding="utf-8")
    (tmp_path / "tariff.json").write_text(json.dumps(TARIFF), encoding="utf-8")
    arguments = [
        "simulate",
        "--curves",
        str(curves(tmp_path / "curves.csv")),
        "--tariff",
        str(tmp_path / "tariff.json"),
    ]
    arguments += ["--key", str(tmp_path / "pro rata.json"), "--key", str(tmp_path / "alike.json")]
    arguments += ["--supplier-price", "0.2", "--html", str(tmp_path / "page.html"), "--lang", "en", "--json"]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0
    assert json.loads(done.stdout) == compared()
    assert "“alike” instead of “pro rata”" in (tmp_path / "page.html").read_text(encoding="utf-8")
    table = CliRunner().invoke(app, arguments[:-1], catch_exceptions=False).stdout
    assert "2016-01 to 2016-02, compared with pro rata" in table
    assert re.search(r"alike +6\.000 +100\.0 % +30\.0 % +0\.60 € .* 0\.711 +1 +1", table)
