"""What the publisher lets out: the rows of the period, under stand-ins, sealed column by column."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from offchain_worker import meters
from offchain_worker.domain.errors import DocumentInvalid
from offchain_worker.domain.report import Verdict
from offchain_worker.jobs import manifest as manifests
from offchain_worker.jobs.dataset import FileUnexpected, member_readers
from offchain_worker.jobs.manifest import ManifestInvalid
from offchain_worker.storage.embedded import EmbeddedStore
from offchain_worker.storage.encryption import DatasetSecret
from tests.jobs import neighbourhood as n


@pytest.fixture(scope="module")
def made() -> n.Dataset:
    return n.published()


def opened(made: n.Dataset) -> list[list[tuple[str, bytes]]]:
    return [manifests.raw_files(entry, n.SECRET, made.blocks) for entry in manifests.loads(made.manifest).columns]


def test_build__files_longer_than_the_period__keeps_the_participation_only(made: n.Dataset) -> None:
    spans = [[curve.span for curve in meters.read(*reversed(file)).curves] for files in opened(made) for file in files]
    whole, first, second = (n.START, n.END), (n.START, n.THE_MOVE), (n.THE_MOVE, n.END)
    assert spans == [[whole], [first], [second], [whole], [whole]]


def test_build__real_ids__are_in_no_file_and_stand_ins_are_as_long(made: n.Dataset) -> None:
    for column, files in enumerate(opened(made)):
        for name, data in files:
            assert name == f"column {column}, file 0"
            assert not any(meter.encode() in data for meter in n.METERS.values())
            assert [curve.meter for curve in meters.read(data, name).curves] == [f"{column:014d}"]


def test_build__blocks__show_no_reading_and_no_id(made: n.Dataset) -> None:
    everything = made.manifest + b"".join(made.blocks.values())
    assert not re.search(rb"Identifiant|2016-06|10000000000", everything)


def test_build__same_secret__makes_the_same_bytes_and_a_fresh_one_others(made: n.Dataset) -> None:
    again = n.published()
    assert (again.manifest, again.blocks, again.readings_root) == (made.manifest, made.blocks, made.readings_root)


def test_build__energies__are_half_of_the_watts(made: n.Dataset) -> None:
    energies = made.standardised.readings.energies
    assert energies[:, 0].tolist() == [200_000] * 96
    assert energies[:, 1].tolist() == [300_000] * 48 + [0] * 48
    assert energies[:, 2].tolist() == [0] * 48 + [300_000] * 48
    assert energies[:, 3].sum() == (96 - 4) * 100_000
    assert energies[:, 4].sum() == 40 * 550_000
    assert made.verdict is Verdict.CONFORM


def test_build__file_of_a_stranger__is_refused_and_named() -> None:
    with pytest.raises(FileUnexpected, match=r"other\.csv: no consumption point has meter 10000000000099"):
        n.published({"other.csv": n.enedis("10000000000099", "Consommation", dict.fromkeys(n.starts(), 1))})


def test_build__a_point_in_the_wrong_direction__is_refused_and_named() -> None:
    with pytest.raises(FileUnexpected, match=r"dan2\.csv: no production point has meter 10000000000031"):
        n.published({"dan2.csv": n.enedis(n.DAN, "Production", dict.fromkeys(n.starts(), 1))})


def test_build__truncated_file__names_file_and_row() -> None:
    with pytest.raises(meters.MeterFileError, match=r"dan\.csv: row \d+: "):
        n.published({"dan.csv": n.files()["dan.csv"][:-9]})


def test_build__point_without_a_file__is_missing_altogether() -> None:
    empty = n.enedis(n.DAN, "Consommation", dict.fromkeys(range(n.START - 86_400, n.START, n.STEP), 1))
    made = n.published({"dan.csv": empty})
    assert manifests.loads(made.manifest).columns[3].files == ()
    assert made.verdict is Verdict.HELD


def test_pin__a_dataset__is_found_again_from_its_digest(made: n.Dataset, tmp_path: object) -> None:
    store = EmbeddedStore(str(tmp_path))
    digest = made.pin(store)
    assert digest == made.input_digest
    assert store.get(digest) == made.manifest
    assert manifests.fetch(manifests.loads(store.get(digest)), store) == made.blocks


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda m: replace(m, columns=m.columns[::-1]), ManifestInvalid),
        (lambda m: replace(m, end=m.end + 1), ManifestInvalid),
        (lambda m: replace(m, end=m.start), ManifestInvalid),
        (lambda m: replace(m, period=2**32), DocumentInvalid),
    ],
)
def test_loads__a_manifest_that_contradicts_itself__is_refused(
    made: n.Dataset, change: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        manifests.loads(manifests.dumps(change(manifests.loads(made.manifest))))  # type: ignore[operator]


def test_raw_files__size_differs__is_refused_and_named(made: n.Dataset) -> None:
    entry = manifests.loads(made.manifest).columns[0]
    longer = replace(entry, files=(replace(entry.files[0], size=entry.files[0].size + 1),))
    with pytest.raises(ManifestInvalid, match=r"column 0, file 0: the manifest says \d+ bytes"):
        manifests.raw_files(longer, n.SECRET, made.blocks)


def test_member_readers__those_with_wallet_and_key__get_their_columns() -> None:
    readers = member_readers(n.ROSTER, {1: "0xA1", 2: "0xB2", 4: "0xD4"}, {"0xA1": b"a" * 32, "0xD4": b"d" * 32})
    assert [(reader.address, reader.member, reader.columns) for reader in readers] == [
        ("0xA1", 1, (0, 4)),
        ("0xD4", 4, (3,)),
    ]


def test_build__secret_left_out__is_fresh() -> None:
    span = n.Span(n.CHAIN, n.REGISTRY, n.PERIOD, 1, n.START, n.END, n.STEP)
    files = list(n.files().items())
    first, second = (n.dataset.build(span, n.ROSTER, n.METERS, files, n.RULES, n.TARIFF) for _ in range(2))
    assert isinstance(first.secret, DatasetSecret)
    assert first.secret != second.secret
    assert first.readings_root != second.readings_root
