"""Canonical bytes: what is written is one form, what is read is complete and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from offchain_worker.domain import canonical, key
from offchain_worker.domain.errors import DocumentInvalid

RULES = {
    "schema": "daisee.conformity/1",
    "timeZone": "Europe/Paris",
    "maximumPowerWatts": 1,
    "maximumPowerOfPoints": [],
    "maximumGapSeconds": 4,
    "maximumMissingPpm": 2,
    "maximumEstimatedPpm": 3,
    "treatments": {},
    "checks": {},
}
TEXT = json.dumps(RULES)


def test_dumps__document__is_rfc_8785() -> None:
    # Keys by UTF-16 code units (the emoji's surrogates come before U+FB33), no spaces, short escapes, UTF-8.
    document = {"\ufb33": 1, "😀": [True, False], "a": "é\n\u0007", "A": 2**53 - 1, "": {}}
    expected = '{"":{},"A":9007199254740991,"a":"é\\n\\u0007","😀":[true,false],"\ufb33":1}'
    assert canonical.dumps(document) == expected.encode()


@pytest.mark.parametrize(
    "value", [1.0, None, 2**53, -(2**53), b"x", {1: 2}, {"a": [None]}, {"a": {"b": 0.5}}, object(), "\ud800", {1, 2}]
)
def test_dumps__value_without_one_exact_form__is_refused(value: Any) -> None:
    with pytest.raises(DocumentInvalid):
        canonical.dumps(value)


def test_dumps__inexact_value__is_named_by_its_place() -> None:
    with pytest.raises(DocumentInvalid, match=r"^\$\.a\[1\]: float has no place in a canonical document$"):
        canonical.dumps({"a": [1, 0.5]})


def test_digest__of_bytes__is_sha256() -> None:
    # FIPS 180-2, appendix B.1
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert canonical.digest(b"abc").hex() == expected


@pytest.mark.parametrize("name", ["daisee.conformity/1", "conformity"])
def test_loads__whole_document__is_read_by_full_or_short_name(name: str) -> None:
    assert canonical.loads(TEXT, name) == RULES
    assert canonical.loads(TEXT.encode(), name) == RULES


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("\ufeff" + TEXT, "byte order mark"),
        (TEXT + "x", "line 1, column 220: Extra data"),
        (TEXT + TEXT, "Extra data"),
        (TEXT[:-1], "line 1"),
        ("", "line 1, column 1"),
        ("[]", "not a JSON object"),
        ("3", "not a JSON object"),
        (b"\xff" + TEXT.encode(), "not UTF-8 at byte 0"),
        (TEXT.encode("utf-16"), "not UTF-8"),
        (TEXT.replace('"maximumMissingPpm": 2', '"maximumMissingPpm": 2, "maximumMissingPpm": 2'), "stands twice"),
        (TEXT[:-1] + ', "extra": 1}', "'extra' was unexpected"),
        (TEXT.replace('"maximumMissingPpm": 2, ', ""), "'maximumMissingPpm' is a required property"),
        (TEXT.replace(": 2", ": 2.0"), "number 2.0 is not an integer"),
        (TEXT.replace(": 2", ": 2e0"), "number 2e0 is not an integer"),
        (TEXT.replace(": 2", ": NaN"), "number NaN is not an integer"),
        (TEXT.replace(": 2", ": null"), "'maximumMissingPpm' is null"),
        (TEXT.replace(": 2", ": true"), "maximumMissingPpm"),
        (TEXT.replace(": 2", ": -1"), "less than the minimum"),
        (TEXT.replace(": 2", ": 9007199254740992"), "beyond 2^53"),
        (TEXT.replace(": 2", ": 1" + "0" * 5000), "beyond 2^53"),
        (
            TEXT.replace("conformity/1", "conformity/2"),
            "schema is 'daisee.conformity/2', expected 'daisee.conformity/1'",
        ),
        (TEXT.replace("Europe/Paris", "Europe/Paris\\n"), "timeZone"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_loads__anything_else__is_refused_in_one_line(data: str | bytes, message: str) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        canonical.loads(data, "daisee.conformity/1")
    assert str(refused.value).startswith("daisee.conformity/1: ")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)


def test_loads__exact__takes_canonical_bytes_only() -> None:
    data = canonical.dumps(RULES)
    assert canonical.loads(data, "conformity", exact=True) == RULES
    with pytest.raises(DocumentInvalid, match="not canonical"):
        canonical.loads(TEXT, "conformity", exact=True)


@pytest.mark.parametrize("name", ["daisee.nothing/1", "../key", "daisee.key/2", ""])
def test_loads__schema_that_is_not_there__is_named(name: str) -> None:
    with pytest.raises(DocumentInvalid, match="no schema"):
        canonical.loads("{}", name)


def test_loads__key_of_the_design__is_read() -> None:
    text = (
        '{"schema": "daisee.key/1", "perProducer": false, "selfSharing": true, "coefficientDecimals": 0, "committer":'
        ' "0x0000000000000000000000000000000000000000", "stages": [{"rule": "PRO_RATA", "group": 0, "points": [],'
        ' "producers": [], "weights": []}]}'
    )
    assert key.parse(text).stages == (key.Stage(key.Rule.PRO_RATA),)
