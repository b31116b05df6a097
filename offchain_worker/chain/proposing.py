"""Making a proposal: the call it would carry, checked and rehearsed, so that nobody votes on what the contract refuses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from hexbytes import HexBytes
from web3 import Web3
from web3.contract.contract import ContractFunction
from web3.exceptions import ContractCustomError, ContractLogicError

from offchain_worker.domain import conformity_rules, key, lanes, tariff
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.roster import Direction

from .community import Community
from .contract import DeployedContract, refusal
from .governor import NAMED, PROPOSER, Majority, signed_description

MAXIMUM_QUESTION = 300
"""Characters of a question: it must be read on a phone."""


class QuestionInvalid(DaiseeError):
    """A question nobody can answer by yes or no at a glance."""


class ProgramInvalid(DaiseeError):
    """A program's hash is not one."""


class Subject(StrEnum):
    """What a proposal changes."""

    KEY = "key"
    TARIFF = "tariff"
    CONFORMITY = "conformity"
    PROGRAM = "program"


def rule_call(community: Community, subject: Subject, document: str, effective_from: int) -> bytes:
    """The rule book's call that a proposal would make, its document checked as the contract would check it."""
    if subject is Subject.KEY:
        found = key.parse(document)
        points = community.registry.points()
        producing = {int(p.index) for p in points if p.direction is Direction.PRODUCTION}
        consuming = {int(p.index) for p in points if p.direction is Direction.CONSUMPTION}
        key.check_points(found, consuming, production_points=producing)
        for rules in community.rules.rules_from(earliest(community, effective_from)):
            lanes.lanes(found, rules.tariff.bands, len(producing))
        *flags, committer, stages = found.abi()
        function, argument = "setKey", (*flags, Web3.to_checksum_address(committer), stages)
    elif subject is Subject.TARIFF:
        prices = tariff.parse(document)
        producers = sum(point.direction is Direction.PRODUCTION for point in community.registry.points())
        for rules in community.rules.rules_from(earliest(community, effective_from)):
            lanes.lanes(rules.key, prices.bands, producers)
        function, argument = "setTariff", prices.abi()
    elif subject is Subject.CONFORMITY:
        function, argument = "setConformity", conformity_rules.parse(document).to_bytes()
    else:
        if not re.fullmatch(r"(0x)?[0-9a-fA-F]{64}", document.strip()):
            raise ProgramInvalid(
                "a program's hash has 64 hexadecimal digits; see docs/explain/rules.md for how to compute it"
            )
        function, argument = "setProgram", bytes.fromhex(document.strip().removeprefix("0x"))
    return encoded(community.rules, function, argument, effective_from)


def earliest(community: Community, effective_from: int) -> int:
    """The first second at which what is proposed now can take effect."""
    governor = community.governor
    waits = (governor.call("votingDelay"), governor.call("votingPeriod"), community.rules.call("notice"))
    return max(effective_from, community.connection.stamp().timestamp + sum(waits))


def encoded(contract: DeployedContract, function: str, *arguments: object) -> bytes:
    """A call of one of the community's contracts as a proposal carries it."""
    return bytes.fromhex(contract.contract.encode_abi(function, args=list(arguments)).removeprefix("0x"))


def rehearse(community: Community, target: str, call: bytes) -> None:
    """Try a call as the governor would make it now. Raises ContractRefused: what cannot be done is not worth a vote."""
    web3 = community.connection.web3
    try:
        web3.eth.call({"from": community.governor.address, "to": target, "data": HexBytes(call)})  # type: ignore[typeddict-item]
    except (ContractCustomError, ContractLogicError) as error:
        raise refusal("the proposal's call", error) from error


def majority_for(community: Community, target: str, call: bytes) -> Majority:
    """The class of majority that a proposal of this one call would need."""
    return Majority(community.governor.call("majorityOf", target, 0, call))


def proposing(
    community: Community,
    target: str,
    call: bytes,
    question: str,
    proposer: str,
    answers: Sequence[bytes] = (),
    confirmations: Sequence[bytes] = (),
) -> ContractFunction:
    """The governor's `propose` for one call, naming pinned what-ifs and signatures under them. Raises QuestionInvalid."""
    asked = " ".join(question.split())
    if not asked or len(asked) > MAXIMUM_QUESTION or PROPOSER in asked or NAMED.search(asked):
        raise QuestionInvalid(
            f"a question has 1 to {MAXIMUM_QUESTION} characters and no `#` marks of ours; this one has {len(asked)}"
        )
    described = signed_description(asked, proposer, answers, confirmations)
    return community.governor.function("propose", [target], [0], [call], described)
