"""Commands shown on the pages: those that need no chain are run and print what the page shows; the others exist.

In a `console` block a line with `$ ` is run from the repository, the lines below it are its output; `…` stands for
anything. `build/` is a folder of the test's own.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from subprocess import run

import pytest
from typer.testing import CliRunner

from offchain_worker.cli import main
from offchain_worker.cli.settings import OPTIONS, hoisted
from tests.docs import pages
from tests.docs.pages import ROOT, Fence
from tests.docs.test_reference import VERBS

FENCES = [fence for page in pages.PAGES for fence in pages.fences(page)]
CONSOLE = [fence for fence in FENCES if fence.language == "console"]
SHELL = [fence for fence in FENCES if fence.language == "sh"]


def steps(fence: Fence) -> list[tuple[list[str], str]]:
    """The commands of a console block with what they are shown to print."""
    found: list[tuple[list[str], list[str]]] = []
    for line in fence.text.splitlines():
        if line.startswith("$ "):
            found.append((shlex.split(line[2:]), []))
        else:
            found[-1][1].append(line)
    return [(command, "\n".join(shown)) for command, shown in found]


def printed(command: list[str]) -> str:
    """What a command prints."""
    if command[0] == "daisee":
        result = CliRunner().invoke(main.app, hoisted(command[1:]), prog_name="daisee")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.stdout
    assert command[0] == "python", command
    return run([sys.executable, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("fence", CONSOLE, ids=str)
def test_console__commands_shown__print_what_the_page_shows(
    fence: Fence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    for variable in ("RPC", "STORE", "DEPLOYMENT", "AS", "CONFIG"):
        monkeypatch.delenv(f"DAISEE_{variable}", raising=False)
    for command, shown in steps(fence):
        found = printed([word.replace("build/", f"{tmp_path}/") for word in command])
        pattern = re.escape(shown).replace("…", ".*")
        assert re.fullmatch(pattern, found.strip(), re.DOTALL), f"{shlex.join(command)}\n{found}"


def words(line: str) -> list[str]:
    """A shell line without its comment, its prompt and the variables before the command."""
    parts = shlex.split(line, comments=True)
    while parts and re.fullmatch(r"[A-Z_]+=\S*", parts[0]):
        parts.pop(0)
    return parts


@pytest.mark.parametrize("fence", SHELL, ids=str)
def test_shell__commands_shown__exist_with_their_options(fence: Fence) -> None:
    for line in fence.text.splitlines():
        parts = words(line)
        if not parts or Path(parts[0]).name != "daisee":
            continue
        rest = [word for word in parts[1:] if word not in ("--log-json", "--quiet")]
        verb = next((" ".join(rest[:n]) for n in (2, 1) if " ".join(rest[:n]) in VERBS), None)
        assert verb, f"{fence}: {line}"
        known = {option for parameter in VERBS[verb].params for option in parameter.opts} | set(OPTIONS)
        assert {word for word in rest if word.startswith("--")} <= known, f"{fence}: {line}"


def test_targets__of_make_shown_anywhere__exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for page in pages.PAGES:
        for target in re.findall(r"\bmake ([a-z]+)\b(?=[` ]|$)", page.read_text(encoding="utf-8")):
            if f"`make {target}" in page.read_text(encoding="utf-8"):
                assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{page}: make {target}"


def test_python__shown__compiles() -> None:
    for fence in FENCES:
        if fence.language == "python":
            compile(fence.text, str(fence), "exec")
