"""Voting: choose, review exactly what the wallet will show, sign, and follow the ballot until it counts.

The relayer pays. Whoever would rather not use it sends the vote by a transaction of their own, or keeps the signed ballot
and has anybody send it. Every refusal is said in words.
"""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import streamlit as st

from app import casting, data, shown, votes, wallet
from app.casting import Held
from app.scene import Surroundings
from app.tallies import Motion
from app.voter import Voter
from app.wallet import Answer
from app.written import cell
from offchain_worker.chain.ballots import LAST_NONCE, Fault
from offchain_worker.chain.governor import ProposalState, Support
from offchain_worker.chain.relay_client import BallotState

SIGN, SEND, ALONE = "ballot-sign", "ballot-send", "ballot-alone"


def show(scene: Surroundings, motion: Motion, me: Voter) -> None:
    """The section: my ballot as it stands, and while the vote is open a new one."""
    say = scene.say
    if me.why_not and me.ballot is None and motion.is_open:
        return  # why there is no vote stands above
    st.subheader(say("ballot.vote"), anchor=False)
    take(scene, motion)
    show_mine(scene, motion, me)
    if not motion.is_open:
        pending = motion.tally.state is ProposalState.PENDING
        st.info(say("ballot.not_open" if pending else "ballot.over"), icon=":material/event_busy:")
        return
    if me.why_not:
        return
    trouble = votes.cannot_act(scene)
    if trouble:
        st.info(trouble, icon=":material/account_balance_wallet:")
    choice = st.radio(
        say("ballot.your_choice"),
        votes.CHOICES,
        index=None,
        format_func=lambda name: say(f"ballot.choice.{name}"),
        captions=[say(f"ballot.means.{name}") for name in votes.CHOICES],
        key=f"choice-{motion.number}",
    )
    reason = st.text_area(
        say("ballot.reason"), max_chars=500, height=80, help=say("ballot.reason_help"), key=f"reason-{motion.number}"
    )
    if choice is None:
        st.caption(say("ballot.choose_first"))
        return
    review(scene, motion, me, choice, reason or "", bool(trouble))
    votes.waiting(scene, SIGN, SEND, ALONE)


def review(scene: Surroundings, motion: Motion, me: Voter, choice: str, reason: str, blocked: bool) -> None:
    """What the wallet will show, word by word, and the ways to send it."""
    say = scene.say
    reason = casting.tidy(reason)
    with st.container(border=True):
        st.markdown(f"**{say('ballot.review')}**")
        if me.next_nonce > LAST_NONCE:
            st.warning(say("ballot.only_transaction"), icon=":material/info:")
        else:
            ballot = casting.prepared(scene, motion, me.next_nonce, choice, reason)
            typed = casting.typed_data(scene, ballot)
            st.markdown(say("ballot.review_what"))
            show_fields(scene, typed)
            closes = say.moment(motion.tally.closes, votes.zone(scene))
            st.caption(say("ballot.changeable", when=closes))
            st.button(
                say("ballot.sign" if casting.relayer() else "ballot.sign_only"),
                type="primary",
                icon=":material/draw:",
                on_click=wallet.sign_typed,
                args=(SIGN, scene.viewer.address, typed),
                kwargs={"ballot": asdict(ballot)},
                disabled=blocked or wallet.pending(),
                key="sign-ballot",
            )
        call = ("castVoteWithReason", reason) if reason else ("castVote",)
        arguments = (motion.proposal.identifier, int(casting.SUPPORTS[choice]), *call[1:])
        with st.expander(say("ballot.other_ways"), icon=":material/alt_route:"):
            st.markdown(say("ballot.transaction_what"))
            st.button(
                say("ballot.transaction_do"),
                on_click=wallet.send,
                args=(SEND, votes.transaction(scene, call[0], *arguments)),
                kwargs={"proposal": motion.number},
                disabled=blocked or wallet.pending(),
                key="send-vote",
            )


def show_fields(scene: Surroundings, typed: dict[str, Any]) -> None:
    """The typed data's fields with the names the wallet shows, and what each means."""
    say = scene.say
    rows = []
    for part in ("domain", "message"):
        for name, value in typed[part].items():
            meaning = say(f"ballot.field.{name}")
            if name == "support":
                meaning = say(f"ballot.choice.{Support(value).name.lower()}")
            rows.append((name, str(value), meaning))
    shown.table([say("ballot.field_name"), say("ballot.field_value"), say("ballot.field_meaning")], rows)


def take(scene: Surroundings, motion: Motion) -> None:
    """Take what the wallet answered: hand a signature in, or say what went wrong."""
    say = scene.say
    found = wallet.answer(SIGN)
    if found is not None and found.context["ballot"]["proposal"] == motion.proposal.identifier:
        wallet.forget(SIGN)
        if not found.ok:
            st.warning(wallet.refusal(say, found), icon=":material/info:")
        else:
            made = casting.signed(scene, found)
            if isinstance(made, Fault):
                st.error(fault_words(scene, made), icon=":material/error:")
            else:
                casting.hand_in(scene, made)
    for kind in (SEND, ALONE):
        sent = wallet.answer(kind)
        if sent is not None and sent.context.get("proposal") == motion.number:
            show_sent(scene, kind, sent)


