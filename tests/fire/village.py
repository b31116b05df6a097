"""A village on a real chain, as small or as large as a test wants it: the demo's own steps over invented points.

Every member has one point. The first is a solar plant of a member with a wallet; every other is a home whose
tenants are members by default. In each hour of the day the plant makes 10 kWh and each home draws 1 kWh.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from eth_utils import keccak
from rich.console import Console

from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.roster import Direction, Source
from scripts import local_chain
from scripts.demo import charter, founding, month, story
from scripts.demo.cast import MeteringPoint, Neighbourhood, Person, Stay
from scripts.demo.stage import DAY, Stage
from scripts.demo.voice import Voice

LABEL, HOUR, KWH = "2016-02", 3600, 10**6
PLANT, HOMES = 1, 2
"""Groups."""
FOUNDERS = 20
"""The others enrol once the contracts stand: a constructor takes less than a hundred."""


def neighbourhood(columns: int, folder: Path) -> Neighbourhood:
    """So many points of one member each, their readings to be found in `folder`."""
    points, people = [], []
    for index in range(columns):
        plant, first = index == 0, date(2016, 1, 1 if index < FOUNDERS else 2)
        person = Person("Plant" if plant else f"Home {index}", "signed" if plant else "default_in", plant)
        meter = f"{90_000_000_000_000 + index}"
        points.append(
            MeteringPoint(
                index,
                person.name,
                meter,
                Direction.PRODUCTION if plant else Direction.CONSUMPTION,
                Source.SOLAR if plant else Source.NONE,
                (Stay(person, PLANT if plant else HOMES, first, None),),
                (folder / f"{meter}.csv",),
            )
        )
        people.append(person)
    price = {"producer": 0, "group": 0, "band": 0, "microEuroPerKwh": 100_000}
    return Neighbourhood(
        "Village",
        "Europe/Paris",
        HOUR,
        {PLANT: "plant", HOMES: "homes"},
        tuple(people),
        tuple(points),
        charter.legal_default_key(),
        {
            "schema": "daisee.tariff/1",
            "bands": 1,
            "communityFeeMicroEuroPerKwh": 0,
            "windows": [],
            "prices": [price],
            "taxes": [],
            "vats": [],
        },
        ConformityRules("Europe/Paris", 100_000, 0, 0).document(),
    )


def stamps(stage: Stage) -> list[str]:
    """The starts of the period's hours."""
    hours = range(stage.period_start, stage.period_end, HOUR)
    return [datetime.fromtimestamp(hour, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for hour in hours]


def salt_of(meter: str) -> bytes:
    """The salt of a point's id on the chain."""
    return keccak(text=f"salt {meter}")


def write_readings(stage: Stage) -> Path:
    """The operator's files, one a point, and the list of them; returns the list."""
    listed = []
    for point in stage.neighbourhood.points:
        (file,), plant = point.files, point.direction is Direction.PRODUCTION
        word, energy = ("production", 10 * KWH) if plant else ("consumption", KWH)
        rows = [f"{stamp},{point.meter},{word},{energy}\n" for stamp in stamps(stage)]
        file.write_text("interval_start,meter,direction,energy_micro_kwh\n" + "".join(rows), encoding="utf-8")
        salts = [{"from": "2016-01-01", "salt": "0x" + salt_of(point.meter).hex()}]
        listed.append({"point": point.index, "meter": point.meter, "files": [str(file)], "salts": salts})
    path = stage.folder / "meters.json"
    path.write_text(json.dumps({"schema": "daisee.meters/1", "points": listed}), encoding="utf-8")
    return path


def ask(stage: Stage, method: str, *arguments: object) -> Any:
    """A request to the node that only a local chain answers."""
    answer = stage.connection.web3.provider.make_request(method, list(arguments))  # type: ignore[arg-type]
    assert "error" not in answer, answer
    return answer["result"]


def declare(stage: Stage) -> None:
    """All points and who answers for them, sent without waiting for each: hundreds in a few seconds."""
    registry, provider = stage.community.registry, stage.identity("provider").address
    ask(stage, "anvil_impersonateAccount", provider)
    calls: list[tuple[str, list[Any]]] = []
    for person in stage.neighbourhood.people[len(stage.members) :]:
        agreed = charter.consent(stage, person, registry.address)
        calls.append(("enrol", [tuple(agreed[part] for part in ("wallet", "kind", "digest", "signature"))]))
        stage.members[person.name] = len(stage.members) + 1
    for point in stage.neighbourhood.points:
        (stay,), point_id = point.stays, keccak(salt_of(point.meter) + point.meter.encode())
        arguments = [point.index, stage.members[stay.person.name], stay.group, stage.chain_start, point_id]
        calls.append(("addPoint", [point_id, int(point.direction), int(point.source)]))
        calls.append(("openParticipation", arguments))
    sent = []
    for name, arguments in calls:
        data = registry.contract.encode_abi(name, args=arguments)
        transaction = {"from": provider, "to": registry.address, "data": data, "gas": 1_000_000}
        sent.append(stage.connection.web3.eth.send_transaction(transaction))  # type: ignore[arg-type]
    ask(stage, "anvil_stopImpersonatingAccount", provider)
    assert all(stage.connection.web3.eth.wait_for_transaction_receipt(each)["status"] == 1 for each in sent)


def govern(stage: Stage, name: str, *arguments: object) -> None:
    """What a vote would do to the hub, without the weeks it takes: the call comes from the governor itself."""
    hub, governor = stage.community.hub, stage.community.governor.address
    stage.clock.fill_purse(governor)
    ask(stage, "anvil_impersonateAccount", governor)
    hub.function(name, *arguments).transact({"from": governor})  # type: ignore[typeddict-item]
    ask(stage, "anvil_stopImpersonatingAccount", governor)


def have_workers(stage: Stage, number: int) -> None:
    """Leave so many of the founding workers in the set, a majority of them the quorum."""
    seats = stage.community.hub.workers()[:number]
    places = [seat.address for seat in seats], [seat.endpoint for seat in seats]
    govern(stage, "setWorkers", *places, number // 2 + 1)


def live(stage: Stage) -> None:
    """The community is founded, the month passes, the operator has read every meter."""
    founding.deploy_community(stage)
    founding.publish_reading_keys(stage)
    declare(stage)
    stage.clock.advance_to(stage.period_start)
    stage.sender("provider").send(stage.community.meter_data.function("createPeriod", stage.period))
    stage.clock.advance_to(stage.period_end + 2 * DAY)


def publish(stage: Stage) -> dict[str, Any]:
    """The operator publishes; what the command says."""
    listed = write_readings(stage)
    said = month.daisee(stage, "operator", "dataset", "publish", stage.label, "--meters", str(listed), "--json")
    found: dict[str, Any] = json.loads(said)
    return found


@contextmanager
def standing(folder: Path, columns: int, workers: int) -> Iterator[Stage]:
    """A village whose month is over, on a chain of its own; nothing is published yet."""
    with local_chain.running(story.chain_start(LABEL)) as chain:
        told = Voice(Console(file=io.StringIO(), width=120))
        stage = story.open_stage(LABEL, folder, chain.url, told)
        stage = replace(stage, neighbourhood=neighbourhood(columns, folder))
        live(stage)
        have_workers(stage, workers)
        yield stage
