"""What findings say to people: a sentence for every code in both languages, with its figures and what to do."""

from __future__ import annotations

import string

import pytest

from offchain_worker.meters import Code, Finding, Severity
from offchain_worker.meters.findings import sentence, words

GAP = Finding(1_465_423_200, 1_465_509_600, Code.GAP, Severity.WARNING, "12345678901234", 48, "48 steps missing")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_words__of_a_language__are_of_every_code_and_say_what_to_do(language: str) -> None:
    said = words(language)
    assert set(said) == {str(code) for code in Code}
    for code, entry in said.items():
        assert set(entry) == {"name", "one", "many", "do"}, code
        assert all(entry.values()), code
        assert entry["do"].endswith("."), code
        for form in (entry["one"], entry["many"]):
            assert form.endswith("."), code
            assert {name for _, name, _, _ in string.Formatter().parse(form) if name} <= {"n"}, code


def test_words__of_a_language_nobody_wrote__is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        words("nl")


def test_sentence__a_gap_of_a_day__says_when_how_much_and_what_to_do() -> None:
    said = sentence(GAP, "en")
    assert said.startswith("2016-06-08 22:00 to 2016-06-09 22:00 UTC: 48 readings are missing. Ask the operator")
    assert GAP.meter not in said


def test_sentence__in_french_and_local_time__says_the_same() -> None:
    said = sentence(GAP, "fr", "Europe/Paris")
    assert said.startswith("Du 2016-06-09 00:00 au 2016-06-10 00:00 : 48 relevés manquent. Demandez-les")


def test_sentence__one_reading_without_a_place_in_time__is_singular() -> None:
    one = Finding(0, 0, Code.NO_TIME, Severity.WARNING, "", 1, "one")
    assert sentence(one, "en").startswith("1 reading has no time and cannot be placed.")
    assert sentence(one, "fr").startswith("1 relevé n'a pas d'heure")
