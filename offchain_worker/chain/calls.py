"""What a proposal would do, in words: each of its calls, decoded by the contract it goes to."""

from __future__ import annotations

from typing import Any

from web3.exceptions import Web3Exception

from offchain_worker.domain import conformity_rules, key, tariff
from offchain_worker.domain.errors import DaiseeError

from .community import Community
from .contract import DeployedContract, as_tuple

WORDS = {
    "en": {
        "setKey": "Share the energy by this key:",
        "setTariff": "Bill by this tariff:",
        "setConformity": "Check readings by these rules:",
        "setProgram": "Have the workers run this program:",
        "from": "from {time} (UTC seconds) on at the earliest",
        "call": "Call {contract}.{function}({arguments})",
        "unknown": "Call {target} with {call}: this is none of the community's contracts, or none of their functions",
        "value": "and pay it {value} wei",
    },
    "fr": {
        "setKey": "Partager l'énergie selon cette clé :",
        "setTariff": "Facturer selon ce tarif :",
        "setConformity": "Contrôler les relevés selon ces règles :",
        "setProgram": "Faire exécuter ce programme par les vérificateurs :",
        "from": "au plus tôt à partir de {time} (secondes UTC)",
        "call": "Appeler {contract}.{function}({arguments})",
        "unknown": "Appeler {target} avec {call} : ce n'est aucun contrat de la communauté, ou aucune de ses fonctions",
        "value": "et lui verser {value} wei",
    },
}


def describe(community: Community, target: str, value: int, call: bytes, language: str = "en") -> list[str]:
    """A call in words, a line each; never raises for strange calls, it says that they are."""
    words = WORDS[language]
    paid = [words["value"].format(value=value)] if value else []
    contract = _contract_at(community, target)
    decoded = _decoded(contract, call) if contract else None
    if contract is None or decoded is None:
        return [words["unknown"].format(target=target, call="0x" + call.hex()), *paid]
    function, arguments = decoded
    if contract is community.rules and function in words:
        rule = _rule(function, next(iter(arguments.values())), language)
        return [words[function], *rule, *_from(arguments, words), *paid]
    shown = ", ".join(f"{name}={_shown(argument)}" for name, argument in arguments.items())
    return [words["call"].format(contract=contract.name, function=function, arguments=shown), *paid]


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


def _decoded(contract: DeployedContract, call: bytes) -> tuple[str, dict[str, Any]] | None:
    try:
        function, arguments = contract.contract.decode_function_input(call)
    except (ValueError, Web3Exception, OverflowError):
        return None
    return str(function.fn_name), dict(arguments)


def _rule(function: str, argument: Any, language: str) -> list[str]:
    try:
        if function == "setKey":
            return key.describe(key.from_abi(as_tuple(argument)), language)
        if function == "setTariff":
            return [tariff.from_abi(as_tuple(argument)).to_json()]
        if function == "setConformity":
            return [conformity_rules.parse(bytes(argument)).to_bytes().decode()]
    except DaiseeError as error:
        return [str(error)]
    return [_shown(argument)]


def _from(arguments: dict[str, Any], words: dict[str, str]) -> list[str]:
    time = list(arguments.values())[-1]
    return [words["from"].format(time=time)] if time else []


def _shown(argument: Any) -> str:
    return "0x" + argument.hex() if isinstance(argument, bytes) else str(as_tuple(argument))
