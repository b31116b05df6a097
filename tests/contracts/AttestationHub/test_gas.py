"""What asking and answering cost."""

from __future__ import annotations

from typing import Any

import brownie

from tests.contracts import attesting, gas
from tests.contracts.community import DAY

NET = [0, 500, -200, -100, -150, -50]


def test_gas__tasks_and_reports__as_recorded(community: Any) -> None:
    measured = {}
    sender = {"from": community.provider}
    community.create(201605)
    community.publish(201605)
    measured["open"] = community.hub.open(attesting.CONFORMITY, 201605, sender).gas_used
    brownie.chain.mine(timedelta=DAY)
    reopened = community.hub.reopen(attesting.CONFORMITY, 201605, sender)
    measured["reopen"] = reopened.gas_used
    task = attesting.raw(reopened.events["TaskOpened"]["task"])
    identity = community.task_id(task)
    report: tuple[Any, ...] = (attesting.CONFORM, task[-1], attesting.digest("findings"))
    sent = community.hub.submitConformity(task, report, community.sign(identity, report), sender)
    measured["submitConformity, 3 of 5 signatures"] = sent.gas_used

    task, identity = community.open(attesting.SETTLEMENT, 201605)
    report = community.report_of(identity, NET)
    brownie.chain.snapshot()
    for signers, name in ((3, "submit, 3 of 5 signatures"), (5, "submit, 5 of 5 signatures")):
        signatures = community.sign(identity, report, range(signers))
        measured[name] = community.hub.submitSettlement(task, report, signatures, sender).gas_used
        brownie.chain.revert()

    workers = [attesting.worker(i).address for i in range(1, 6)]
    changed = community.hub.setWorkers(workers, ["http://127.0.0.1:9001"] * 5, 3, {"from": community.voted})
    measured["setWorkers, 1 of 5 replaced"] = changed.gas_used
    gas.check("AttestationHub", measured)
    assert measured["submit, 3 of 5 signatures"] <= 105_000
