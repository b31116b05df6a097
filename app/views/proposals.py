"""The proposals: what is asked, how the votes stand, who may vote, how long it stays open."""

from __future__ import annotations

import streamlit as st

from app import data, electorate, shown, voter, votes, wallet
from app.scene import Surroundings, around
from app.tallies import Motion
from offchain_worker.chain.errors import ContractRefused
from offchain_worker.chain.governor import ProposalState

EXECUTE, CANCEL = "execute", "cancel"


def show_motion(scene: Surroundings, motion: Motion) -> None:
    """One proposal as a card."""
    say = scene.say
    with st.container(border=True):
        st.subheader(f"{motion.number}. {motion.question}", anchor=False)
        votes.head(scene, motion)
        st.markdown(mine(scene, motion))
        query = {"proposal": str(motion.number), "lang": say.language}
        with st.container(horizontal=True):
            label = "proposals.to_ballot" if motion.is_open else "proposals.to_read"
            st.page_link("views/ballot.py", label=say(label), icon=":material/how_to_vote:", query_params=query)
            if motion.executed is not None:
                st.page_link(
                    "views/results.py",
                    label=say("proposals.to_results"),
                    icon=":material/task_alt:",
                    query_params=query,
                )
        offer_next(scene, motion)
        with st.expander(say("proposals.more"), icon=":material/timeline:"):
            votes.show_changes(scene, motion)
            votes.timeline(scene, motion)
        where = votes.zone(scene)
        electorate.show_list(scene, motion, where, electorate.summary(scene, motion, where))


def mine(scene: Surroundings, motion: Motion) -> str:
    """Where the viewer stands: voted, may vote, or why not."""
    say, found = scene.say, voter.standing(scene.place, scene.block, motion, scene.viewer.address)
    if found.ballot is not None:
        return say("proposals.you_voted", choice=say(f"ballot.choice.{found.ballot.support.name.lower()}"))
    if found.why_not:
        return say(f"proposals.not_you.{found.why_not}")
    return say("proposals.you_may" if motion.is_open else "proposals.you_did_not")


def offer_next(scene: Surroundings, motion: Motion) -> None:
    """What anybody can do with a proposal that passed, and its proposer before it opens."""
    say, proposal = scene.say, motion.proposal
    digest = data.community(scene.place).connection.web3.keccak(text=proposal.description)
    arguments = (list(proposal.targets), list(proposal.values), list(proposal.calls), digest)
    if motion.tally.state is ProposalState.SUCCEEDED:
        _offer(scene, EXECUTE, motion, *arguments)
    elif motion.tally.state is ProposalState.PENDING and proposal.proposer == scene.viewer.address:
        _offer(scene, CANCEL, motion, *arguments)
    for kind in (EXECUTE, CANCEL):
        found = wallet.answer(kind)
        if found is not None and found.context.get("proposal") == motion.number:
            if found.ok:
                st.success(say(f"proposals.{kind}_sent"), icon=":material/check:")
                shown.hashes([(say("ballot.transaction"), found.result)])
            else:
                st.warning(wallet.refusal(say, found), icon=":material/info:")


def _offer(scene: Surroundings, kind: str, motion: Motion, *arguments: object) -> None:
    say, trouble = scene.say, votes.cannot_act(scene)
    st.markdown(say(f"proposals.{kind}_what"))
    if kind == EXECUTE:
        try:
            data.community(scene.place).governor.call(kind, *arguments)
        except ContractRefused as error:
            st.warning(votes.refused(scene, error), icon=":material/block:")
            return
    st.button(
        say(f"proposals.{kind}"),
        on_click=wallet.send,
        args=(kind, votes.transaction(scene, kind, *arguments)),
        kwargs={"proposal": motion.number},
        disabled=bool(trouble) or wallet.pending(),
        key=f"{kind}-{motion.number}",
    )
    if trouble:
        st.caption(trouble)


def show(scene: Surroundings) -> None:
    """The page."""
    say = scene.say
    st.title(say("proposals.title"), anchor=False)
    st.markdown(say("proposals.lead"))
    listed = votes.motions(scene)
    if not listed:
        st.info(say("proposals.none"), icon=":material/how_to_vote:")
    for motion in listed:
        show_motion(scene, motion)
    votes.waiting(scene, EXECUTE, CANCEL)
    st.page_link("views/propose.py", label=say("proposals.to_propose"), icon=":material/add_circle:")


show(around())
