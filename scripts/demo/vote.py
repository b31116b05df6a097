"""An open vote for whoever opens the app: a relayer, a proposal with pinned what-ifs that workers confirmed, first ballots."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from offchain_worker.chain import ballots, relay_client
from offchain_worker.chain.ballots import Ballot, SignedBallot
from offchain_worker.chain.governor import Proposal, Support
from offchain_worker.domain import presets
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.presets import Parameters, Preset
from scripts.demo import calendar
from scripts.demo.month import daisee
from scripts.demo.stage import ROOT, Stage

QUESTION = "Partager l'énergie locale à parts égales entre nous tous ? / Share the local energy equally among us all?"
RELAYER = "relayer"
SUPPLIER = "0.115"
"""€/kWh of the example supplier, see scripts/villeurbanne/README.md."""
WAITING = 8
"""So many members with a wallet have not voted yet: somebody must be left to."""
SECONDS_A_BATCH = 1.0


@contextmanager
def relaying(stage: Stage) -> Iterator[subprocess.Popen[bytes]]:
    """A relayer at the address the settings name, as a process of its own, paid by an account of its own."""
    stage.clock.fill_purse(stage.identity(RELAYER).address)
    command = [sys.executable, "-m", "offchain_worker.cli.main", "--config", str(stage.folder / "daisee.toml")]
    command += ["--as", str(stage.folder / "identities" / f"{RELAYER}.json"), "relay"]
    command += ["--state", str(stage.folder / RELAYER), "--port", str(stage.relay_port)]
    command += ["--seconds", str(SECONDS_A_BATCH)]
    with (stage.folder / "relayer.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_for(stage, process)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(stage: Stage, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{stage.relay_url}/relay", timeout=2).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise SystemExit(f"error: the relayer does not answer; see {stage.folder / 'relayer.log'}")


def propose(
    stage: Stage,
    name: str,
    key: AllocationKey,
    question: str,
    effective_from: int,
    answers: Sequence[str] = (),
    confirmed: Sequence[Path] = (),
) -> Proposal:
    """Somebody proposes a key by the command line; the proposal it became."""
    file = stage.folder / "proposed-key.json"
    file.write_text(key.to_json(), encoding="utf-8")
    arguments = ["--from", str(effective_from)]
    arguments += [part for digest in answers for part in ("--what-if", digest)]
    arguments += [part for document in confirmed for part in ("--confirmed", str(document))]
    daisee(stage, name, "propose", "key", str(file), "--description", question, *arguments)
    return stage.community.governor.proposals()[-1]


def pin_answer(stage: Stage, key: AllocationKey, workers: Sequence[int]) -> tuple[str, list[Path]]:
    """The provider pins what the key would have done to the month; workers compute it again and sign it."""
    file = stage.folder / "asked-key.json"
    file.write_text(key.to_json(), encoding="utf-8")
    asked = ("--key", str(file), "--supplier-price", SUPPLIER, "--pin", stage.label, "--json")
    digest = str(json.loads(daisee(stage, "provider", "simulate", *asked))["digest"])
    confirmed = [stage.folder / f"confirmed-{number}.json" for number in workers]
    running = []
    for number, file in zip(workers, confirmed, strict=True):
        command = [
            sys.executable,
            "-m",
            "offchain_worker.cli.main",
            "--quiet",
            "--config",
            str(stage.folder / "daisee.toml"),
        ]
        command += ["--as", str(stage.folder / "identities" / f"worker-{number}.json"), "simulate", "--confirm", digest]
        with file.open("wb") as out:
            running.append(subprocess.Popen(command, cwd=ROOT, stdout=out))
    if any([process.wait() for process in running]):
        raise SystemExit("error: a worker computed another answer to the proposal's question")
    return digest, confirmed


def signed_ballot(stage: Stage, name: str, proposal: Proposal, support: Support, reason: str = "") -> SignedBallot:
    """Somebody's signed ballot with their next nonce."""
    governor, identity = stage.community.governor, stage.identity(name)
    nonce = governor.next_nonce(proposal.identifier, identity.address)
    ballot = Ballot(proposal.identifier, int(support), identity.address, nonce, reason)
    return ballots.sign(ballot, stage.community.deployment.chain_id, governor.address, identity.signing_key)


def hand_in(stage: Stage, given: Sequence[SignedBallot]) -> None:
    """Hand ballots to the relayer and wait until they count."""
    for ballot in given:
        relay_client.post(stage.relay_url, ballot)
    deadline = time.monotonic() + 60
    for ballot in given:
        while (found := relay_client.state(stage.relay_url, ballot.identifier)).state != "counted":
            if found.state == "dropped" or time.monotonic() > deadline:
                raise SystemExit(f"error: the relayer {found.state} a ballot {found.message}".rstrip())
            time.sleep(0.2)


def next_month_start(stage: Stage) -> int:
    """The first local month that a vote begun now can change."""
    governor, rules = stage.community.governor, stage.community.rules
    waits = governor.call("votingDelay") + governor.call("votingPeriod") + rules.call("notice")
    month = stage.month
    while calendar.midnight(month, stage.zone) < stage.clock.now + waits:
        month = calendar.next_month(month)
    return calendar.midnight(month, stage.zone)


def open_for_everybody(stage: Stage) -> Proposal:
    """A proposal everybody can vote on in the app, with the ballots of some members already in."""
    voice = stage.voice
    key = presets.preset(Preset.EGALITARIAN, Parameters())
    digest, confirmed = pin_answer(stage, key, (1, 2))
    voice.say(f"The provider pinned what it would have done in {stage.label}; workers 1 and 2 computed it again.")
    voters = [person.slug for person in stage.founders() if person.wallet]
    proposal = propose(stage, voters[-1], key, QUESTION, next_month_start(stage), [digest], confirmed)
    stage.clock.advance_to(proposal.vote_start + 1)
    given = [
        signed_ballot(stage, name, proposal, Support.AGAINST if at % 3 == 0 else Support.FOR)
        for at, name in enumerate(reversed(voters[:-1]))
        if at < len(voters) - 1 - WAITING
    ]
    hand_in(stage, given)
    tally = stage.community.governor.tally(proposal)
    voice.say(f"«{QUESTION}» is open: {tally.in_favour} for, {tally.against} against by {len(given)} signed ballots,")
    voice.say(f"sent in batches by the relayer at {stage.relay_url}. Vote in the app with the demo wallet.")
    return proposal
