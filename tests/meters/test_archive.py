"""Archives and folders: several files, archives in archives, bombs, damage; redaction of one point of several files."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from offchain_worker import meters
from offchain_worker.cli.main import app
from offchain_worker.meters import Code, archive
from tests.meters.customer_space import PRM, day
from tests.meters.enedis_files import OTHER, data_connect, midnight, r50, r151, stamps, watts


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return written.getvalue()


LIMIT = 2**20
DAYS = {"b.xml": r50(["2016-06-02"]), "a.csv": day("2016-06-01", prm=PRM)}


def codes(report: dict[str, object]) -> list[tuple[str, int]]:
    return [(f["code"], f["count"]) for f in report["findings"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "data",
    [
        zipped(DAYS),
        zipped(DAYS, zipfile.ZIP_STORED),
        zipped({"inner.zip": zipped(DAYS)}),
        zipped({"b.xml.gz": gzip.compress(DAYS["b.xml"]), "folder/a.csv": DAYS["a.csv"], "empty": b"", "folder/": b""}),
        gzip.compress(zipped(DAYS)),
        zipped(DAYS | {"__MACOSX/._a.csv": b"x", ".DS_Store": b"x"}),
    ],
    ids=["deflated", "stored", "in an archive", "gzip in it", "gzip around it", "system files"],
)
def test_inspect__archive__is_what_its_files_are(data: bytes) -> None:
    report = meters.inspect([("a.zip", data)])
    assert report["format"] == "enedis_customer_space+enedis_r50"
    (curve,) = report["curves"]
    assert (curve["meter"], curve["intervals"], curve["missing"]) == (PRM, 96, 0)
    assert report["verdict"] == "conform"


def test_inspect__file_of_no_known_format_in_an_archive__is_left_out_and_said() -> None:
    report = meters.inspect([("a.zip", zipped(DAYS | {"README.txt": b"hello"}))])
    assert codes(report) == [("ignored_file", 1)]
    assert "a.zip: README.txt" in report["findings"][0]["message"]


def test_standardise__archive__counts_like_its_files() -> None:
    report = meters.inspect(
        [("a.zip", zipped(DAYS | {"r151.xml": r151([("2016-06-01", 1, 2), ("2016-06-02", 2, 3)])}))]
    )
    assert [curve["kind"] for curve in report["curves"]] == ["load", "index"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (zipped(DAYS)[:-30], "is no complete zip archive"),
        (zipped(DAYS).replace(b"2016", b"2017", 1)[:200], "is no complete zip archive"),
        (zipped({"a.txt": b"hello"}), "no known format"),
        (zipped({}), "no known format"),
        (zipped({"a.csv": b"0" * (LIMIT + 1)}), "a.csv: is larger than"),
        (zipped({f"{at}": b"<R50>" + b" " * (LIMIT - 9) for at in range(2)}), "holds more than"),
        (zipped({str(at): b"1" for at in range(10_001)}), "holds more than 10000 files"),
        (zipped({"a": zipped({"a": zipped({"a": zipped(DAYS)})})}), "archives more than 3 deep"),
        (zipped(DAYS, zipfile.ZIP_LZMA), "compressed in a way"),
        (zipped({"a.csv": gzip.compress(DAYS["a.csv"])[:-5]}), "no complete gzip file"),
        (zipped({"in.zip": zipped(DAYS)[:-30]}), "is no complete zip archive"),
    ],
    ids=["cut", "head", "unknown", "empty", "bomb", "bombs", "many", "deep", "lzma", "gzip", "inner"],
)
def test_inspect__damaged_or_hostile_archive__one_line(
    data: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LARGEST_FILE", LIMIT)
    with pytest.raises(meters.MeterFileError) as caught:
        meters.inspect([("a.zip", data)])
    assert str(caught.value).startswith("a.zip")
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()


def test_inspect__encrypted_member__is_refused() -> None:
    data = bytearray(zipped(DAYS))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    with pytest.raises(meters.MeterFileError, match="is encrypted: decrypt it first"):
        meters.inspect([("a.zip", bytes(data))])


def test_inspect__damaged_bytes_in_a_member__are_noticed() -> None:
    data = bytearray(zipped(DAYS, zipfile.ZIP_STORED))
    data[data.index(b";200") + 1] ^= 1
    with pytest.raises(meters.MeterFileError, match="is no complete zip archive"):
        meters.inspect([("a.zip", bytes(data))])


def test_redact__archive_of_two_files_with_the_point__comes_back_as_one_without_names() -> None:
    data = zipped(DAYS | {f"{PRM}.csv": day("2016-06-03"), "other.xml": r50(["2016-06-02"], OTHER)})
    start, end = midnight("2016-06-01"), midnight("2016-06-03")
    left = meters.redact(data, "a.zip", "0" * 14, start, end, PRM)
    assert left == meters.redact(data, "a.zip", "0" * 14, start, end, PRM)
    (curve,) = meters.inspect([("left", left)])["curves"]
    assert (curve["meter"], curve["intervals"]) == ("0" * 14, 96)
    assert PRM.encode() not in left
    with pytest.raises(meters.MeterFileError, match="holds 2 points: say which"):
        meters.redact(data, "a.zip", "0" * 14, start, end)


def test_redact__archive_of_one_file_with_the_point__comes_back_as_that_file() -> None:
    data = zipped({"a.csv": day("2016-06-01"), "other.xml": r50(["2016-06-02"], OTHER)})
    start, end = midnight("2016-06-01"), midnight("2016-06-02")
    assert meters.redact(data, "a.zip", "0" * 14, start, end, PRM) == meters.redact(
        day("2016-06-01"), "a.csv", "0" * 14, start, end
    )


def test_cli__folder__its_files_are_read_and_others_named(tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "b.xml").write_bytes(DAYS["b.xml"])
    (tmp_path / "a.csv").write_bytes(DAYS["a.csv"])
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / ".hidden").write_text("hello")
    shown = CliRunner().invoke(app, ["inspect", str(tmp_path), "--json"])
    report = json.loads(shown.stdout)
    assert (shown.exit_code, report["verdict"], report["curves"][0]["intervals"]) == (0, "repairable", 96)
    assert codes(report) == [(str(Code.IGNORED_FILE), 1)]
    made = CliRunner().invoke(app, ["standardise", str(tmp_path), "--out", str(tmp_path / "out"), "--json"])
    assert json.loads(made.stdout)["verdict"] == "repairable"


def test_cli__folder_without_readings__is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    assert CliRunner().invoke(app, ["inspect", str(tmp_path)]).exit_code == 1


@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_read__xml_and_json_in_utf_16__the_same_as_in_utf_8(packed: Callable[[bytes], bytes]) -> None:
    json_file = data_connect(zip(stamps("2024-06-01", 30), watts(48), strict=True), ("2024-06-01", "2024-06-02"))
    for data in (r50(["2024-06-01"]), json_file):
        text = data.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
        curves = [meters.read(packed(form), "f").curves[0] for form in (data, text.encode("utf-16"))]
        assert curves[0].energy.tolist() == curves[1].energy.tolist() == [value * 500 for value in watts(48)]
        left = meters.redact(packed(text.encode("utf-16")), "f", "0" * 14, 0, 2**32)
        assert PRM.encode() not in left
        assert len(meters.read(left, "f").curves[0].starts) == 48
