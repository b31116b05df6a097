"""From a dataset's raw files to its readings: the part that conformity, settlement and the publisher share.

Each column's files become one curve of the period's steps; the curves, the price bands and the salts of the dataset's
secret are the rows whose tree is `readingsRoot`. The publisher commits that root, the workers compute it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from offchain_worker import meters
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.readings import Readings
from offchain_worker.domain.roster import Roster
from offchain_worker.domain.tariff import Tariff
from offchain_worker.meters import StandardCurve
from offchain_worker.storage.encryption import DatasetSecret, salts

from .bands import bands

NamedFile = tuple[str, bytes]


@dataclass(frozen=True)
class Standardised:
    """The readings of a period, with each column's curve: its quality and findings."""

    readings: Readings
    curves: tuple[StandardCurve, ...]

    @property
    def root(self) -> bytes:
        """`readingsRoot`."""
        return self.readings.tree.root


def standardise(
    roster: Roster,
    files: Sequence[Sequence[NamedFile]],
    rules: ConformityRules,
    tariff: Tariff,
    secret: DatasetSecret,
    start: int,
    end: int,
    step_seconds: int,
) -> Standardised:
    """Standardise every column: `files` are its raw files, redacted, as (name, bytes), columns in roster order."""
    curves = tuple(
        meters.standardise(list(of_column), column, start, end, step_seconds, rules)
        for column, of_column in zip(roster.columns, files, strict=True)
    )
    meters_of = [column.meter for column in roster.columns]
    curves = tuple(meters.with_twins(curves, meters_of, start, step_seconds, rules))
    steps = (end - start) // step_seconds
    readings = Readings(
        energies=np.stack([curve.energy for curve in curves], axis=1),
        bands=bands(tariff, rules.time_zone, start, step_seconds, steps),
        header_salts=salts(secret.header(), steps),
        column_salts=[salts(secret.column(column), steps) for column in range(len(curves))],
    )
    return Standardised(readings, curves)
