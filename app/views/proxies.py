"""Proxies: let another member vote in my place, end it, see whose I hold, cast the ballots of those who did not vote."""

from __future__ import annotations

import streamlit as st

from app import casting, data, shown, votes, wallet
from app.scene import Surroundings, around
from app.tallies import Motion

GIVE, END, CAST = "proxy-give", "proxy-end", "proxy-cast"


def act(scene: Surroundings, kind: str, label: str, function: str, *arguments: object, key: str) -> None:
    """A button that sends a call of the governor, with what the contract would say against it."""
    trouble = votes.cannot_act(scene)
    against = "" if trouble else votes.rehearsed(scene, function, *arguments)
    st.button(
        label,
        on_click=wallet.send,
        args=(kind, votes.transaction(scene, function, *arguments)),
        disabled=bool(trouble or against) or wallet.pending(),
        key=key,
    )
    if trouble or against:
        st.caption(trouble or against)


def show_given(scene: Surroundings, member: int) -> None:
    """Who votes for me, and giving or ending it."""
    say, governor = scene.say, data.community(scene.place).governor
    st.subheader(say("proxies.mine"), anchor=False)
    delegate = governor.delegate_of(member, scene.block.number)
    if delegate:
        st.markdown(say("proxies.given", delegate=delegate))
        act(scene, END, say("proxies.end"), "endProxy", member, key="end-proxy")
    else:
        st.markdown(say("proxies.none_given"))
    wallets = {
        int(one.index): one.wallet
        for one in data.community(scene.place).registry.members(scene.block.number)
        if one.present and one.wallet and int(one.index) != member
    }
    chosen = st.selectbox(
        say("proxies.to_whom"),
        list(wallets),
        index=None,
        format_func=lambda number: say("common.member", number=number),
        placeholder=say("proxies.choose"),
        key="proxy-to",
        width=320,
    )
    if chosen is not None:
        label = say("proxies.replace" if delegate else "proxies.give", delegate=chosen)
        act(scene, GIVE, label, "giveProxy", wallets[chosen], key="give-proxy")


def show_held(scene: Surroundings, member: int) -> None:
    """Whose votes I may cast, and casting them."""
    say, governor = scene.say, data.community(scene.place).governor
    st.subheader(say("proxies.held"), anchor=False)
    held = governor.proxies_of(member, scene.block.number)
    most = int(governor.call("maximumProxies", block=scene.block.number))
    st.markdown(say("proxies.you_hold", held=len(held), most=most))
    for delegator in held:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(say("common.member", number=delegator), width="content")
            act(scene, END, say("proxies.give_back"), "endProxy", delegator, key=f"give-back-{delegator}")
    if not held:
        return
    open_now = [motion for motion in votes.motions(scene) if motion.is_open]
    if not open_now:
        st.info(say("proxies.nothing_open"), icon=":material/event_busy:")
    for motion in open_now:
        show_cast(scene, motion, held)


def show_cast(scene: Surroundings, motion: Motion, held: list[int]) -> None:
    """One open proposal: who of my delegators voted, and a ballot for the others."""
    say, governor = scene.say, data.community(scene.place).governor
    with st.container(border=True):
        st.markdown(f"**{motion.number}. {motion.question}**")
        free, rows = [], []
        for delegator in held:
            ballot = governor.ballot_of(motion.proposal.identifier, delegator, scene.block.number)
            if ballot is None or ballot.way == "proxy":
                free.append(delegator)
            said = say("proxies.not_voted") if ballot is None else say(f"ballot.choice.{ballot.support.name.lower()}")
            way = "" if ballot is None else say(f"ballot.way.{ballot.way}")
            rows.append((say("common.member", number=delegator), said, way))
        shown.table([say("proxies.member"), say("proxies.ballot"), say("proxies.how")], rows)
        if not free:
            st.caption(say("proxies.all_voted"))
            return
        choice = st.radio(
            say("proxies.their_ballot"),
            votes.CHOICES,
            index=None,
            format_func=lambda name: say(f"ballot.choice.{name}"),
            key=f"proxy-choice-{motion.number}",
        )
        if choice is not None:
            arguments = (motion.proposal.identifier, free, int(casting.SUPPORTS[choice]), "")
            act(
                scene,
                CAST,
                say.count("proxies.cast", len(free)),
                "castProxies",
                *arguments,
                key=f"cast-{motion.number}",
            )


def show_sent(scene: Surroundings) -> None:
    """What became of what was sent."""
    say = scene.say
    for kind in (GIVE, END, CAST):
        found = wallet.answer(kind)
        if found is None:
            continue
        if found.ok:
            st.success(say(f"proxies.sent.{kind}"), icon=":material/check_circle:")
            shown.hashes([(say("ballot.transaction"), found.result)])
        else:
            st.warning(wallet.refusal(say, found), icon=":material/info:")


def show(scene: Surroundings) -> None:
    """The page."""
    say = scene.say
    st.title(say("proxies.title"), anchor=False)
    most = int(data.community(scene.place).governor.call("maximumProxies", block=scene.block.number))
    st.markdown(say("proxies.lead", most=most))
    show_sent(scene)
    member = scene.viewer.member
    if not member:
        st.info(say("proxies.for_members"), icon=":material/lock:")
        return
    show_given(scene, member)
    show_held(scene, member)
    votes.waiting(scene, GIVE, END, CAST)
    st.caption(say("proxies.fee_note"))


show(around())
