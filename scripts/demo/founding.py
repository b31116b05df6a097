"""The month before: the community is deployed, its founders enrol with consents, points are declared, euros come in."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from eth_account import Account
from eth_utils import keccak
from web3 import Web3

from offchain_worker.chain import community as communities
from offchain_worker.chain.community import Community
from offchain_worker.chain.connection import Connection
from offchain_worker.chain.contract import abi_of
from offchain_worker.chain.transactions import Sender
from offchain_worker.domain.roster import Direction
from offchain_worker.jobs.program import program_hash
from offchain_worker.storage.identity import Identity
from scripts import deploy
from scripts.demo import calendar
from scripts.demo.cast import MeteringPoint, Neighbourhood, Person, Stay, identity_of
from scripts.demo.clock import Clock
from scripts.demo.voice import Voice

ROOT = Path(__file__).resolve().parents[2]
ZERO_ADDRESS = "0x" + "00" * 20
DAY = 86_400
CONSENT_KINDS = {"signed": 0, "paper": 1, "default_in": 2}
AGREEMENT = keccak(b"Community agreement of Villeurbanne (demonstration)")
YEARS_OF_CALENDAR = 10
TOKEN_UNITS_PER_CENT = 10_000


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


def consent(stage: Stage, person: Person, registry: str, nonce: int = 0) -> dict[str, Any]:
    """A person's consent: signed by the wallet for this registry, or the digest of a sheet of paper."""
    kind = CONSENT_KINDS[person.consent]
    if not person.wallet:
        digest = keccak(f"signed sheet of {person.name}".encode()) if person.consent == "paper" else AGREEMENT
        return {"wallet": ZERO_ADDRESS, "kind": kind, "digest": "0x" + digest.hex(), "signature": "0x"}
    identity = stage.identity(person.slug)
    signed = Account.sign_typed_data(
        identity.signing_key,
        domain_data={
            "name": "DAISEE CommunityRegistry",
            "version": "1",
            "chainId": stage.connection.chain_id,
            "verifyingContract": registry,
        },
        message_types={
            "Consent": [
                {"name": "agreement", "type": "bytes32"},
                {"name": "wallet", "type": "address"},
                {"name": "nonce", "type": "uint256"},
            ]
        },
        message_data={"agreement": AGREEMENT, "wallet": identity.address, "nonce": nonce},
    )
    return {
        "wallet": identity.address,
        "kind": kind,
        "digest": "0x" + AGREEMENT.hex(),
        "signature": "0x" + bytes(signed.signature).hex(),
    }


def legal_default_key() -> dict[str, Any]:
    """Pro rata of consumption for all: what the law gives a community that says nothing else."""
    stage = {"rule": "PRO_RATA", "group": 0, "points": [], "producers": [], "weights": []}
    return {
        "schema": "daisee.key/1",
        "perProducer": False,
        "selfSharing": True,
        "coefficientDecimals": 0,
        "committer": ZERO_ADDRESS,
        "stages": [stage],
    }


def plan(stage: Stage, deployer: str, nonce: int) -> dict[str, Any]:
    """What is to be deployed, with every founder's consent for the registry's predicted address."""
    registry = deploy.predicted_addresses(deployer, nonce)["CommunityRegistry"]
    conformity = json.dumps(stage.neighbourhood.conformity, sort_keys=True, separators=(",", ":"))
    return {
        "deployerNonce": nonce,
        "provider": stage.identity("provider").address,
        "gridOperator": stage.identity("operator").address,
        "auditors": [stage.identity("auditor").address],
        "agreement": "0x" + AGREEMENT.hex(),
        "replacementDelay": 14 * DAY,
        "votingAge": 30 * DAY,
        "founders": [consent(stage, person, registry) for person in stage.founders()],
        "votingDelay": DAY,
        "votingPeriod": 7 * DAY,
        "quorumPpm": 500_000,
        "lateQuorumExtension": 2 * DAY,
        "maximumProxies": 2,
        "doubleMajority": False,
        "notice": 3 * DAY,
        "key": legal_default_key(),
        "tariff": stage.neighbourhood.tariff,
        "conformity": conformity,
        "program": "0x" + program_hash().hex(),
        "stepSeconds": stage.neighbourhood.step_seconds,
        "firstPeriod": stage.period,
        "calendar": calendar.month_starts(stage.month, 12 * YEARS_OF_CALENDAR, stage.zone),
        "workers": [
            {"address": stage.identity(f"worker-{i}").address, "endpoint": f"http://127.0.0.1:{port}"}
            for i, port in enumerate(stage.ports, start=1)
        ],
        "quorum": 2,
        "reopenDelay": DAY,
        "challengeWindow": 3 * DAY,
        "reserveCents": 1_000,
    }


