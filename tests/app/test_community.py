"""The community page: totals for everybody, the rest for whom the keys open it, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.conftest import OpenApp, metrics, texts


@pytest.fixture
def report(settled_period: Any) -> Any:
    return settled_period.community.settlement.accepted(settled_period.period).report


def test_community__to_the_public__shows_the_chains_totals_and_nothing_encrypted(
    open_app: OpenApp, report: Any
) -> None:
    app = open_app()
    assert metrics(app) == {
        "Produced": f"{report.produced / 10**6:,.0f} kWh",
        "Shared": f"{report.allocated / 10**6:,.0f} kWh",
        "Self-consumption": f"{report.allocated * 100 / report.produced:.1f}%",
        "Invoiced": f"€{report.debit / 100:,.2f}",
    }
    assert [info.value for info in app.info] == [
        "Totals are public. The curve and who fed whom are for members: connect your wallet and sign in."
    ]
    assert not app.dataframe


def test_community__to_a_member__shows_all_figures_and_the_days(open_app: OpenApp) -> None:
    app = open_app(who="home-1")
    shown = metrics(app)
    assert shown["Consumed"] == "12,449 kWh"
    assert shown["Self-sufficiency"] == "49.7%"
    days = app.dataframe[0].value
    assert len(days) == 30
    assert days["Local"].sum() == pytest.approx(6185.1, abs=0.1)
    assert (days["Local"] + days["From the grid"]).sum() == pytest.approx(12449, abs=1)


def test_community__of_one_day__shows_its_half_hours(open_app: OpenApp) -> None:
    app = open_app(who="home-1")
    app.segmented_control(key="community-grain").set_value("day").run()
    half_hours = app.dataframe[0].value
    assert len(half_hours) == 48
    assert list(half_hours["When"][:2]) == ["00:00", "00:30"]


def test_community__in_french__says_so_and_writes_numbers_so(open_app: OpenApp) -> None:
    app = open_app(who="home-1", language="fr")
    assert metrics(app)["Produit"] == "8 082 kWh"
    assert metrics(app)["Autoconsommation"] == "76,5 %"
    assert app.title[0].value == "Villeurbanne, juin 2016"
    assert "La règle de partage" in texts(app)


def test_flows__of_a_member__are_their_own(open_app: OpenApp) -> None:
    app = open_app(who="solar-home")
    assert app.segmented_control(key="flows").options == ["By group", "My flows"]
    app.segmented_control(key="flows").set_value("mine").run()
    assert "From\\: Roof of the solar home" in texts(app)
    assert "you \\(member 23\\)" in texts(app)


def test_flows__of_a_reader_of_everything__go_to_every_member(open_app: OpenApp) -> None:
    app = open_app(who="auditor")
    app.segmented_control(key="flows").set_value("members").run()
    assert all(f"member {number} |" in texts(app) for number in range(2, 26))


def test_rules__of_the_month__stand_there_in_words(open_app: OpenApp) -> None:
    said = texts(open_app())
    assert "the consumers of the Building group in proportion to what each consumes" in said
    assert "€0.0800/kWh" in said
