"""Every kind of bad file as a user meets it: `daisee inspect`, one line that says what and what to do, never a traceback."""

from __future__ import annotations

import gzip
import io
import json
import random
import sys
import zipfile
from pathlib import Path

import pytest

from offchain_worker.cli import main
from tests.meters import spanish_files
from tests.meters.customer_space import PRM, day, file, head, readings
from tests.meters.enedis_files import r50

BOMB = b"0" * (1 << 20)


@pytest.fixture
def inspect(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """Run `daisee inspect … --json`: (exit code, stdout, stderr)."""

    def run(*files: Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["daisee", "inspect", *map(str, files), "--json"])
        with pytest.raises(SystemExit) as caught:
            main.run()
        out, err = capfd.readouterr()
        return int(caught.value.code or 0), out, err

    return run


def zipped(**members: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return written.getvalue()


def nested(depth: int) -> bytes:
    data = day()
    for _ in range(depth):
        data = zipped(inner=data)
    return data


def declared(entities: str) -> bytes:
    return r50(["2021-06-01"]).replace(b"?><R50>", f"?><!DOCTYPE R50 [{entities}]><R50>".encode(), 1)


LAUGHS = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
BINARY = random.Random("binary").randbytes(5_000)

UNREADABLE = {
    "empty": (b"", "no known format: looked for 'Identifiant PRM"),
    "other": (b"Zaehler;Datum\n1;2\n", "it begins with 'Zaehler;Datum / 1;2'"),
    "binary": (BINARY, "no known format"),
    "truncated": (day()[:-12], "row 51: truncated"),
    "truncated xml": (r50(["2021-06-01"])[:-30], "is no well-formed XML"),
    "truncated gzip": (gzip.compress(day())[:-20], "is no complete gzip file: truncated or damaged"),
    "truncated zip": (zipped(a=day())[:-30], "is no complete zip archive: truncated or damaged"),
    "entities": (declared(LAUGHS), "has a document type or entities: refused"),
    "file entity": (declared('<!ENTITY x SYSTEM "file:///etc/passwd">'), "has a document type or entities: refused"),
    "nested archives": (nested(5), "has archives more than 3 deep"),
    "gzip bomb": (gzip.compress(BOMB * 513, compresslevel=1), "is larger than 512 MiB"),
    "zip bomb": (zipped(**{str(at): BOMB * 60 for at in range(9)}), "holds more than 512 MiB"),
    "wrong encoding": (b"".join(bytes([byte, 0, 0, 0]) for byte in day()[:2_000]), "no known format"),
    "letters in a number": (day().replace(b";200\n", b";2OO\n", 1), "row 4: '2016-06-01T00:30:00+02:00;2OO' is no reading"),
    "two files in one": (day()[:600] + r50(["2021-06-01"]), "damaged, or files mixed"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "reason"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_inspect__file_that_cannot_be_read__one_line_with_the_reason(
    inspect, tmp_path: Path, data: bytes, reason: str
) -> None:
    path = tmp_path / "bad"
    path.write_bytes(data)
    code, out, err = inspect(path)
    assert (code, out) == (1, "")
    assert err.startswith(f"error: {path}")
    assert err.count("\n") == 1
    assert reason in err


def test_inspect__huge_file__is_refused_before_it_is_read(inspect, tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as huge:
        huge.truncate(2 << 30)
    code, _, err = inspect(path)
    assert code == 1
    assert err == f"error: {path}: is larger than 512 MiB: split it by month or by point\n"


def test_inspect__folder_that_is_not_there__one_line(inspect, tmp_path: Path) -> None:
    assert inspect(tmp_path / "none")[2] == f"error: {tmp_path / 'none'}: cannot be read (No such file or directory)\n"


def test_inspect__folder_without_files_of_readings__one_line(inspect, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_bytes(b"hello")
    code, _, err = inspect(tmp_path)
    assert code == 1
    assert err.endswith("no file of readings there\n")


def rows(prm: str, values: list[object]) -> bytes:
    return file([*head(prm), *readings("2016-06-01", values)])


def cups(meter: str) -> bytes:
    lines = [f"{meter};03/06/2025;{hour};0,1;R" for hour in range(1, 25)]
    return spanish_files.file([spanish_files.DATADIS, *lines])


@pytest.mark.parametrize(
    ("files", "code", "verdict", "words"),
    [
        ([rows(PRM[:13], [200] * 48)], "wrong_id", "repairable", "a PRM has 14 digits, this has 13 characters"),
        ([rows(PRM + "5", [200] * 48)], "wrong_id", "repairable", "a PRM has 14 digits, this has 15 characters"),
        ([cups("ES0021000000000001AB0")], "wrong_id", "repairable", "is no CUPS: it has 22 characters"),
        ([day(), day()], "duplicate", "repairable", "48 repeated rows, counted once"),
        ([day(), rows(PRM, [200] * 47 + [206])], "conflict", "rejected", "200 and 206 W at 2016-06-01T22:00:00Z"),
        ([rows(PRM, [200, -2] + [200] * 46)], "negative", "rejected", "1 negative readings, first in row 5"),
        ([rows(PRM, [200] * 20 + [None] * 8 + [200] * 20)], "gap", "repairable", "8 readings missing"),
    ],
)
def test_inspect__file_that_can_be_read__says_what_is_wrong_in_it(
    inspect, tmp_path: Path, files: list[bytes], code: str, verdict: str, words: str
) -> None:
    paths = [tmp_path / f"{at}.csv" for at in range(len(files))]
    for path, data in zip(paths, files, strict=True):
        path.write_bytes(data)
    exit_code, out, err = inspect(*paths)
    report = json.loads(out)
    assert (exit_code, report["verdict"], err) == (int(verdict == "rejected"), verdict, "")
    assert any(found["code"] == code and words in found["message"] for found in report["findings"])
