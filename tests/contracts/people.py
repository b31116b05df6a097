"""Who holds which account of the local chain."""

from __future__ import annotations

from typing import Final

# alice has a roof with panels, bob a flat, carol a shop; dave moves in later. The two last stand in for contracts where
# a test is about one contract alone. Accounts from CROWD on are further members.
PLACES: Final = {
    "deployer": 0,
    "provider": 1,
    "grid_operator": 2,
    "auditor": 3,
    "alice": 4,
    "bob": 5,
    "carol": 6,
    "dave": 7,
    "stranger": 8,
    "governor_account": 9,
    "meter_data_account": 10,
}
CROWD: Final = 20
