"""The month before: the community is deployed, its founders publish reading keys, points are declared, euros come in."""

from __future__ import annotations

import json
import subprocess
import sys

from eth_utils import keccak
from web3 import Web3

from offchain_worker.chain.contract import abi_of
from offchain_worker.domain.roster import Direction
from scripts.demo import charter
from scripts.demo.cast import MeteringPoint, Stay
from scripts.demo.stage import ROOT, Stage

TOKEN_UNITS_PER_CENT = 10_000


def deploy_community(stage: Stage) -> None:
    """Deploy through the Brownie script, in a process of its own."""
    deployer = Web3.to_checksum_address(stage.connection.web3.eth.accounts[0])
    nonce = stage.connection.web3.eth.get_transaction_count(deployer)
    written = stage.folder / "plan.json"
    written.write_text(json.dumps(charter.plan(stage, deployer, nonce), indent=1), encoding="utf-8")
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
