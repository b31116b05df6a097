"""`RuleBook`: the key, tariff, conformity rules and worker program in force at a second, with their documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from offchain_worker.domain import canonical, conformity_rules, key, rules, tariff
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.rules import RuleHashes
from offchain_worker.domain.tariff import Tariff

from .contract import DeployedContract, as_tuple
from .errors import RulesUnknown


@dataclass(frozen=True)
class Rules:
    """The rules themselves, each checked against its hash."""

    hashes: RuleHashes
    key: AllocationKey
    tariff: Tariff
    conformity: ConformityRules
    conformity_document: bytes


class RuleBook(DeployedContract):
    """Typed reads of the rule book."""

    name = "RuleBook"

    def hashes_at(self, time: int, block: int | str = "latest") -> RuleHashes:
        """The hashes in force at `time` (UTC seconds)."""
        return rules.from_abi(self.call("rulesAt", time, block=block))

    def _document(self, event: str, field: str, value: bytes, block: int | str) -> Any:
        for found in self.events(event, block=block, **{field: value}):
            return found["args"]
        raise RulesUnknown(
            f"no {event} event carries {field} 0x{value.hex()}; is the deployment file's block too late?"
        )

    def rules_at(self, time: int, block: int | str = "latest") -> Rules:
        """The rules in force at `time`, read from the events and checked against the hashes.

        Raises RulesUnknown if a document is not to be found or does not have the hash that names it.
        """
        hashes = self.hashes_at(time, block)
        found_key = key.from_abi(as_tuple(self._document("KeyAdopted", "keyHash", hashes.key, block)["key"]))
        found_tariff = tariff.from_abi(
            as_tuple(self._document("TariffAdopted", "tariffHash", hashes.tariff, block)["tariff"])
        )
        document = bytes(self._document("ConformityAdopted", "conformityHash", hashes.conformity, block)["document"])
        for name, found, wanted in (
            ("key", found_key.hash(), hashes.key),
            ("tariff", found_tariff.hash(), hashes.tariff),
            ("conformity rules", canonical.digest(document), hashes.conformity),
        ):
            if found != wanted:
                raise RulesUnknown(f"the {name} in the event has hash 0x{found.hex()}, the chain says 0x{wanted.hex()}")
        return Rules(hashes, found_key, found_tariff, conformity_rules.parse(document), document)

    def rules_from(self, time: int, block: int | str = "latest") -> list[Rules]:
        """The rules in force at `time` and after each later change of key or tariff that is already adopted."""
        moments = {time}
        for event in ("KeyAdopted", "TariffAdopted"):
            moments |= {found["args"]["effectiveAt"] for found in self.events(event, block=block)}
        return [self.rules_at(moment, block) for moment in sorted(moments) if moment >= time]
