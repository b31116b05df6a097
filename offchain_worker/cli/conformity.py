"""`daisee conformity show | check | hash`: what conformity rules say, whether they can be applied, their hash."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from offchain_worker.domain import conformity_rules, conformity_words
from offchain_worker.domain import roster as rosters
from offchain_worker.domain.conformity_rules import ConformityRules

from . import files, output
from .key import Language
from .settings import JsonOption

app = typer.Typer(no_args_is_help=True, help="Read, check and hash conformity rules.")

RulesArgument = Annotated[Path, typer.Argument(metavar="RULES.json", help="Conformity rules (daisee.conformity/1)")]


@app.command()
def show(
    rules: RulesArgument,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the words")] = Language.EN,
    as_json: JsonOption = False,
) -> None:
    """Put conformity rules into words."""
    found = _read(rules)
    words = {language.value: conformity_words.describe(found, language.value) for language in Language}
    result = {"conformity_hash": _hex(found), "words": words, "rules": found.document()}
    output.emit(result, as_json, lambda shown: _print(shown["words"][lang.value]))


@app.command()
def check(
    rules: RulesArgument,
    roster: Annotated[Path | None, typer.Option("--roster", help="Roster whose points the rules may name")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether conformity rules can be applied, with a roster also to its points. Exit 1 if not, with the reason."""
    found = _read(rules)
    notices: list[str] = []
    if roster:
        known = {column.point for column in rosters.parse(files.opened(roster)).columns}
        unknown = sorted(set(found.powers) - known)
        notices = [f"point {point} is not on the roster: its own bound is not used" for point in unknown]
    output.emit({"valid": True, "conformity_hash": _hex(found), "notices": notices}, as_json, _show_check)


@app.command("hash")
def hash_(rules: RulesArgument, as_json: JsonOption = False) -> None:
    """Print conformityHash, as the rule book has it."""
    output.emit({"conformity_hash": _hex(_read(rules))}, as_json, lambda found: _print([found["conformity_hash"]]))


def _read(file: Path) -> ConformityRules:
    return conformity_rules.parse(files.opened(file))


def _hex(rules: ConformityRules) -> str:
    return "0x" + rules.hash().hex()


def _show_check(found: dict[str, Any]) -> None:
    _print([f"valid, {found['conformity_hash']}", *found["notices"]])


def _print(lines: list[str]) -> None:
    for line in lines:
        output.results.print(line, markup=False, soft_wrap=True)
