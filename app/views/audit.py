"""The audit: everything the viewer can check, checked on a button, as a list of green and red."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from itertools import groupby

import streamlit as st

from app import data, shown
from app.scene import Scene, current
from app.words import Words
from offchain_worker import audit
from offchain_worker.audit.checks import Check, Level, Protocol
from offchain_worker.chain.settlement import SettlementState
from offchain_worker.cli.session import period_label


def levels(scene: Scene) -> list[Level]:
    """The levels this viewer can make."""
    if scene.reader is None:
        return [Level.PUBLIC]
    return [Level.PUBLIC, Level.FULL] if scene.reader.reads_all else [Level.PUBLIC, Level.MEMBER]


def stem(code: str) -> str:
    """A check's code without the number of the column or member it is about."""
    return re.sub(r"-\d+$", "", code)


def title(say: Words, check: Check) -> str:
    """What must be so, in words."""
    key = f"checks.{stem(check.code)}"
    return say(key) if say.has(key) else check.title


def run(scene: Scene, level: Level) -> Protocol:
    """Make the checks, telling each as it is made."""
    say = scene.say
    place = scene.place
    identity = None if level is Level.PUBLIC else scene.viewer.identity
    with st.status(say("audit.running"), expanded=True) as status:
        line = st.empty()
        made: list[Check] = []

        def tell(check: Check) -> None:
            made.append(check)
            failed = sum(not one.passed for one in made)
            so_far = say.count("audit.so_far", len(made))
            if failed:
                so_far += f" – {say.count('audit.failed', failed)}"
            status.update(label=so_far)
            mark = ":green[:material/check:]" if check.passed else ":red[:material/close:]"
            line.markdown(f"{mark} {title(say, check)}")

        protocol = audit.run(data.community(place), place.blobs, scene.period, level, identity, tell)
        line.empty()
        state = "complete" if protocol.passed else "error"
        status.update(label=say.count("audit.so_far", len(made)), state=state, expanded=False)  # type: ignore[arg-type]
    return protocol


def show_protocol(scene: Scene, protocol: Protocol, level: Level) -> None:
    """The verdict, what failed first, then everything by what it is about."""
    say = scene.say
    failed = [check for check in protocol.checks if not check.passed]
    if protocol.passed:
        st.success(say("audit.all_pass", n=say.number(len(protocol.checks))), icon=":material/verified:")
    else:
        st.error(say.count("audit.some_fail", len(failed)), icon=":material/gpp_bad:")
    for check in failed:
        with st.container(border=True, gap="xsmall"):
            st.markdown(f":red[:material/cancel:] **{title(say, check)}**")
            st.caption(f"`{check.code}`")
            st.code(check.detail, language=None, wrap_lines=True)
    for of_level, checks in groupby(protocol.checks, key=lambda check: check.level):
        listed = list(checks)
        label = say(f"audit.section_{of_level}", n=sum(check.passed for check in listed), all=len(listed))
        with st.expander(label, expanded=True, icon=":material/checklist:"):
            st.markdown(
                "  \n".join(group_line(say, list(same)) for _, same in groupby(listed, key=lambda c: stem(c.code)))
            )
    document = {
        "period": period_label(scene.period),
        "level": level.value,
        "passed": protocol.passed,
        "checks": [asdict(check) for check in protocol.checks],
    }
    text = json.dumps(document, ensure_ascii=False, indent=2)
    name = f"audit-{period_label(scene.period)}-{level.value}.json"
    shown.download(say("audit.download"), text, name, "application/json")


def group_line(say: Words, same: list[Check]) -> str:
    """Checks of one kind in one line, with their number if they are several."""
    good = sum(check.passed for check in same)
    mark = ":green[:material/check_circle:]" if good == len(same) else ":red[:material/cancel:]"
    many = f" ({good}/{len(same)})" if len(same) > 1 else ""
    return f"{mark} {title(say, same[0])}{many}"


def show(scene: Scene) -> None:
    """The page."""
    say = scene.say
    st.title(say("audit.title", month=say.month(scene.period)), anchor=False)
    st.markdown(say("audit.lead"))
    if scene.records.record.state is SettlementState.NONE:
        st.info(say("audit.not_yet"))
        return
    allowed = levels(scene)
    level = st.radio(
        say("audit.level"),
        allowed,
        format_func=lambda one: say(f"audit.{one}"),
        captions=[say(f"audit.{one}_what") for one in allowed],
        index=len(allowed) - 1,
        key=f"level-{scene.viewer.address}",
    )
    done = ("protocol", scene.period, level, scene.viewer.address)
    if st.button(say("audit.run"), type="primary", icon=":material/calculate:", key="recompute"):
        st.session_state["protocol"] = (done, run(scene, level))
    kept = st.session_state.get("protocol")
    if kept is not None and kept[0] == done:
        show_protocol(scene, kept[1], level)


show(current())