def show_sent(scene: Surroundings, kind: str, sent: Answer) -> None:
    """A transaction of the voter's own: refused, on its way, mined, or reverted."""
    say = scene.say
    if not sent.ok:
        st.warning(wallet.refusal(say, sent), icon=":material/info:")
        return
    receipt = data.community(scene.place).connection.receipt(sent.result)
    if receipt is None:
        st.info(say("ballot.mining"), icon=":material/hourglass_empty:")
        follow()
    elif receipt["status"] == 1:
        st.success(say("ballot.mined", block=say.number(receipt["blockNumber"])), icon=":material/check_circle:")
        wallet.forget(kind)
    else:
        st.error(say("ballot.reverted"), icon=":material/error:")
    shown.hashes([(say("ballot.transaction"), sent.result)])


def follow() -> None:
    """Look again in two seconds, as long as something is on its way."""
    st.session_state["followed_at"] = time.monotonic()
    _look_again()


@st.fragment(run_every=2)
def _look_again() -> None:
    if time.monotonic() - st.session_state["followed_at"] > 1:
        st.rerun(scope="app")


def show_mine(scene: Surroundings, motion: Motion, me: Voter) -> None:
    """The ballot that counts now, by the chain; then the one on its way, if there is one."""
    say, where = scene.say, votes.zone(scene)
    held = casting.held(scene, motion)
    if me.ballot is not None:
        choice = say(f"ballot.choice.{me.ballot.support.name.lower()}")
        st.success(
            say("ballot.counts", choice=choice, way=say(f"ballot.way.{me.ballot.way}")), icon=":material/how_to_vote:"
        )
        if me.cast is not None:
            when = say.moment(me.cast.timestamp, where)
            st.caption(say("ballot.counted_in", block=say.number(me.cast.block), when=when))
            shown.hashes([(say("ballot.transaction"), me.cast.transaction)])
        if motion.is_open:
            st.caption(say("ballot.changeable", when=say.moment(motion.tally.closes, where)))
    if held is not None:
        show_held(scene, motion, held, me)


def show_held(scene: Surroundings, motion: Motion, held: Held, me: Voter) -> None:
    """The signed ballot this server saw: on its way, counted or dropped, with its receipt and the other ways to send it."""
    say = scene.say
    if held.receipt is None and me.ballot is not None and me.ballot.sequence > held.signed.ballot.nonce:
        return  # it was sent without the relayer, or replaced: what the chain says stands above
    state: BallotState | None = None
    fault = held.fault
    if held.receipt is not None:
        found = casting.state(held.signed)
        state, fault = (None, found) if isinstance(found, Fault) else (found, fault)
    with st.container(border=True):
        st.markdown(f"**{say('ballot.receipt')}**")
        if state is not None:
            show_state(scene, state, held, me)
        elif fault is not None:
            st.error(fault_words(scene, fault), icon=":material/error:")
        elif held.receipt is None:
            st.info(say("ballot.kept"), icon=":material/save:")
        rows = [(say("ballot.id"), held.signed.identifier)]
        if held.receipt is not None:
            rows.append((say("ballot.relayer"), held.receipt.relayer))
        if state is not None and state.transaction:
            rows.append((say("ballot.transaction"), state.transaction))
        shown.hashes(rows)
        with st.container(horizontal=True):
            receipt, ballot = f"receipt-{motion.number}.json", f"ballot-{motion.number}.json"
            shown.download(say("ballot.download_receipt"), held.document(state), receipt, "application/json")
            shown.download(say("ballot.download_ballot"), held.signed.to_json(), ballot, "application/json")
        counted = state is not None and state.state == "counted"
        if motion.is_open and not counted:
            offer_alone(scene, motion, held)


def show_state(scene: Surroundings, state: BallotState, held: Held, me: Voter) -> None:
    """What became of a ballot the relayer took; while it is on its way, look again."""
    say = scene.say
    if state.state == "dropped":
        st.error(
            f"{say('ballot.dropped')} {fault_words(scene, Fault(state.code, state.message))}", icon=":material/error:"
        )
        return
    if state.state != "counted":
        st.info(say(f"ballot.state.{state.state}"), icon=":material/hourglass_empty:")
        follow()
        return
    receipt = data.community(scene.place).connection.receipt(state.transaction)
    block = say.number(receipt["blockNumber"]) if receipt is not None else "?"
    st.success(say("ballot.state.counted", block=block), icon=":material/check_circle:")
    if me.ballot is None or receipt is None or receipt["blockNumber"] > scene.block.number:
        follow()
        return
    ballot = held.signed.ballot
    counts = (me.ballot.sequence, int(me.ballot.support)) == (ballot.nonce + 1, ballot.support)
    proofs = ("receipt", "mined", "counts" if counts else "replaced")
    lines = [say(f"ballot.proof.{name}", block=block, member=me.member) for name in proofs]
    st.markdown("  \n".join(f":green[:material/check_circle:] {line}" for line in lines))


def offer_alone(scene: Surroundings, motion: Motion, held: Held) -> None:
    """The same ballot in a transaction of the voter's own."""
    say = scene.say
    st.caption(say("ballot.alone_what"))
    arguments = (motion.proposal.identifier, held.signed.abi())
    st.button(
        say("ballot.alone"),
        on_click=wallet.send,
        args=(ALONE, votes.transaction(scene, "castBallotBySig", *arguments)),
        kwargs={"proposal": motion.number},
        disabled=bool(votes.cannot_act(scene)) or wallet.pending(),
        key="send-alone",
    )


def fault_words(scene: Surroundings, fault: Fault) -> str:
    """A relayer's or contract's refusal in words; its own message for a code no catalogue has."""
    key = f"ballot.fault.{fault.code}"
    return scene.say(key) if scene.say.has(key) else cell(f"{fault.message} ({fault.code})")
