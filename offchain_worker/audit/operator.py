"""Our allocation against the operator's own: each column the reader may open, within the operator's resolution."""

from __future__ import annotations

import numpy as np

from offchain_worker.exchange import operator_allocation
from offchain_worker.jobs import gathering, results
from offchain_worker.storage.encryption import MemberKeys
from offchain_worker.storage.identity import ReadingIdentity

from .checks import Level, Protocol
from .subject import Subject

MOST_SPANS = 5


def check(subject: Subject, protocol: Protocol, identity: ReadingIdentity, level: Level, digest: bytes) -> None:
    """Compare an imported `daisee.operator-allocation/1` with the settlement's curves."""
    title = "the operator's results open, and are of this dataset"
    with protocol.guarded("operator-results", level, title):
        period = subject.period
        envelopes = subject.community.meter_data.envelopes(subject.period_id, subject.block)
        keys = gathering.keys(subject.store, envelopes, period.input_digest, identity)
        listed = operator_allocation.columns_of(subject.store, digest, period.input_digest)
        own = [column for column in listed if not isinstance(keys, MemberKeys) or column in keys.column_keys]
        protocol.add("operator-results", level, title, True, f"{len(own)} of {len(listed)} columns")
        roster = subject.community.registry.roster(period.start, period.end, subject.block)
        result = results.open_result(subject.store, subject.accepted.report.result_digest)
        for column in own:
            point = roster.columns[column].point
            title = f"the operator agrees with column {column} (point {point}) within its resolution"
            with protocol.guarded(f"operator-agrees-{column}", level, title):
                curve = operator_allocation.open_curve(subject.store, listed[column], period.input_digest, keys, column)
                ours = result.curve(keys, column)
                local = np.array(list(map(int, ours["local"])), np.int64)
                spans, compared = operator_allocation.compare(curve, local, point, ours["start"], ours["stepSeconds"])
                told = [str(span) for span in spans[:MOST_SPANS]]
                told += [f"and {len(spans) - MOST_SPANS} more spans"] if len(spans) > MOST_SPANS else []
                detail = "; ".join(told) or f"{compared} of {len(local)} steps, to {curve.resolution} µkWh"
                protocol.add(f"operator-agrees-{column}", level, title, not spans, detail)
