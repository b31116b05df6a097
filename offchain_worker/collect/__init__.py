"""
Collection: from what a meter says of itself, on a broker or a serial line, to canonical curves of its owner's own.

A reading is written down before it is used, in a log that survives a power cut; curves are made from the log alone, so
that they can be made again. What was not seen is a gap and stays one.
"""

from offchain_worker.collect.errors import CollectError
from offchain_worker.collect.log import Log
from offchain_worker.collect.readings import Kind, Reading
from offchain_worker.collect.steps import Collected, Gap, collected

__all__ = ["CollectError", "Collected", "Gap", "Kind", "Log", "Reading", "collected"]
