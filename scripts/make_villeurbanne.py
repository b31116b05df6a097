"""
Makes `scripts/villeurbanne/`: a community's description and one Enedis customer-space CSV per point for the local
year 2016, from the measured profiles SimBench publishes (ODbL 1.0). Run once; its output is committed.

    python scripts/make_villeurbanne.py [--wheel FILE] [--out DIR]

Without `--wheel` the pinned wheel comes through pip into `build/simbench/`. Either way its sha256 is checked, and its
two profile tables are read out of the archive: nothing of it is installed or imported.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.villeurbanne import cast, profiles  # noqa: E402

SIMBENCH = "simbench==1.6.3"
WHEEL = "simbench-1.6.3-py3-none-any.whl"
WHEEL_SHA256 = "8b48bdab2445286a96649eb18bb09476d000a0e212fd57fdba83399df54af4de"
FIRST_DAY, LAST_DAY = date(2016, 1, 1), date(2017, 1, 1)
STEP = 1800
HEADER = (
    "\ufeffIdentifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;"
    "Unite;Pas en minutes\n"
)
with files("tzdata.zoneinfo").joinpath("Europe", "Paris").open("rb") as _zone:
    PARIS = ZoneInfo.from_file(_zone, key="Europe/Paris")


def obtain(wheel: Path | None) -> Path:
    """The pinned wheel, downloaded by pip if need be; refused when its sha256 differs."""
    path = wheel or ROOT / "build" / "simbench" / WHEEL
    if not path.exists():
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(path.parent), SIMBENCH]
        subprocess.run(command, check=True, stdout=sys.stderr)
    if hashlib.sha256(path.read_bytes()).hexdigest() != WHEEL_SHA256:
        raise SystemExit(f"error: {path} is not the pinned {SIMBENCH}: remove it and run again")
    return path


def energies(source: profiles.Profiles) -> dict[str, np.ndarray]:
    """Whole Wh per half-hour of every point, by the point's label; int64[17568] in time order."""
    made = {"Roof": profiles.scaled(source.curves[cast.ROOF_PROFILE], cast.ROOF_KWP * cast.YIELD_KWH_PER_KWP * 1000)}
    for number, (kwh, name) in enumerate(cast.OFFICES, 1):
        made[f"Office {number}"] = profiles.scaled(source.curves[name], kwh * 1000)
    for index, kwh in enumerate(cast.HOMES):
        name = cast.HOUSEHOLD_PROFILES[index % len(cast.HOUSEHOLD_PROFILES)]
        weeks = cast.SHIFTS[index // len(cast.HOUSEHOLD_PROFILES)]
        made[f"Home {index + 1}"] = profiles.scaled(profiles.shifted(source, name, weeks), kwh * 1000)
    for number, (kwh, name) in enumerate(cast.SHOPS, 1):
        made[f"Shop {number}"] = profiles.scaled(source.curves[name], kwh * 1000)
    kwh, name, weeks = cast.SOLAR_HOME
    consumed = profiles.scaled(profiles.shifted(source, name, weeks), kwh * 1000)
    produced = profiles.scaled(source.curves[cast.HOME_ROOF_PROFILE], cast.HOME_KWP * cast.YIELD_KWH_PER_KWP * 1000)
    made["Solar home"], made["Solar home roof"] = profiles.behind_one_meter(consumed, produced)
    return {label: profiles.half_hours(quarters) for label, quarters in made.items()}


def interval_ends() -> list[datetime]:
    """The local end of every half-hour of the year, with its offset; 17,568 of them."""
    first = datetime.combine(FIRST_DAY, datetime.min.time(), PARIS).astimezone(UTC)
    last = datetime.combine(LAST_DAY, datetime.min.time(), PARIS).astimezone(UTC)
    count = (last - first) // timedelta(seconds=STEP)
    return [(first + timedelta(seconds=STEP * (index + 1))).astimezone(PARIS) for index in range(count)]


def customer_space(prm: str, direction: str, stage: str, rows: list[tuple[datetime, str]]) -> bytes:
    """One file of the customer space: stamps at the END of an interval, mean watts, an empty value is missing."""
    kind = {"consumption": "Consommation", "production": "Production"}[direction]
    first, last = rows[0][0] - timedelta(seconds=STEP), rows[-1][0]
    head = f"{prm};Courbe de charge;{first:%d/%m/%Y};{last:%d/%m/%Y};Energie active;{kind};{stage};W;\n"
    body = "".join(f"{stamp.isoformat()};{value}\n" for stamp, value in rows)
    return (HEADER + head + "Horodate;Valeur\n" + body).encode()


def estimate(energy: np.ndarray, index: int) -> int:
    """What an operator puts in place of a lost half-hour: the mean of a week before and a week after, in whole Wh."""
    week = 7 * 48
    return int(energy[index - week] + energy[index + week]) // 2


def curve_files(point: dict, energy: np.ndarray, ends: list[datetime], bad_days: list[cast.BadDay]) -> dict[str, bytes]:
    """The point's files by name: the measured curve and, where the operator estimated, a second one."""
    kinds = {date.fromisoformat(bad.day): bad.kind for bad in bad_days}
    measured: list[tuple[datetime, str]] = []
    estimated: list[tuple[datetime, str]] = []
    for index, stamp in enumerate(ends):
        started = (stamp - timedelta(seconds=1)).date()
        kind = kinds.get(started, "")
        if kind == "estimated":
            estimated.append((stamp, str(2 * estimate(energy, index))))
        if kind != "absent":
            measured.append((stamp, "" if kind else str(2 * int(energy[index]))))
    files = {f"{point['prm']}.csv.gz": measured, f"{point['prm']}.estimated.csv.gz": estimated}
    stages = ["Comptage Brut", "Comptage Estime"]
    return {
        name: gzip.compress(customer_space(point["prm"], point["direction"], stage, rows), 9, mtime=0)
        for (name, rows), stage in zip(files.items(), stages, strict=True)
        if rows
    }


def members() -> list[dict]:
    """Everyone who is a member at some time of the year, numbered from 1; later tenants come last."""
    listed = [("Roof owner", "signed")]
    listed += [(f"Office {n}", "paper" if n == 3 else "signed") for n in range(1, len(cast.OFFICES) + 1)]
    listed += [(f"Home {n}", cast.CONSENTS.get(n, "signed")) for n in range(1, len(cast.HOMES) + 1)]
    listed += [("Shop 2", "signed"), ("Solar home", "signed")]
    listed += [(f"Home {move.home}, next tenants", move.consent) for move in cast.MOVES]
    return [
        {"member": index, "name": name, "consent": consent, "wallet": consent == "signed"}
        for index, (name, consent) in enumerate(listed, 1)
    ]


def points(people: list[dict]) -> list[dict]:
    """Every point with its participations; an empty `to` means that it goes on."""
    index_of = {person["name"]: person["member"] for person in people}
    owners = {"Roof": "Roof owner", "Solar home roof": "Solar home", "Shop 1": f"Home {cast.SHOPKEEPER}"}
    labels = ["Roof"] + [f"Office {n}" for n in range(1, len(cast.OFFICES) + 1)]
    labels += [f"Home {n}" for n in range(1, len(cast.HOMES) + 1)]
    labels += ["Shop 1", "Shop 2", "Solar home", "Solar home roof"]
    moves = {f"Home {move.home}": move for move in cast.MOVES}
    listed = []
    for index, label in enumerate(labels):
        group = cast.BUILDING if label == "Roof" or label.startswith("Office") else cast.NEIGHBOURHOOD
        first = {"member": index_of[owners.get(label, label)], "group": group, "from": FIRST_DAY.isoformat(), "to": ""}
        participations = [first]
        if move := moves.get(label):
            first["to"] = move.left
            tenants = index_of[f"{label}, next tenants"]
            participations.append({"member": tenants, "group": group, "from": move.entered, "to": ""})
        roof = label.lower().endswith("roof")
        listed.append(
            {
                "point": index,
                "label": label,
                "prm": f"9900000{index + 1:07d}",
                "direction": "production" if roof else "consumption",
                "source": "solar" if roof else "none",
                "participations": participations,
            }
        )
    return listed


def rules(meters: list[dict], people: list[dict]) -> dict:
    """Key, tariff and conformity rules as the documents of those names."""
    producers = {point["label"]: point["point"] for point in meters if point["direction"] == "production"}
    roof_owner = next(person["member"] for person in people if person["name"] == "Roof owner")
    stages = [
        {"rule": rule, "group": group, "points": [], "producers": [], "weights": []} for rule, group in cast.KEY_STAGES
    ]
    prices = [(producers["Roof"], cast.ROOF_PRICE), (producers["Solar home roof"], cast.HOME_PRICE)]
    return {
        "key": {
            "schema": "daisee.key/1",
            "perProducer": False,
            "selfSharing": True,
            "coefficientDecimals": 0,
            "committer": "0x" + "0" * 40,
            "stages": stages,
        },
        "tariff": {
            "schema": "daisee.tariff/1",
            "bands": 1,
            "communityFeeMicroEuroPerKwh": cast.COMMUNITY_FEE,
            "windows": [],
            "prices": [{"producer": p, "group": 0, "band": 0, "microEuroPerKwh": price} for p, price in prices],
            "taxes": [],
            "vats": [
                {"issuer": 0, "bases": 4, "ppm": cast.VAT_PPM},
                {"issuer": roof_owner, "bases": 1, "ppm": cast.VAT_PPM},
            ],
        },
        "conformity": {
            "schema": "daisee.conformity/1",
            "timeZone": "Europe/Paris",
            "maximumPowerWatts": 100_000,
            "maximumPowerOfPoints": [],
            "maximumGapSeconds": 172_800,
            "maximumMissingPpm": 100_000,
            "maximumEstimatedPpm": 200_000,
            "treatments": {},
            "checks": {
                "implausible": {"factor": 20, "days": 8},
                "stuck": {"hours": 24},
                "dead": {"hours": 72},
                "twin": {"hours": 24},
                "register": {"wattHours": 1_000, "ppm": 10_000},
            },
        },
    }


def main() -> None:
    """Write the community and its curves."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--wheel", type=Path, help="a copy of the pinned SimBench wheel")
    parser.add_argument("--out", type=Path, default=ROOT / "scripts" / "villeurbanne")
    options = parser.parse_args()
    loads = {name for _, name in cast.OFFICES + cast.SHOPS} | set(cast.HOUSEHOLD_PROFILES) | {cast.SOLAR_HOME[1]}
    made = energies(profiles.read(obtain(options.wheel), loads, {cast.ROOF_PROFILE, cast.HOME_ROOF_PROFILE}))
    people = members()
    meters = points(people)
    ends = interval_ends()
    curves = options.out / "curves"
    curves.mkdir(parents=True, exist_ok=True)
    for old in curves.glob("*.csv.gz"):
        old.unlink()
    for point in meters:
        bad_days = [bad for bad in cast.BAD_DAYS if bad.point == point["label"]]
        written = curve_files(point, made[point["label"]], ends, bad_days)
        point["files"] = sorted(written)
        for name, data in written.items():
            (curves / name).write_bytes(data)
    groups = [(cast.BUILDING, "building"), (cast.NEIGHBOURHOOD, "neighbourhood")]
    community = {
        "name": "Villeurbanne",
        "timeZone": "Europe/Paris",
        "firstDay": FIRST_DAY.isoformat(),
        "lastDay": LAST_DAY.isoformat(),
        "stepSeconds": STEP,
        "groups": [{"group": group, "name": name} for group, name in groups],
        "members": people,
        "points": meters,
        **rules(meters, people),
    }
    (options.out / "community.json").write_text(json.dumps(community, indent=2, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
