"""A hamlet whose figures can be computed by hand, on a real chain: two plants, three homes, the same energy every hour.

| point | | member | group | kWh in each hour |
|---|---|---|---|---|
| 0 | roof | 1, Alice | 1 | makes 2 |
| 1 | mill | 2, Mill | 1 | makes 3 |
| 2 | home | 1, Alice | 1 | draws 1 |
| 3 | home | 3, Carol | 2 | draws 2 |
| 4 | home | 4, Dan, a member by default | 1 | draws 4 |

Local energy of the roof costs 0.10 €/kWh, 0.09 in group 2, the mill's 0.06; the community takes 0.005 €/kWh.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from typer.testing import CliRunner, Result

from offchain_worker.cli import settings
from offchain_worker.cli.main import app
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.roster import Direction, Source
from scripts import local_chain
from scripts.demo import charter, founding, story
from scripts.demo.cast import MeteringPoint, Neighbourhood, Person, Stay
from scripts.demo.stage import DAY, Stage
from scripts.demo.voice import Voice

LABEL, HOUR, KWH = "2016-02", 3600, 10**6
PEOPLE = (Person("Alice", "signed", True), Person("Mill", "signed", True), Person("Carol", "signed", True))
DAN = Person("Dan", "default_in", False)
VOTERS = ("alice", "mill", "carol")
POINTS = (("Roof", PEOPLE[0], 1, 2), ("Mill", PEOPLE[1], 1, 3))
HOMES = (("Home", PEOPLE[0], 1, 1), ("Home", PEOPLE[2], 2, 2), ("Home", DAN, 1, 4))


def price(producer: int, group: int, band: int, micro_euro: int) -> dict[str, int]:
    """A row of a tariff."""
    return {"producer": producer, "group": group, "band": band, "microEuroPerKwh": micro_euro}


def tariff(bands: int) -> dict[str, Any]:
    """The hamlet's prices, the same in as many bands of the day."""
    width = 1440 // bands
    return {
        "schema": "daisee.tariff/1",
        "bands": bands,
        "communityFeeMicroEuroPerKwh": 5_000,
        "windows": [
            {"band": band, "weekdays": 127, "fromMinute": band * width, "toMinute": (band + 1) * width}
            for band in range(1, bands)
        ],
        "prices": [
            row
            for band in range(bands)
            for row in (price(0, 0, band, 100_000), price(0, 2, band, 90_000), price(1, 0, band, 60_000))
        ],
        "taxes": [],
        "vats": [],
    }


def neighbourhood() -> Neighbourhood:
    """The hamlet as the demo's steps read it."""
    points = []
    for index, (label, person, group, _) in enumerate((*POINTS, *HOMES)):
        made = index < len(POINTS)
        direction = Direction.PRODUCTION if made else Direction.CONSUMPTION
        source = (Source.SOLAR, Source.HYDRO)[index] if made else Source.NONE
        stay = Stay(person, group, date(2016, 1, 1), None)
        points.append(MeteringPoint(index, label, f"{90_000_000_000_000 + index}", direction, source, (stay,), ()))
    conformity = ConformityRules("Europe/Paris", 100_000, 0, 0).document()
    groups, people = {1: "below", 2: "above"}, (*PEOPLE, DAN)
    key = charter.legal_default_key()
    return Neighbourhood("Hamlet", "Europe/Paris", HOUR, groups, people, tuple(points), key, tariff(1), conformity)


