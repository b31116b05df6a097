"""A new proposal: choose the rule, see what it would do, check that the contract would take it, send it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from app import data, draft_terms, drafts, effects_shown, shown, votes, wallet
from app.drafts import Draft
from app.effects import Trial
from app.scene import Surroundings, around
from app.written import cell
from offchain_worker.chain import calls, proposing
from offchain_worker.chain.errors import ContractRefused
from offchain_worker.chain.proposing import QuestionInvalid, Subject
from offchain_worker.domain.errors import DaiseeError

KIND = "propose"
SUBJECTS = ("key", "tariff", "conformity", "program", "quorum")
RULES: dict[str, Callable[[Surroundings, int], Draft | None]] = {
    "key": drafts.key,
    "tariff": drafts.tariff,
    "conformity": draft_terms.conformity,
    "program": draft_terms.program,
}


def choose(scene: Surroundings) -> Draft | None:
    """The rule to be proposed; None while something is missing or wrong, which is said."""
    say = scene.say
    subject = st.pills(
        say("propose.subject"),
        SUBJECTS,
        format_func=lambda name: say(f"propose.subject.{name}"),
        default="key",
        required=True,
        key="draft-subject",
    )
    months = drafts.months(scene)
    start = 0
    if subject != "quorum":
        period = st.selectbox(
            say("propose.from"),
            list(months),
            format_func=say.month,
            help=say("propose.from_help"),
            key="draft-from",
            width=260,
        )
        start = months[period] if period else 0
    try:
        if subject in RULES:
            return RULES[subject](scene, start)
        return drafts.quorum(scene)
    except DaiseeError as error:
        st.error(say("propose.rule_refused", reason=cell(str(error))), icon=":material/error:")
        return None


def in_words(scene: Surroundings, draft: Draft) -> None:
    """The rule as the members will read it."""
    community = data.community(scene.place)
    groups = scene.names.known_groups(scene.say.language)
    lines = calls.describe(community, draft.target, 0, draft.call, scene.say.language, groups)
    lines = votes.with_month(scene, lines, calls.decode(community, draft.target, draft.call))
    if draft.tariff is not None:
        lines[1:2] = votes.tariff_lines(scene, draft.tariff)
    if draft.subject is Subject.CONFORMITY:
        lines = votes.conformity_changes(scene, lines)
    votes.show_lines(lines)


def checks(scene: Surroundings, draft: Draft, question: str) -> list[tuple[str, str]]:
    """Each check with what speaks against it, in words; empty where nothing does."""
    community, say = data.community(scene.place), scene.say
    found = []
    try:
        proposing.rehearse(community, draft.target, draft.call)
        found.append(("accepted", ""))
    except ContractRefused as error:
        found.append(("accepted", votes.refused(scene, error)))
    found.append(("changes", "" if differs(scene, draft) else say("propose.same_rule")))
    trouble = votes.cannot_act(scene)
    found.append(("wallet", trouble))
    try:
        proposing.proposing(community, draft.target, draft.call, question, scene.viewer.address)
        found.append(("question", ""))
    except QuestionInvalid:
        found.append(("question", say("propose.no_question")))
        return found
    if not trouble:
        made = proposal_arguments(scene, draft, question)
        found.append(("may", votes.rehearsed(scene, "propose", *made)))
    return found


def differs(scene: Surroundings, draft: Draft) -> bool:
    """Whether the rule is another than the one in force."""
    now = votes.rules(scene).hashes
    return draft.rule_hash not in (now.key, now.tariff, now.conformity, now.program)


def proposal_arguments(
    scene: Surroundings, draft: Draft, question: str
) -> tuple[list[str], list[int], list[bytes], str]:
    """What `propose` takes, for the viewer as its proposer."""
    made = proposing.proposing(data.community(scene.place), draft.target, draft.call, question, scene.viewer.address)
    targets, values, calldatas, description = made.args
    return targets, values, calldatas, description


def show_sent(scene: Surroundings) -> None:
    """What became of a proposal that was sent."""
    say, found = scene.say, wallet.answer(KIND)
    if found is None:
        return
    if not found.ok:
        st.warning(wallet.refusal(say, found), icon=":material/info:")
        return
    st.success(say("propose.sent"), icon=":material/check_circle:")
    shown.hashes([(say("ballot.transaction"), found.result)])
    st.page_link("views/proposals.py", label=say("propose.to_proposals"), icon=":material/how_to_vote:")


def show(scene: Surroundings) -> None:
    """The page."""
    say = scene.say
    st.title(say("propose.title"), anchor=False)
    st.markdown(say("propose.lead"))
    show_sent(scene)
    draft = choose(scene)
    if draft is None:
        st.caption(say("propose.incomplete"))
        return
    with st.container(border=True):
        in_words(scene, draft)
    question = st.text_input(
        say("propose.question"),
        max_chars=proposing.MAXIMUM_QUESTION,
        placeholder=say(f"propose.question_example.{draft.subject or 'quorum'}"),
        key="draft-question",
    )
    if draft.key is not None or draft.tariff is not None:
        effects_shown.show(scene, Trial(draft.key, draft.tariff))
    st.subheader(say("propose.checks"), anchor=False)
    made = checks(scene, draft, question or "")
    for name, against in made:
        mark = ":red[:material/cancel:]" if against else ":green[:material/check_circle:]"
        if name == "question" and not question:
            mark = ":gray[:material/radio_button_unchecked:]"
        st.markdown(f"{mark} {against or say(f'propose.check.{name}')}")
    majority = proposing.majority_for(data.community(scene.place), draft.target, draft.call)
    st.caption(say(f"propose.majority.{majority.name.lower()}"))
    good = not any(against for _, against in made)
    arguments = proposal_arguments(scene, draft, question or "") if good else None
    st.button(
        say("propose.send"),
        type="primary",
        icon=":material/send:",
        on_click=wallet.send if arguments else None,
        args=(KIND, votes.transaction(scene, "propose", *arguments)) if arguments else None,
        disabled=not good or wallet.pending(),
        key="send-proposal",
    )
    votes.waiting(scene, KIND)
    st.caption(say("propose.fee_note"))


show(around())
