"""A member sees nobody else's data: not by an address, not by what a page remembers, not by a session's state."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import session
from offchain_worker.storage import identity as identities
from tests.app.conftest import MAIN, OpenApp, metrics, sign_in_as, texts

PAGES = ("community", "period", "bill", "audit")


def everything(app: AppTest) -> str:
    """All a page holds, as text: words, tables, charts, downloads."""
    return "\n".join(str(element.proto) for element in app.main if hasattr(element, "proto"))


def marks(settled_period: Any, name: str) -> set[str]:
    """What would give somebody's bill away: their bill's salt and leaf, as the proof shows them."""
    from app import data
    from app.data import Place
    from app.reader import Reader, open_keys

    folder = settled_period.folder
    place = Place(settled_period.url, str(folder / "store"), folder / "deployment.json")
    block = data.community(place).connection.stamp()
    records = data.records(place, block, settled_period.period)
    identity = identities.load(folder / "identities" / f"{name}.json")
    reader = Reader(place, block, records, identity.address, open_keys(place, block, records, identity))
    member = settled_period.community.registry.member_of(identity.address)
    found = reader.bill(member)
    return {str(found["salt"]), str(found["leaf"])}


@pytest.mark.parametrize("page", PAGES)
def test_page__of_one_member__holds_nothing_of_another(open_app: OpenApp, settled_period: Any, page: str) -> None:
    own, others = marks(settled_period, "home-8"), marks(settled_period, "solar-home")
    held = everything(open_app(page, who="home-8"))
    assert page != "bill" or all(mark in held for mark in own), "the test looks where the figures are"
    assert not any(mark in held for mark in others)


@pytest.mark.parametrize(
    "query",
    [{"who": "provider"}, {"member": "23"}, {"address": "0x0"}, {"scene": "x", "key": "member", "flows": "members"}],
)
def test_page__asked_by_its_address_for_another__shows_ones_own(
    open_app: OpenApp, settled_period: Any, monkeypatch: pytest.MonkeyPatch, query: dict[str, str]
) -> None:
    first = metrics(open_app("bill", who="home-8"))
    app = AppTest.from_file(str(MAIN), default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("views/bill.py").run()
    assert metrics(app) == first
    assert [box.key for box in app.selectbox] == ["period"]


def test_page__with_its_state_forged__shows_ones_own(open_app: OpenApp) -> None:
    app = open_app("bill", who="home-8")
    first = metrics(app)
    app.session_state["member"] = 23
    app.session_state["who"] = "provider"
    app.session_state["wallet"] = {"account": {"address": "0x" + "1" * 40, "chainId": "0x7a69", "wallet": "x"}}
    assert metrics(app.run()) == first


def test_page__after_the_session_ended_elsewhere__is_the_publics(open_app: OpenApp) -> None:
    app = open_app("bill", who="home-8")
    assert app.metric
    session.close()
    app.run()
    assert not app.metric
    assert "connect your wallet and sign in" in texts(app)


def test_cache__filled_by_one_member__serves_no_other(
    open_app: OpenApp, settled_period: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = marks(settled_period, "solar-home")
    app = open_app("bill", who="solar-home")
    assert all(mark in everything(app) for mark in others)
    sign_in_as(monkeypatch, settled_period.folder, "home-8")
    for page in PAGES:
        app.switch_page(f"views/{page}.py").run()
        assert not any(mark in everything(app) for mark in others), page
    sign_in_as(monkeypatch, settled_period.folder, "public")
    app.switch_page("views/bill.py").run()
    assert not app.metric and not any(mark in everything(app) for mark in others)


def test_settings__with_an_identity__show_it_to_nobody_where_the_app_is_served(
    open_app: OpenApp, settled_period: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAISEE_AS", str(settled_period.folder / "identities" / "home-8.json"))
    assert metrics(open_app("bill"))
    monkeypatch.setenv("DAISEE_APP_ORIGIN", "https://energy.example.org")
    assert not open_app("bill").metric


SECRET_TYPES = {"Reader", "SessionReader", "Scene", "Surroundings", "Viewer", "Identity", "ReadingIdentity", "Keys"}
APP = MAIN.parent


def caches(file: Path) -> list[tuple[str, bool, set[str]]]:
    """The cached functions of a file: name, whether for one browser session only, and the types they take."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        for mark in node.decorator_list if isinstance(node, ast.FunctionDef) else []:
            said = ast.unparse(mark)
            if "cache_data" in said or "cache_resource" in said:
                names = ast.walk(node.args)
                types = {name.id for name in names if isinstance(name, ast.Name)}
                found.append((node.name, "scope='session'" in said, types))
    return found


def test_caches__shared_by_everybody__are_given_nothing_that_opens_data() -> None:
    found = {name: (own, types) for file in APP.rglob("*.py") for name, own, types in caches(file)}
    assert found["_remembered"][0] and "Reader" in found["_remembered"][1], "the test sees what it looks for"
    assert [name for name, (own, types) in found.items() if not own and types & SECRET_TYPES] == []


def test_files__offered_to_download__have_an_address_with_a_secret() -> None:
    offering = {file.name for file in APP.rglob("*.py") if "st.download_button" in file.read_text(encoding="utf-8")}
    assert offering == {"shown.py"}
