"""
Meter readings: from the files operators and customers have to one energy per step, with all that is wrong in them said.

Everything is a pure function of bytes: no clock, locale, environment or system time zone enters, so that every worker
says the same of the same files. A file that cannot be read raises `MeterFileError`; what can be read is described by
findings.
"""

from offchain_worker.meters.curve import Curve
from offchain_worker.meters.errors import MeterFileError, RangeInvalid, UnknownFormat, UnknownTimeZone
from offchain_worker.meters.files import MeterFile, known, read, redact
from offchain_worker.meters.findings import Code, Finding, Severity, verdict
from offchain_worker.meters.inspection import inspect
from offchain_worker.meters.standard import (
    Quality,
    StandardCurve,
    StandardFiles,
    standardise,
    standardise_all,
    with_twins,
)

__all__ = [
    "Code",
    "Curve",
    "Finding",
    "MeterFile",
    "MeterFileError",
    "Quality",
    "RangeInvalid",
    "Severity",
    "StandardCurve",
    "StandardFiles",
    "UnknownFormat",
    "UnknownTimeZone",
    "inspect",
    "known",
    "read",
    "redact",
    "standardise",
    "standardise_all",
    "verdict",
    "with_twins",
]
