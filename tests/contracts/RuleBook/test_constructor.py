"""`RuleBook`, its constructor: there are rules from the first second on."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from eth_abi import encode
from eth_utils import keccak

from tests.contracts import consents
from tests.contracts.refusals import reverts
from tests.contracts.RuleBook.conftest import DOCUMENT, NOTICE, PRO_RATA, PROGRAM, TARIFF

KEY_TYPE = "(bool,bool,uint8,address,(uint8,uint16,uint16[],uint16[],uint32[])[])"
TARIFF_TYPE = (
    "(uint8,uint32,(uint8,uint8,uint16,uint16)[],(uint16,uint16,uint8,uint32)[],"
    "(uint16,string,uint32)[],(uint16,uint8,uint32)[])"
)


def test_constructor__founding_rules__are_in_force_from_0(rule_book: Any, registry: Any, governor_account: Any) -> None:
    """G7: hashed here without the contract."""
    hashes = (
        keccak(encode([KEY_TYPE], [PRO_RATA])),
        keccak(encode([TARIFF_TYPE], [TARIFF])),
        sha256(DOCUMENT).digest(),
        bytes.fromhex(PROGRAM[2:]),
    )
    expected = tuple("0x" + value.hex() for value in hashes)

    for time in (0, rule_book.tx.timestamp, 2**64 - 1):
        assert tuple(rule_book.rulesAt(time)) == expected
        assert rule_book.rulesHashAt(time) == "0x" + keccak(b"".join(hashes)).hex()
    assert (rule_book.governor(), rule_book.registry(), rule_book.notice()) == (governor_account, registry, NOTICE)


def plain(value: Any) -> Any:
    """A struct of an event, a dictionary in field order, as nested lists."""
    if hasattr(value, "values"):
        value = list(value.values())
    return [plain(part) for part in value] if isinstance(value, list | tuple) else value


def test_constructor__founding_rules__are_told_in_full(rule_book: Any) -> None:
    """G7."""
    events = rule_book.tx.events
    assert plain(events["KeyAdopted"]["key"]) == plain(PRO_RATA)
    assert plain(events["TariffAdopted"]["tariff"]) == plain(TARIFF)
    assert events["ConformityAdopted"]["document"] == "0x" + DOCUMENT.hex()
    assert events["ProgramAdopted"]["programHash"] == PROGRAM
    adopted = ("KeyAdopted", "TariffAdopted", "ConformityAdopted", "ProgramAdopted")
    assert [events[name]["effectiveAt"] for name in adopted] == [0, 0, 0, 0]


def test_constructor__nobody_or_no_notice__is_refused(deploy: Callable[..., Any]) -> None:
    """G3: without notice a change could reach a second that has come."""
    for role in ("governor", "registry"):
        with reverts("RuleBookAddressZero"):
            deploy(**{role: consents.NOBODY})
    with reverts("RuleBookNoticeZero"):
        deploy(notice=0)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"key": (False, True, 0, consents.NOBODY, [])}, ("KeyNoStages",)),
        ({"tariff": (0, 0, [], [], [], [])}, ("TariffBandsInvalid", 0)),
        ({"conformity": b""}, ("RuleBookDocumentEmpty",)),
        ({"program": "0x" + "00" * 32}, ("RuleBookProgramZero",)),
    ],
)
def test_constructor__founding_rule_that_is_none__is_refused(
    deploy: Callable[..., Any], change: dict[str, Any], error: tuple[Any, ...]
) -> None:
    """G5, G6: as a voted one would be."""
    with reverts(*error):
        deploy(**change)


def test_constructor__founding_key_names_a_point_to_come__is_refused(deploy: Callable[..., Any]) -> None:
    """G5: points are added after the founding."""
    key = (False, True, 0, consents.NOBODY, [(1, 0, [6], [], [1_000_000])])
    with reverts("KeyPointUnknown", 0, 6):
        deploy(key=key)
