"""What the app says when something is away: a sentence and the exact message, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app import names, viewer
from app.words import Words
from offchain_worker.cli.settings import SettingsInvalid
from tests.app.conftest import MAIN, opened


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the app with these settings."""

    def run(**given: str) -> AppTest:
        (tmp_path / "daisee.toml").write_text("".join(f'{name} = "{value}"\n' for name, value in given.items()))
        monkeypatch.setenv("DAISEE_CONFIG", str(tmp_path / "daisee.toml"))
        app = AppTest.from_file(str(MAIN), default_timeout=60).run()
        assert not app.exception
        return app

    return run


def test_app__without_settings__says_what_is_missing(settings: Any) -> None:
    app = settings()
    assert "DAISEE_CONFIG" in app.error[0].value
    assert "no node is set" in app.code[0].value


def test_app__without_a_node__says_that_the_chain_is_away(settings: Any, settled_period: Any) -> None:
    deployment = str(settled_period.folder / "deployment.json")
    app = settings(rpc="http://127.0.0.1:9", store="store", deployment=deployment)
    assert app.error[0].value.startswith("The chain does not answer.")
    assert "http://127.0.0.1:9" in app.code[0].value


def test_app__without_a_deployment_file__names_it(settings: Any, settled_period: Any) -> None:
    app = settings(rpc=settled_period.url, store="store", deployment="nowhere.json")
    assert "nowhere.json" in app.code[0].value


def test_app__with_an_empty_store__names_the_missing_block(
    settings: Any, settled_period: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder: Path = settled_period.folder
    monkeypatch.setenv("DAISEE_AS", str(folder / "identities" / "home-1.json"))
    app = settings(rpc=settled_period.url, store="empty", deployment=str(folder / "deployment.json"))
    assert app.metric, "the chain's totals are there all the same"
    assert "is missing from the store" in app.error[0].value


def test_app__with_the_identity_of_its_settings__looks_with_it(
    settings: Any, settled_period: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder: Path = settled_period.folder
    monkeypatch.delenv("DAISEE_PERSONAS", raising=False)
    monkeypatch.setenv("DAISEE_AS", str(folder / "identities" / "home-1.json"))
    store, deployment = str(folder / "store"), str(folder / "deployment.json")
    app = settings(rpc=settled_period.url, store=store, deployment=deployment)
    assert [box.key for box in app.selectbox] == ["period"]
    assert len(app.metric) == 8


def test_personas__on_any_other_chain__are_not_offered(tmp_path: Path) -> None:
    (tmp_path / "home-1.json").write_text("{}")
    environment = {"DAISEE_PERSONAS": str(tmp_path)}
    assert viewer.personas(31337, environment) == {"home-1": tmp_path / "home-1.json"}
    assert viewer.personas(1, environment) == {}
    assert viewer.personas(31337, {}) == {}


def test_personas__members_and_offices__come_in_an_order_people_expect(tmp_path: Path) -> None:
    for stem in ("worker-1", "home-10", "provider", "home-2", "roof-owner"):
        (tmp_path / f"{stem}.json").write_text("{}")
    found = viewer.personas(31337, {"DAISEE_PERSONAS": str(tmp_path)})
    assert list(found) == ["home-2", "home-10", "roof-owner", "provider", "worker-1"]
    assert [viewer.persona_name(Words("fr"), stem) for stem in found][:3] == [
        "Logement 2",
        "Logement 10",
        "Propriétaire du toit",
    ]


def test_names__with_an_unknown_key__are_refused_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "names.json").write_text(json.dumps({"schema": "daisee.names/1", "colour": "green"}))
    with pytest.raises(SettingsInvalid, match=r"names\.json: colour"):
        names.read(tmp_path / "deployment.json")


def test_names__without_a_page__are_numbers(tmp_path: Path) -> None:
    found = names.read(tmp_path / "deployment.json")
    assert found.group(Words("en"), 2) == "Group 2"
    assert found.producer(Words("fr"), 0, "solar") == "Centrale solaire (point 0)"


def test_app__in_french__tells_troubles_in_french(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "daisee.toml").write_text("")
    monkeypatch.setenv("DAISEE_CONFIG", str(tmp_path / "daisee.toml"))
    assert "fichier de réglages" in opened(language="fr").error[0].value
