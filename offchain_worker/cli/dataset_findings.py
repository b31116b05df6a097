"""`daisee dataset findings`: what the workers found in a period's readings, for who may read it, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.report import Verdict
from offchain_worker.jobs import gathering, results
from offchain_worker.meters.findings import Code, Finding, Severity, sentence
from offchain_worker.storage.encryption import MemberKeys

from . import output
from .key import Language
from .session import PeriodArgument, Session, period_id, period_label
from .settings import JsonOption

QUALITIES = ("measured", "estimated", "repaired", "missing", "outside")


class NoVerdict(DaiseeError):
    """A period whose readings the workers have not answered."""


def findings(
    context: typer.Context,
    period: Annotated[str, PeriodArgument],
    lang: Annotated[Language, typer.Option("--lang", help="Language of the words")] = Language.EN,
    as_json: JsonOption = False,
) -> None:
    """Say what the workers found in a period's readings: in one's own columns, or in all for who reads all. Exit 1 if
    the dataset is rejected or held.
    """
    session = Session.of(context)
    community, store, chosen = session.community, session.store, period_id(period)
    record, label = community.meter_data.period(chosen), period_label(chosen)
    datasets, verdicts = community.meter_data.datasets(chosen), community.meter_data.verdicts(chosen)
    if not datasets:
        raise NoVerdict(f"{label} has no dataset yet; run `daisee period status {label}`")
    if not verdicts or verdicts[-1].block < datasets[-1].block:
        raise NoVerdict(
            f"{label}: the workers have not answered version {record.version} of the dataset yet; "
            f"run `daisee period collect {label} --task conformity`"
        )
    verdict = verdicts[-1]
    envelopes = community.meter_data.envelopes(chosen)
    keys = gathering.keys(store, envelopes, record.input_digest, session.identity)
    columns = sorted(keys.column_keys) if isinstance(keys, MemberKeys) else list(range(record.columns))
    zone = community.rules.rules_at(record.start).conformity.time_zone
    said = Verdict(verdict.verdict).name.lower()
    result: dict[str, Any] = {
        "period": label,
        "version": record.version,
        "verdict": said,
        "columns": [
            _column(results.open_findings(store, verdict.findings_digest, keys, column), zone) for column in columns
        ],
    }
    output.emit(result, as_json, lambda shown: _show(shown, lang))
    if said != "conform":
        raise typer.Exit(1)


def _column(document: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """A column's counts by quality and its findings, each with its sentence in every language."""
    found = []
    for entry in document["findings"]:
        fields = {**entry, "code": Code(entry["code"]), "severity": Severity(entry["severity"])}
        words = {language.value: sentence(Finding(**fields), language.value, zone) for language in Language}
        found.append({**entry, "sentence": words})
    counts = {name: document[name] for name in QUALITIES}
    return {"column": document["column"], **counts, "findings": found}


def _show(result: dict[str, Any], lang: Language) -> None:
    lines = [f"{result['period']}, version {result['version']}: {result['verdict']}"]
    for column in result["columns"]:
        counts = ", ".join(f"{column[name]} {name}" for name in QUALITIES if column[name])
        lines.append(f"column {column['column']}: {counts}")
        lines += [f"  {entry['severity']:7} {entry['sentence'][lang.value]}" for entry in column["findings"]]
    output.results.print("\n".join(lines), markup=False, soft_wrap=True)
