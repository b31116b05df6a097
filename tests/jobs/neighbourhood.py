"""Four points, two days: small enough to settle by hand, with a move, a gap and a producer who consumes.

Alice (member 1) has the panels: 1,100 W from 08:00 to 18:00. She draws 400 W, the shop 600 W (Bob, member 2, until the
midnight between the days, then Carol, member 3), Dan (member 4, the other group) 200 W, but for two hours of the second
day nobody knows. The building (group 1) is served first, so in each of 40 sunny half-hours Alice gets 0.2 kWh, the shop
0.3, Dan 0.05 where his need is known.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from offchain_worker.domain import canonical, key, tariff
from offchain_worker.domain.conformity_rules import ConformityRules
from offchain_worker.domain.report import Task, TaskKind
from offchain_worker.domain.roster import Column, Direction, Roster, Source
from offchain_worker.domain.rules import RuleHashes
from offchain_worker.jobs import dataset
from offchain_worker.jobs.dataset import Dataset, Span
from offchain_worker.jobs.terms import Terms
from offchain_worker.storage.encryption import DatasetSecret

CHAIN, PERIOD, STEP = 31337, 201606, 1800
HUB, REGISTRY = "0x00000000000000000000000000000000000000AA", "0x00000000000000000000000000000000000000bB"
START = int(datetime(2016, 5, 31, 22, tzinfo=UTC).timestamp())
THE_MOVE = START + 86_400
END = START + 2 * 86_400
STEPS = (END - START) // STEP
PROGRAM = b"\x77" * 32
SECRET = DatasetSecret(bytes(range(32)))
ALICE, SHOP, DAN, PANELS = "10000000000017", "10000000000024", "10000000000031", "10000000000048"
METERS = {0: ALICE, 1: SHOP, 2: DAN, 3: PANELS}
CONSUMES, PRODUCES = Direction.CONSUMPTION, Direction.PRODUCTION

ROSTER = Roster(
    (
        Column(0, 1, 1, CONSUMES, Source.NONE, START, END),
        Column(1, 2, 1, CONSUMES, Source.NONE, START, THE_MOVE),
        Column(1, 3, 1, CONSUMES, Source.NONE, THE_MOVE, END),
        Column(2, 4, 2, CONSUMES, Source.NONE, START, END),
        Column(3, 1, 1, PRODUCES, Source.SOLAR, START, END),
    )
)
RULES = ConformityRules("Europe/Paris", 36_000, 100_000, 100_000)
KEY = key.parse(
    canonical.dumps(
        {
            "schema": "daisee.key/1",
            "perProducer": False,
            "selfSharing": True,
            "coefficientDecimals": 0,
            "committer": "0x" + "00" * 20,
            "stages": [
                {"rule": "PRO_RATA", "group": group, "points": [], "producers": [], "weights": []} for group in (1, 2)
            ],
        }
    )
)
TARIFF = tariff.parse(
    canonical.dumps(
        {
            "schema": "daisee.tariff/1",
            "bands": 1,
            "communityFeeMicroEuroPerKwh": 10_000,
            "windows": [],
            "prices": [{"producer": 3, "group": 0, "band": 0, "microEuroPerKwh": 100_000}],
            "taxes": [],
            "vats": [{"issuer": 1, "bases": 1, "ppm": 200_000}],
        }
    )
)


def enedis(meter: str, word: str, watts: dict[int, int | None], stage: str = "Comptage Brut") -> bytes:
    """An Enedis customer-space file; `watts` by the UTC second at which each half-hour begins, None for no value."""
    head = (
        "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;"
        f"Unite;Pas en minutes\r\n{meter};Courbe de charge;31/05/2016;05/06/2016;Energie active;{word};{stage};W;\r\n"
        "Horodate;Valeur\r\n"
    )
    zone = ZoneInfo("Europe/Paris")
    rows = [
        f"{datetime.fromtimestamp(start + STEP, UTC).astimezone(zone).isoformat()};{'' if value is None else value}\r\n"
        for start, value in sorted(watts.items())
    ]
    return (head + "".join(rows)).encode()


def starts() -> list[int]:
    """Half-hours from the day before the period to the day after it: the operator's files are not cut to a period."""
    return list(range(START - 86_400, END + 86_400, STEP))


def local_hour(start: int) -> int:
    """The hour of the day in France (UTC+2 in June)."""
    return (datetime.fromtimestamp(start, UTC) + timedelta(hours=2)).hour


def sunny(start: int) -> bool:
    """Whether the panels work."""
    return 8 <= local_hour(start) < 18


def unknown(start: int) -> bool:
    """Whether Dan's reading of this half-hour is missing."""
    return start >= THE_MOVE and local_hour(start) in (10, 11)


def files() -> dict[str, bytes]:
    """The operator's files by name."""
    return {
        "alice.csv": enedis(ALICE, "Consommation", dict.fromkeys(starts(), 400)),
        "shop.csv": enedis(SHOP, "Consommation", dict.fromkeys(starts(), 600)),
        "dan.csv": enedis(DAN, "Consommation", {start: None if unknown(start) else 200 for start in starts()}),
        "panels.csv": enedis(PANELS, "Production", {start: 1100 if sunny(start) else 0 for start in starts()}),
    }


def published(changed: dict[str, bytes] | None = None) -> Dataset:
    """The dataset the publisher makes of the files, some of them changed."""
    given = {**files(), **(changed or {})}
    span = Span(CHAIN, REGISTRY, PERIOD, 1, START, END, STEP)
    return dataset.build(span, ROSTER, METERS, list(given.items()), RULES, TARIFF, SECRET)


def rules_hash(program: bytes = PROGRAM) -> bytes:
    """What the period's rules hash to."""
    return RuleHashes(KEY.hash(), TARIFF.hash(), RULES.hash(), program).hash()


def terms(kind: TaskKind, made: Dataset, program: bytes = PROGRAM) -> Terms:
    """The task the hub would open on the dataset."""
    task = Task(
        kind=kind,
        period=PERIOD,
        revision=0,
        attempt=0,
        start=START,
        step_seconds=STEP,
        steps=STEPS,
        columns=len(ROSTER.columns),
        worker_set=1,
        rules_hash=rules_hash(program),
        roster_hash=ROSTER.hash(),
        table_root=bytes(32),
        input_digest=made.input_digest,
        readings_root=made.readings_root,
    )
    return Terms(CHAIN, HUB, REGISTRY, task, ROSTER, KEY, TARIFF, RULES.to_bytes())
