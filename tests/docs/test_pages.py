"""Links lead somewhere, pictures exist and match the imports, blocks are closed, documents shown are valid."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from offchain_worker.domain import canonical
from tests import test_layers
from tests.docs import pages
from tests.docs.pages import DOCS, ROOT

PICTURE = ElementTree.parse(DOCS / "pictures" / "architecture.svg").getroot()
SVG = "{http://www.w3.org/2000/svg}"


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get."""
    found = set()
    for heading in re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL), re.M):
        text = unicodedata.normalize("NFC", re.sub(r"[`*]|\[([^]]*)\]\([^)]*\)", r"\1", heading)).lower()
        found.add(re.sub(r"[^\w\- ]", "", text).strip().replace(" ", "-"))
    return found


def links(page: Path) -> Iterator[str]:
    """Where a page's links and pictures lead, but for other sites."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'(?:src|srcset|href)="([^"]+)"', text)]:
        if not target.startswith(("http://", "https://")):
            yield target


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links__of_a_page__lead_somewhere(page: Path) -> None:
    for target in links(page):
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path), target


def test_index__every_page__is_listed() -> None:
    index = {(DOCS / target.partition("#")[0]).resolve() for target in links(DOCS / "README.md")}
    assert [page for page in sorted(DOCS.rglob("*.md")) if page != DOCS / "README.md" and page not in index] == []


@pytest.mark.parametrize("page", pages.PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_documents__shown_on_a_page__are_valid(page: Path) -> None:
    for fence in pages.fences(page):
        if fence.language == "json" and "…" not in fence.text:
            document = json.loads(fence.text)
            if document.get("schema") in pages.schemas():
                canonical.loads(fence.text, document["schema"])


def test_words__of_every_page__name_no_place_of_ours() -> None:
    for page in pages.PAGES:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"/(work|tmp|home|root)/|\bTODO\b|\blorem\b", text), page


@pytest.mark.parametrize("picture", sorted((DOCS / "pictures").glob("*.svg")), ids=lambda path: path.stem)
def test_picture__drawn__is_well_formed_and_readable_in_the_dark(picture: Path) -> None:
    root = ElementTree.parse(picture).getroot()
    assert root.find(f"{SVG}title") is not None
    assert root.find(f"{SVG}desc") is not None
    assert "prefers-color-scheme: dark" in "".join(root.itertext())


def drawn() -> set[tuple[str, str]]:
    """The imports that the picture draws."""
    return {(path.get("data-from", ""), path.get("data-to", "")) for path in PICTURE.iter(f"{SVG}path")} - {("", "")}


def real() -> set[tuple[str, str]]:
    """The imports there are, from one layer to another, the app's included."""
    found = set()
    folders = {path.name: path for path in test_layers.WORKER.iterdir() if (path / "__init__.py").exists()}
    for name, folder in (folders | {"app": ROOT / "app"}).items():
        for file in test_layers.sources(folder):
            for module in test_layers.imported(file):
                parts = module.split(".")
                if parts[0] == "offchain_worker" and len(parts) > 1 and parts[1] in folders and parts[1] != name:
                    found.add((name, parts[1]))
    return found


def test_architecture__arrows__are_imports_there_are() -> None:
    assert drawn() <= real()


def test_architecture__imports__are_along_the_arrows() -> None:
    reached = drawn()
    while more := {(a, d) for a, b in reached for c, d in reached if b == c} - reached:
        reached |= more
    assert real() <= reached


def test_architecture__contracts_named__are_those_deployed() -> None:
    from scripts.deployment.plan import ORDER

    (box,) = [group for group in PICTURE.iter(f"{SVG}g") if group.get("data-box") == "contracts"]
    assert set(ORDER) <= {text.text for text in box.iter(f"{SVG}text")}