def deploy_community(stage: Stage) -> None:
    """Deploy through the Brownie script, in a process of its own."""
    deployer = Web3.to_checksum_address(stage.connection.web3.eth.accounts[0])
    nonce = stage.connection.web3.eth.get_transaction_count(deployer)
    written = stage.folder / "plan.json"
    written.write_text(json.dumps(plan(stage, deployer, nonce), indent=1), encoding="utf-8")
    with stage.voice.console.status("deploying with Brownie…"):
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "scripts.deploy",
                "--rpc",
                stage.url,
                "--plan",
                str(written),
                "--out",
                str(stage.folder / "deployment.json"),
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode != 0:
        raise SystemExit(f"error: the deployment failed\n{done.stdout}\n{done.stderr}")
    gas = json.loads(done.stdout.strip().splitlines()[-1])
    stage.voice.gas.update({f"deploy {name}": [amount] for name, amount in gas.items()})
    stage.members = {person.name: index for index, person in enumerate(stage.founders(), start=1)}
    kinds = [person.consent for person in stage.founders()]
    stage.voice.say(
        f"{len(kinds)} founders: {kinds.count('signed')} signed with their wallet, {kinds.count('paper')} on paper, "
        f"{kinds.count('default_in')} members by default."
    )


def publish_reading_keys(stage: Stage) -> None:
    """Everybody who will read something puts their public reading key on the chain."""
    names = ["provider", "operator", "auditor", *(f"worker-{i}" for i in range(1, len(stage.ports) + 1))]
    names += [person.slug for person in stage.founders() if person.wallet]
    registry = stage.community.registry
    for name in stage.voice.each(names, "reading keys"):
        identity = stage.identity(name)
        stage.clock.fill_purse(identity.address)
        call = registry.function("setEncryptionKey", identity.public_key)
        stage.voice.spent("publish a reading key", stage.sender(name).send(call))


def point_salt(point: MeteringPoint, stay: Stay) -> bytes:
    """The salt of a point's id while a stay lasts; owner and operator keep it."""
    return keccak(f"salt {point.meter} {stay.person.name}".encode())


def open_stay(stage: Stage, point: MeteringPoint, stay: Stay, start: int) -> None:
    """The provider declares who answers for the point from `start` on."""
    point_id = keccak(point_salt(point, stay) + point.meter.encode())
    arguments = (point.index, stage.members[stay.person.name], stay.group, start, point_id)
    call = stage.community.registry.function("openParticipation", *arguments)
    stage.voice.spent("open a participation", stage.sender("provider").send(call))


def declare_points(stage: Stage) -> None:
    """The provider declares the metering points and who answers for them."""
    registry = stage.community.registry
    for point in stage.voice.each(stage.neighbourhood.points, "points"):
        running = [stay for stay in point.stays if stage.runs_at(stay, stage.chain_start)]
        first = running[0] if running else point.stays[0]
        point_id = keccak(point_salt(point, first) + point.meter.encode())
        call = registry.function("addPoint", point_id, int(point.direction), int(point.source))
        stage.voice.spent("add a metering point", stage.sender("provider").send(call))
        for stay in running:
            open_stay(stage, point, stay, stage.chain_start)
    producing = sum(point.direction is Direction.PRODUCTION for point in stage.neighbourhood.points)
    stage.voice.say(
        f"{len(stage.neighbourhood.points)} metering points, {producing} of them producing; "
        "no real meter id is on the chain."
    )


def advance_of(label: str) -> int:
    """What a member pays in advance, in cents: offices and shops use more than homes."""
    if label.startswith("Office"):
        return 30_000
    return 15_000 if label.startswith("Shop") else 4_000


def pay(stage: Stage, name: str, function: str, *arguments: object, cents: int, step: str) -> None:
    """Print local euros for somebody, who then pays them into the ledger."""
    community = stage.community
    token = community.connection.web3.eth.contract(
        address=community.deployment.contracts["EuroToken"],  # type: ignore[arg-type]
        abi=abi_of("EuroToken"),
    )
    sender = stage.sender(name)
    units = cents * TOKEN_UNITS_PER_CENT
    sender.send(token.functions.mint(sender.address, units))
    sender.send(token.functions.approve(community.settlement.address, units))
    stage.voice.spent(step, sender.send(community.settlement.function(function, *arguments)))


def pay_in(stage: Stage) -> None:
    """Members pay an advance, by wallet or through their bank; the provider stands guarantee."""
    advances: dict[str, int] = {}
    for point in stage.neighbourhood.points:
        if point.direction is Direction.CONSUMPTION:
            for stay in point.stays:
                if stay.person.name in stage.members:
                    advances[stay.person.name] = advances.get(stay.person.name, 0) + advance_of(point.label)
    people = {person.name: person for person in stage.neighbourhood.people}
    for name, cents in stage.voice.each(advances.items(), "deposits"):
        if people[name].wallet:
            pay(stage, people[name].slug, "deposit", cents, cents=cents, step="deposit")
        else:
            reference = f"transfer member {stage.members[name]}".encode().ljust(32, b"\0")
            arguments = (stage.members[name], cents, reference)
            pay(stage, "provider", "depositFor", *arguments, cents=cents, step="deposit for a member by bank")
    guarantee = 100_000
    pay(stage, "provider", "depositGuarantee", guarantee, cents=guarantee, step="deposit the guarantee")
    total = sum(advances.values())
    stage.voice.say(f"{total / 100:,.2f} € paid in by {len(advances)} members, {guarantee / 100:,.2f} € guarantee.")
