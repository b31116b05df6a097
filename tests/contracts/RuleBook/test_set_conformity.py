"""`RuleBook.setConformity` and `setProgram`: what readings must be, and which program checks them."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from tests.contracts.refusals import reverts

DOCUMENT = b'{"maximumMissingPpm":100000,"schema":"daisee.conformity/1"}'
PROGRAM = "0x" + "9b" * 32


def test_set_conformity__document__is_known_by_its_sha256(rule_book: Any, governor_account: Any) -> None:
    """G7."""
    tx = rule_book.setConformity(DOCUMENT, 0, {"from": governor_account})

    event = tx.events["ConformityAdopted"]
    assert event["conformityHash"] == "0x" + sha256(DOCUMENT).hexdigest()
    assert event["document"] == "0x" + DOCUMENT.hex()
    assert rule_book.rulesAt(event["effectiveAt"])[2] == event["conformityHash"]


def test_set_conformity__empty__is_refused(rule_book: Any, governor_account: Any) -> None:
    with reverts("RuleBookDocumentEmpty"):
        rule_book.setConformity(b"", 0, {"from": governor_account})


def test_set_conformity__anybody_but_the_governor__is_refused(rule_book: Any, provider: Any) -> None:
    """G1."""
    with reverts("RuleBookUnauthorised", provider):
        rule_book.setConformity(DOCUMENT, 0, {"from": provider})


def test_set_program__hash__is_adopted(rule_book: Any, governor_account: Any) -> None:
    """G7."""
    tx = rule_book.setProgram(PROGRAM, 0, {"from": governor_account})

    event = tx.events["ProgramAdopted"]
    assert event["programHash"] == PROGRAM
    assert rule_book.rulesAt(event["effectiveAt"])[3] == PROGRAM


def test_set_program__zero__is_refused(rule_book: Any, governor_account: Any) -> None:
    with reverts("RuleBookProgramZero"):
        rule_book.setProgram("0x" + "00" * 32, 0, {"from": governor_account})


def test_set_program__anybody_but_the_governor__is_refused(rule_book: Any, provider: Any) -> None:
    """G1."""
    with reverts("RuleBookUnauthorised", provider):
        rule_book.setProgram(PROGRAM, 0, {"from": provider})
