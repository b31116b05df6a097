"""`daisee store`: is everything kept that the community needs, and what is kept beyond that?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from offchain_worker.audit import holdings
from offchain_worker.audit.holdings import Holdings
from offchain_worker.daemon.duties import unanswered
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.storage import places
from offchain_worker.storage.cid import cid
from offchain_worker.storage.places import Store
from offchain_worker.storage.store import StoreError, StoreUnavailable

from . import output
from .session import Session
from .settings import JsonOption

app = typer.Typer(no_args_is_help=True, help="The content store: what is pinned, what is missing, what is garbage.")


class GarbageUnsure(DaiseeError):
    """It cannot be told what is garbage."""


def faults(store: Store, kept: set[bytes], needed: Holdings) -> dict[bytes, str]:
    """What is wrong with a store's own copy of each needed block: not kept, or damaged. Nothing is searched elsewhere."""
    found = {digest: f"{cid(digest)} is not kept" for digest in needed.blocks if digest not in kept}
    for digest in needed.blocks.keys() & kept:
        try:
            store.get(digest)
        except StoreUnavailable:
            raise
        except StoreError as error:
            found[digest] = str(error)
    return found


def survey(stores: Sequence[tuple[str, Store]], needed: Holdings) -> list[dict[str, Any]]:
    """One entry per store: how much it keeps, what it lacks or holds damaged, what nobody needs."""
    entries = []
    for place, store in stores:
        entry: dict[str, Any] = {"store": place, "needed": len(needed.blocks)}
        try:
            kept = store.kept()
            wrong = faults(store, kept, needed)
        except StoreUnavailable as error:
            entries.append(entry | {"reachable": False, "trouble": str(error)})
            continue
        entries.append(
            entry
            | {
                "reachable": True,
                "kept": len(kept),
                "garbage": len(kept - needed.blocks.keys()),
                "wrong": [f"{needed.blocks[digest]}: {reason}" for digest, reason in wrong.items()],
            }
        )
    return entries


@app.command()
def status(context: typer.Context, as_json: JsonOption = False) -> None:
    """Look for every block the chain leads to, in every store. Exit 1 if one is away, not kept or damaged."""
    session = Session.of(context)
    needed = holdings.named(session.community, session.store)
    entries = survey(places.named(session.settings.need_store()), needed)
    well = needed.complete and all(e["reachable"] and not e["wrong"] for e in entries)

    def show(_: object) -> None:
        for entry in entries:
            if not entry["reachable"]:
                output.results.print(f"{entry['store']}: AWAY ({entry['trouble']})", markup=False)
                continue
            output.results.print(
                f"{entry['store']}: {entry['needed'] - len(entry['wrong'])} of {entry['needed']} needed blocks intact, "
                f"{entry['garbage']} nobody needs",
                markup=False,
            )
            for line in entry["wrong"]:
                output.results.print(f"  {line}", markup=False, soft_wrap=True)

    output.emit({"ok": well, "stores": entries, "unread": sorted(needed.unread.values())}, as_json, show)
    if not well:
        raise typer.Exit(1)


@app.command()
def repair(context: typer.Context, as_json: JsonOption = False) -> None:
    """Copy every needed block to every store that lacks it or holds it damaged. Exit 1 if some have no intact copy."""
    session = Session.of(context)
    whole = session.store
    needed = holdings.named(session.community, whole)
    repaired, lost = 0, list(needed.unread.values())
    for _, store in places.named(session.settings.need_store()):
        for digest in faults(store, store.kept(), needed):
            try:
                store.put(whole.get(digest))
                repaired += 1
            except StoreUnavailable:
                raise
            except StoreError as error:
                lost.append(str(error))

    def show(_: object) -> None:
        output.results.print(f"{repaired} blocks repaired")
        for line in sorted(set(lost)):
            output.results.print(f"no intact copy: {line}", markup=False, soft_wrap=True)

    output.emit({"repaired": repaired, "lost": sorted(set(lost))}, as_json, show)
    if lost:
        raise typer.Exit(1)


@app.command()
def gc(
    context: typer.Context,
    remove: Annotated[bool, typer.Option("--remove", help="Delete it; without this it is only counted")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find what no document of the community names. Do not run it while somebody is publishing a dataset."""
    session = Session.of(context)
    community = session.community
    needed = holdings.named(community, session.store)
    if not needed.complete:
        raise GarbageUnsure(
            f"what is garbage cannot be told while a document is unreadable ({next(iter(needed.unread.values()))}); "
            "run `daisee store repair` first"
        )
    if remove and unanswered(community.hub.tasks()):
        raise GarbageUnsure("a task is open and workers may be pinning its results; run this once it is answered")
    entries = []
    for place, store in places.named(session.settings.need_store()):
        garbage = sorted(store.kept() - needed.blocks.keys())
        for digest in garbage if remove else ():
            store.remove(digest)
        if remove:
            store.sweep()
        entries.append({"store": place, "garbage": [cid(digest) for digest in garbage], "removed": remove})

    def show(_: object) -> None:
        for entry in entries:
            word = "removed" if remove else "nobody needs; --remove deletes them"
            output.results.print(f"{entry['store']}: {len(entry['garbage'])} blocks {word}", markup=False)

    output.emit({"stores": entries}, as_json, show)
