"""What the check of the lock file calls a pass: every package looked up, none vulnerable, and nothing less."""

from __future__ import annotations

import pytest

from scripts import audit_lock
from scripts.audit_lock import SAFE, UNKNOWN, VULNERABLE, Said

FINE = {"name": "idna", "version": "3.20", "vulns": []}
UNHEARD_OF = {"name": "web3", "skip_reason": "Dependency not found on PyPI and could not be audited: web3 (7.16.0)"}
BAD = {
    "name": "jinja2",
    "version": "2.0",
    "vulns": [{"id": "PYSEC-2019-217", "fix_versions": ["2.8.1"], "aliases": ["CVE-2016-10745"], "description": ""}],
}


def test_read__an_advisory__names_package_version_and_remedy() -> None:
    said = audit_lock.read({"dependencies": [FINE, BAD]})
    assert said == Said(2, (), ("jinja2 2.0: PYSEC-2019-217, mended in 2.8.1",))


@pytest.mark.parametrize("name", ["PYSEC-2019-217", "CVE-2016-10745"])
def test_read__an_advisory_that_is_answered__is_left_out(name: str) -> None:
    assert audit_lock.read({"dependencies": [BAD]}, [name]) == Said(1, (), ())


@pytest.mark.parametrize(
    ("packages", "code", "last"),
    [
        ([FINE], SAFE, "1 packages, none with a known vulnerability (osv)"),
        ([FINE, BAD], VULNERABLE, "error: 1 advisories; see above"),
        ([UNHEARD_OF, BAD], VULNERABLE, "error: 1 advisories; see above"),
        ([FINE, UNHEARD_OF], UNKNOWN, "error: 1 packages unknown to osv: web3; the lock file is NOT audited"),
        ([UNHEARD_OF], UNKNOWN, "error: no advisory source answers; the lock file is NOT audited"),
    ],
    ids=["all fine", "one bad", "one bad, one unknown", "one unknown", "all unknown"],
)
def test_judge__what_a_source_says__passes_only_if_it_knows_every_package(
    packages: list[dict[str, object]], code: int, last: str
) -> None:
    found, lines = audit_lock.judge({"osv": audit_lock.read({"dependencies": packages})})
    assert (found, lines[-1][: len(last)]) == (code, last)


def test_judge__one_source_away_and_one_that_knows__believes_the_one_that_knows() -> None:
    code, lines = audit_lock.judge({"osv": "ConnectionError", "pypi": Said(178, (), ())})
    assert (code, lines[0]) == (SAFE, "osv does not answer: ConnectionError")


def test_judge__no_source_answers__is_no_pass() -> None:
    code, lines = audit_lock.judge({"osv": "ConnectionError", "pypi": Said(0, ("web3",), ())})
    assert code == UNKNOWN
    assert lines[1] == "pypi knows none of the 1 packages"
