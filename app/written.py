"""Numbers, money and dates as each language writes them. Integers come in (µkWh, cents, µ€, ppm), text goes out."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

NARROW, FIXED = "\u202f", "\u00a0"
"""The no-break spaces: narrow between thousands in French, normal before a unit."""


def number(value: float, decimals: int, language: str) -> str:
    """`1,234.5` in English, `1 234,5` in French."""
    text = f"{abs(value):,.{decimals}f}"
    negative = value < 0 and any(digit in "123456789" for digit in text)
    if language == "fr":
        text = text.replace(",", NARROW).replace(".", ",")
    return f"−{text}" if negative else text


def kwh(micro_kwh: int, decimals: int, language: str) -> str:
    """Energy with its unit."""
    return number(micro_kwh / 10**6, decimals, language) + f"{FIXED}kWh"


def euros(cents: int, language: str) -> str:
    """`€1,234.56` in English, `1 234,56 €` in French."""
    text = number(abs(cents) / 100, 2, language)
    sign = "−" if cents < 0 else ""
    return f"{sign}{text}{FIXED}€" if language == "fr" else f"{sign}€{text}"


def price(micro_euro: int, language: str) -> str:
    """A price per kWh with the four decimals tariffs use, more if it has more."""
    decimals = 6 if micro_euro % 100 else 4
    text = number(micro_euro / 10**6, decimals, language)
    return f"{text}{FIXED}€/kWh" if language == "fr" else f"€{text}/kWh"


def percent(ppm: int, decimals: int, language: str) -> str:
    """`76.3%` in English, `76,3 %` in French."""
    text = number(ppm / 10**4, decimals, language)
    return f"{text}{NARROW}%" if language == "fr" else f"{text}%"


def local(seconds: int, zone: str) -> datetime:
    """A UTC second as local time."""
    return datetime.fromtimestamp(seconds, ZoneInfo(zone))


def short(value: str) -> str:
    """A hash or address people can compare at a glance: its two ends."""
    return f"{value[:6]}…{value[-4:]}"


def cell(text: str) -> str:
    """Text for one cell of a Markdown table: nothing in it is read as Markdown."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>()#+!|$~:" else sign for sign in text.replace("\n", " "))
