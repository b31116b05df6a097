"""Spanish coefficient files: written and read back, and everything an operator refuses."""

from __future__ import annotations

import re

import numpy as np
import pytest

from offchain_worker.meters import coefficients
from offchain_worker.meters.coefficients import Coefficients, CoefficientsInvalid

CAU = "ES0021000000000001AB0FA000"
POINTS = ("ES0021000000000001AB0F", "ES0021000000000002CD0F", "ES0031000000000003EF1P")
NAME = f"{CAU}_2026.txt"
SOUND = f"{POINTS[0]};0,333333\n{POINTS[1]};0,333333\n{POINTS[2]};0,333334\n".encode()


def test_coefficients__constant__are_read_and_written_byte_for_byte() -> None:
    read = coefficients.parse(SOUND, f"/somewhere/{NAME}")
    assert (read.cau, read.year, read.points, read.is_hourly) == (CAU, 2026, POINTS, False)
    assert read.millionths.tolist() == [[333_333, 333_333, 333_334]]
    assert (coefficients.to_bytes(read), read.file_name) == (SOUND, NAME)


def test_coefficients__hourly__have_every_hour_of_the_year() -> None:
    table = np.array([[at % 1_000_001, 0, 1_000_000 - at % 1_000_001] for at in range(8760)], dtype=np.int64)
    data = coefficients.to_bytes(Coefficients(CAU, 2026, POINTS, table))
    assert data.splitlines()[3] == f"{POINTS[0]};0002;0,000001".encode()
    assert len(data.splitlines()) == 3 * 8760
    assert np.array_equal(coefficients.parse(data, NAME).millionths, table)
    with pytest.raises(CoefficientsInvalid, match="holds 8760 hours, the year has 8784"):
        coefficients.parse(data, f"{CAU}_2028.txt")


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (SOUND, "2026.txt", "is not named"),
        (b"\xef\xbb\xbf" + SOUND, NAME, "row 1: begins with a byte order mark"),
        (SOUND.replace(b"0,333334", b"0,333335"), NAME, "add up to 1,000001, not to 1,000000"),
        (SOUND.replace(b"0,333334", b"0.333334"), NAME, "row 3: .* is not CUPS;coefficient with six decimals"),
        (SOUND.replace(b"0,333334", b"0,33333"), NAME, "row 3: .* six decimals"),
        (SOUND.replace(b"0,333334", b"-0,333334"), NAME, "row 3: .* six decimals"),
        (SOUND.replace(b"0,333334", b"1,333334"), NAME, "row 3: a coefficient above 1"),
        (SOUND.replace(b"1P;", b"1;"), NAME, "row 3: .* it has 22 characters, this 21"),
        (SOUND.replace(POINTS[1].encode(), POINTS[0].encode()), NAME, "row 2: .* comes twice"),
        (SOUND + f"{POINTS[0]};0001;0,5\n".encode(), NAME, "row 4: .* is not CUPS;coefficient"),
        (b"", NAME, "is empty"),
        (b"\xff" + SOUND, NAME, "row 1: is not UTF-8 text"),
    ],
)
def test_coefficients__what_an_operator_refuses__is_refused_with_its_row(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(CoefficientsInvalid) as refusal:
        coefficients.parse(data, name)
    faults = [f"row {row}: {text}" if row else text for row, text in refusal.value.faults]
    assert any(re.search(reason, fault) for fault in faults)


def test_coefficients__several_faults__are_all_named() -> None:
    data = SOUND.replace(b"0,333334", b"0,33").replace(b"1AB0F", b"1AB")
    with pytest.raises(CoefficientsInvalid) as refusal:
        coefficients.parse(data, NAME)
    assert len(refusal.value.faults) >= 3
    assert "more" in str(refusal.value)


def test_coefficients__writing_what_does_not_add_up__is_refused() -> None:
    wrong = Coefficients(CAU, 2026, POINTS, np.array([[1, 2, 3]], dtype=np.int64))
    with pytest.raises(CoefficientsInvalid, match=r"add up to 0,000006"):
        coefficients.to_bytes(wrong)
