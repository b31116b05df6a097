"""What the demo has set up so far: month, people, folder, chain, and who acts by which keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from eth_account import Account

from offchain_worker.chain import community as communities
from offchain_worker.chain.community import Community
from offchain_worker.chain.connection import Connection
from offchain_worker.chain.transactions import Sender
from offchain_worker.storage.identity import Identity
from scripts.demo import calendar
from scripts.demo.cast import Neighbourhood, Person, Stay, identity_of
from scripts.demo.clock import Clock
from scripts.demo.voice import Voice

ROOT = Path(__file__).resolve().parents[2]
DAY = 86_400


@dataclass
class Stage:
    """Everything the demo has set up so far."""

    label: str
    neighbourhood: Neighbourhood
    folder: Path
    url: str
    month: date
    zone: ZoneInfo
    voice: Voice
    clock: Clock
    connection: Connection
    ports: list[int]
    store: str = "store"
    relay_port: int = 0
    members: dict[str, int] = field(default_factory=dict)
    salts: list[dict[str, Any]] = field(default_factory=list)
    opened: Community | None = None

    @property
    def community(self) -> Community:
        """The deployed contracts."""
        if self.opened is None:
            self.opened = communities.connect(self.url, self.folder / "deployment.json")
        return self.opened

    @property
    def relay_url(self) -> str:
        """Where the demo's relayer listens while it runs."""
        return f"http://127.0.0.1:{self.relay_port}"

    @property
    def period(self) -> int:
        """The month as a period id."""
        return self.month.year * 100 + self.month.month

    @property
    def chain_start(self) -> int:
        """Local midnight of the first day of the month before."""
        return calendar.midnight(calendar.previous_month(self.month), self.zone)

    @property
    def period_start(self) -> int:
        """The period's first second."""
        return calendar.midnight(self.month, self.zone)

    @property
    def period_end(self) -> int:
        """The period's end."""
        return calendar.midnight(calendar.next_month(self.month), self.zone)

    def identity(self, name: str) -> Identity:
        """The keys of a person or office."""
        return identity_of(name, self.folder / "identities")

    def sender(self, name: str) -> Sender:
        """Sends as a person or office."""
        return Sender(self.connection, Account.from_key(self.identity(name).signing_key))

    def founders(self) -> list[Person]:
        """Who is there when the chain starts, in the order of the list of members."""
        present = {
            s.person.name for p in self.neighbourhood.points for s in p.stays if self.runs_at(s, self.chain_start)
        }
        return [person for person in self.neighbourhood.people if person.name in present]

    def runs_at(self, stay: Stay, time: int) -> bool:
        """Whether a stay covers this second."""
        start = calendar.midnight(stay.first, self.zone)
        return start <= time and (stay.last is None or time < calendar.midnight(stay.last, self.zone))
