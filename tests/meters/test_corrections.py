"""A value the operator corrected beside the one it corrects: the correction is taken, and both are shown."""

from __future__ import annotations

import pytest

from offchain_worker import meters
from offchain_worker.meters.files import merged
from offchain_worker.meters.findings import sentence
from tests.meters import customer_space
from tests.meters.enedis_files import PRM, R63_HEADER, csv, r4x, r4x_curve, r63_rows, starts, watts

DAY = "2024-06-01"
LINES = r63_rows(DAY)


def corrected(row: str, value: int, stage: str = "BRUT", nature: str = "C") -> str:
    fields = row.split(";")
    fields[5], fields[8], fields[9] = stage, str(value), nature
    return ";".join(fields)


def one(*files: bytes) -> meters.Curve:
    (curve,) = merged([meters.read(data, f"f{at}") for at, data in enumerate(files)], "Europe/Paris")
    return curve


def said(curve: meters.Curve) -> list[str]:
    return [finding.message for finding in curve.findings if finding.code == "corrected"]


CORRECTION = [
    [corrected(LINES[5], 1000)],
    [corrected(LINES[5], 1000, stage="CORR")],
    [corrected(LINES[5], 1000, stage="Corrigée", nature="B")],
]


@pytest.mark.parametrize("lines", CORRECTION)
@pytest.mark.parametrize("order", ["after", "before", "another file"])
def test_read__corrected_beside_raw__the_correction_is_taken_and_both_are_shown(lines: list[str], order: str) -> None:
    files = {
        "after": [csv(R63_HEADER, LINES + lines)],
        "before": [csv(R63_HEADER, lines + LINES)],
        "another file": [csv(R63_HEADER, LINES), csv(R63_HEADER, lines)],
    }[order]
    curve = one(*files)
    expected = [value * 500 for value in watts(48)]
    expected[5] = 500_000
    assert (curve.starts.tolist(), curve.energy.tolist()) == (starts(DAY, 30), expected)
    (message,) = said(curve)
    assert f"({watts(48)[5]} W became 1000 at 2024-06-01T01:00:00Z)" in message
    assert meters.verdict(curve.findings) == "repairable"


def test_read__whole_corrected_curve_beside_the_raw_one__is_taken() -> None:
    other = [corrected(row, value + 2, stage="CORR") for row, value in zip(LINES, watts(48), strict=True)]
    curve = one(csv(R63_HEADER, LINES + other))
    assert curve.energy.tolist() == [(value + 2) * 500 for value in watts(48)]
    assert said(curve)[0].startswith("48 readings corrected")


def test_read__correction_that_changes_nothing__is_no_finding_of_its_own() -> None:
    curve = one(csv(R63_HEADER, [*LINES, corrected(LINES[5], watts(48)[5])]))
    assert not said(curve)
    assert curve.energy.tolist() == [value * 500 for value in watts(48)]


def test_read__correction_without_a_value__leaves_the_raw_one() -> None:
    curve = one(csv(R63_HEADER, [*LINES, corrected(LINES[5], 0).replace(";0;C;", ";;C;")]))
    assert not said(curve)
    assert curve.energy.tolist() == [value * 500 for value in watts(48)]


def test_read__correction_of_an_empty_value__fills_it() -> None:
    lines = list(LINES)
    lines[5] = corrected(lines[5], 0, nature="B").replace(";0;B;", ";;B;")
    lines.insert(6, corrected(LINES[5], 1000))
    curve = one(csv(R63_HEADER, lines))
    assert int(curve.energy[5]) == 500_000
    assert meters.verdict(curve.findings) == "conform"


def test_read__two_corrections_that_disagree__are_a_conflict() -> None:
    curve = one(csv(R63_HEADER, [*LINES, corrected(LINES[5], 1000), corrected(LINES[5], 2000)]))
    assert "conflict" in {str(finding.code) for finding in curve.findings}


def test_read__customer_space_blocks_of_both_stages__the_correction_is_taken() -> None:
    raw = [*customer_space.head(PRM), *customer_space.readings("2016-06-01", [200] * 48)]
    fixed = [*customer_space.head(PRM, stage="Comptage corrigé"), *customer_space.readings("2016-06-01 10:00", [400] * 2)]  # fmt: skip
    curve = one(customer_space.file([*raw, *fixed]))
    assert int(curve.energy.sum()) == (46 * 200 + 2 * 400) * 500
    assert "200 W became 400" in said(curve)[0]
    assert curve.estimated.tolist() == [at in (20, 21) for at in range(48)]


def test_read__two_r4x_files__the_corrected_point_is_taken() -> None:
    raw = r4x(r4x_curve(DAY))
    fixed = raw.replace(b'Valeur_Point ="21" Statut_Point ="R"', b'Valeur_Point ="91" Statut_Point ="C"')
    curve = one(raw, fixed)
    assert "21000 W became 91000" in said(curve)[0]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_sentence__corrected__says_what_to_do(language: str) -> None:
    (finding,) = [found for found in one(csv(R63_HEADER, LINES + CORRECTION[0])).findings if found.code == "corrected"]
    assert sentence(finding, language).endswith(("surprend.", "surprises."))
