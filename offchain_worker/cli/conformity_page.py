"""
The conformity report as a page that stands alone: no script, no font and no picture from anywhere else.

It says first whether the readings can be used, then for each point how much of its curve is measured, with a chart, and
each finding as a sentence that says what to do. Whatever stands in a file or its name is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final

from offchain_worker.domain.roster import Direction
from offchain_worker.meters import findings
from offchain_worker.meters.findings import Code, Finding, Severity
from offchain_worker.meters.zone import zone

from .conformity_chart import Chart, svg
from .conformity_style import STYLE

OPEN_AT_ONCE: Final = 12
"""From more curves than this on, those without an error or a warning are folded."""
WORDS: Final = {
    "en": {
        "title": "Are these readings fit to be shared?",
        "conform": "Yes: conform",
        "repairable": "Yes, with reservations: see the warnings",
        "rejected": "No: rejected",
        "conform_do": "Nothing is missing and nothing had to be changed.",
        "repairable_do": "The curves were written. What is missing, estimated or was repaired is marked in them.",
        "rejected_do": "No curves were written. What has to be done first is said under “error” below.",
        "period": "Period",
        "step": "Step",
        "minutes": "{n} minutes",
        "format": "Formats",
        "time_zone": "Local time",
        "curves": "Points",
        "consumption": "consumption",
        "production": "production",
        "measured": "measured",
        "estimated": "estimated",
        "repaired": "repaired",
        "missing": "missing",
        "step_mean": "mean power of each step, at most {peak}",
        "hour_mean": "mean power of each hour, at most {peak}",
        "day_mean": "mean power of each day, at most {peak}",
        "week_mean": "mean power of each week, at most {peak}",
        "error": "error",
        "warning": "warning",
        "info": "note",
        "nothing": "Nothing to say about this curve.",
        "files": "About the files",
        "private": "This page shows real ids of metering points: it is for the operator and the provider, not to be published.",
        "detail": "exactly: ",
    },
    "fr": {
        "title": "Ces relevés peuvent-ils être partagés ?",
        "conform": "Oui : conformes",
        "repairable": "Oui, avec des réserves : voir les avertissements",
        "rejected": "Non : refusés",
        "conform_do": "Rien ne manque et rien n'a dû être changé.",
        "repairable_do": "Les courbes sont écrites. Ce qui manque, est estimé ou a été réparé y est marqué.",
        "rejected_do": "Aucune courbe n'est écrite. Ce qu'il faut faire d'abord est dit plus bas, sous « erreur ».",
        "period": "Période",
        "step": "Pas",
        "minutes": "{n} minutes",
        "format": "Formats",
        "time_zone": "Heure locale",
        "curves": "Points",
        "consumption": "consommation",
        "production": "production",
        "measured": "mesurés",
        "estimated": "estimés",
        "repaired": "réparés",
        "missing": "manquants",
        "step_mean": "puissance moyenne de chaque pas, au plus {peak}",
        "hour_mean": "puissance moyenne de chaque heure, au plus {peak}",
        "day_mean": "puissance moyenne de chaque jour, au plus {peak}",
        "week_mean": "puissance moyenne de chaque semaine, au plus {peak}",
        "error": "erreur",
        "warning": "avertissement",
        "info": "remarque",
        "nothing": "Rien à dire de cette courbe.",
        "files": "Au sujet des fichiers",
        "private": "Cette page montre de vrais identifiants de points de mesure : elle est pour le gestionnaire et la personne morale organisatrice, et ne se publie pas.",
        "detail": "précisément\u00a0: ",
    },
}


@dataclass(frozen=True)
class Section:
    """One curve on the page: `counts` of its steps by quality word, and its energy in µkWh."""

    meter: str
    direction: Direction
    counts: dict[str, int]
    energy: int
    chart: Chart
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Page:
    """All that the page shows; `files` are findings about files rather than curves."""

    verdict: str
    start: int
    end: int
    step_seconds: int
    format: str
    time_zone: str
    sections: Sequence[Section]
    files: Sequence[Finding]


def render(page: Page, language: str) -> str:
    """The page in "fr" or "en"."""
    words = WORDS[language]
    zoned = [f"{datetime.fromtimestamp(at, zone(page.time_zone)):%Y-%m-%d %H:%M}" for at in (page.start, page.end)]
    facts = [
        (words["period"], " – ".join(zoned)),
        (words["time_zone"], page.time_zone),
        (words["step"], words["minutes"].format(n=page.step_seconds // 60)),
        (words["format"], page.format),
    ]
    listed = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in facts)
    several = len(page.sections) > OPEN_AT_ONCE
    body = "".join(_section(section, several, page, language) for section in page.sections)
    about = ""
    if page.files:
        about = f"<section><h2>{words['files']}</h2>{_findings(page.files, page.time_zone, language)}</section>"
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(words['title'])}</title><style>{STYLE}</style></head><body><main>"
        f'<header class="{page.verdict}"><h1>{escape(words["title"])}</h1>'
        f'<p class="verdict">{escape(words[page.verdict])}</p><p>{escape(words[page.verdict + "_do"])}</p>'
        f"<dl>{listed}</dl></header>{about}{body}"
        f"<footer><p>{escape(words['private'])}</p></footer></main></body></html>\n"
    )


def _section(section: Section, several: bool, page: Page, language: str) -> str:
    words = WORDS[language]
    days = [f"{datetime.fromtimestamp(at, zone(page.time_zone)):%Y-%m-%d}" for at in (page.start, page.end - 1)]
    direction = words[section.direction.name.lower()]
    total = sum(section.counts.values())
    shares = [
        f'<li class="{name}"><i></i>{grouped(count, language)} {words[name]} ({_percent(count, total, language)})</li>'
        for name, count in section.counts.items()
        if count or name == "measured"
    ]
    peak = f"{grouped(section.chart.peak, language)} W"
    label = escape(words[f"{section.chart.column}_mean"].format(peak=peak))
    energy = f"{_kwh(section.energy, language)} kWh"
    worst = min((_WEIGHT[finding.severity] for finding in section.findings), default=_WEIGHT[Severity.INFO])
    is_open = "" if several and worst == _WEIGHT[Severity.INFO] else " open"
    said = _findings(section.findings, page.time_zone, language) or f'<p class="none">{escape(words["nothing"])}</p>'
    return (
        f'<details{is_open}><summary><span class="meter">{escape(section.meter)}</span> '
        f"<span>{escape(direction)}</span> <strong>{energy}</strong></summary>"
        f"<figure>{svg(section.chart, label)}<figcaption><span>{days[0]}</span><span>{label}</span><span>{days[1]}</span></figcaption></figure>"
        f'<ul class="shares">{"".join(shares)}</ul>{said}</details>'
    )


_WEIGHT: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


def _findings(found: Sequence[Finding], time_zone: str, language: str) -> str:
    """The findings, the gravest first; empty if there are none."""
    words = WORDS[language]
    lines = [
        f'<li class="{finding.severity}"><b>{escape(words[finding.severity])}</b> '
        f"<span>{escape(findings.sentence(finding, language, time_zone))}{_detail(finding, words['detail'])}</span></li>"
        for finding in sorted(found, key=lambda each: (_WEIGHT[each.severity], each))
    ]
    return f'<ul class="findings">{"".join(lines)}</ul>' if lines else ""


def _detail(finding: Finding, word: str) -> str:
    """Row, file and values, where the sentence does not say as much."""
    if finding.severity is Severity.INFO or finding.code is Code.GAP:
        return ""
    return f" <small>{escape(word)}{escape(finding.message)}</small>"


def grouped(number: int, language: str) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}".replace(",", "\u202f" if language == "fr" else ",")


def _kwh(micro_kwh: int, language: str) -> str:
    comma = "," if language == "fr" else "."
    return f"{grouped(micro_kwh // 10**6, language)}{comma}{micro_kwh % 10**6 // 1000:03}"


def _percent(count: int, total: int, language: str) -> str:
    """Percent with one decimal, cut off: 100 % means all of them."""
    tenths = count * 1000 // total if total else 0
    comma, space = (",", "\u00a0") if language == "fr" else (".", "")
    return f"{tenths // 10}{comma}{tenths % 10}{space}%"
