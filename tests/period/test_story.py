"""`make demo APP=0` of the month in which the clocks go back, as a new user runs it."""

from __future__ import annotations

import subprocess
import sys

from scripts.demo.stage import ROOT


def test_demo__october_with_its_long_day__settles_and_audits() -> None:
    command = [sys.executable, "-m", "scripts.demo", "--no-app", "--period", "2016-10"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "audit: all checks pass" in done.stdout
    assert "SCR 78.4 %, SSR 32.1 %" in done.stdout
    assert "Home 11, next tenants (member 25) move in" in done.stdout


def test_demo__no_month__is_wrong_use() -> None:
    command = [sys.executable, "-m", "scripts.demo", "--period", "2016-13"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "PERIOD=2016-13 is not a month" in done.stderr
