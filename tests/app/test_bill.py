"""The bill page: one's own bill and nobody else's, its lines, and a proof that fails when it should."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from app import data, flows, frames, proof
from app.data import Place
from app.reader import Reader, open_keys
from offchain_worker.storage import identity as identities
from tests.app.conftest import OpenApp, metrics, sign_in_as, texts

HOME_8, SOLAR_HOME = 12, 23


@pytest.fixture
def reader_of(settled_period: Any) -> Any:
    """A reader with somebody's keys."""
    folder: Path = settled_period.folder
    place = Place(settled_period.url, str(folder / "store"), folder / "deployment.json")
    community = data.community(place)
    block = community.connection.stamp()
    records = data.records(place, block, settled_period.period)

    def made(name: str) -> Reader:
        identity = identities.load(folder / "identities" / f"{name}.json")
        return Reader(place, block, records, identity.address, open_keys(place, block, records, identity))

    return made


def test_bill__to_the_public__is_closed(open_app: OpenApp) -> None:
    app = open_app("bill")
    assert "connect your wallet and sign in" in app.info[0].value
    assert not app.metric


def test_bill__of_a_member__is_what_the_chain_booked(open_app: OpenApp, settled_period: Any) -> None:
    app = open_app("bill", who="home-8")
    net = settled_period.community.settlement.settled(settled_period.period).net_cents[HOME_8]
    assert metrics(app)["To pay"] == f"€{-net / 100:.2f}"
    assert f"**€{-net / 100:.2f}** to pay for June 2016." in texts(app)
    assert "48 half-hours of meter 11 are missing" in app.warning[0].value


def test_bill__of_a_member__offers_nobody_elses(open_app: OpenApp) -> None:
    app = open_app("bill", who="home-8")
    assert [box.key for box in app.selectbox] == ["period"]


def test_bill__after_another_viewer__is_the_new_viewers(
    open_app: OpenApp, settled_period: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app("bill", who="home-8")
    first = metrics(app)
    sign_in_as(monkeypatch, settled_period.folder, "home-1")
    assert metrics(app.run()) != first
    sign_in_as(monkeypatch, settled_period.folder, "public")
    assert not app.run().metric


def test_bill__to_the_provider__is_that_of_the_member_chosen(open_app: OpenApp, settled_period: Any) -> None:
    app = open_app("bill", who="provider")
    app.selectbox(key="member").set_value(SOLAR_HOME).run()
    net = settled_period.community.settlement.settled(settled_period.period).net_cents[SOLAR_HOME]
    assert f"**€{net / 100:.2f}** to receive" in texts(app)


def test_lines__of_an_invoice__are_energy_times_price(open_app: OpenApp) -> None:
    said = texts(open_app("bill", who="home-8"))
    assert "| Roof of the building | 23.787\u00a0kWh | €0.0800/kWh | €1.90 |" in said
    assert "| VAT |  | 20% × €1.90 | €0.38 |" in said


@pytest.mark.parametrize(("language", "holds"), [("en", "Everything holds"), ("fr", "Tout concorde")])
def test_proof__of_a_true_bill__holds_link_by_link(open_app: OpenApp, language: str, holds: str) -> None:
    app = open_app("bill", who="home-8", language=language)
    app.button(key="verify").click().run()
    assert app.status[0].label.startswith(holds)
    assert "cancel" not in "".join(line.value for line in app.status[0].markdown)
    assert len(app.status[0].markdown) == 8


def links(reader: Reader, bill: dict[str, Any]) -> dict[str, bool]:
    return {link.name: link.holds for link in proof.verify(reader, bill, reader.block.number)}


def test_proof__of_a_bill_with_another_amount__breaks_where_it_was_changed(reader_of: Any) -> None:
    reader = reader_of("home-8")
    changed = copy.deepcopy(reader.bill(HOME_8))
    changed["debit"] = str(int(changed["debit"]) + 1)
    found = links(reader, changed)
    assert (found["sums"], found["leaf"], found["path"], found["report"]) == (False, False, False, True)


def test_proof__of_a_bill_with_another_energy__breaks(reader_of: Any) -> None:
    reader = reader_of("home-8")
    changed = copy.deepcopy(reader.bill(HOME_8))
    changed["columns"][0]["local"] = "0"
    found = links(reader, changed)
    assert (found["sums"], found["energy"], found["curve"], found["path"]) == (False, False, True, True)


def test_reader__with_a_members_keys__opens_nobody_elses_bill(reader_of: Any) -> None:
    with pytest.raises(Exception, match="member 12 has no key for the bill of member 5"):
        reader_of("home-8").bill(5)


def test_flows__of_all_bills__are_all_energy_of_the_month(reader_of: Any) -> None:
    reader = reader_of("auditor")
    roster = reader.records.roster
    bills = [reader.bill(member) for member in roster.members]
    community = reader.community()
    totals = {name: int(community["indicators"][name]) for name in ("produced", "consumed", "surplus")}
    for found in (flows.by_member(bills, roster), flows.by_group(community, roster, bills)):
        into = sum(energy for (_, target), energy in found.items() if target.kind is flows.Kind.CONSUMER)
        out = sum(energy for (source, _), energy in found.items() if source.kind is flows.Kind.PLANT)
        left = sum(energy for (_, target), energy in found.items() if target == flows.SURPLUS)
        assert (into, out, left) == (totals["consumed"], totals["produced"], totals["surplus"])


def test_frames__of_all_curves__are_the_communitys(reader_of: Any) -> None:
    reader = reader_of("auditor")
    roster = reader.records.roster
    curves = frames.of_curves([reader.curve(at) for at in range(len(roster.columns))], roster, "Europe/Paris")
    community = frames.of_community(reader.community(), "Europe/Paris")
    assert curves.local.tolist() == community.local.tolist() == curves.sold.tolist()
    assert curves.grid.tolist() == community.grid.tolist()
    assert curves.surplus.tolist() == community.surplus.tolist()
