"""Parts of the reference are made from sources: guarantees, gas figures, the list of schemas.

    DOCS_UPDATE=1 .venv/bin/pytest tests/docs

writes them anew; the difference shows in git.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.docs import pages

MADE = pages.made_parts()


@pytest.mark.parametrize(("page", "name"), MADE, ids=lambda value: value.stem if isinstance(value, Path) else value)
def test_made_part__of_the_page__is_what_the_sources_say(page: Path, name: str) -> None:
    text = page.read_text(encoding="utf-8")
    found = pages.part(text, name)
    assert found, f"{page.name} has no part <!-- {name} --> … <!-- end -->"
    if os.environ.get("DOCS_UPDATE") == "1" and found[2] != MADE[page, name]:
        page.write_text(text[: found.start(2)] + MADE[page, name] + text[found.end(2) :], encoding="utf-8")
        return
    assert found[2] == MADE[page, name], "run DOCS_UPDATE=1 .venv/bin/pytest tests/docs"


@pytest.mark.parametrize("interface", pages.INTERFACES, ids=lambda path: path.stem)
def test_guarantees__of_an_interface__are_each_shown_by_a_test(interface: Path) -> None:
    assert pages.guarantees(interface)
    assert set(pages.guarantees(interface)) == set(pages.citations(interface))
