"""Results: what each vote changed, from which month until which, by which program it is computed, and who took part."""

from __future__ import annotations

import streamlit as st

from app import adopted, shown, tallies, votes
from app.adopted import Adoption
from app.scene import Surroundings, around
from app.tallies import Motion


def show_adoption(scene: Surroundings, adoption: Adoption) -> None:
    """One rule: its months, the months computed under it, the program and the hashes."""
    say, where = scene.say, votes.zone(scene)
    first = adopted.first_month(adoption.effective_at, where)
    kind = say(f"results.kind.{adoption.kind}")
    if adoption.until:
        last = adopted.before(adopted.first_month(adoption.until, where))
        if last < first:
            st.markdown(say("results.never", kind=kind))
        else:
            st.markdown(say("results.between", kind=kind, first=say.month(first), last=say.month(last)))
    else:
        st.markdown(say("results.since", kind=kind, first=say.month(first)))
    months = adopted.computed_under(scene.place, scene.block, adoption)
    if months:
        listed = ", ".join(say.month(month) for month in months)
        st.markdown(f":green[:material/check_circle:] {say.count('results.computed', len(months), months=listed)}")
    else:
        st.markdown(f":gray[:material/radio_button_unchecked:] {say('results.not_yet')}")
    with st.expander(say("results.in_full"), icon=":material/fingerprint:"):
        st.markdown(say("results.program_what"))
        shown.hashes(
            [
                (say("results.rule_hash", kind=kind), "0x" + adoption.digest.hex()),
                (say("results.program"), "0x" + adoption.hashes.program.hex()),
                (say("results.rules_hash"), "0x" + adoption.hashes.hash().hex()),
            ]
        )
        st.caption(say("results.effective", when=say.moment(adoption.effective_at, where)))


def turnout(scene: Surroundings, motion: Motion) -> str:
    """How many of the members took part."""
    say, tally = scene.say, motion.tally
    cast = tally.in_favour + tally.against + tally.abstain
    return say(
        "results.turnout", cast=cast, members=tally.members, share=say.percent(cast * 10**6 // max(tally.members, 1), 0)
    )


def show_motion(scene: Surroundings, motion: Motion) -> None:
    """A proposal whose vote is over."""
    say = scene.say
    with st.container(border=True):
        st.subheader(f"{motion.number}. {motion.question}", anchor=False)
        votes.head(scene, motion)
        st.markdown(turnout(scene, motion))
        votes.show_changes(scene, motion)
        adoptions = adopted.by(scene.place, scene.block, motion)
        for adoption in adoptions:
            show_adoption(scene, adoption)
        if motion.executed is not None and not adoptions:
            st.markdown(say("results.executed_only", when=say.moment(motion.executed.timestamp, votes.zone(scene))))
        elif motion.executed is None:
            st.markdown(say("results.waits" if motion.status == "passed" else "results.no_change"))
        with st.expander(say("proposals.course"), icon=":material/timeline:"):
            votes.timeline(scene, motion)


def show(scene: Surroundings) -> None:
    """The page."""
    say = scene.say
    st.title(say("results.title"), anchor=False)
    st.markdown(say("results.lead"))
    over = [motion for motion in votes.motions(scene) if motion.tally.state in tallies.OVER]
    if not over:
        st.info(say("results.none"), icon=":material/hourglass_empty:")
    for motion in over:
        show_motion(scene, motion)


show(around())
