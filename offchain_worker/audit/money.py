"""The ledger, recomputed from its events: every balance, the guarantee, and the equation that ties them to the tokens."""

from __future__ import annotations

from offchain_worker.chain.contract import abi_of

from .checks import Level, Protocol
from .subject import Subject

TOKEN_UNITS_PER_CENT = 10_000


def check(subject: Subject, protocol: Protocol) -> None:
    """Balances follow from deposits, withdrawals and settlements; the guarantee covers all debts; nothing is missing."""
    settlement, block = subject.community.settlement, subject.block
    balances: dict[int, int] = {}
    received = paid = 0
    for event in settlement.events("Deposited", block=block):
        balances[event["args"]["member"]] = balances.get(event["args"]["member"], 0) + event["args"]["cents"]
        received += event["args"]["cents"]
    for event in settlement.events("Withdrawn", block=block):
        balances[event["args"]["member"]] = balances.get(event["args"]["member"], 0) - event["args"]["cents"]
        paid += event["args"]["cents"]
    for event in settlement.events("PeriodSettled", block=block):
        for member, cents in enumerate(event["args"]["netCents"]):
            balances[member] = balances.get(member, 0) + cents
    guarantee = settlement.guarantee(block)
    wrong = [
        f"member {member}: {settlement.balance(member, block)} cents, the events give {cents}"
        for member, cents in sorted(balances.items())
        if settlement.balance(member, block) != cents
    ]
    title = "every balance follows from deposits, withdrawals and settlements"
    protocol.add("balances", Level.PUBLIC, title, not wrong, "; ".join(wrong) or f"{len(balances)} accounts")
    debt = sum(-cents for cents in balances.values() if cents < 0)
    title = "the guarantee covers every debt"
    protocol.add("guarantee", Level.PUBLIC, title, guarantee >= debt, f"{guarantee} cents for {debt} cents of debt")
    token = subject.community.connection.web3.eth.contract(
        address=subject.community.deployment.contracts["EuroToken"],  # type: ignore[arg-type]
        abi=abi_of("EuroToken"),
    )
    held = token.functions.balanceOf(settlement.address).call(block_identifier=block)
    owed = sum(balances.values()) + guarantee
    title = "the tokens held are the sum of all balances and the guarantee"
    detail = f"{held} token units for {owed} cents"
    protocol.add("tokens", Level.PUBLIC, title, held >= owed * TOKEN_UNITS_PER_CENT, detail)
