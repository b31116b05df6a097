"""Golden vectors of what a community decides besides its key: conformity rules, the hashes of all rules, rosters."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from tests.domain.abi_vectors import hexed, vector, word

HASHES = "(bytes32,bytes32,bytes32,bytes32)"
ROSTER = "(uint16,uint16,uint16,uint8,uint8,uint64,uint64)[]"


CONFORMITIES = {
    "Paris, nothing but bounds": {
        "schema": "daisee.conformity/1",
        "timeZone": "Europe/Paris",
        "maximumPowerWatts": 250_000,
        "maximumPowerOfPoints": [],
        "maximumGapSeconds": 86_400,
        "maximumMissingPpm": 50_000,
        "maximumEstimatedPpm": 200_000,
        "treatments": {},
        "checks": {},
    },
    "treatments and every check": {
        "schema": "daisee.conformity/1",
        "timeZone": "Europe/Madrid",
        "maximumPowerWatts": 100_000,
        "maximumPowerOfPoints": [{"point": 0, "watts": 9_000}, {"point": 7, "watts": 60_000}],
        "maximumGapSeconds": 0,
        "maximumMissingPpm": 0,
        "maximumEstimatedPpm": 1_000_000,
        "treatments": {
            "conflict": {"treatment": "repair", "method": "keep_first", "steps": 0},
            "gap": {"treatment": "repair", "method": "interpolate", "steps": 4},
            "twin": {"treatment": "reject", "method": "", "steps": 0},
        },
        "checks": {
            "implausible": {"factor": 30, "days": 8},
            "stuck": {"hours": 24},
            "dead": {"hours": 72},
            "night": {"latitudeMicroDegrees": 42_404_000, "longitudeMicroDegrees": -2_479_000, "watts": 50},
            "twin": {"hours": 24},
            "register": {"wattHours": 1_000, "ppm": 10_000},
        },
    },
}


def conformity_vectors() -> dict[str, Any]:
    valid = []
    for name, document in CONFORMITIES.items():
        text = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()
        valid.append(
            {"name": name, "json": document, "bytes": hexed(text), "hash": hexed(hashlib.sha256(text).digest())}
        )
    return {"struct": "conformity rules, hash = sha256(bytes)", "valid": valid}


def rules_vectors() -> dict[str, Any]:
    names = ("keyHash", "tariffHash", "conformityHash", "programHash")
    values = [word(name) for name in names]
    document = dict(zip(names, hexed(values), strict=True))
    return {
        "struct": "RuleHashes",
        "type": HASHES,
        "valid": [vector("four hashes", document, HASHES, values)],
    }


def column(point: int, member: int, group: int, source: str, start: int, end: int) -> dict[str, Any]:
    direction = "consumption" if source == "none" else "production"
    names = ("point", "member", "group", "direction", "source", "from", "to", "meter")
    return dict(zip(names, (point, member, group, direction, source, start, end, ""), strict=True))


JUNE = (1464732000, 1467324000)  # local June 2016 in Paris
MOVE = 1465941600  # the local midnight that opens 15 June
COLUMNS = [
    column(0, 1, 1, "none", *JUNE),
    column(1, 2, 1, "none", JUNE[0], MOVE),
    column(1, 3, 1, "none", MOVE, JUNE[1]),
    column(2, 4, 2, "none", *JUNE),
    column(3, 4, 2, "none", *JUNE),
    column(4, 5, 1, "solar", *JUNE),
    column(5, 4, 2, "hydro", *JUNE),
]


def roster_vectors() -> dict[str, Any]:
    rosters = {"empty": [], "one column": COLUMNS[:1], "a move, a member with two points, two plants": COLUMNS}
    sources = ["none", "solar", "hydro", "wind", "biomass", "storage", "other"]
    valid = []
    for name, columns in rosters.items():
        values = [
            [
                c["point"],
                c["member"],
                c["group"],
                int(c["source"] != "none"),
                sources.index(c["source"]),
                c["from"],
                c["to"],
            ]
            for c in columns
        ]
        valid.append(vector(name, {"schema": "daisee.roster/1", "columns": columns}, ROSTER, values))
    return {"struct": "Column[]", "type": ROSTER, "valid": valid}
