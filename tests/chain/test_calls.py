"""A proposal's calls in words: rules, quorum, auditors, anything else, and what is none of ours."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from web3 import Web3

from offchain_worker.chain import calls, proposing
from offchain_worker.chain.contract import abi_of
from offchain_worker.chain.governor import Proposal
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.stages import Rule, Stage
from offchain_worker.domain.tariff import Price, Tariff

KEY = AllocationKey((Stage(Rule.PRO_RATA, group=1), Stage(Rule.PRO_RATA)))
TARIFF = Tariff(1, 5_000, (), (Price(0, 0, 0, 130_000),))
NAMES = ("RuleBook", "CommunityRegistry", "KeyGovernor", "MeterDataRegistry", "AttestationHub", "Settlement")
FIELDS = ("rules", "registry", "governor", "meter_data", "hub", "settlement")


def contract(name: str, at: int) -> Any:
    """A contract by its ABI at an address; words need no node."""
    address = Web3.to_checksum_address(f"0x{at:040x}")
    return SimpleNamespace(name=name, address=address, contract=Web3().eth.contract(address=address, abi=abi_of(name)))


COMMUNITY: Any = SimpleNamespace(
    **{field: contract(name, at) for at, (field, name) in enumerate(zip(FIELDS, NAMES, strict=True), start=1)}
)


def said(name: str, function: str, *arguments: object, language: str = "en", value: int = 0) -> list[str]:
    target = getattr(COMMUNITY, FIELDS[NAMES.index(name)])
    call = proposing.encoded(target, function, *arguments)
    return calls.describe(COMMUNITY, target.address, value, call, language, {1: "Building"})


def test_describe__a_key__names_its_groups_and_the_day() -> None:
    assert said("RuleBook", "setKey", KEY.abi(), 1_470_002_400) == [
        "Share the energy by this key:",
        "The local production is shared among the consumers of the Building group in proportion to what each consumes.",
        "What then remains is shared among all consumers in proportion to what each consumes.",
        "What nobody took is surplus and goes to the grid.",
        "from 2016-07-31 22:00 UTC on at the earliest",
    ]
    assert said("RuleBook", "setKey", KEY.abi(), 0, language="fr")[0] == "Partager l'énergie selon cette clé :"


@pytest.mark.parametrize(
    ("name", "function", "arguments", "words"),
    [
        ("KeyGovernor", "setQuorum", (333_300,), "Let a vote need 33.33 % of the members for its quorum"),
        ("KeyGovernor", "setQuorum", (500_000,), "Let a vote need 50 % of the members for its quorum"),
        ("CommunityRegistry", "setAuditor", ("0x" + "0" * 39 + "9", True), "Appoint 0x" + "0" * 39 + "9 as an auditor"),
        ("Settlement", "setReserve", (1_000,), "Call Settlement.setReserve(cents=1000)"),
    ],
)
def test_describe__other_calls__are_said(name: str, function: str, arguments: tuple[Any, ...], words: str) -> None:
    assert said(name, function, *arguments) == [words]


def test_describe__what_is_none_of_ours__says_so_and_what_it_pays() -> None:
    stranger = "0x" + "ee" * 20
    unknown = "this is none of the community's contracts, or none of their functions"
    assert calls.describe(COMMUNITY, stranger, 5, b"\x01\x02") == [
        f"Call {stranger} with 0x0102: {unknown}",
        "and pay it 5 wei",
    ]
    (line,) = calls.describe(COMMUNITY, COMMUNITY.rules.address, 0, b"\xde\xad\xbe\xef")
    assert line.endswith(unknown)


def test_describe__a_second_beyond_all_calendars__is_a_number() -> None:
    assert said("RuleBook", "setKey", KEY.abi(), 2**60)[-1] == f"from {2**60} UTC on at the earliest"


def test_proposed__key_and_tariff_of_two_calls__are_read_back() -> None:
    rules = COMMUNITY.rules
    calldata = (
        proposing.encoded(rules, "setKey", KEY.abi(), 0),
        proposing.encoded(rules, "setTariff", TARIFF.abi(), 0),
    )
    proposal = Proposal(1, "", (rules.address,) * 2, (0, 0), calldata, 0, 0, "Both?")
    assert calls.proposed_key(COMMUNITY, proposal) == KEY
    assert calls.proposed_tariff(COMMUNITY, proposal) == TARIFF
    assert calls.proposed_key(COMMUNITY, Proposal(1, "", ("0x" + "ee" * 20,), (0,), (b"",), 0, 0, "?")) is None
