"""What the steps of a period's data cost."""

from __future__ import annotations

from typing import Any

from tests.contracts import attesting, gas
from tests.contracts.community import month_start


def test_gas__steps_of_two_periods__as_recorded(community: Any) -> None:
    measured = {}
    for label, when in ((201605, "first period"), (201606, "later period")):
        measured[f"createPeriod, {when}"] = community.create(label).gas_used
        measured[f"publishDataset, 6 columns, {when}"] = community.publish(label).gas_used
        measured[f"publishDataset, later version, {when}"] = community.publish(label, version=2).gas_used
    envelopes = attesting.digest("further envelopes")
    published = community.meter_data.publishEnvelopes(201605, envelopes, {"from": community.grid_operator})
    measured["publishEnvelopes"] = published.gas_used
    starts = [month_start(2017, 6 + month) for month in range(12)]
    extended = community.meter_data.extendCalendar(starts, {"from": community.voted})
    measured["extendCalendar, 12 months"] = extended.gas_used
    gas.check("MeterDataRegistry", measured)
