"""
Files that leave open whose they are: without an id that follows from the operator's list, or they are refused; without a
direction from the point's.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from offchain_worker.jobs import dataset
from offchain_worker.jobs.dataset import FileUnexpected
from offchain_worker.jobs.manifest import loads, raw_files
from tests.jobs import neighbourhood as n
from tests.meters.enedis_files import data_connect


def without_id() -> bytes:
    """Quarter-hours as i-DE writes them, its column of the CUPS left out: 75 Wh each."""
    rows = []
    for end in range(n.START - 86_400 + 900, n.END + 86_401, 900):
        local = datetime.fromtimestamp(end, UTC).astimezone(ZoneInfo("Europe/Madrid"))
        rows.append(f"{local:%Y/%m/%d %H:%M};{int(local.utcoffset() == timedelta(hours=2))};75")
    return ("\n".join(["FECHA-HORA;INV / VER;CONSUMO Wh", *rows]) + "\n").encode()


def build(listed: dict[str, str]) -> dataset.Dataset:
    span = dataset.Span(n.CHAIN, n.REGISTRY, n.PERIOD, 1, n.START, n.END, n.STEP)
    files = [*{**n.files(), "alice.csv": without_id()}.items()]
    return dataset.build(span, n.ROSTER, n.METERS, files, n.RULES, n.TARIFF, n.SECRET, listed)


def test_build__file_without_id__is_of_the_point_it_is_listed_under() -> None:
    made = build({"alice.csv": n.ALICE})
    assert made.standardised.readings.energies[:, 0].tolist() == [150_000] * 96
    files = raw_files(loads(made.manifest).columns[0], n.SECRET, made.blocks)
    assert len(files) == 1
    assert files[0][1].count(b"\n") == 1 + 192


def test_build__file_without_id_listed_under_no_point_alone__is_refused_with_the_remedy() -> None:
    with pytest.raises(FileUnexpected, match=r"alice\.csv: names no metering point: list it under one point alone"):
        build({"alice.csv": ""})


def test_build__production_by_data_connect__goes_with_the_point_though_it_says_no_direction() -> None:
    rows = []
    for start in n.starts():
        end = datetime.fromtimestamp(start + n.STEP, UTC).astimezone(ZoneInfo("Europe/Paris"))
        rows.append((f"{end:%Y-%m-%d %H:%M:%S}", 1100 if n.sunny(start) else 0))
    answer = data_connect(rows, ("2016-05-31", "2016-06-05"), prm=n.PANELS)
    span = dataset.Span(n.CHAIN, n.REGISTRY, n.PERIOD, 1, n.START, n.END, n.STEP)
    files = [(name, data) for name, data in n.files().items() if name != "panels.csv"]
    made = dataset.build(span, n.ROSTER, n.METERS, [*files, ("panels.json", answer)], n.RULES, n.TARIFF, n.SECRET)
    assert made.standardised.readings.energies[:, 4].sum() == 40 * 550_000
