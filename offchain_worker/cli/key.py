"""`daisee key new | show | check | hash`: make an allocation key, say what it says, whether it can be applied, its hash."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from offchain_worker.domain import key as keys
from offchain_worker.domain import lanes, presets
from offchain_worker.domain import roster as rosters
from offchain_worker.domain import tariff as tariffs
from offchain_worker.domain.key import NO_COMMITTER
from offchain_worker.domain.presets import Parameters, Preset
from offchain_worker.domain.quantities import PPM

from . import files, output
from .settings import JsonOption

app = typer.Typer(no_args_is_help=True, help="Read, check and hash an allocation key.")

KeyArgument = Annotated[Path, typer.Argument(metavar="KEY.json", help="Allocation key (daisee.key/1)")]


class Language(StrEnum):
    """A language the key can be put into words in."""

    FR = "fr"
    EN = "en"


_POINTS = frozenset({"--share", "--point"})
_TAKES: dict[Preset, frozenset[str]] = {
    **dict.fromkeys(Preset, _POINTS),
    Preset.DEFAULT_DYNAMIC: frozenset(),
    Preset.EGALITARIAN: frozenset(),
    Preset.SIMPLE_DYNAMIC: frozenset({"--point", "--committer"}),
    Preset.FULL_DYNAMIC: frozenset({"--point", "--committer", "--producer"}),
    Preset.PRIORITY: frozenset({"--group"}),
    Preset.CASCADE: _POINTS | {"--group"},
}
"""The options that a preset goes by; another is refused, never left unread."""


@app.command()
def new(
    preset: Annotated[Preset, typer.Argument(help="Name of the key")],
    share: Annotated[
        list[str] | None, typer.Option("--share", help="POINT=PERCENT of a consumption point, again for each")
    ] = None,
    point: Annotated[
        list[int] | None, typer.Option("--point", help="A consumption point, again for each; equal shares")
    ] = None,
    group: Annotated[
        list[int] | None, typer.Option("--group", help="A group, again for each, first served first")
    ] = None,
    producer: Annotated[list[int] | None, typer.Option("--producer", help="A production point, again for each")] = None,
    committer: Annotated[str, typer.Option("--committer", help="Address that commits the table's rows")] = NO_COMMITTER,
    decimals: Annotated[int, typer.Option("--decimals", help="Decimals of the coefficients sent; 0 for exact")] = 0,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; without it the key is printed")] = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key by its usual name: static, default-dynamic, simple-dynamic, full-dynamic, egalitarian, weighted,
    priority, cascade, vast, relatief, optimaal.
    """
    if share and point:
        raise typer.BadParameter("give --share or --point, not both")
    shares = dict(map(_share, share or [])) if share else presets.equal_shares(point or [])
    if len(shares) < len(share or point or []):
        raise typer.BadParameter("a point stands twice")
    given = {"--share": share, "--point": point, "--group": group, "--producer": producer}
    given["--committer"] = [committer] if committer != NO_COMMITTER else None
    unused = [option for option, value in given.items() if value and option not in _TAKES[preset]]
    if unused:
        raise typer.BadParameter(f"{preset.value} takes no {unused[0]}")
    made = presets.preset(preset, Parameters(shares, group or [], producer or [], committer.lower(), decimals))
    text = made.to_json()
    rule = keys.parse(text)  # refuses what no document can hold: a point of 70000, a committer that is no address
    if out:
        files.write(out.parent, {out.name: text.encode()})
    result = {"key_hash": _hex(rule), "file": str(out) if out else "", "key": rule.document()}
    output.emit(result, as_json, lambda found: _print([f"{out}: {found['key_hash']}" if out else text]))


def _share(text: str) -> tuple[int, int]:
    """A point and its ppm from POINT=PERCENT, at most four decimals."""
    matched = re.fullmatch(r"(\d{1,5})=(\d{1,3})(?:[.,](\d{1,4}))?", text)
    if not matched:
        raise typer.BadParameter(f"{text}: give POINT=PERCENT with at most four decimals, e.g. 3=12.5")
    point, whole, part = matched.groups()
    return int(point), int(whole) * PPM // 100 + int((part or "0").ljust(4, "0"))


@app.command()
def show(
    key: KeyArgument,
    lang: Annotated[Language, typer.Option("--lang", help="Language of the words")] = Language.EN,
    as_json: JsonOption = False,
) -> None:
    """Put a key into words."""
    rule = files.parsed(key, keys.parse)
    words = {language.value: keys.describe(rule, language.value) for language in Language}
    result = {"key_hash": _hex(rule), "words": words, "key": rule.document()}
    output.emit(result, as_json, lambda found: _print(found["words"][lang.value]))


@app.command()
def check(
    key: KeyArgument,
    roster: Annotated[Path | None, typer.Option("--roster", help="Roster whose points the key may name")] = None,
    tariff: Annotated[Path | None, typer.Option("--tariff", help="With --roster: the tariff beside the key")] = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether a key can be applied, with a roster also to its points, and whether its lanes are few enough.

    Exit 1 if not, with the contracts' reason.
    """
    rule = files.parsed(key, keys.parse)
    notices: list[str] = []
    if roster:
        known = files.parsed(roster, rosters.parse)
        keys.check_points(rule, known.consumption_points, production_points=known.production_points)
        bands = files.parsed(tariff, tariffs.parse).bands if tariff else 1
        lanes.lanes(rule, bands, len(known.production_points))
        missing = sorted({stage.group for stage in rule.stages} - {0} - known.consumption_groups)
        notices = [f"nobody consumes in group {group}: its stage gives nothing" for group in missing]
    output.emit({"valid": True, "key_hash": _hex(rule), "notices": notices}, as_json, _show_check)


@app.command("hash")
def hash_(key: KeyArgument, as_json: JsonOption = False) -> None:
    """Print keyHash, as the rule book has it."""
    output.emit({"key_hash": _hex(files.parsed(key, keys.parse))}, as_json, lambda found: _print([found["key_hash"]]))


def _hex(rule: keys.AllocationKey) -> str:
    return "0x" + rule.hash().hex()


def _show_check(found: dict[str, Any]) -> None:
    _print([f"valid, {found['key_hash']}", *found["notices"]])


def _print(lines: list[str]) -> None:
    for line in lines:
        output.results.print(line, markup=False, soft_wrap=True)
