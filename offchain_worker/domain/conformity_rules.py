"""
What a dataset must be to be used: the community's conformity rules, bound by the sha256 of their canonical bytes.

Declarative: bounds, what is done about each finding where it is not the default, and the checks that learn from a
curve's own past, each of them off unless it is listed. Whoever has the document knows what any worker will say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from typing import Any, Final

from offchain_worker.domain import canonical, treatments
from offchain_worker.domain.errors import DocumentInvalid
from offchain_worker.domain.treatments import CHOICES, Handling

SCHEMA: Final = "daisee.conformity/1"
A_YEAR: Final = 366 * 86_400


@dataclass(frozen=True)
class Implausible:
    """A reading more than `factor` times what is usual above the median of its time of day, known from `days` days."""

    factor: int
    days: int


@dataclass(frozen=True)
class Lasting:
    """Something that lasts for so many hours."""

    hours: int


@dataclass(frozen=True)
class Night:
    """Solar production of more than `watts` while the sun is down at this place (millionths of a degree, east and
    north positive)."""

    latitude: int
    longitude: int
    watts: int


@dataclass(frozen=True)
class Register:
    """A curve and a register that differ by more than `watt_hours` and more than `ppm` of the register's difference."""

    watt_hours: int
    ppm: int


@dataclass(frozen=True)
class Checks:
    """The learned checks that are wanted, None for those that are not."""

    implausible: Implausible | None = None
    stuck: Lasting | None = None
    dead: Lasting | None = None
    night: Night | None = None
    twin: Lasting | None = None
    register: Register | None = None

    def document(self) -> dict[str, dict[str, int]]:
        """Return the checks as their JSON object."""
        return {
            name: {_KEYS.get(key, key): value for key, value in asdict(check).items()}
            for name, check in vars(self).items()
            if check is not None
        }


_KINDS: Final = {
    "implausible": Implausible,
    "stuck": Lasting,
    "dead": Lasting,
    "night": Night,
    "twin": Lasting,
    "register": Register,
}
_KEYS: Final = {
    "latitude": "latitudeMicroDegrees",
    "longitude": "longitudeMicroDegrees",
    "watt_hours": "wattHours",
}
_FIELDS: Final = {key: name for name, key in _KEYS.items()}


@dataclass(frozen=True)
class ConformityRules:
    """
    Local time zone of periods and bands, and what a column may have at most; shares are of a column's steps, and steps
    that the rules themselves repair count as estimated. `powers` are bounds of points of their own, `voted` the
    treatments that are not the default.
    """

    time_zone: str
    maximum_power_watts: int
    maximum_missing_ppm: int
    maximum_estimated_ppm: int
    maximum_gap_seconds: int = A_YEAR
    powers: Mapping[int, int] = field(default_factory=dict, hash=False)
    voted: Mapping[str, Handling] = field(default_factory=dict, hash=False)
    checks: Checks = Checks()

    def power_of(self, point: int) -> int:
        """Return the largest plausible mean power of a point, in W."""
        return self.powers.get(point, self.maximum_power_watts)

    def handling(self, code: str) -> Handling:
        """Return what is done about a finding of this code."""
        return self.voted.get(code, CHOICES[code].default)

    def document(self) -> dict[str, Any]:
        """Return the rules as their JSON document."""
        return {
            "schema": SCHEMA,
            "timeZone": self.time_zone,
            "maximumPowerWatts": self.maximum_power_watts,
            "maximumPowerOfPoints": [{"point": point, "watts": self.powers[point]} for point in sorted(self.powers)],
            "maximumGapSeconds": self.maximum_gap_seconds,
            "maximumMissingPpm": self.maximum_missing_ppm,
            "maximumEstimatedPpm": self.maximum_estimated_ppm,
            "treatments": {
                code: {"treatment": str(found.treatment), "method": str(found.method), "steps": found.steps}
                for code, found in sorted(self.voted.items())
            },
            "checks": self.checks.document(),
        }

    def to_bytes(self) -> bytes:
        """Return the canonical bytes that stand on chain."""
        return canonical.dumps(self.document())

    def hash(self) -> bytes:
        """Return `conformityHash = sha256(canonical bytes)`."""
        return canonical.digest(self.to_bytes())


def parse(text: str | bytes) -> ConformityRules:
    """Read the rules from their JSON document; raises `DocumentInvalid` naming the place and what may stand there."""
    document = canonical.loads(text, SCHEMA)
    zone = document["timeZone"]
    if ".." in zone or not files("tzdata.zoneinfo").joinpath(*zone.split("/")).is_file():
        raise DocumentInvalid(f"{SCHEMA}: $.timeZone: no time zone {zone!r}; use a name such as Europe/Paris")
    powers: dict[int, int] = {}
    for at, entry in enumerate(document["maximumPowerOfPoints"]):
        if powers and entry["point"] <= max(powers):
            place = f"{SCHEMA}: $.maximumPowerOfPoints[{at}]"
            raise DocumentInvalid(f"{place}: point {entry['point']} stands twice or out of order; sort by point")
        powers[entry["point"]] = entry["watts"]
    voted = {
        code: treatments.read(code, entry, f"{SCHEMA}: $.treatments.{code}")
        for code, entry in document["treatments"].items()
    }
    return ConformityRules(
        time_zone=zone,
        maximum_power_watts=document["maximumPowerWatts"],
        maximum_missing_ppm=document["maximumMissingPpm"],
        maximum_estimated_ppm=document["maximumEstimatedPpm"],
        maximum_gap_seconds=document["maximumGapSeconds"],
        powers=powers,
        voted=voted,
        checks=_checks(document["checks"]),
    )


def _checks(document: dict[str, dict[str, int]]) -> Checks:
    return Checks(
        **{
            name: _KINDS[name](**{_FIELDS.get(key, key): value for key, value in entry.items()})
            for name, entry in document.items()
        }
    )
