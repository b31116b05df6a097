"""What a proposal would do, in words: each of its calls, decoded by the contract it goes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from web3.exceptions import Web3Exception

from offchain_worker.domain import conformity_rules, conformity_words, key, tariff
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.tariff import Tariff

from .community import Community
from .contract import DeployedContract, as_tuple
from .governor import Proposal

LAST_SECOND = 253_402_300_799
"""The end of the year 9999."""

WORDS = {
    "en": {
        "setKey": "Share the energy by this key:",
        "setTariff": "Bill by this tariff:",
        "setConformity": "Check readings by these rules:",
        "setProgram": "Have the workers run this program:",
        "setQuorum": "Let a vote need {percent} % of the members for its quorum",
        "setAuditor appoint": "Appoint {auditor} as an auditor",
        "setAuditor dismiss": "End the appointment of {auditor} as an auditor",
        "from": "from {time} UTC on at the earliest",
        "call": "Call {contract}.{function}({arguments})",
        "unknown": "Call {target} with {call}: this is none of the community's contracts, or none of their functions",
        "value": "and pay it {value} wei",
    },
    "fr": {
        "setKey": "Partager l'énergie selon cette clé :",
        "setTariff": "Facturer selon ce tarif :",
        "setConformity": "Contrôler les relevés selon ces règles :",
        "setProgram": "Faire exécuter ce programme par les calculateurs :",
        "setQuorum": "Exiger pour le quorum d'un vote {percent} % des membres",
        "setAuditor appoint": "Nommer {auditor} auditeur ou auditrice",
        "setAuditor dismiss": "Mettre fin au mandat d'audit de {auditor}",
        "from": "au plus tôt à partir du {time} UTC",
        "call": "Appeler {contract}.{function}({arguments})",
        "unknown": "Appeler {target} avec {call} : ce n'est aucun contrat de la communauté, ou aucune de ses fonctions",
        "value": "et lui verser {value} wei",
    },
}
RULES = ("setKey", "setTariff", "setConformity", "setProgram")
"""The rule book's functions: a rule, and the second from which it should count."""


@dataclass(frozen=True)
class Call:
    """A call of one of the community's contracts, decoded."""

    contract: str
    function: str
    arguments: dict[str, Any]

    @property
    def is_rule(self) -> bool:
        """Whether it changes a rule of the rule book."""
        return self.contract == "RuleBook" and self.function in RULES

    @property
    def rule(self) -> Any:
        """The new rule, as the contract takes it."""
        return as_tuple(next(iter(self.arguments.values())))

    @property
    def effective_from(self) -> int:
        """The second from which the rule should count at the earliest (UTC), 0 for as soon as possible."""
        return int(list(self.arguments.values())[-1])


def decode(community: Community, target: str, call: bytes) -> Call | None:
    """The call as one of the community's contracts understands it; None if none does."""
    contract = _contract_at(community, target)
    if contract is None:
        return None
    try:
        function, arguments = contract.contract.decode_function_input(call)
    except (ValueError, Web3Exception, OverflowError):
        return None
    return Call(contract.name, str(function.fn_name), dict(arguments))


def proposed_key(community: Community, proposal: Proposal) -> AllocationKey | None:
    """The key a proposal would adopt; None if it adopts none, or one that cannot be read."""
    for found in _decoded_calls(community, proposal):
        if found.is_rule and found.function == "setKey":
            try:
                return key.from_abi(found.rule)
            except DaiseeError:
                return None
    return None


def proposed_tariff(community: Community, proposal: Proposal) -> Tariff | None:
    """The tariff a proposal would adopt; None if it adopts none, or one that cannot be read."""
    for found in _decoded_calls(community, proposal):
        if found.is_rule and found.function == "setTariff":
            try:
                return tariff.from_abi(found.rule)
            except DaiseeError:
                return None
    return None


def _decoded_calls(community: Community, proposal: Proposal) -> list[Call]:
    pairs = zip(proposal.targets, proposal.calls, strict=True)
    return [found for target, call in pairs if (found := decode(community, target, call)) is not None]


def describe(
    community: Community,
    target: str,
    value: int,
    call: bytes,
    language: str = "en",
    groups: Mapping[int, str] | None = None,
) -> list[str]:
    """A call in words, a line each, groups by their names; never raises for strange calls, it says that they are."""
    words = WORDS[language]
    paid = [words["value"].format(value=value)] if value else []
    found = decode(community, target, call)
    if found is None:
        return [words["unknown"].format(target=target, call="0x" + call.hex()), *paid]
    if found.is_rule:
        rule = _rule(found.function, found.rule, language, groups)
        return [words[found.function], *rule, *_from(found.effective_from, words), *paid]
    if found.function == "setQuorum":
        return [words["setQuorum"].format(percent=_percent(found.arguments["quorumPpm_"])), *paid]
    if found.function == "setAuditor":
        how = "setAuditor appoint" if found.arguments["appointed"] else "setAuditor dismiss"
        return [words[how].format(auditor=found.arguments["auditor"]), *paid]
    shown = ", ".join(f"{name}={_shown(argument)}" for name, argument in found.arguments.items())
    return [words["call"].format(contract=found.contract, function=found.function, arguments=shown), *paid]


def _contract_at(community: Community, target: str) -> DeployedContract | None:
    ours: tuple[DeployedContract, ...] = (
        community.rules,
        community.registry,
        community.governor,
        community.meter_data,
        community.hub,
        community.settlement,
    )
    return next((each for each in ours if each.address.lower() == target.lower()), None)


def _rule(function: str, argument: Any, language: str, groups: Mapping[int, str] | None) -> list[str]:
    try:
        if function == "setKey":
            return key.describe(key.from_abi(argument), language, groups)
        if function == "setTariff":
            return [tariff.from_abi(argument).to_json()]
        if function == "setConformity":
            return conformity_words.describe(conformity_rules.parse(bytes(argument)), language)
    except DaiseeError as error:
        return [str(error)]
    return [_shown(argument)]


def _from(time: int, words: dict[str, str]) -> list[str]:
    return [words["from"].format(time=_moment(time))] if time else []


def _moment(time: int) -> str:
    """A second as a date; the number itself where no calendar reaches."""
    if time > LAST_SECOND:
        return str(time)
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M")


def _percent(ppm: int) -> str:
    whole, part = divmod(ppm, 10_000)
    return f"{whole}.{part:04d}".rstrip("0") if part else str(whole)


def _shown(argument: Any) -> str:
    return "0x" + argument.hex() if isinstance(argument, bytes) else str(as_tuple(argument))
