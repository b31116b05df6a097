"""A check: one thing that must be so, whether it is, and how far off if it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from offchain_worker.domain.errors import DaiseeError


class Level(StrEnum):
    """Who can make a check."""

    PUBLIC = "public"
    MEMBER = "member"
    FULL = "full"


@dataclass(frozen=True)
class Check:
    """`code` is stable; `title` says in words what must be so; `detail` says what is not, or what was seen."""

    code: str
    level: Level
    title: str
    passed: bool
    detail: str


@dataclass
class Protocol:
    """The checks made so far; `tell` hears of each as it is made."""

    tell: Callable[[Check], None] = lambda _check: None
    checks: list[Check] = field(default_factory=list)

    def add(self, code: str, level: Level, title: str, passed: bool, detail: str) -> bool:
        """Note a check; returns whether it passed."""
        check = Check(code, level, title, passed, detail)
        self.checks.append(check)
        self.tell(check)
        return passed

    def equal(self, code: str, level: Level, title: str, found: object, wanted: object) -> bool:
        """Note that two values must be equal, showing both if they are not."""
        same = found == wanted
        detail = shown(found) if same else f"{shown(found)}, but the chain says {shown(wanted)}"
        return self.add(code, level, title, same, detail)

    @contextmanager
    def guarded(self, code: str, level: Level, title: str) -> Iterator[None]:
        """Whatever goes wrong inside is a failed check that says what it was; nothing is swallowed."""
        try:
            yield
        except DaiseeError as error:
            self.add(code, level, title, False, str(error))

    @property
    def passed(self) -> bool:
        """Whether every check passed, and there was one."""
        return bool(self.checks) and all(check.passed for check in self.checks)


def shown(value: object) -> str:
    """A value as people read it: hashes in hexadecimal."""
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
