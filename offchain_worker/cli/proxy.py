"""`daisee proxy give | end | cast | show`: let another member vote in one's place."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from offchain_worker.chain.governor import Support
from offchain_worker.domain.errors import DaiseeError

from . import output
from .governance import SUPPORTS, Choice, proposal_numbered
from .session import Session
from .settings import JsonOption

app = typer.Typer(no_args_is_help=True, help="Proxies: let another member vote in your place.")


class ProxyInvalid(DaiseeError):
    """The member cannot be given a proxy."""


@app.command()
def give(
    context: typer.Context,
    delegate: Annotated[int, typer.Argument(help="The member who votes for you, by number")],
    as_json: JsonOption = False,
) -> None:
    """Let a member vote in your place until it is ended; your own ballot still counts before theirs."""
    session = Session.of(context)
    community = session.community
    wallet = community.registry.wallet_of(delegate)
    if wallet is None:
        raise ProxyInvalid(f"member {delegate} has no wallet to vote with; name another member")
    session.sender(community).send(community.governor.function("giveProxy", wallet))
    output.emit(
        {"delegate": delegate}, as_json, lambda r: output.results.print(f"member {r['delegate']} votes for you")
    )


@app.command()
def end(
    context: typer.Context,
    delegator: Annotated[int | None, typer.Argument(help="Whose proxy to give back; your own if left out")] = None,
    as_json: JsonOption = False,
) -> None:
    """End the proxy you gave, or give back one you hold."""
    session = Session.of(context)
    community = session.community
    member = int(community.registry.member_of(session.identity.address)) if delegator is None else delegator
    session.sender(community).send(community.governor.function("endProxy", member))
    output.emit(
        {"delegator": member}, as_json, lambda r: output.results.print(f"proxy of member {r['delegator']} ended")
    )


@app.command()
def cast(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="The proposal's number")],
    choice: Annotated[Choice, typer.Argument(help="Their ballot")],
    delegators: Annotated[list[int] | None, typer.Option("--for", help="Members; all you hold if left out")] = None,
    as_json: JsonOption = False,
) -> None:
    """Cast the ballots of members whose proxies you hold and who have not voted themselves."""
    session = Session.of(context)
    community = session.community
    proposal = proposal_numbered(community, number)
    held = delegators or community.governor.proxies_of(int(community.registry.member_of(session.identity.address)))
    if not held:
        raise ProxyInvalid("you hold no proxy; see `daisee proxy show`")
    support = int(SUPPORTS[choice])
    session.sender(community).send(community.governor.function("castProxies", proposal.identifier, held, support, ""))
    cast_now = {m: community.governor.ballot_of(proposal.identifier, m) for m in held}
    result = {
        "counted": [m for m, ballot in cast_now.items() if ballot and ballot.way == "proxy"],
        "votedThemselves": [m for m, ballot in cast_now.items() if ballot and ballot.way != "proxy"],
        "choice": Support(support).name.lower(),
    }
    output.emit(result, as_json, lambda r: output.results.print(f"cast for members {r['counted']}: {r['choice']}"))


@app.command()
def show(context: typer.Context, as_json: JsonOption = False) -> None:
    """Who votes for you, and for whom you vote."""
    session = Session.of(context)
    community = session.community
    member = int(community.registry.member_of(session.identity.address))
    result: dict[str, Any] = {
        "member": member,
        "delegate": community.governor.delegate_of(member),
        "held": community.governor.proxies_of(member),
        "maximum": int(community.governor.call("maximumProxies")),
    }

    def say(r: dict[str, Any]) -> None:
        output.results.print(f"votes for you: {'member ' + str(r['delegate']) if r['delegate'] else 'nobody'}")
        output.results.print(f"you vote for: {r['held'] or 'nobody'} (at most {r['maximum']})", markup=False)

    output.emit(result, as_json, say)
