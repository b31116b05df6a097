"""The reference pages are complete: no verb, option, guarantee, error, finding, check or schema is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from offchain_worker.cli import main
from offchain_worker.meters import Code
from offchain_worker.meters.findings import FOUND_AS
from tests.docs import pages
from tests.docs.pages import REFERENCE, ROOT

COMMANDS = (REFERENCE / "commands.md").read_text(encoding="utf-8")
ERRORS = (REFERENCE / "errors.md").read_text(encoding="utf-8")
FORMATS = (REFERENCE / "formats.md").read_text(encoding="utf-8")
AUDIT = (pages.DOCS / "guides" / "audit-a-period.md").read_text(encoding="utf-8")


def verbs(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every verb of the command as it is typed, with what Typer knows of it."""
    if not hasattr(command, "commands"):
        yield " ".join(path), command
        return
    for name, below in command.commands.items():
        yield from verbs(below, (*path, name))


VERBS = dict(verbs(typer.main.get_command(main.app)))


def section(verb: str) -> str:
    """What `commands.md` says of a verb: the text under its heading, or the table row it is in."""
    found = re.search(rf"^### `daisee {verb}\b[^`]*`\n(.*?)(?=^##|\Z)", COMMANDS, re.MULTILINE | re.DOTALL)
    if found:
        return found[1]
    row = re.search(rf"^\| `daisee {verb}\b[^`]*` \|.*$", COMMANDS, re.MULTILINE)
    assert row, f"commands.md does not list `daisee {verb}`"
    heading = COMMANDS[: row.start()].rindex("\n## ")
    return COMMANDS[heading : row.start()].split("|")[0] + row[0]


@pytest.mark.parametrize("verb", VERBS)
def test_commands__every_verb__is_listed_with_its_options(verb: str) -> None:
    said = section(verb)
    for parameter in VERBS[verb].params:
        if parameter.param_type_name == "option":
            option = max(parameter.opts, key=len)
            assert option == "--help" or option in said, f"daisee {verb} {option}"


def test_commands__every_verb_listed__exists() -> None:
    listed = re.findall(r"^(?:### |\| )`daisee ((?:[a-z-]+ ?)+)", COMMANDS, re.MULTILINE)
    assert {verb.strip() for verb in listed} == set(VERBS)


def test_commands__every_target_of_make__is_listed() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):", makefile, re.MULTILINE)
    assert [target for target in targets if f"`make {target}`" not in COMMANDS] == []


def contract_errors() -> list[str]:
    """Every error that the contracts of this project define."""
    sources = [*pages.INTERFACES, *sorted((ROOT / "contracts").glob("*.sol"))]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    return sorted(set(re.findall(r"^ +error (\w+)\(", text, re.MULTILINE)))


@pytest.mark.parametrize("name", contract_errors())
def test_errors__every_contract_error__is_listed(name: str) -> None:
    assert f"`{name}`" in ERRORS


def test_errors__every_contract_error_listed__exists() -> None:
    listed = re.findall(r"`((?:Registry|RuleBook|Key|Tariff|MeterData|Hub|Settlement|Ledger)[A-Z]\w+)`", ERRORS)
    assert set(listed) <= set(contract_errors())


def severities() -> dict[str, set[str]]:
    """What the sources give each code beside it: `Code.GAP, Severity.WARNING`."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "offchain_worker" / "meters").rglob("*.py")):
        for code, severity in re.findall(r"Code\.(\w+),\s*Severity\.(\w+)", path.read_text(encoding="utf-8")):
            found.setdefault(Code[code].value, set()).add(severity.lower())
    return found


def used() -> set[str]:
    """The codes that something finds."""
    sources = [path for path in (ROOT / "offchain_worker").rglob("*.py") if path.name != "findings.py"]
    names = {name for path in sources for name in re.findall(r"\bCode\.([A-Z_]+)", path.read_text(encoding="utf-8"))}
    return {Code[name].value for name in names}


@pytest.mark.parametrize("code", sorted(used()))
def test_findings__every_code__is_found_as_heavy_as_listed(code: str) -> None:
    assert severities().get(code, set()) <= set(FOUND_AS[Code(code)])


def test_findings__every_code__is_something_that_is_found() -> None:
    assert {str(code) for code in Code} == set(FOUND_AS)
    assert used() <= set(FOUND_AS)


def test_audit__every_check__is_listed() -> None:
    folder = ROOT / "offchain_worker" / "audit"
    text = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    direct = re.findall(r"protocol\.(?:add|equal|guarded)\(\s*f?\"([a-z-]+)[\"{]", text)
    assert len(direct) > 20
    listed = set(re.findall(r"`([a-z-]+?)(?:-N)?`", AUDIT))
    assert [code for code in sorted(set(direct)) if not any(name.startswith(code.rstrip("-")) for name in listed)] == []


@pytest.mark.parametrize("name", pages.schemas())
def test_formats__every_schema__is_of_a_document_that_exists(name: str) -> None:
    assert f"`{name}`" in FORMATS


def test_formats__every_schema_named_in_any_page__exists() -> None:
    never_hashed = {
        f"daisee.{name}/1" for name in ("names", "parties", "statement", "invoice", "ballot", "receipt", "relay")
    }
    known = set(pages.schemas()) | never_hashed
    for page in pages.PAGES:
        named = set(re.findall(r"\bdaisee\.[a-z-]+/\d", page.read_text(encoding="utf-8")))
        assert named <= known, page


def test_limits_of_gas__that_the_project_set_itself__are_kept() -> None:
    text = (REFERENCE / "gas.md").read_text(encoding="utf-8")
    limits = re.findall(r"^\| (\w+), `([^`]+)` \| ([\d,]+) \|", text, re.MULTILINE)
    assert len(limits) == 4
    for contract, figure, limit in limits:
        path = Path(ROOT / "tests" / "gas" / f"{contract}.json")
        assert json.loads(path.read_text(encoding="utf-8"))[figure] <= int(limit.replace(",", ""))
