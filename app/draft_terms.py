"""Drafts of what a month is checked and computed by: the conformity rules, from bounds or a file, and the workers' program."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from app import data, votes
from app.drafts import PPM_A_PERCENT, Draft, uploaded
from app.scene import Surroundings
from offchain_worker.chain import proposing
from offchain_worker.chain.proposing import Subject
from offchain_worker.domain import conformity_rules
from offchain_worker.jobs.program import program_hash

SECONDS_AN_HOUR = 3_600
LONGEST_GAP_HOURS = 366 * 24
LARGEST_KILOWATTS = 1_000_000


def conformity(scene: Surroundings, effective_from: int) -> Draft | None:
    """The present rules with other bounds, or those of a file; None while there is no file. Raises DocumentInvalid."""
    say, community = scene.say, data.community(scene.place)
    st.caption(say("propose.conformity_what"))
    if st.toggle(say("propose.from_file"), key="draft-conformity-by-file"):
        text = uploaded(say("propose.conformity_file"), "draft-conformity-file")
        if text is None:
            return None
        made = conformity_rules.parse(text)
    else:
        now = votes.rules(scene).conformity
        hours = _whole(say("propose.gap"), now.maximum_gap_seconds // SECONDS_AN_HOUR, LONGEST_GAP_HOURS, "gap")
        missing = _percent(say("propose.missing"), now.maximum_missing_ppm, "missing")
        estimated = _percent(say("propose.estimated"), now.maximum_estimated_ppm, "estimated")
        watts = _whole(say("propose.power"), now.maximum_power_watts // 1_000, LARGEST_KILOWATTS, "power") * 1_000
        # What is finer than the fields show stays as it is while its field is not touched.
        gap, power = now.maximum_gap_seconds, now.maximum_power_watts
        made = replace(
            now,
            maximum_gap_seconds=gap if hours == gap // SECONDS_AN_HOUR else hours * SECONDS_AN_HOUR,
            maximum_missing_ppm=missing,
            maximum_estimated_ppm=estimated,
            maximum_power_watts=power if watts == power // 1_000 * 1_000 else watts,
        )
    call = proposing.rule_call(community, Subject.CONFORMITY, made.to_bytes().decode(), effective_from)
    return Draft(community.rules.address, call, Subject.CONFORMITY, made.hash())


def _whole(label: str, now: int, most: int, name: str) -> int:
    found = st.number_input(label, 0, max(most, now), value=now, key=f"draft-{name}", width=360)
    return int(found or 0)


def _percent(label: str, now: int, name: str) -> int:
    found = st.number_input(
        label, 0.0, 100.0, value=now / PPM_A_PERCENT, step=0.5, format="%.2f", key=f"draft-{name}", width=360
    )
    return round((found or 0.0) * PPM_A_PERCENT)


def program(scene: Surroundings, effective_from: int) -> Draft:
    """Another program for the workers, by its hash; the one this app runs on stands there first. Raises ProgramInvalid."""
    say, community = scene.say, data.community(scene.place)
    st.caption(say("propose.program_what"))
    typed = st.text_input(
        say("propose.program"), value="0x" + program_hash().hex(), max_chars=66, key="draft-program"
    ).strip()
    call = proposing.rule_call(community, Subject.PROGRAM, typed, effective_from)
    return Draft(community.rules.address, call, Subject.PROGRAM, bytes.fromhex(typed.removeprefix("0x")))
