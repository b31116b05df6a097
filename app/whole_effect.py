"""What a rule would have done to everybody, for who may read everybody's readings: computed here, on a button."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import data, shown
from app.effects import MONTHS, Trial
from app.scene import Surroundings
from app.viewer import Role
from offchain_worker.jobs.program import program_hash
from offchain_worker.jobs.what_if import Prices
from offchain_worker.simulate import ballot, months

READERS = (Role.PROVIDER, Role.OPERATOR, Role.AUDITOR, Role.WORKER)
FAIRNESS = ("jainPpm", "giniPpm", "minMaxPpm")


def show(scene: Surroundings, trial: Trial, supplier: int) -> None:
    """The section; nothing for who reads their own data only."""
    say = scene.say
    if scene.viewer.role not in READERS or scene.viewer.identity is None or trial.empty:
        return
    with st.expander(say("ballot.everybody"), icon=":material/groups:"):
        st.markdown(say("ballot.everybody_what"))
        done = (trial, supplier, scene.viewer.address)
        if st.button(say("ballot.everybody_do"), icon=":material/calculate:", key="everybody"):
            with st.spinner(say("ballot.computing")):
                st.session_state["everybody_found"] = (done, compute(scene, trial, supplier))
        kept = st.session_state.get("everybody_found")
        if kept is not None and kept[0] == done:
            show_found(scene, kept[1])


def compute(scene: Surroundings, trial: Trial, supplier: int) -> dict[str, Any]:
    """The effect over the last months. Raises NoMonths, EnvelopeError, TermsDiffer (by another program)."""
    assert scene.viewer.identity is not None
    community = data.community(scene.place)
    found = months.from_chain(community, scene.place.blobs, scene.viewer.identity, MONTHS, program_hash())
    return ballot.effect(found, Prices(supplier), trial.key, trial.tariff)


def show_found(scene: Surroundings, found: dict[str, Any]) -> None:
    """The community's figures, fairness, and every member by number."""
    say, whole = scene.say, found["community"]
    st.markdown(say("ballot.everybody_count", winners=whole["winners"], losers=whole["losers"]))
    rows = [
        (say("community.shared"), *(say.kwh(whole[side]["allocated"]) for side in ("present", "proposed"))),
        (say("community.scr"), *(say.percent(whole[side]["scrPpm"]) for side in ("present", "proposed"))),
        (say("community.ssr"), *(say.percent(whole[side]["ssrPpm"]) for side in ("present", "proposed"))),
    ]
    for name in FAIRNESS:
        both = (whole["fairness"][side][name] for side in ("present", "proposed"))
        rows.append((say(f"ballot.fairness.{name}"), *(say.number(value / 10**6, 3) for value in both)))
    shown.table([say("ballot.figure"), say("ballot.present_rule"), say("ballot.with_new")], rows, numbers=[1, 2])
    shown.table(
        [say("proxies.member"), say("ballot.present_rule"), say("ballot.with_new"), say("ballot.difference")],
        [
            (
                say("common.member", number=member),
                say.euros(one["present"]["cost"]),
                say.euros(one["proposed"]["cost"]),
                ("+" if one["difference"]["cost"] > 0 else "") + say.euros(one["difference"]["cost"]),
            )
            for member, one in sorted(found["members"].items())
        ],
        numbers=[1, 2, 3],
    )