def stamps(stage: Stage) -> list[str]:
    """The UTC starts of the month's hours."""
    hours = range(stage.period_start, stage.period_end, HOUR)
    return [datetime.fromtimestamp(hour, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for hour in hours]


def write_readings(stage: Stage) -> Path:
    """The operator's files of the month, one a point, and the list of them; returns the list."""
    listed = []
    for point, (_, _, _, kwh) in zip(stage.neighbourhood.points, (*POINTS, *HOMES), strict=True):
        file, word = stage.folder / f"{stage.label}-{point.meter}.csv", point.direction.name.lower()
        rows = [f"{stamp},{point.meter},{word},{kwh * KWH}\n" for stamp in stamps(stage)]
        file.write_text("interval_start,meter,direction,energy_micro_kwh\n" + "".join(rows), encoding="utf-8")
        salts = [{"from": "2016-01-01", "salt": "0x" + founding.point_salt(point, point.stays[0]).hex()}]
        listed.append({"point": point.index, "meter": point.meter, "files": [str(file)], "salts": salts})
    path = stage.folder / f"meters-{stage.label}.json"
    path.write_text(json.dumps({"schema": "daisee.meters/1", "points": listed}), encoding="utf-8")
    return path


def write_parties(stage: Stage) -> Path:
    """Who the members are on paper."""
    free = {"fr": "TVA non applicable, art. 293 B du CGI", "en": "Small firm, no VAT"}
    party = {"address": ["Le Moulin"], "registration": "", "professional": False, "vatNote": free}
    firm = {**party, "name": "Hamlet", "registration": "SIREN 000 000 900", "professional": True}
    named = {str(index): {**party, "name": name} for name, index in stage.members.items()}
    document = {"schema": "daisee.parties/1", "community": firm, "organiser": firm, "members": named}
    path = stage.folder / "parties.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def at(stage: Stage, month: int) -> Stage:
    """The same community in another month of 2016."""
    return replace(stage, label=f"2016-{month:02d}", month=date(2016, month, 1))


def run(stage: Stage, who: str, *arguments: str) -> Result:
    """A verb as somebody runs it."""
    whose = ["--config", str(stage.folder / "daisee.toml"), "--as", str(stage.folder / "identities" / f"{who}.json")]
    return CliRunner().invoke(app, settings.hoisted([*whose, "--quiet", *arguments]))


def done(stage: Stage, who: str, *arguments: str) -> Any:
    """What a verb prints as JSON."""
    result = run(stage, who, *arguments, "--json")
    assert result.exit_code == 0, (result.exception, result.output)
    return json.loads(result.stdout)


def refused(stage: Stage, who: str, *arguments: str) -> str:
    """What a verb says instead of doing it, having pinned nothing and written nothing on the chain."""
    before = pinned(stage), stage.connection.stamp().number
    result = run(stage, who, *arguments)
    assert result.exit_code == 1, result.output
    assert (pinned(stage), stage.connection.stamp().number) == before
    return str(result.exception)


def pinned(stage: Stage) -> set[str]:
    """The names of what the store holds."""
    return {path.name for path in (stage.folder / "store").rglob("*")}


def adopt(stage: Stage, proposals: Sequence[tuple[str, str, int]]) -> None:
    """Documents of a kind from a second on: proposed, voted by all wallets, carried out, by the command line."""
    for kind, document, start in proposals:
        file = stage.folder / f"proposed-{kind}-{start}.json"
        file.write_text(document, encoding="utf-8")
        done(stage, "alice", "propose", kind, str(file), "--description", f"A new {kind}?", "--from", str(start))
    made = stage.community.governor.proposals()[-len(proposals) :]
    numbers = range(len(stage.community.governor.proposals()) - len(made) + 1, 99)
    stage.clock.advance_to(made[-1].vote_start + 1)
    for number, _ in zip(numbers, made, strict=False):
        for name in VOTERS:
            done(stage, name, "vote", str(number), "for")
    stage.clock.advance_to(made[-1].vote_end + 1)
    for number, _ in zip(numbers, made, strict=False):
        done(stage, "alice", "execute", str(number))


def live(stage: Stage) -> None:
    """The month passes."""
    stage.clock.advance_to(stage.period_start)
    done(stage, "provider", "period", "create", stage.label)
    stage.clock.advance_to(stage.period_end + 2 * DAY)


def settle(stage: Stage) -> list[int]:
    """The settlement attested by the workers, the window over, what is booked."""
    done(stage, "provider", "period", "collect", stage.label, "--task", "settlement")
    stage.clock.advance_to(stage.community.settlement.record(stage.period).window_end + 1)
    booked: list[int] = done(stage, "provider", "period", "settle", stage.label)["netCents"]
    return booked


def between(stage: Stage) -> dict[tuple[int, int], int]:
    """Cents from whom to whom: the invoices of the month as JSON, by (issuer, receiver)."""
    out = stage.folder / f"bills-{stage.label}"
    parties = str(write_parties(stage))
    done(stage, "provider", "bill", "export", stage.label, "--parties", parties, "--out", str(out), "--format", "json")
    found: dict[tuple[int, int], int] = {}
    for file in sorted(out.iterdir()):
        for invoice in json.loads(file.read_text(encoding="utf-8"))["received"]:
            assert sum(int(line["cents"]) for line in invoice["lines"]) == int(invoice["total"])
            found[invoice["issuer"]["member"], invoice["receiver"]["member"]] = int(invoice["total"])
    return found


def vector(invoices: dict[tuple[int, int], int]) -> list[int]:
    """What all of them book, by member, the community first."""
    net = [0] * 5
    for (issuer, receiver), cents in invoices.items():
        net[issuer] += cents
        net[receiver] -= cents
    return net


def unanswered(stage: Stage) -> bool:
    """Whether the month's settlement, asked for, has no quorum now."""
    collect = ("period", "collect", stage.label, "--task", "settlement", "--timeout", "0")
    return "no quorum of 2 workers" in str(run(stage, "provider", *collect).exception)


def wait_until_both_say(stage: Stage, words: str) -> None:
    """Until the words stand in the logs of both workers, for a minute at most."""
    logs, deadline = [stage.folder / f"worker-{number}.log" for number in (1, 2)], time.monotonic() + 60
    while not all(words in log.read_text(encoding="utf-8") for log in logs):
        assert time.monotonic() < deadline, words
        time.sleep(0.1)


@contextmanager
def founded(folder: Path) -> Iterator[Stage]:
    """The hamlet in January, on a chain of its own: points declared, advances paid in, no vote yet."""
    with local_chain.running(story.chain_start(LABEL)) as chain:
        stage = story.open_stage(LABEL, folder, chain.url, Voice(Console(file=io.StringIO(), width=120)))
        stage = replace(stage, neighbourhood=neighbourhood())
        founding.deploy_community(stage)
        founding.publish_reading_keys(stage)
        founding.declare_points(stage)
        founding.pay_in(stage)
        yield stage
