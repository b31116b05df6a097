"""What a later revision of a period changes on paper: credit notes for the invoices that differ, and what replaces them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from offchain_worker.domain.errors import DaiseeError

from . import documents
from .documents import CREDIT_NOTE, INVOICE


class CorrectionInvalid(DaiseeError):
    """Documents that cannot be corrected by these."""


def corrections(previous: Iterable[dict[str, Any]], current: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a revision changes: a credit note for each earlier invoice that differs, and the invoices that replace them.

    `previous` and `current` are all invoices of one period at two revisions. An invoice whose lines are the same stands
    as it is. The totals of previous and corrections together are those of `current`. Raises CorrectionInvalid.
    """
    before, now = _by_pair(previous), _by_pair(current)
    every = [*before.values(), *now.values()]
    if len({document["period"]["label"] for document in every}) > 1:
        raise CorrectionInvalid("credit notes: the documents are of several periods")
    revisions = [{document["period"]["revision"] for document in side.values()} for side in (before, now)]
    if before and now and max(revisions[0]) >= min(revisions[1]):
        raise CorrectionInvalid(f"credit notes: revision {min(revisions[1])} does not follow {max(revisions[0])}")
    found: list[dict[str, Any]] = []
    counted: dict[tuple[str, int], int] = defaultdict(int)

    def numbered(letter: str, issuer: int, template: dict[str, Any]) -> str:
        counted[letter, issuer] += 1
        return documents.number(letter, issuer, template["period"], counted[letter, issuer])

    dated = next(iter(now.values()), None)
    for pair in sorted(before.keys() | now.keys()):
        old, new = before.get(pair), now.get(pair)
        if old and new and old["lines"] == new["lines"] and old["provisional"] == new["provisional"]:
            continue
        if old:
            if dated is None:
                raise CorrectionInvalid("credit notes: the later revision has no invoice at all; make them by hand")
            found.append(_credit_note(old, dated, numbered("A", pair[0], dated)))
        if new:
            replaces = old["number"] if old else ""
            found.append({**new, "number": numbered("F", pair[0], new), "replaces": replaces})
    return found


def standing(previous: Iterable[dict[str, Any]], made: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The invoices that are in force after corrections: earlier ones not cancelled, and those that came instead."""
    later = list(made)
    cancelled = {document["corrects"] for document in later}
    kept = [document for document in previous if document["number"] not in cancelled]
    return kept + [document for document in later if document["kind"] == INVOICE]


def _by_pair(documents: Iterable[dict[str, Any]]) -> dict[tuple[int, int], dict[str, Any]]:
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for document in documents:
        pair = (document["issuer"]["member"], document["receiver"]["member"])
        if document["kind"] != INVOICE or pair in found:
            raise CorrectionInvalid(f"credit notes: {document['number']} is not the one invoice of its two parties")
        found[pair] = document
    return found


def _credit_note(old: dict[str, Any], dated: dict[str, Any], number: str) -> dict[str, Any]:
    """The document that takes an invoice back: the same lines, every amount and quantity negated."""

    def negated(value: str) -> str:
        return str(-int(value))

    lines = [{**line, **{name: negated(line[name]) for name in ("energy", "cents", "base")}} for line in old["lines"]]
    return {
        **old,
        "kind": CREDIT_NOTE,
        "number": number,
        "corrects": old["number"],
        "replaces": "",
        "provisional": False,
        "issuedOn": dated["issuedOn"],
        "dueOn": dated["issuedOn"],
        "period": dated["period"],
        "lines": lines,
        "withoutVat": negated(old["withoutVat"]),
        "vat": [{**vat, "base": negated(vat["base"]), "cents": negated(vat["cents"])} for vat in old["vat"]],
        "total": negated(old["total"]),
        "proof": dated["proof"],
    }
