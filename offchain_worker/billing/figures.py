"""Figures as bills write them, in French and English: integers come in, text goes out, no digit is made or lost."""

from __future__ import annotations

from datetime import UTC, date, datetime

from offchain_worker.domain.quantities import PPM
from offchain_worker.meters.zone import zone

NARROW, FIXED = "\u202f", "\u00a0"
"""The no-break spaces: narrow between thousands in French, normal before a unit."""
MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


def decimal(value: int, unit: int, least: int, lang: str) -> str:
    """`value / unit` (a power of ten) exactly: at least `least` decimals, more only if they are not zero."""
    digits = len(str(unit)) - 1
    whole, part = divmod(abs(value), unit)
    decimals = f"{part:0{digits}d}" if digits else ""
    kept = max(least, len(decimals.rstrip("0")))
    text = f"{whole:,}"
    comma, thousands = (",", NARROW) if lang == "fr" else (".", ",")
    text = text.replace(",", thousands) + (comma + decimals[:kept] if kept else "")
    return f"−{text}" if value < 0 else text


def kwh(micro_kwh: int, lang: str) -> str:
    """Energy in kWh, to the last µkWh it has, so that a line can be recomputed from paper."""
    return decimal(micro_kwh, PPM, 3, lang)


def euros(cents: int, lang: str) -> str:
    """`€1,234.56` in English, `1 234,56 €` in French."""
    text = decimal(abs(cents), 100, 2, lang)
    sign = "−" if cents < 0 else ""
    return f"{sign}{text}{FIXED}€" if lang == "fr" else f"{sign}€{text}"


def price(micro_euro: int, lang: str) -> str:
    """A price per kWh with the four decimals tariffs use, more if it has more."""
    text = decimal(micro_euro, PPM, 4, lang)
    return f"{text}{FIXED}€/kWh" if lang == "fr" else f"€{text}/kWh"


def percent(ppm: int, lang: str) -> str:
    """`5.5%` in English, `5,5 %` in French."""
    text = decimal(ppm, 10_000, 0, lang)
    return f"{text}{NARROW}%" if lang == "fr" else f"{text}%"


def day(iso: str, lang: str) -> str:
    """`2016-07-03` as `3 juillet 2016` or `3 July 2016`."""
    found = date.fromisoformat(iso)
    first = "1er" if lang == "fr" and found.day == 1 else str(found.day)
    return f"{first}{FIXED}{MONTHS[lang][found.month - 1]}{FIXED}{found.year}"


def month(label: str, lang: str) -> str:
    """`2016-06` as `juin 2016` or `June 2016`."""
    return f"{MONTHS[lang][int(label[5:]) - 1]} {label[:4]}"


def local_day(seconds: int, time_zone: str) -> str:
    """The local date of a second of UTC, in ISO form."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone(time_zone)).date().isoformat()
