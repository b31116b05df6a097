"""The app's words: one folder of JSON catalogues per language, all with the same keys, and a `Words` that says them.

A key that is missing is an error, never a silent fallback; `tests/app/test_words.py` compares the catalogues.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app import written
from offchain_worker.meters import findings

LANGUAGES = {"fr": "Français", "en": "English"}
FOLDER = Path(__file__).parent


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """
    Every entry of a language as `page.key`, from the files of its folder; `findings.CODE` and
    `findings_do.CODE` are what the findings of meter files are called everywhere, and what to do about them.
    """
    entries = {
        f"{file.stem}.{key}": text
        for file in sorted((FOLDER / language).glob("*.json"))
        for key, text in json.loads(file.read_text(encoding="utf-8")).items()
    }
    said = findings.words(language)
    entries |= {f"findings.{code}": words["name"] for code, words in said.items()}
    return entries | {f"findings_do.{code}": words["do"] for code, words in said.items()}


def preferred(locale: str | None) -> str:
    """The language for a browser's locale: French for French ones, else English."""
    return "fr" if (locale or "").lower().startswith("fr") else "en"


@dataclass(frozen=True)
class Words:
    """Says things in one language; also writes its numbers, money and dates."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """The entry with its `{values}` filled in. Raises KeyError for a key no catalogue has."""
        return catalogue(self.language)[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there are words for something that came from elsewhere, such as a check's code."""
        return key in catalogue(self.language)

    def count(self, key: str, number: int, **values: object) -> str:
        """`key.one` or `key.many`, with the number written as `{n}`. French says one of nought as well."""
        single = number == 1 or (number == 0 and self.language == "fr")
        return self(f"{key}.{'one' if single else 'many'}", n=self.number(number), **values)

    def number(self, value: float, decimals: int = 0) -> str:
        """A number with the language's separators."""
        return written.number(value, decimals, self.language)

    def kwh(self, micro_kwh: int, decimals: int = 0) -> str:
        """Energy in kWh, from µkWh."""
        return written.kwh(micro_kwh, decimals, self.language)

    def euros(self, cents: int) -> str:
        """Money, from cents."""
        return written.euros(cents, self.language)

    def price(self, micro_euro: int) -> str:
        """A price per kWh, from µ€."""
        return written.price(micro_euro, self.language)

    def percent(self, ppm: int, decimals: int = 1) -> str:
        """A share, from parts per million."""
        return written.percent(ppm, decimals, self.language)

    def month(self, period: int) -> str:
        """A period's name, `June 2016`."""
        return f"{self(f'dates.month.{period % 100}')} {period // 100}"

    def title_month(self, period: int) -> str:
        """A period's name at the beginning of a line."""
        name = self.month(period)
        return name[0].upper() + name[1:]

    def date(self, seconds: int, zone: str) -> str:
        """A local date, `1 June 2016`."""
        at = written.local(seconds, zone)
        first = "1er" if self.language == "fr" and at.day == 1 else str(at.day)
        return f"{first} {self(f'dates.month.{at.month}')} {at.year}"

    def moment(self, seconds: int, zone: str) -> str:
        """A local date and time, `1 June 2016, 14:30`."""
        return f"{self.date(seconds, zone)}, {written.local(seconds, zone):%H:%M}"

    def weekday(self, number: int) -> str:
        """A short weekday, 0 = Monday."""
        return self(f"dates.weekday.{number}")
