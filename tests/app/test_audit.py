"""The audit page: really recomputes, says so check by check, and turns red when a byte is changed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.words import Words
from offchain_worker import audit
from offchain_worker.audit.checks import Level
from offchain_worker.storage import identity as identities
from offchain_worker.storage.embedded import EmbeddedStore
from tests.app.conftest import OpenApp, opened, sign_in_as, texts


def levels(app: Any) -> list[str]:
    return list(app.radio[0].options)


def test_levels__offered__are_those_the_keys_allow(open_app: OpenApp) -> None:
    assert levels(open_app("audit")) == ["What everybody can check"]
    assert levels(open_app("audit", who="home-1")) == ["What everybody can check", "And my own figures"]
    assert levels(open_app("audit", who="auditor")) == ["What everybody can check", "And everything, computed again"]


@pytest.mark.parametrize(
    ("who", "language", "verdict"),
    [("public", "fr", "vérifications sont bonnes"), ("home-1", "en", "checks pass"), ("auditor", "en", "checks pass")],
)
def test_audit__of_the_settled_period__is_green(open_app: OpenApp, who: str, language: str, verdict: str) -> None:
    app = open_app("audit", who=who, language=language)
    app.button(key="recompute").click().run()
    assert not app.exception
    assert verdict in app.success[0].value
    assert "cancel" not in texts(app)


def test_audit__for_another_viewer__is_not_shown_again(
    open_app: OpenApp, settled_period: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_app("audit", who="auditor")
    app.button(key="recompute").click().run()
    sign_in_as(monkeypatch, settled_period.folder, "public")
    assert not app.run().success


def test_audit__after_a_byte_of_a_blob_changed__names_it(
    settled_period: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder: Path = settled_period.folder
    shutil.copytree(folder / "store", tmp_path / "store")
    result = settled_period.community.settlement.accepted(settled_period.period).report.result_digest
    blob = EmbeddedStore(tmp_path / "store").path(result)
    data = bytearray(blob.read_bytes())
    data[-2] ^= 1
    blob.write_bytes(bytes(data))
    settings = f'rpc = "{settled_period.url}"\nstore = "store"\ndeployment = "{folder / "deployment.json"}"\n'
    (tmp_path / "daisee.toml").write_text(settings)
    monkeypatch.setenv("DAISEE_CONFIG", str(tmp_path / "daisee.toml"))
    monkeypatch.delenv("DAISEE_PERSONAS", raising=False)
    app = opened("audit")
    app.button(key="recompute").click().run()
    assert "1 check fails:" in app.error[0].value
    assert any(result.hex() in code.value for code in app.code)


@pytest.mark.parametrize(("level", "name"), [(Level.MEMBER, "home-1"), (Level.FULL, "auditor")])
def test_checks__every_code_an_audit_makes__has_words(settled_period: Any, level: Level, name: str) -> None:
    folder: Path = settled_period.folder
    identity = identities.load(folder / "identities" / f"{name}.json")
    store = EmbeddedStore(folder / "store")
    protocol = audit.run(settled_period.community, store, settled_period.period, level, identity)
    codes = {re.sub(r"-\d+$", "", check.code) for check in protocol.checks}
    assert {code for code in codes if not Words("fr").has(f"checks.{code}")} == set()
