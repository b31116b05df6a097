"""Many communities out of core: the same bytes whatever the blocks and workers, and what is out of order is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from offchain_worker.bench.scale import write_span
from offchain_worker.domain.allocation import allocate
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.key import AllocationKey, Rule, Stage
from offchain_worker.scale import communities, spans
from offchain_worker.scale.spans import SpanUnusable, share_span

PRO_RATA = AllocationKey((Stage(Rule.PRO_RATA),))
STEPS, CONSUMERS, PRODUCERS = 50, 7, 2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two communities with two spans each, under different keys."""
    for at, rule in enumerate((Rule.PRO_RATA, Rule.EGALITARIAN)):
        home = tmp_path / "in" / f"village-{at}"
        for year in range(2):
            write_span(home / f"{2016 + year}.parquet", STEPS, CONSUMERS, PRODUCERS, 10 * at + year)
        (home / communities.KEY).write_text(AllocationKey((Stage(rule),)).to_json())
    return tmp_path


def energies(path: Path, name: str, width: int) -> np.ndarray:
    return pq.read_table(path).column(name).to_numpy().reshape(-1, width)


def test_share_span__a_file__holds_what_the_engine_gives(folder: Path) -> None:
    source, target = folder / "in" / "village-0" / "2016.parquet", folder / "out.parquet"
    totals = share_span(source, target, PRO_RATA)
    whole = energies(source, "energy_micro_kwh", CONSUMERS + PRODUCERS)
    wanted = allocate(whole[:, :CONSUMERS].copy(), whole[:, CONSUMERS:].copy(), PRO_RATA).allocated
    assert energies(target, "allocated_micro_kwh", CONSUMERS).tolist() == wanted.tolist()
    assert totals.steps == STEPS
    assert (totals.produced, totals.allocated) == (int(whole[:, CONSUMERS:].sum()), int(wanted.sum()))
    assert pq.read_table(target).column("meter")[:CONSUMERS].to_pylist() == [f"{at:05d}" for at in range(CONSUMERS)]


def test_share_all__here_or_by_a_cluster__writes_the_same_bytes(folder: Path) -> None:
    here = communities.spans(folder / "in", folder / "here")
    there = communities.spans(folder / "in", folder / "there")
    done: list[str] = []
    totals = communities.share_all(here)
    assert communities.share_all(there, workers=2, done=lambda span: done.append(span.community)) == totals
    assert sorted(done) == ["village-0", "village-0", "village-1", "village-1"]
    assert [span.target.read_bytes() for span in here] == [span.target.read_bytes() for span in there]


def test_share_span__blocks_of_another_size__give_the_same_energies(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = folder / "in" / "village-1" / "2017.parquet"
    share_span(source, folder / "large.parquet", PRO_RATA)
    monkeypatch.setattr(spans, "CELLS", 20)
    share_span(source, folder / "small.parquet", PRO_RATA)
    assert pq.read_table(folder / "large.parquet").equals(pq.read_table(folder / "small.parquet"))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda table: table.slice(0, 13), "4 readings in a step of 9 meters"),
        (lambda table: table.take(pa.array([*range(9, 18), *range(9)])), "not in order of time"),
        (lambda table: table.take(pa.array([*range(9), 10, 9, *range(11, 18)])), "do not stand as in the first step"),
        (lambda table: table.slice(0, 0), "no readings"),
        (lambda table: table.drop_columns(["meter"]), "columns"),
    ],
)
def test_share_span__a_file_out_of_order__is_refused_and_leaves_nothing(folder: Path, damage, message: str) -> None:
    source = folder / "damaged.parquet"
    pq.write_table(damage(pq.read_table(folder / "in" / "village-0" / "2016.parquet")), source)
    with pytest.raises(SpanUnusable, match=message):
        share_span(source, folder / "out" / "damaged.parquet", PRO_RATA)
    assert list((folder / "out").iterdir()) == []


def test_spans__folder_without_communities__is_refused(tmp_path: Path) -> None:
    with pytest.raises(communities.CommunitiesMissing, match=r"has a key\.json"):
        communities.spans(tmp_path, tmp_path / "out")


@pytest.mark.parametrize("workers", [0, 1])
def test_share_all__a_key_that_is_none__is_named_with_its_community(folder: Path, workers: int) -> None:
    bad = folder / "in" / "village-1" / communities.KEY
    bad.write_text("{}")
    with pytest.raises(DaiseeError) as refused:
        communities.share_all(communities.spans(folder / "in", folder / "out"), workers)
    assert refused.value.__notes__ == [str(bad)]
    assert not list((folder / "out").glob("village-1/*"))
