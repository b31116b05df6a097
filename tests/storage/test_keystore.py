"""Identities under a password: any wallet's format, nothing readable without the password, nothing shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eth_account import Account

from offchain_worker.storage import identity as identities
from offchain_worker.storage import keystore
from offchain_worker.storage.identity import Identity, IdentityError

LIGHT = 1 << 10  # scrypt, for tests


@pytest.fixture
def made() -> Identity:
    return identities.fresh()


@pytest.fixture
def sealed(made: Identity, tmp_path: Path) -> Path:
    keystore.seal(made, tmp_path / "me.json", "correct horse", LIGHT)
    return tmp_path / "me.json"


def test_unseal__the_password__gives_both_keys(made: Identity, sealed: Path) -> None:
    assert keystore.unseal(sealed, lambda _path: "correct horse") == made
    assert keystore.is_keystore(sealed)
    assert sealed.stat().st_mode & 0o777 == 0o600


def test_seal__what_is_written__is_a_wallets_keystore_and_shows_no_key(made: Identity, sealed: Path) -> None:
    text = sealed.read_text()
    assert made.signing_key.hex() not in text
    assert made.reading_key.hex() not in text
    wallet = json.loads(text)
    del wallet["daisee"]
    assert bytes(Account.decrypt(wallet, "correct horse")) == made.signing_key
    assert keystore.signing_key(sealed, lambda _path: "correct horse") == made.signing_key


def test_unseal__a_wrong_password__is_refused_without_showing_it(sealed: Path) -> None:
    with pytest.raises(IdentityError, match="wrong password") as raised:
        keystore.unseal(sealed, lambda _path: "battery staple")
    assert "battery" not in str(raised.value)


def test_unseal__a_file_others_can_read__is_refused(sealed: Path) -> None:
    sealed.chmod(0o644)
    with pytest.raises(IdentityError, match="chmod 600"):
        keystore.unseal(sealed, lambda _path: "correct horse")


def test_unseal__a_wallets_keystore_without_reading_key__says_how_to_make_one(made: Identity, tmp_path: Path) -> None:
    path = tmp_path / "wallet.json"
    path.write_text(json.dumps(Account.encrypt(made.signing_key, "p", kdf="scrypt", iterations=LIGHT)))
    path.chmod(0o600)
    with pytest.raises(IdentityError, match="daisee identity seal"):
        keystore.unseal(path, lambda _path: "p")


def test_seal__no_password_or_a_file_that_exists__is_refused(made: Identity, sealed: Path, tmp_path: Path) -> None:
    with pytest.raises(IdentityError, match="is empty"):
        keystore.seal(made, tmp_path / "other.json", "", LIGHT)
    with pytest.raises(IdentityError, match="never overwritten"):
        keystore.seal(made, sealed, "p", LIGHT)


def test_ask__a_password_file__must_be_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "password"
    file.write_text("correct horse\n")
    file.chmod(0o644)
    monkeypatch.setenv(keystore.PASSWORD_FILE, str(file))
    with pytest.raises(IdentityError, match="chmod 600"):
        keystore.ask(tmp_path)
    file.chmod(0o600)
    assert keystore.ask(tmp_path) == "correct horse"


@pytest.mark.parametrize("text", ["", "[]", "no", '{"crypto": {}}', '{"crypto": {}, "version": 3}'])
def test_unseal__no_keystore__is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "me.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(IdentityError, match=r"me\.json"):
        keystore.unseal(path, lambda _path: "p")
