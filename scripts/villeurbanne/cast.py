"""
Who is in the community and what happens to them in 2016. Names, ids and events are invented; `make_villeurbanne.py`
turns this page into `community.json` and one file of readings per point.
"""

from __future__ import annotations

from dataclasses import dataclass

BUILDING, NEIGHBOURHOOD = 1, 2
ROOF_KWP, HOME_KWP, YIELD_KWH_PER_KWP = 60, 6, 1180

# Yearly consumption in kWh; profile; shift in whole weeks. Only the individual household profiles are used.
OFFICES = [(30_000, "G1-A"), (20_000, "G1-B"), (15_000, "G1-C")]
SHOPS = [(18_000, "G4-A"), (22_000, "G4-B")]
HOUSEHOLD_PROFILES = ["H0-A", "H0-B", "H0-C", "H0-G", "H0-L"]
SHIFTS = [0, -2, 3, 5]
HOMES = [2100, 3400, 2600, 1900, 4200, 2300, 3100, 1600, 2800, 2500, 3600, 1700, 2200, 2900, 2000, 3300, 1800, 2800]
SOLAR_HOME = (3200, "H0-B", 6)
ROOF_PROFILE, HOME_ROOF_PROFILE = "PV4", "PV6"

# How a home consented; homes that are not named here signed with a wallet. The others have no wallet.
CONSENTS = {4: "paper", 9: "paper", 13: "paper", 15: "default_in", 17: "default_in"}
SHOPKEEPER = 7  # lives in this home and runs Shop 1: one member, two consumption points


@dataclass(frozen=True)
class Move:
    """The people of a home leave at one local midnight, others enter at the same or a later one."""

    home: int
    left: str
    entered: str
    consent: str


@dataclass(frozen=True)
class BadDay:
    """A local day without measured readings. `kind`: rows "absent", values "empty", or "estimated" by the operator."""

    point: str
    day: str
    kind: str


MOVES = [
    Move(16, "2016-03-12", "2016-03-19", "signed"),
    Move(5, "2016-06-16", "2016-06-16", "signed"),
    Move(11, "2016-10-13", "2016-10-13", "paper"),
]
BAD_DAYS = [
    BadDay("Home 3", "2016-03-09", "empty"),
    BadDay("Home 12", "2016-03-27", "estimated"),
    BadDay("Home 2", "2016-06-09", "estimated"),
    BadDay("Home 8", "2016-06-21", "absent"),
    BadDay("Shop 2", "2016-10-11", "estimated"),
    BadDay("Home 14", "2016-10-30", "absent"),
]

KEY_STAGES = [("PRO_RATA", BUILDING), ("PRO_RATA", NEIGHBOURHOOD)]
ROOF_PRICE, HOME_PRICE, COMMUNITY_FEE = 80_000, 80_000, 5_000  # µ€ per kWh, see README.md
VAT_PPM = 200_000  # the roof's owner and the community charge it, the solar home does not
