"""Keys on the command line: under a password beyond the local chain, and never shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from offchain_worker.chain.deployment import CONTRACTS
from offchain_worker.cli.main import app
from offchain_worker.cli.session import Session
from offchain_worker.cli.settings import Settings
from offchain_worker.storage import identity as identities
from offchain_worker.storage import keystore
from offchain_worker.storage.identity import IdentityError
from tests.voting import undone


def deployment(folder: Path, chain: int) -> Path:
    file = folder / f"{chain}.json"
    places = {name: "0x" + "00" * 19 + "01" for name in CONTRACTS}
    file.write_text(json.dumps({"chainId": chain, "block": 0, "contracts": places}))
    return file


def test_session__plain_keys__act_on_the_local_chain_only(tmp_path: Path) -> None:
    made = identities.create(tmp_path / "me.json")
    local = Settings(deployment=deployment(tmp_path, 31337), identity=tmp_path / "me.json")
    assert Session(local).identity == made
    beyond = Settings(deployment=deployment(tmp_path, 100), identity=tmp_path / "me.json")
    with pytest.raises(IdentityError, match="daisee identity seal"):
        _ = Session(beyond).identity


def test_session__a_keystore__acts_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = identities.fresh()
    keystore.seal(made, tmp_path / "me.json", "p", 1 << 10)
    (tmp_path / "password").write_text("p")
    (tmp_path / "password").chmod(0o600)
    monkeypatch.setenv(keystore.PASSWORD_FILE, str(tmp_path / "password"))
    beyond = Settings(deployment=deployment(tmp_path, 100), identity=tmp_path / "me.json")
    assert Session(beyond).identity == made


def test_identity__new_seal_and_show__never_print_a_private_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keystore, "SCRYPT_WORK", 1 << 10)
    monkeypatch.setenv(keystore.PASSWORD_FILE, str(tmp_path / "password"))
    (tmp_path / "password").write_text("p")
    (tmp_path / "password").chmod(0o600)

    def daisee(*arguments: str) -> dict[str, str]:
        done = CliRunner().invoke(app, ["identity", *arguments, "--json"])
        assert done.exit_code == 0, done.output
        said.append(done.stdout)
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    said: list[str] = []
    plain = daisee("new", str(tmp_path / "plain.json"), "--plain")
    sealed = daisee("seal", str(tmp_path / "plain.json"), "--out", str(tmp_path / "sealed.json"))
    assert plain["address"] == sealed["address"] == daisee("show", str(tmp_path / "sealed.json"))["address"]
    kept = identities.load(tmp_path / "plain.json")
    assert all(key.hex() not in text for text in said for key in (kept.signing_key, kept.reading_key))


def test_identity__a_long_name_on_a_narrow_terminal__is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    file = tmp_path / ("a long name " * 10).strip()
    made = identities.create(file)
    done = CliRunner().invoke(app, ["identity", "show", str(file)])
    assert done.stdout == f"{made.address}  {file}\n"


def test_reading_key__written_for_an_app__signs_nothing_and_replaces_no_file(tmp_path: Path) -> None:
    me, out = identities.create(tmp_path / "me.json"), tmp_path / "reading.json"
    arguments = ["identity", "reading-key", str(tmp_path / "me.json"), "--out", str(out)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert me.signing_key.hex() not in out.read_text()
    assert identities.read_reading_document(out.read_bytes(), me.address) == me.reading_key
    assert out.stat().st_mode & 0o777 == 0o600
    again = CliRunner().invoke(app, arguments)
    assert isinstance(again.exception, IdentityError)
    assert "never overwritten" in str(again.exception)


def test_publish__a_reading_key__is_what_the_registry_then_knows_and_not_twice(
    settled_period: Any, tmp_path: Path
) -> None:
    me = identities.create(tmp_path / "me.json")
    arguments = ["--config", str(settled_period.folder / "daisee.toml"), "--as", str(tmp_path / "me.json")]
    with undone(settled_period):
        done = CliRunner().invoke(app, [*arguments, "identity", "publish", "--json"])
        assert done.exit_code == 0, done.output
        assert settled_period.community.registry.encryption_key(me.address) == me.public_key
        again = CliRunner().invoke(app, [*arguments, "identity", "publish"])
        assert isinstance(again.exception, IdentityError)
        assert "knows this reading key" in str(again.exception)
