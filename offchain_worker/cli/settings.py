"""Where the chain, the store and the keys are: from options, then the environment, then a TOML file.

The options may stand anywhere on the command line.

| option         | environment         | in the file  |
|----------------|---------------------|--------------|
| `--rpc`        | `DAISEE_RPC`        | `rpc`        |
| `--store`      | `DAISEE_STORE`      | `store`      |
| `--deployment` | `DAISEE_DEPLOYMENT` | `deployment` |
| `--as`         | `DAISEE_AS`         | `as`         |
|                | `DAISEE_RELAY`      | `relay`      |
|                | `DAISEE_MAX_FEE_GWEI` | `max_fee_gwei` |

The file is the one named by `--config` or `DAISEE_CONFIG`, else `daisee.toml` in the current folder. Paths in it are
relative to it. A store is a folder, a Kubo node (`kubo:http://127.0.0.1:5001`), or several of them separated by commas.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from offchain_worker.domain.errors import DaiseeError
from offchain_worker.storage import places

RpcOption = Annotated[str | None, typer.Option("--rpc", help="Address of the node, http://…")]
StoreOption = Annotated[
    str | None,
    typer.Option("--store", help="Content store: a folder, kubo:http://127.0.0.1:5001, or several separated by commas"),
]
DeploymentOption = Annotated[Path | None, typer.Option("--deployment", help="Deployment file of the community")]
AsOption = Annotated[Path | None, typer.Option("--as", help="Identity file (keys) to act with")]
ConfigOption = Annotated[Path | None, typer.Option("--config", help="Settings file (TOML)")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON")]
PATHS = ("deployment", "as")
OPTIONS = ("--rpc", "--store", "--deployment", "--as", "--config")


class SettingsInvalid(DaiseeError):
    """A setting is missing or cannot be read."""


class Settings(BaseModel):
    """The settings a command runs with."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    rpc: str | None = Field(default=None, description="Address of the node")
    store: str | None = Field(default=None, description="Content store: folder, kubo:http://…, or several with commas")
    deployment: Path | None = Field(default=None, description="Deployment file of the community")
    identity: Path | None = Field(default=None, alias="as", description="Identity file to act with")

    relay: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s]+$",
        description="Address of the relayer that the app hands signed ballots to",
    )
    max_fee_gwei: int | None = Field(default=None, ge=1, description="The most a unit of gas may cost, in gwei")

    def need_rpc(self) -> str:
        """The node's address, or SettingsInvalid."""
        if self.rpc is None:
            raise SettingsInvalid("no node is set: give --rpc, DAISEE_RPC or `rpc` in daisee.toml")
        return self.rpc

    def need_store(self) -> str:
        """The store's place or places (`storage.places.open_store`), or SettingsInvalid."""
        if self.store is None:
            raise SettingsInvalid("no store is set: give --store, DAISEE_STORE or `store` in daisee.toml")
        return self.store

    def need_deployment(self) -> Path:
        """The deployment file, or SettingsInvalid."""
        if self.deployment is None:
            raise SettingsInvalid(
                "no deployment is set: give --deployment, DAISEE_DEPLOYMENT or `deployment` in daisee.toml"
            )
        return self.deployment

    def need_identity(self) -> Path:
        """The identity file, or SettingsInvalid."""
        if self.identity is None:
            raise SettingsInvalid("this needs keys to act with: give --as, DAISEE_AS or `as` in daisee.toml")
        return self.identity


def load(
    options: Mapping[str, str | Path | None], config: Path | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Merge options over environment over file. Raises SettingsInvalid naming the file and the setting."""
    environment = os.environ if environment is None else environment
    named = config or (Path(environment["DAISEE_CONFIG"]) if environment.get("DAISEE_CONFIG") else None)
    file = named or Path("daisee.toml")
    merged: dict[str, str | Path] = {}
    if named is not None or file.is_file():
        try:
            merged.update(tomllib.loads(file.read_text(encoding="utf-8")))
        except OSError as error:
            raise SettingsInvalid(f"{file}: cannot be read ({error.strerror})") from error
        except tomllib.TOMLDecodeError as error:
            raise SettingsInvalid(f"{file}: is not TOML ({error})") from error
        merged.update({name: file.parent / str(merged[name]) for name in PATHS if name in merged})
        if "store" in merged:
            merged["store"] = places.beside(str(merged["store"]), file.parent)
    for name in ("rpc", "store", "relay", "max_fee_gwei", *PATHS):
        if environment.get(f"DAISEE_{name.upper()}"):
            merged[name] = environment[f"DAISEE_{name.upper()}"]
        if options.get(name) is not None:
            merged[name] = options[name]  # type: ignore[assignment]
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsInvalid(f"{file}: setting {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def settings(context: typer.Context) -> Settings:
    """The settings of the running command."""
    found: Settings = context.find_root().obj
    return found


def hoisted(arguments: list[str]) -> list[str]:
    """Move the settings' options to the front, so that they may stand anywhere on the command line."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument in OPTIONS:
            front += [argument, *(value for value in [next(waiting, None)] if value is not None)]
        elif argument.split("=", 1)[0] in OPTIONS:
            front.append(argument)
        else:
            rest.append(argument)
    return front + rest
