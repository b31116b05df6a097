"""
Checks that learn: what a curve of steps shows that its own past, the sun, its register or another meter contradicts.

They work on energies int64[n] µkWh and qualities uint8[n] of the steps of one range, in whole numbers and in the order
of time, so that every worker finds the same. None is on unless the conformity rules list it, and none changes a
reading: that is for the treatment voted for its code.
"""

from offchain_worker.meters.checks.history import History
from offchain_worker.meters.checks.learned import suspicious
from offchain_worker.meters.checks.register import compared
from offchain_worker.meters.checks.twins import twins

__all__ = ["History", "compared", "suspicious", "twins"]
