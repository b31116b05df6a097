"""My bill: what I pay and get, line by line, my curve, and the proof that nobody wrote anything else on the chain."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import curves, data, frames, invoices, proof, shown
from app.scene import Scene, current
from offchain_worker.cli.session import period_label
from offchain_worker.domain import canonical


def choose_member(scene: Scene) -> int:
    """Whose bill: one's own, or for a reader of everything any member's; 0 for nobody's."""
    assert scene.reader is not None
    if not scene.reader.reads_all:
        return scene.viewer.member
    members = list(scene.records.roster.members)
    chosen = st.selectbox(scene.say("bill.whose"), members, format_func=scene.member, key="member", width=260)
    return chosen or 0


def show_summary(scene: Scene, bill: dict[str, Any]) -> None:
    """The result in one sentence, whether it is final, and the figures."""
    say, net = scene.say, int(bill["net"])
    if bill["provisional"]:
        st.badge(say("bill.provisional"), icon=":material/hourglass_empty:", color="orange")
    else:
        st.badge(say("bill.final"), icon=":material/check_circle:", color="green")
    way = "get" if net > 0 else "pay" if net < 0 else "even"
    result = say(f"bill.to_{way}", amount=say.euros(abs(net)), month=say.month(scene.period))
    booked = say(f"bill.{way}_settled" if scene.state == "settled" else "bill.not_settled")
    balance = say.euros(data.balance(scene.place, scene.block, bill["member"]))
    st.markdown(f"{result} {booked} {say('bill.balance', amount=balance)}")
    for reason in bill["reasons"]:
        st.warning(
            say.count(f"bill.reason_{reason['code']}", reason["steps"], meter=scene.column(reason["column"])),
            icon=":material/info:",
        )
    sums: dict[tuple[str, str], int] = {}
    for column in bill["columns"]:
        for what in ("energy", "local"):
            sums[column["direction"], what] = sums.get((column["direction"], what), 0) + int(column[what])
    listed = []
    if ("consumption", "energy") in sums:
        energy, local = sums["consumption", "energy"], sums["consumption", "local"]
        listed += [("consumed", energy), ("local", local), ("grid", energy - local)]
    if ("production", "energy") in sums:
        energy, local = sums["production", "energy"], sums["production", "local"]
        listed += [("produced", energy), ("sold", local), ("surplus", energy - local)]
    tiles = [(say(f"bill.{name}"), say.kwh(value, 1), say(f"bill.{name}_what")) for name, value in listed]
    for way in ("debit", "credit"):
        if int(bill[way]):
            tiles.append((say(f"bill.{way}"), say.euros(int(bill[way])), say(f"bill.{way}_what")))
    shown.tiles(tiles)


def show_invoices(scene: Scene, bill: dict[str, Any]) -> None:
    """Invoices received, then those issued."""
    say = scene.say
    st.subheader(say("bill.invoices"), anchor=False)
    st.caption(say("bill.rounding"))
    if not bill["received"] and not bill["issued"]:
        st.info(say("bill.no_invoices"))
    for invoice in bill["received"]:
        invoices.show(scene, invoice, "received")
    if bill["issued"]:
        label = say.count("bill.issued", len(bill["issued"]), amount=say.euros(int(bill["credit"])))
        with st.expander(label, icon=":material/outbox:", expanded=len(bill["issued"]) < 3):
            for invoice in bill["issued"]:
                invoices.show(scene, invoice, "issued")


def show_curve(scene: Scene, bill: dict[str, Any]) -> None:
    """The member's curve and how good its readings are."""
    say, reader = scene.say, scene.reader
    assert reader is not None
    st.subheader(say("bill.curve"), anchor=False)
    documents = [reader.curve(column["column"]) for column in bill["columns"]]
    found = frames.qualities(documents)
    quality = [say.count(f"quality.steps_{name}", number) for name, number in found.items() if number]
    st.caption(say("quality.of_curve", parts=", ".join(quality)))
    for name in ("estimated", "missing", "repaired"):
        on = frames.days_of_quality(documents, name, scene.zone)
        if on:
            listed = ", ".join(scene.day(day) for day in on)
            st.caption(f":orange[:material/warning:] {say(f'quality.days_{name}', days=listed)}")
    series = frames.of_curves(documents, scene.records.roster, scene.zone)
    name = f"curve-{bill['member']}-{period_label(scene.period)}"
    curves.show(scene, series, f"bill-{bill['member']}", name, say("bill.curve_alt", month=say.month(scene.period)))


def show_proof(scene: Scene, bill: dict[str, Any]) -> None:
    """The proof, checked on demand."""
    say, reader = scene.say, scene.reader
    assert reader is not None
    st.subheader(say("proof.title"), anchor=False)
    st.markdown(say("proof.what"))
    if st.button(say("proof.verify"), type="primary", icon=":material/verified:", key="verify"):
        with st.status(say("proof.running"), expanded=True) as status:
            links = []
            block = data.community(reader.place).connection.stamp().number
            for link in proof.verify(reader, bill, block):
                links.append(link)
                mark = ":green[:material/check_circle:]" if link.holds else ":red[:material/cancel:]"
                where = scene.column(int(link.detail)) if link.name in ("curve", "energy") and link.holds else ""
                st.markdown(f"{mark} {say(f'proof.{link.name}', where=where)}")
                if not link.holds and link.detail:
                    st.caption(link.detail)
            holds = all(link.holds for link in links)
            verdict = say("proof.holds" if holds else "proof.fails")
            status.update(label=verdict, state="complete" if holds else "error", expanded=True)
        with st.container(key="verified"):
            st.caption(say("proof.checked_at", block=say.number(block)))
    with st.expander(say("proof.in_full"), icon=":material/key:"):
        shown.hashes([(say("proof.salt"), bill["salt"]), (say("proof.leaf_hash"), bill["leaf"])])
        path = [(say("proof.sibling", n=at), sibling) for at, sibling in enumerate(bill["proof"], 1)]
        shown.hashes(path)
        if scene.records.accepted is not None:
            shown.hashes([(say("period.bills_root"), "0x" + scene.records.accepted.report.bills_root.hex())])


def show_downloads(scene: Scene, bill: dict[str, Any]) -> None:
    """The bill as files."""
    say = scene.say
    name = f"bill-{bill['member']}-{period_label(scene.period)}"
    with st.container(horizontal=True):
        document = canonical.dumps(bill)
        shown.download(say("bill.json"), document, f"{name}.json", "application/json")
        lines = invoices.lines_csv(scene, bill)
        shown.download(say("bill.csv"), lines, f"{name}.csv", "text/csv")


def show(scene: Scene) -> None:
    """The page."""
    say = scene.say
    of_all = scene.reader is not None and scene.reader.reads_all
    st.title(say("bill.title_of_all" if of_all else "bill.title", month=say.month(scene.period)), anchor=False)
    if scene.reader is None:
        shown.closed(scene, "bill.closed")
        return
    if scene.records.accepted is None:
        st.info(say("bill.not_yet"))
        return
    member = choose_member(scene)
    if member not in scene.records.roster.members:
        st.info(say("bill.none"))
        return
    bill = scene.reader.bill(member)
    show_summary(scene, bill)
    show_invoices(scene, bill)
    show_downloads(scene, bill)
    show_curve(scene, bill)
    show_proof(scene, bill)


show(current())
