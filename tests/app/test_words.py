"""The catalogues: every language says everything, with the same blanks to fill, and pages say nothing outside them."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

from app.words import FOLDER, LANGUAGES, Words, catalogue, preferred
from offchain_worker.domain.roster import Source
from offchain_worker.meters.findings import Code

APP = FOLDER.parent
SHOWING = {
    "title",
    "header",
    "subheader",
    "markdown",
    "caption",
    "info",
    "success",
    "warning",
    "error",
    "badge",
    "button",
}


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogue__compared_with_english__has_the_same_keys_and_blanks(language: str) -> None:
    said, english = catalogue(language), catalogue("en")
    assert set(said) == set(english)
    assert [key for key in said if blanks(said[key]) != blanks(english[key])] == []
    assert [key for key, text in said.items() if not text.strip()] == []


def said_in(file: Path) -> set[str]:
    """The keys a source file says literally: `say("key")`, and both forms of `say.count("key")`."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
            continue
        key = node.args[0].value
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr == "count" and isinstance(key, str) and "." in key:
            found |= {f"{key}.one", f"{key}.many"}
        elif (isinstance(called, ast.Name) and called.id == "say") or (
            isinstance(called, ast.Attribute) and called.attr == "say"
        ):
            found.add(key)
    return found


@pytest.mark.parametrize("file", sorted(APP.rglob("*.py")), ids=lambda path: path.name)
def test_source__every_key_it_says__is_in_the_catalogue(file: Path) -> None:
    assert said_in(file) - set(catalogue("en")) == set()


@pytest.mark.parametrize("file", sorted(APP.rglob("*.py")), ids=lambda path: path.name)
def test_source__what_it_shows__comes_from_the_catalogue(file: Path) -> None:
    """No literal prose in a call that shows text; marks and the product's name are no prose."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in SHOWING
            and node.args
        ):
            shown = node.args[0]
            if isinstance(shown, ast.Constant) and isinstance(shown.value, str):
                assert "DAISEE" in shown.value, f"{file}:{node.lineno} shows {shown.value!r}"


@pytest.mark.parametrize("code", Code)
def test_findings__every_code__has_words(code: Code) -> None:
    assert Words("fr").has(f"findings.{code}")


@pytest.mark.parametrize("source", Source)
def test_sources__every_source__has_words(source: Source) -> None:
    assert Words("en").has(f"common.source.{source.name.lower()}")


def test_words__a_key_nobody_wrote__is_an_error() -> None:
    with pytest.raises(KeyError):
        Words("en")("community.nothing")


@pytest.mark.parametrize(
    ("number", "language", "said"),
    [(0, "fr", "0 remarque :"), (1, "fr", "1 remarque :"), (2, "fr", "2 remarques :"), (0, "en", "0 remarks:")],
)
def test_count__by_language__chooses_the_plural(number: int, language: str, said: str) -> None:
    assert Words(language).count("period.findings_some", number).replace("\u00a0", " ") == said


@pytest.mark.parametrize(
    ("locale", "language"), [("fr-FR", "fr"), ("fr", "fr"), ("en-GB", "en"), ("de", "en"), (None, "en")]
)
def test_preferred__a_browser_locale__gives_a_language(locale: str | None, language: str) -> None:
    assert preferred(locale) == language
