"""What the tests of the documentation read: its pages, and the sources they speak of."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from offchain_worker.domain.treatments import CHOICES, HELD, Treatment
from offchain_worker.meters.findings import FOUND_AS, words
from offchain_worker.meters.formats import FORMATS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
INTERFACES = sorted((ROOT / "interfaces").glob("I*.sol"))
TESTS = ROOT / "tests" / "contracts"
# A ledger is an abstract contract: it is tested as the settlement it is part of.
FOLDERS = {"ILedger": "Settlement"}
MOST_TESTS = 3


@dataclass(frozen=True)
class Fence:
    """A fenced block of a page: its language, its text, the line it starts at."""

    page: Path
    language: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True)
class Shown:
    """A test that cites a guarantee."""

    file: Path
    name: str
    cited: int

    @property
    def words(self) -> str:
        """`test_enrol__member_already__is_refused` as `enrol, member already: is refused`."""
        unit, *parts = (part.replace("_", " ") for part in self.name.removeprefix("test_").split("__"))
        return f"{unit}, {': '.join(parts)}" if parts else unit


def fences(page: Path) -> list[Fence]:
    """The fenced blocks of a page, in order."""
    found = []
    lines = page.read_text(encoding="utf-8").splitlines()
    opened = None
    for number, line in enumerate(lines, 1):
        if not line.startswith("```"):
            continue
        if opened is None:
            opened = (number, line[3:].strip())
        else:
            found.append(Fence(page, opened[1], "\n".join(lines[opened[0] : number - 1]), opened[0]))
            opened = None
    assert opened is None, f"{page}: the block of line {opened} is not closed"
    return found


def guarantees(interface: Path) -> dict[str, str]:
    """The numbered guarantees of an interface's comment, each as one line of text."""
    text = interface.read_text(encoding="utf-8")
    found = re.findall(r"^ \* (G\d+)\. (.*(?:\n \*     .*)*)", text, re.MULTILINE)
    return {number: " ".join(said.replace("\n * ", "\n").split()) for number, said in found}


def citations(interface: Path) -> dict[str, list[Shown]]:
    """The tests that cite each guarantee of an interface, those that cite it alone first.

    A docstring may name the interface before its numbers (`ILedger G1, G2; ISettlement G5`); without a name the numbers
    are those of the folder's own interface.
    """
    folder = TESTS / FOLDERS.get(interface.stem, interface.stem[1:])
    found: dict[str, list[Shown]] = {}
    for file in sorted(folder.glob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
                continue
            named = f"I{folder.name}"
            numbers = []
            for word in re.findall(r"\bI[A-Z]\w+(?= G\d)|\bG\d+\b", ast.get_docstring(node) or ""):
                if word.startswith("I"):
                    named = word
                elif named == interface.stem:
                    numbers.append(word)
            for number in numbers:
                found.setdefault(number, []).append(Shown(file, node.name, len(numbers)))
    return {number: sorted(tests, key=lambda test: test.cited) for number, tests in found.items()}


def guarantee_lines(interface: Path) -> str:
    """The list of an interface's guarantees, as `contracts.md` has it."""
    cited = citations(interface)
    lines = []
    for number, said in guarantees(interface).items():
        tests = cited.get(number, [])
        shown = "; ".join(f"[{test.words}](../../{test.file.relative_to(ROOT)})" for test in tests[:MOST_TESTS])
        more = f"; and {len(tests) - MOST_TESTS} more" if len(tests) > MOST_TESTS else ""
        lines.append(f"* **{number}.** {said}<br>Shown by: {shown}{more}.")
    return "\n".join(lines)


def gas_lines(contract: str) -> str:
    """The table of a contract's gas figures, as `gas.md` has it."""
    figures: dict[str, int] = json.loads((ROOT / "tests" / "gas" / f"{contract}.json").read_text(encoding="utf-8"))
    rows = [f"| `{name}` | {gas:,} |" for name, gas in figures.items()]
    return "\n".join(["| step | gas |", "|---|---:|", *rows])


def schemas() -> dict[str, dict[str, Any]]:
    """Every document schema by the name documents carry, e.g. `daisee.key/1`."""
    folder = ROOT / "offchain_worker" / "domain" / "schemas"
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return {document["properties"]["schema"]["const"]: document for document in found}


def schema_lines() -> str:
    """The table of document schemas, as `formats.md` has it."""
    rows = [f"| `{name}` | {document['title']} |" for name, document in sorted(schemas().items())]
    return "\n".join(["| schema | what it is |", "|---|---|", *rows])


def format_lines() -> str:
    """The table of meter file formats, as `formats.md` has it: name, and the first paragraph of the module."""
    rows = []
    for module in FORMATS:
        said = " ".join((module.__doc__ or "").strip().split("\n\n")[0].split()).rstrip(":.")
        rows.append(f"| `{module.NAME}` | {said.replace('|', chr(92) + '|')} |")
    return "\n".join(["| format | files |", "|---|---|", *rows])


def finding_lines() -> str:
    """The catalogue of findings, as `conformity.md` has it: what holds without a vote, what may be voted, what to do."""
    said = words("en")
    rows = []
    for code, choices in CHOICES.items():
        default = choices.default
        others = [f"repair `{method}`" for method in choices.methods if method is not default.method]
        others += [t for t in Treatment if t in choices.treatments and t not in (Treatment.REPAIR, default.treatment)]
        holds = f"{default.treatment} `{default.method}`" if default.method else str(default.treatment)
        weight = ", ".join(FOUND_AS[code]) + (", held" if code in HELD else "")
        what, do = said[code]["name"], said[code]["do"].rstrip(".")
        rows.append(f"| `{code}` | {weight} | {holds} | {', '.join(others) or '–'} | {what} | {do} |")
    head = "| code | found as | without a vote | may be voted | what | what to do |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])


def made_parts() -> dict[tuple[Path, str], str]:
    """Every part of a page that is made from sources, by page and name of the part."""
    made = {(REFERENCE / "contracts.md", f"guarantees {path.stem}"): guarantee_lines(path) for path in INTERFACES}
    for path in sorted((ROOT / "tests" / "gas").glob("*.json")):
        made[REFERENCE / "gas.md", f"gas {path.stem}"] = gas_lines(path.stem)
    made[REFERENCE / "formats.md", "schemas"] = schema_lines()
    made[REFERENCE / "formats.md", "meter formats"] = format_lines()
    made[REFERENCE / "conformity.md", "findings"] = finding_lines()
    return made


def part(text: str, name: str) -> re.Match[str] | None:
    """The part of a page between `<!-- name -->` and `<!-- end -->`."""
    return re.search(rf"(<!-- {re.escape(name)} -->\n)(.*?)(\n<!-- end -->)", text, re.DOTALL)
