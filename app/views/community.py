"""The community's month: its figures, its curve, who fed whom, and the rule that shares."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from app import charts, curves, flows, frames, shown
from app.flows import Flows
from app.scene import Scene, current
from offchain_worker.cli.session import period_label
from offchain_worker.domain import key
from offchain_worker.domain.indicators import Indicators


def figures(scene: Scene) -> Indicators | None:
    """The month's totals; consumption is 0 for who may not know it, None without a report."""
    if scene.records.accepted is None:
        return None
    report = scene.records.accepted.report
    consumed = int(scene.reader.community()["indicators"]["consumed"]) if scene.reader else 0
    return Indicators(report.produced, consumed, report.allocated)


def show_figures(scene: Scene, found: Indicators, cents: int) -> None:
    """The tiles, and the formulas behind them."""
    say = scene.say
    listed = [
        ("produced", say.kwh(found.produced)),
        ("shared", say.kwh(found.allocated)),
        ("scr", say.percent(found.scr_ppm)),
    ]
    if scene.reader:
        listed += [
            ("surplus", say.kwh(found.surplus)),
            ("consumed", say.kwh(found.consumed)),
            ("residual", say.kwh(found.residual)),
            ("ssr", say.percent(found.ssr_ppm)),
        ]
    listed.append(("invoiced", say.euros(cents)))
    shown.tiles((say(f"community.{name}"), value, say(f"community.{name}_what")) for name, value in listed)
    with st.expander(say("community.meaning"), icon=":material/help:"):
        told = {
            "allocated": say.kwh(found.allocated),
            "produced": say.kwh(found.produced),
            "consumed": say.kwh(found.consumed),
            "scr": say.percent(found.scr_ppm),
            "ssr": say.percent(found.ssr_ppm),
        }
        st.markdown(say("community.formula_scr", **told))
        if scene.reader:
            st.markdown(say("community.formula_ssr", **told))
        st.markdown(say("community.formula_rest"))


def show_flows(scene: Scene) -> None:
    """The Sankey, as detailed as the viewer's keys allow."""
    say, reader = scene.say, scene.reader
    assert reader is not None
    st.subheader(say("flows.title"), anchor=False)
    views = ["groups"]
    if reader.reads_all:
        views.append("members")
    elif scene.viewer.member and scene.records.columns_of(scene.viewer.member):
        views.append("mine")
    view = views[0]
    if len(views) > 1:
        chosen = st.segmented_control(
            say("flows.view"),
            views,
            format_func=lambda name: say(f"flows.{name}"),
            default=view,
            required=True,
            key="flows",
        )
        view = chosen or view
    found = chosen_flows(scene, view)
    of_group = view == "groups"

    def name(node: flows.Node) -> str:
        return scene.node(node, of_group)

    option, height = charts.sankey(found, name, say, shown.ink())
    st.echarts_chart(option, height=height, key=f"flows-{view}", alt=say("flows.alt", month=say.month(scene.period)))
    st.caption(say(f"flows.{view}_what"))
    with st.expander(say("chart.table"), icon=":material/table:"):
        for source, pairs in groupby(found.items(), key=lambda item: item[0][0]):
            rows = [(name(target), say.kwh(energy, 1)) for (_, target), energy in pairs]
            shown.table([say("flows.from", name=name(source)), say("flows.energy")], rows, numbers=[1])


def chosen_flows(scene: Scene, view: str) -> Flows:
    """The flows of a view."""
    reader, roster = scene.reader, scene.records.roster
    assert reader is not None
    if view == "mine":
        return flows.of_bill(reader.bill(scene.viewer.member), roster)
    bills = [reader.bill(member) for member in roster.members] if reader.reads_all else []
    return flows.by_member(bills, roster) if view == "members" else flows.by_group(reader.community(), roster, bills)


def show_rules(scene: Scene) -> None:
    """The key and the prices in words."""
    say, rules = scene.say, scene.records.rules
    st.subheader(say("rules.title"), anchor=False)
    sentences = key.describe(rules.key, say.language, scene.names.known_groups(say.language))
    st.markdown("\n".join(f"{at}. {sentence}" for at, sentence in enumerate(sentences, 1)))
    rows = [
        (
            scene.plant(price.producer),
            scene.names.group(say, price.group) if price.group else say("rules.all"),
            say.price(price.micro_euro_per_kwh),
        )
        for price in rules.tariff.prices
    ]
    rows.append((say("rules.fee"), say("rules.all"), say.price(rules.tariff.community_fee)))
    shown.table([say("rules.what"), say("rules.whom"), say("rules.price")], rows, numbers=[2])
    st.caption(say("rules.voted"))


def show(scene: Scene) -> None:
    """The page."""
    say = scene.say
    place = scene.names.community
    month = say.month(scene.period)
    st.title(
        say("community.title_named", month=month, place=place) if place else say("community.title", month=month),
        anchor=False,
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        shown.state_badge(scene)
        if "data" in scene.records.events:
            st.caption(
                say("community.fresh", date=scene.happened("data"), version=scene.records.period.version),
                width="content",
            )
    found = figures(scene)
    if found is None:
        st.info(say("community.no_report"))
        show_rules(scene)
        return
    told = {
        "produced": say.kwh(found.produced),
        "allocated": say.kwh(found.allocated),
        "scr": say.percent(found.scr_ppm, 0),
    }
    st.markdown(say("community.lead", month=month, **told))
    cents = scene.records.accepted.report.debit if scene.records.accepted else 0
    show_figures(scene, found, cents)
    if scene.reader is None:
        shown.closed(scene, "community.closed")
    else:
        st.subheader(say("chart.title"), anchor=False)
        series = frames.of_community(scene.reader.community(), scene.zone)
        curves.show(
            scene, series, "community", f"community-{period_label(scene.period)}", say("chart.alt", month=month)
        )
        show_flows(scene)
    show_rules(scene)


show(current())
