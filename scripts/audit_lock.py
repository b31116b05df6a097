"""Ask advisory sources whether a locked package has a known vulnerability: `make audit-lock`.

pip-audit does the asking, one source after the other until one knows the packages. A source that cannot be reached, or
that knows none of them (an index that only mirrors the files), has said nothing, and nothing said is not a pass.

Exit 0: every package was looked up and none is vulnerable. 1: a vulnerable one. 3: not looked up, for want of a source.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts import tool_venv

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
SOURCES = ("osv", "pypi")
SOURCE_SECONDS = 300
SAFE, VULNERABLE, UNKNOWN = 0, 1, 3
ANSWERED: Mapping[str, str] = {}
"""Advisories that do not concern us: identifier and why."""


@dataclass(frozen=True)
class Said:
    """What a source said of the lock file: how many packages it knows, which it does not, what is wrong with them."""

    known: int
    unknown: tuple[str, ...]
    vulnerable: tuple[str, ...]


def read(document: Mapping[str, Any], answered: Iterable[str] = tuple(ANSWERED)) -> Said:
    """Read pip-audit's JSON. A skipped package is unknown, and an advisory answered here is left out."""
    packages, wrong = document["dependencies"], []
    for package in packages:
        for advisory in package.get("vulns", []):
            names = {advisory["id"], *advisory.get("aliases", [])}
            if not names & set(answered):
                fixed = ", ".join(advisory.get("fix_versions", [])) or "no version yet"
                wrong.append(f"{package['name']} {package['version']}: {advisory['id']}, mended in {fixed}")
    unknown = tuple(package["name"] for package in packages if "skip_reason" in package)
    return Said(len(packages) - len(unknown), unknown, tuple(wrong))


def ask(programs: Path, lock: Path, source: str) -> Said | str:
    """Ask one source; a line of why where it does not answer."""
    command = [programs / "pip-audit", "--requirement", lock, "--require-hashes", "--disable-pip", "--no-deps"]
    command += ["--vulnerability-service", source, "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SOURCE_SECONDS)
        return read(json.loads(done.stdout))
    except subprocess.TimeoutExpired:
        return f"no answer within {SOURCE_SECONDS} s"
    except ValueError:
        return (done.stderr.strip().splitlines() or [f"pip-audit ended with {done.returncode}"])[-1]


def judge(said: Mapping[str, Said | str]) -> tuple[int, list[str]]:
    """The exit code and its lines: the source that knows most packages decides."""
    lines = [f"{source} does not answer: {why}" for source, why in said.items() if isinstance(why, str)]
    spoke = {source: each for source, each in said.items() if isinstance(each, Said)}
    lines += [
        f"{source} knows none of the {len(each.unknown)} packages" for source, each in spoke.items() if not each.known
    ]
    source, best = max(spoke.items(), key=lambda pair: pair[1].known, default=("", Said(0, (), ())))
    if best.vulnerable:
        return VULNERABLE, [*lines, *best.vulnerable, f"error: {len(best.vulnerable)} advisories; see above"]
    if not best.known or best.unknown:
        what = f"{len(best.unknown)} packages unknown to {source}: {', '.join(best.unknown)}" if best.known else ""
        missing = what or "no advisory source answers"
        return UNKNOWN, [*lines, f"error: {missing}; the lock file is NOT audited: run this where one can be reached"]
    return SAFE, [*lines, f"{best.known} packages, none with a known vulnerability ({source})"]


def main(lock: Path = LOCK) -> int:
    """Ask the sources in turn until one knows the packages."""
    try:
        programs = tool_venv.programs("audit")
    except subprocess.CalledProcessError:
        print("error: pip-audit cannot be installed; the lock file is NOT audited", file=sys.stderr)
        return UNKNOWN
    said: dict[str, Said | str] = {}
    for source in SOURCES:
        said[source] = found = ask(programs, lock, source)
        if isinstance(found, Said) and not found.unknown:
            break
    code, lines = judge(said)
    print("\n".join(lines), file=sys.stderr if code else sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main())
