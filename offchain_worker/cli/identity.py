"""`daisee identity`: make keys, put them under a password, look at an address."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from offchain_worker.storage import identity as identities
from offchain_worker.storage import keystore
from offchain_worker.storage.embedded import write_atomically

from . import output
from .session import Session
from .settings import JsonOption

app = typer.Typer(no_args_is_help=True, help="Keys: one to sign with, one to read with.")
PathArgument = Annotated[Path, typer.Argument(help="The identity's file")]


@app.command()
def new(
    file: PathArgument,
    plain: Annotated[bool, typer.Option("--plain", help="Without a password: for the local chain only")] = False,
    as_json: JsonOption = False,
) -> None:
    """Make an identity with fresh keys, under a password (DAISEE_PASSWORD_FILE, or asked for)."""
    if plain:
        made = identities.create(file)
    else:
        made = identities.fresh()
        keystore.seal(made, file, keystore.ask(file))
    _show(made, file, as_json)


@app.command()
def seal(
    file: PathArgument, out: Annotated[Path, typer.Option("--out", help="The new file")], as_json: JsonOption = False
) -> None:
    """Put a plain identity under a password. The plain file stays: delete it yourself once the new one opens."""
    made = identities.load(file)
    keystore.seal(made, out, keystore.ask(out))
    _show(made, out, as_json)


@app.command()
def show(file: PathArgument, as_json: JsonOption = False) -> None:
    """The address and the public reading key; never a private one."""
    found = keystore.unseal(file) if keystore.is_keystore(file) else identities.load(file)
    _show(found, file, as_json)


@app.command("reading-key")
def reading_key(
    file: PathArgument, out: Annotated[Path, typer.Option("--out", help="The new file")], as_json: JsonOption = False
) -> None:
    """Write the reading key alone: an app opens your data with it, and can sign nothing."""
    found = keystore.unseal(file) if keystore.is_keystore(file) else identities.load(file)
    if out.exists():
        raise identities.IdentityError(f"{out} exists; a key is never overwritten, choose another file")
    write_atomically(out, identities.reading_document(found), mode=0o600)
    _show(found, out, as_json)


@app.command()
def publish(context: typer.Context, as_json: JsonOption = False) -> None:
    """Publish the reading key of `--as` in the registry, so that the months to come are encrypted for it."""
    session = Session.of(context)
    community, found = session.community, session.identity
    if community.registry.encryption_key(found.address) == found.public_key:
        raise identities.IdentityError(f"the registry knows this reading key of {found.address} already")
    receipt = session.sender(community).send(community.registry.function("setEncryptionKey", found.public_key))
    result = {
        "address": found.address,
        "publicReadingKey": "0x" + found.public_key.hex(),
        "transaction": receipt["transactionHash"].to_0x_hex(),  # type: ignore[index]
    }
    _emit(result, as_json, "publicReadingKey")


def _show(identity: identities.Identity, file: Path, as_json: bool) -> None:
    result = {"address": identity.address, "publicReadingKey": "0x" + identity.public_key.hex(), "file": str(file)}
    _emit(result, as_json, "file")


def _emit(result: dict[str, str], as_json: bool, beside: str) -> None:
    """The address and one thing more on a line, whole however narrow the terminal is: it is copied."""
    line = f"{result['address']}  {result[beside]}"
    output.emit(result, as_json, lambda _: output.results.print(line, markup=False, soft_wrap=True))
