"""What a viewer's keys open of a period: bills, curves, findings, the community's figures.

There is no list of permissions: who lacks a key is refused by the encryption. What was opened is remembered for the
viewer's own session only, under the viewer's address.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from app.data import Place, Records, community
from offchain_worker.chain.connection import BlockStamp
from offchain_worker.jobs import gathering, results
from offchain_worker.storage.encryption import DatasetSecret, Keys
from offchain_worker.storage.identity import ReadingIdentity


def open_keys(place: Place, block: BlockStamp, records: Records, identity: ReadingIdentity) -> Keys:
    """What the identity may open of the period's newest dataset. Raises EnvelopeError, BlobMissing, BlobCorrupt."""
    digests = community(place).meter_data.envelopes(records.period_id, block.number)
    return gathering.keys(place.blobs, digests, records.period.input_digest, identity)


@dataclass(frozen=True)
class Reader:
    """Reads artefacts of a reported period with a viewer's keys."""

    place: Place
    block: BlockStamp
    records: Records
    address: str
    keys: Keys

    @property
    def reads_all(self) -> bool:
        """Whether the keys open everybody's artefacts."""
        return isinstance(self.keys, DatasetSecret)

    @property
    def result(self) -> results.Result:
        """The settlement's artefacts. Raises ResultDiffers while there is no report."""
        if self.records.accepted is None:
            raise results.ResultDiffers("the period has no settlement report yet")
        return results.open_result(self.place.blobs, self.records.accepted.report.result_digest)

    def community(self) -> dict[str, Any]:
        """The figures every member may read."""
        return self._open("community", 0)

    def bill(self, member: int) -> dict[str, Any]:
        """A member's bill."""
        return self._open("bill", member)

    def curve(self, column: int) -> dict[str, Any]:
        """A column's curve."""
        return self._open("curve", column)

    def findings(self, column: int) -> dict[str, Any]:
        """What the conformity task found in a column's files."""
        return self._open("findings", column)

    def _open(self, kind: str, number: int) -> dict[str, Any]:
        verdict = self.records.verdict
        if kind == "findings" and verdict is not None:
            return results.open_findings(self.place.blobs, verdict.findings_digest, self.keys, number)
        read = getattr(self.result, kind)
        return read(self.keys) if kind == "community" else read(self.keys, number)


class SessionReader(Reader):
    """A reader that remembers what it opened for as long as the viewer's browser session lasts."""

    def _open(self, kind: str, number: int) -> dict[str, Any]:
        records = self.records
        report = records.accepted.report.result_digest if records.accepted else b""
        findings = records.verdict.findings_digest if records.verdict else b""
        return _remembered(self.address, self.place.store, report, findings, kind, number, self)


@st.cache_data(max_entries=500, show_spinner=False, scope="session")
def _remembered(
    address: str,  # noqa: ARG001 - viewer, store and digests are what tells entries apart
    store: str,  # noqa: ARG001
    report: bytes,  # noqa: ARG001
    findings: bytes,  # noqa: ARG001
    kind: str,
    number: int,
    _reader: Reader,
) -> dict[str, Any]:
    return Reader._open(_reader, kind, number)
