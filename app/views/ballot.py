"""The ballot: the question, what the new rule would have done to my bill and to the community, my vote, my receipt."""

from __future__ import annotations

import streamlit as st

from app import ballot_box, effects_shown, electorate, voter, votes
from app.scene import Surroundings, around
from app.tallies import Motion
from app.voter import Voter
from app.written import cell


def show_question(scene: Surroundings, motion: Motion) -> None:
    """The question, what would change, and what stays if not."""
    say = scene.say
    st.header(motion.question, anchor=False)
    votes.head(scene, motion)
    st.subheader(say("ballot.changes"), anchor=False)
    votes.show_changes(scene, motion)
    present = votes.present_rule(scene, motion)
    if present:
        with st.expander(say("ballot.present"), icon=":material/history:"):
            st.markdown("\n".join(f"- {cell(line)}" for line in present))


def show_weight(scene: Surroundings, motion: Motion, me: Voter) -> None:
    """My vote's weight and why."""
    say, where = scene.say, votes.zone(scene)
    st.subheader(say("ballot.weight"), anchor=False)
    st.markdown(electorate.summary(scene, motion, where))
    if me.why_not:
        told = {"from_": say.moment(me.votes_from, where)} if me.why_not == "young" else {}
        if me.why_not != "public" or not motion.is_over:  # then there is nothing to sign in for
            st.info(say(f"ballot.no_vote.{me.why_not}", **told), icon=":material/person_off:")
    else:
        st.markdown(say("ballot.one_vote", member=me.member, since=say.date(me.since, where)))
        if me.delegate:
            st.info(say("ballot.delegated", delegate=me.delegate), icon=":material/handshake:")
    electorate.show_list(scene, motion, where)


def show(scene: Surroundings) -> None:
    """The page."""
    say = scene.say
    st.title(say("ballot.title"), anchor=False)
    motion = votes.choose(scene, votes.motions(scene))
    if motion is None:
        return
    me = voter.standing(scene.place, scene.block, motion, scene.viewer.address)
    show_question(scene, motion)
    effects_shown.show(scene, motion.trial)
    show_weight(scene, motion, me)
    ballot_box.show(scene, motion, me)
    with st.expander(say("proposals.course"), icon=":material/timeline:"):
        votes.timeline(scene, motion)


show(around())
