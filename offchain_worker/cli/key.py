"""`daisee key show | check | hash`: what an allocation key says, whether it can be applied, and its hash on chain."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from offchain_worker.domain import key as keys
from offchain_worker.domain import roster as rosters

from . import files, output
from .settings import JsonOption

app = typer.Typer(no_args_is_help=True, help="Read, check and hash an allocation key.")

KeyArgument = Annotated[Path, typer.Argument(metavar="KEY.json", help="Allocation key (daisee.key/1)")]


class Language(StrEnum):
    """A language the key can be put into words in."""

    FR = "fr"
    EN = "en"


@app.command()
def show(
    key: KeyArgument,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the words")] = Language.EN,
    as_json: JsonOption = False,
) -> None:
    """Put a key into words."""
    rule = keys.parse(files.opened(key))
    words = {language.value: keys.describe(rule, language.value) for language in Language}
    result = {"key_hash": _hex(rule), "words": words, "key": rule.document()}
    output.emit(result, as_json, lambda found: _print(found["words"][lang.value]))


@app.command()
def check(
    key: KeyArgument,
    roster: Annotated[Path | None, typer.Option("--roster", help="Roster whose points the key may name")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether a key can be applied, with a roster also to its points. Exit 1 if not, with the contracts' reason."""
    rule = keys.parse(files.opened(key))
    notices: list[str] = []
    if roster:
        known = rosters.parse(files.opened(roster))
        keys.check_points(rule, known.consumption_points, production_points=known.production_points)
        missing = sorted({stage.group for stage in rule.stages} - {0} - known.consumption_groups)
        notices = [f"nobody consumes in group {group}: its stage gives nothing" for group in missing]
    output.emit({"valid": True, "key_hash": _hex(rule), "notices": notices}, as_json, _show_check)


@app.command("hash")
def hash_(key: KeyArgument, as_json: JsonOption = False) -> None:
    """Print keyHash, as the rule book has it."""
    output.emit({"key_hash": _hex(keys.parse(files.opened(key)))}, as_json, lambda found: _print([found["key_hash"]]))


def _hex(rule: keys.AllocationKey) -> str:
    return "0x" + rule.hash().hex()


def _show_check(found: dict[str, Any]) -> None:
    _print([f"valid, {found['key_hash']}", *found["notices"]])


def _print(lines: list[str]) -> None:
    for line in lines:
        output.results.print(line, markup=False, soft_wrap=True)
