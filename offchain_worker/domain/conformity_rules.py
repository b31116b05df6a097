"""What a dataset must be to be used: the community's conformity rules, bound by the sha256 of their canonical bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from offchain_worker.domain import canonical

SCHEMA: Final = "daisee.conformity/1"


@dataclass(frozen=True)
class ConformityRules:
    """Local time zone of periods and bands, and what a column may have at most; shares are of a column's steps."""

    time_zone: str
    maximum_power_watts: int
    maximum_missing_ppm: int
    maximum_estimated_ppm: int

    def document(self) -> dict[str, Any]:
        """Return the rules as their JSON document."""
        return {
            "schema": SCHEMA,
            "timeZone": self.time_zone,
            "maximumPowerWatts": self.maximum_power_watts,
            "maximumMissingPpm": self.maximum_missing_ppm,
            "maximumEstimatedPpm": self.maximum_estimated_ppm,
        }

    def to_bytes(self) -> bytes:
        """Return the canonical bytes that stand on chain."""
        return canonical.dumps(self.document())

    def hash(self) -> bytes:
        """Return `conformityHash = sha256(canonical bytes)`."""
        return canonical.digest(self.to_bytes())


def parse(text: str | bytes) -> ConformityRules:
    """Read the rules from their JSON document; raises `DocumentInvalid`."""
    document = canonical.loads(text, SCHEMA)
    return ConformityRules(
        time_zone=document["timeZone"],
        maximum_power_watts=document["maximumPowerWatts"],
        maximum_missing_ppm=document["maximumMissingPpm"],
        maximum_estimated_ppm=document["maximumEstimatedPpm"],
    )
