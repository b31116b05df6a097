"""`daisee account`: balances, deposits, withdrawals, the provider's guarantee."""

from __future__ import annotations

from typing import Annotated

import typer

from offchain_worker.chain.community import Community
from offchain_worker.domain.errors import DaiseeError

from . import output
from .session import Session, euros
from .settings import JsonOption

app = typer.Typer(no_args_is_help=True, help="Balances in the community's ledger, in cents.")

# The euro token counts millionths; a cent is ten thousand of them.
TOKEN_UNITS_PER_CENT = 10_000
CentsArgument = Annotated[int, typer.Argument(min=1, help="Amount in cents")]
ReferenceOption = Annotated[str, typer.Option("--reference", help="Bank reference, up to 31 characters")]


class ReferenceInvalid(DaiseeError):
    """A bank reference does not fit 31 bytes."""


def bank_reference(text: str) -> bytes:
    """A bank reference as the contract's 32 bytes."""
    encoded = text.encode()
    if not 0 < len(encoded) < 32:
        raise ReferenceInvalid(f"the bank reference {text!r} must have 1 to 31 characters")
    return encoded.ljust(32, b"\0")


def approve(session: Session, community: Community, cents: int) -> None:
    """Let the settlement take `cents` from the identity's tokens."""
    from offchain_worker.chain.contract import abi_of

    token = community.connection.web3.eth.contract(
        address=community.deployment.contracts["EuroToken"],  # type: ignore[arg-type]
        abi=abi_of("EuroToken"),
    )
    call = token.functions.approve(community.settlement.address, cents * TOKEN_UNITS_PER_CENT)
    session.sender(community).send(call)


@app.command()
def show(
    context: typer.Context,
    as_json: JsonOption = False,
) -> None:
    """Every member's balance, the guarantee and what it covers."""
    community = Session.of(context).community
    members = community.registry.members()
    result = {
        "balances": [{"member": 0, "wallet": None, "cents": community.settlement.balance(0)}]
        + [{"member": m.index, "wallet": m.wallet, "cents": community.settlement.balance(m.index)} for m in members],
        "guarantee": community.settlement.guarantee(),
        "debt": community.settlement.total_debt(),
    }

    def table(_: object) -> None:
        for row in result["balances"]:
            who = "community" if row["member"] == 0 else f"member {row['member']}"
            output.results.print(f"{who:>12}  {euros(row['cents']):>14}  {row['wallet'] or 'no wallet'}")
        output.results.print(f"guarantee {euros(result['guarantee'])}, covers debts of {euros(result['debt'])}")

    output.emit(result, as_json, table)


def _act(session: Session, function: str, *arguments: object, pay: int = 0, as_json: bool) -> None:
    community = session.community
    if pay:
        approve(session, community, pay)
    receipt = session.sender(community).send(community.settlement.function(function, *arguments))
    result = {"call": function, "transaction": receipt["transactionHash"].to_0x_hex(), "gas": receipt["gasUsed"]}  # type: ignore[index]
    output.emit(result, as_json, lambda r: output.results.print(f"{r['call']}: done ({r['transaction']})"))


@app.command()
def deposit(
    context: typer.Context,
    cents: CentsArgument,
    as_json: JsonOption = False,
) -> None:
    """Pay into one's own account."""
    session = Session.of(context)
    _act(session, "deposit", cents, pay=cents, as_json=as_json)


@app.command()
def withdraw(
    context: typer.Context,
    cents: CentsArgument,
    as_json: JsonOption = False,
) -> None:
    """Take money out of one's own account."""
    session = Session.of(context)
    _act(session, "withdraw", cents, as_json=as_json)


@app.command()
def guarantee(
    context: typer.Context,
    cents: CentsArgument,
    as_json: JsonOption = False,
) -> None:
    """Raise the guarantee (provider)."""
    session = Session.of(context)
    _act(session, "depositGuarantee", cents, pay=cents, as_json=as_json)


@app.command("deposit-for")
def deposit_for(
    context: typer.Context,
    member: Annotated[int, typer.Argument(help="The member's index")],
    cents: CentsArgument,
    reference: ReferenceOption,
    as_json: JsonOption = False,
) -> None:
    """Pay in for a member whose money came by bank (provider)."""
    session = Session.of(context)
    _act(session, "depositFor", member, cents, bank_reference(reference), pay=cents, as_json=as_json)


@app.command("pay-out")
def pay_out(
    context: typer.Context,
    member: Annotated[int, typer.Argument(help="The member's index")],
    cents: CentsArgument,
    reference: ReferenceOption,
    as_json: JsonOption = False,
) -> None:
    """Pay out a member without a wallet, by bank (provider)."""
    session = Session.of(context)
    _act(session, "payOut", member, cents, bank_reference(reference), as_json=as_json)
