"""
What may be done about each finding: the treatments a community can vote, and what holds where it voted nothing.

`reject`: the dataset is refused (or held, where more readings would do). `repair`: by a named method, said in a finding;
steps whose energy was made up are marked in their quality. `ignore`: the readings stay as they are and so does the
finding, as an info. Every code of a finding has a row, and a method stands only where what it gives is a reading an
accountant can follow.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, NamedTuple

from offchain_worker.domain.errors import DocumentInvalid


class Treatment(StrEnum):
    """What is done about a finding."""

    REJECT = "reject"
    REPAIR = "repair"
    IGNORE = "ignore"


class Method(StrEnum):
    """How readings are repaired; `NONE` where they are not."""

    NONE = ""
    COUNT_ONCE = "count_once"
    SORT = "sort"
    COUNT_AS_ZERO = "count_as_zero"
    LEAVE_OUT = "leave_out"
    KEEP_FIRST = "keep_first"
    CLIP_TO_ZERO = "clip_to_zero"
    INTERPOLATE = "interpolate"
    SAME_SLOT_OTHER_WEEK = "same_slot_other_week"


FILLING: Final = frozenset((Method.INTERPOLATE, Method.SAME_SLOT_OTHER_WEEK))
"""Methods that make up what is missing, for gaps of at most so many steps."""
HELD: Final = frozenset({"production_missing", "missing_too_much", "estimated_too_much", "gap_too_long"})
"""What holds a dataset back until more of it is there; every other rejection refuses it."""


class Handling(NamedTuple):
    """A treatment, its method where it repairs, and the longest gap in steps where the method fills gaps."""

    treatment: Treatment
    method: Method = Method.NONE
    steps: int = 0


@dataclass(frozen=True)
class Choices:
    """What holds without a vote, and what may be voted instead."""

    default: Handling
    treatments: frozenset[Treatment]
    methods: tuple[Method, ...]


def _choices(default: Treatment, *others: Treatment | Method) -> Choices:
    methods = tuple(item for item in others if isinstance(item, Method))
    treatments = {default, *(item for item in others if isinstance(item, Treatment))}
    if methods:
        treatments.add(Treatment.REPAIR)
    method = methods[0] if default is Treatment.REPAIR else Method.NONE
    return Choices(Handling(default, method), frozenset(treatments), methods)


_REJECT, _REPAIR, _IGNORE = Treatment.REJECT, Treatment.REPAIR, Treatment.IGNORE

CHOICES: Final = {
    "checksum": _choices(_REPAIR, Method.LEAVE_OUT, _REJECT),
    "clock_change": _choices(_IGNORE),
    "coarse_step": _choices(_REJECT, Method.LEAVE_OUT),
    "conflict": _choices(_REJECT, Method.KEEP_FIRST, Method.LEAVE_OUT),
    "corrected": _choices(_IGNORE, _REJECT),
    "dead": _choices(_IGNORE, Method.LEAVE_OUT, _REJECT),
    "declared_range": _choices(_IGNORE, _REJECT),
    "direction": _choices(_REJECT),
    "direction_unstated": _choices(_IGNORE, _REJECT),
    "doubtful": _choices(_IGNORE, _REJECT),
    "duplicate": _choices(_REPAIR, Method.COUNT_ONCE, _REJECT),
    "empty": _choices(_REJECT, _IGNORE),
    "estimated": _choices(_IGNORE, _REJECT),
    "estimated_too_much": _choices(_REJECT, _IGNORE),
    "gap": _choices(_REPAIR, Method.COUNT_AS_ZERO, Method.INTERPOLATE, Method.SAME_SLOT_OTHER_WEEK, _REJECT),
    "gap_too_long": _choices(_REJECT, _IGNORE),
    "ignored_file": _choices(_IGNORE, _REJECT),
    "ignored_rows": _choices(_IGNORE, _REJECT),
    "implausible": _choices(_IGNORE, Method.LEAVE_OUT, _REJECT),
    "irregular": _choices(_REJECT, Method.LEAVE_OUT),
    "missing_too_much": _choices(_REJECT, _IGNORE),
    "mixed_points": _choices(_REJECT),
    "negative": _choices(_REJECT, Method.CLIP_TO_ZERO, Method.LEAVE_OUT),
    "night_production": _choices(_IGNORE, Method.CLIP_TO_ZERO, Method.LEAVE_OUT, _REJECT),
    "no_such_time": _choices(_REJECT, Method.LEAVE_OUT),
    "no_time": _choices(_IGNORE, _REJECT),
    "not_a_load_curve": _choices(_IGNORE, _REJECT),
    "odd_watts": _choices(_IGNORE, _REJECT),
    "offset": _choices(_IGNORE, _REJECT),
    "power": _choices(_REJECT, Method.LEAVE_OUT, _IGNORE),
    "production_missing": _choices(_REJECT, Method.INTERPOLATE, Method.SAME_SLOT_OTHER_WEEK),
    "register_difference": _choices(_IGNORE, _REJECT),
    "registers_change": _choices(_IGNORE, _REJECT),
    "repaired": _choices(_IGNORE),
    "repeated_hour": _choices(_IGNORE, _REJECT),
    "rounded": _choices(_IGNORE, _REJECT),
    "sources_differ": _choices(_IGNORE),
    "stamping": _choices(_IGNORE, _REJECT),
    "step_change": _choices(_IGNORE, _REJECT),
    "stuck": _choices(_IGNORE, Method.LEAVE_OUT, _REJECT),
    "twin": _choices(_IGNORE, _REJECT),
    "unit_unstated": _choices(_IGNORE, _REJECT),
    "unknown_code": _choices(_IGNORE, _REJECT),
    "unreadable": _choices(_REJECT),
    "unsorted": _choices(_REPAIR, Method.SORT, _REJECT),
    "wrong_id": _choices(_IGNORE, _REJECT),
}
"""By the code of the finding. An `ignore` that is the default leaves a finding as heavy as it was found."""


def read(code: str, entry: dict[str, Any], place: str) -> Handling:
    """
    One voted treatment, from its JSON object (whose keys and types the schema has checked). Raises DocumentInvalid
    naming `place`, with what may stand there.
    """
    choices = CHOICES.get(code)
    if choices is None:
        raise DocumentInvalid(f"{place}: no finding has the code {code!r}; the reference lists them")
    treatment, method, steps = Treatment(entry["treatment"]), Method(entry["method"]), entry["steps"]
    if treatment not in choices.treatments:
        raise DocumentInvalid(f"{place}.treatment: {code} can be {_listed(choices.treatments)}, not {treatment}")
    if treatment is not Treatment.REPAIR:
        if method or steps:
            raise DocumentInvalid(f'{place}: {treatment} takes no method: write "method": "" and "steps": 0')
        return Handling(treatment)
    if method not in choices.methods:
        raise DocumentInvalid(f"{place}.method: {code} is repaired by {_listed(choices.methods)}, not {method!r}")
    if (method in FILLING) != (steps > 0):
        what = "the longest gap it fills, 1 or more" if method in FILLING else "0: this method fills no gaps"
        raise DocumentInvalid(f"{place}.steps: must be {what}")
    return Handling(treatment, method, steps)


def _listed(values: frozenset[Treatment] | tuple[Method, ...]) -> str:
    return " or ".join(sorted(map(str, values)))
