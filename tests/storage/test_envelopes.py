"""An envelope opens for its reader, with what its scope allows, and for nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from offchain_worker.domain import canonical
from offchain_worker.domain.errors import DocumentInvalid
from offchain_worker.storage import envelopes, identity
from offchain_worker.storage.encryption import DatasetSecret, MemberKeys
from offchain_worker.storage.envelopes import EnvelopeError, Reader
from offchain_worker.storage.identity import Identity, IdentityError

SECRET = DatasetSecret(bytes(range(32)))
DIGEST = b"\x22" * 32


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Identity]:
    folder = tmp_path_factory.mktemp("identities")
    return {name: identity.create(folder / f"{name}.json") for name in ("worker", "alice", "bob", "stranger")}


@pytest.fixture(scope="module")
def document(people: dict[str, Identity]) -> bytes:
    worker, alice, bob = people["worker"], people["alice"], people["bob"]
    return envelopes.seal(
        DIGEST,
        SECRET,
        [
            Reader(worker.address, worker.public_key),
            Reader(alice.address, alice.public_key, member=1, columns=(0, 2)),
            Reader(bob.address, bob.public_key, member=2, columns=(1,)),
        ],
    )


def test_open_for__reader_of_all__finds_the_secret(document: bytes, people: dict[str, Identity]) -> None:
    assert envelopes.open_for(document, DIGEST, people["worker"]) == SECRET


def test_open_for__a_member__finds_its_own_keys_only(document: bytes, people: dict[str, Identity]) -> None:
    keys = envelopes.open_for(document, DIGEST, people["alice"])
    assert isinstance(keys, MemberKeys)
    assert keys == SECRET.of_member(1, (0, 2))
    assert set(keys.column_keys) == {0, 2}


def test_open_for__nobodys_envelope__names_the_reader(document: bytes, people: dict[str, Identity]) -> None:
    with pytest.raises(EnvelopeError, match=f"no envelope for {people['stranger'].address}"):
        envelopes.open_for(document, DIGEST, people["stranger"])


def test_open_for__another_reading_key__is_refused(document: bytes, people: dict[str, Identity]) -> None:
    alice, bob = people["alice"], people["bob"]
    thief = Identity(alice.address, signing_key=alice.signing_key, reading_key=bob.reading_key)
    with pytest.raises(EnvelopeError, match="does not open with its reading key"):
        envelopes.open_for(document, DIGEST, thief)


def test_open_for__another_dataset__is_refused(document: bytes, people: dict[str, Identity]) -> None:
    with pytest.raises(EnvelopeError, match="these envelopes are for dataset 0x22"):
        envelopes.open_for(document, b"\x23" * 32, people["alice"])


def test_open_for__both_a_member_and_an_auditor__gets_the_wider(people: dict[str, Identity]) -> None:
    alice = people["alice"]
    readers = [Reader(alice.address, alice.public_key, 1, (0,)), Reader(alice.address, alice.public_key)]
    assert envelopes.open_for(envelopes.seal(DIGEST, SECRET, readers), DIGEST, alice) == SECRET


def test_open_for__unknown_key_in_the_document__is_refused(document: bytes, people: dict[str, Identity]) -> None:
    with pytest.raises(DocumentInvalid):
        envelopes.open_for(document[:-1] + b',"note":"x"}', DIGEST, people["alice"])


def test_identity__written_and_read__is_the_same_and_private(tmp_path: Path) -> None:
    path = tmp_path / "me.json"
    made = identity.create(path, signing_key=b"\x01" * 32)
    assert identity.load(path) == made
    assert made.address == "0x1a642f0E3c3aF545E7AcBD38b07251B3990914F1"
    assert path.stat().st_mode & 0o777 == 0o600
    assert made.signing_key.hex() not in repr(made)


def test_identity__readable_by_others__is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "me.json"
    identity.create(path)
    path.chmod(0o644)
    with pytest.raises(IdentityError, match="can be read by others; run: chmod 600"):
        identity.load(path)


def test_identity__address_of_another_key__is_refused(tmp_path: Path) -> None:
    path = tmp_path / "me.json"
    made = identity.create(path)
    document = canonical.loads(path.read_bytes(), "daisee.identity/1")
    document["signingKey"] = "0x" + "01" * 32
    path.write_bytes(canonical.dumps(document))
    with pytest.raises(IdentityError, match=f"names {made.address.lower()}, but its signing key is 0x1a642f"):
        identity.load(path)


def test_identity__file_exists__is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "me.json"
    made = identity.create(path)
    with pytest.raises(IdentityError, match="never overwritten"):
        identity.create(path)
    assert identity.load(path) == made


def test_identity__missing_file__is_named(tmp_path: Path) -> None:
    with pytest.raises(IdentityError, match=r"nobody\.json does not exist"):
        identity.load(tmp_path / "nobody.json")
