"""The collector: asks the workers for their answers, checks every one, and submits when enough of them agree.

Anyone may run it; it needs no trust. An answer counts if its signature is its worker's, for this task, by the program
the rules name. Answers are grouped by what they say; the smaller groups are named with the fields they differ in.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import structlog

from offchain_worker.chain.community import Community
from offchain_worker.chain.errors import ContractRefused
from offchain_worker.chain.hub import OpenTask
from offchain_worker.chain.hub import Worker as Seat
from offchain_worker.chain.transactions import Sender
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.jobs.documents import report_json

from . import answer as answers
from .answer import Answer, AnswerInvalid, Hub
from .duties import unanswered
from .errors import Disagreement

log = structlog.get_logger()

ANSWER_BYTES = 64 * 1024
ASK_SECONDS = 5.0
NO_ANSWER_YET = "no answer yet"
ANSWERED_BY_OTHERS = "HubTaskAnswered"
OVERTAKEN = ("HubTaskSuperseded", "HubWorkerSetChanged")
"""The hub's refusals of a task that a newer dataset, attempt or worker set has overtaken."""

Ask = Callable[[Seat, bytes], bytes | None]
"""Asks a worker for its answer to a task; None while it has none. Raises DaiseeError if it cannot be asked."""


class WorkerSilent(DaiseeError):
    """A worker's HTTP face does not answer as it should."""


@dataclass(frozen=True)
class Ballot:
    """What the workers say about one task: groups of (seat, answer) by report, the largest first, and who is silent."""

    groups: tuple[tuple[tuple[Seat, Answer], ...], ...]
    silent: tuple[tuple[Seat, str], ...]

    @property
    def leading(self) -> tuple[tuple[Seat, Answer], ...]:
        """The largest group, empty if nobody has answered."""
        return self.groups[0] if self.groups else ()


def ask_over_http(seat: Seat, task_id: bytes) -> bytes | None:
    """Ask a worker's HTTP face; reads at most 64 KiB in 5 s, follows no redirect, uses no proxy, unpacks nothing."""
    url = f"{seat.endpoint.rstrip('/')}/attestations/0x{task_id.hex()}"
    deadline = time.monotonic() + ASK_SECONDS
    try:
        with (
            httpx.Client(timeout=ASK_SECONDS, trust_env=False, headers={"Accept-Encoding": "identity"}) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code == httpx.codes.NOT_FOUND:
                return None
            if response.status_code != httpx.codes.OK:
                raise WorkerSilent(f"{url} answers {response.status_code}")
            data = b""
            for part in response.iter_raw():
                data += part
                if time.monotonic() > deadline:
                    raise WorkerSilent(f"{url} takes longer than {ASK_SECONDS:.0f} s")
                if len(data) > ANSWER_BYTES:
                    raise WorkerSilent(f"{url} sends more than {ANSWER_BYTES} bytes")
            return data
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise WorkerSilent(f"{url} does not answer ({type(error).__name__})") from error


def collect(seats: list[Seat], hub: Hub, task_id: bytes, program: bytes, ask: Ask = ask_over_http) -> Ballot:
    """Ask every active worker at once, check what they answer, group it by report."""

    def one(seat: Seat) -> Answer | str:
        try:
            document = ask(seat, task_id)
            return NO_ANSWER_YET if document is None else checked(answers.loads(document), seat, hub, task_id, program)
        except DaiseeError as error:
            return str(error)

    active = [seat for seat in seats if seat.active]
    with ThreadPoolExecutor(max_workers=max(1, len(active))) as pool:
        found = list(zip(active, pool.map(one, active), strict=True))
    groups: dict[bytes, list[tuple[Seat, Answer]]] = {}
    for seat, said in found:
        if isinstance(said, Answer):
            groups.setdefault(said.report_hash, []).append((seat, said))
    ordered = sorted(groups.values(), key=lambda group: (-len(group), group[0][0].index))
    silent = tuple((seat, said) for seat, said in found if isinstance(said, str))
    return Ballot(tuple(tuple(group) for group in ordered), silent)


def checked(answer: Answer, seat: Seat, hub: Hub, task_id: bytes, program: bytes) -> Answer:
    """The answer, if it is this worker's, to this task, by this program; AnswerInvalid otherwise."""
    if answer.task_id != task_id:
        raise AnswerInvalid(f"the answer is to task 0x{answer.task_id.hex()}")
    if answer.program != program:
        raise AnswerInvalid(f"it runs program 0x{answer.program.hex()}, the rules name 0x{program.hex()}")
    signer = answer.signer(hub)
    if signer.lower() != seat.address.lower():
        raise AnswerInvalid(f"the signature is {signer}'s")
    return answer


def differences(ballot: Ballot) -> list[str]:
    """One line per worker outside the leading group: who says what else."""
    if not ballot.leading:
        return []
    wanted = report_json(ballot.leading[0][1].report)
    lines = []
    for group in ballot.groups[1:]:
        for seat, answer in group:
            said = report_json(answer.report)
            fields = [name for name in said if said[name] != wanted.get(name)]
            shown = ", ".join(f"{name} {said[name]} instead of {wanted.get(name)}" for name in fields)
            lines.append(f"worker {seat.index} ({seat.address}) disagrees: {shown}")
    return lines


class Collector:
    """Collects and submits for a community; `sender` without an account only tries (a dry run)."""

    def __init__(self, community: Community, sender: Sender, ask: Ask = ask_over_http, confirmations: int = 0) -> None:
        self.community = community
        self.sender = sender
        self.ask = ask
        self.confirmations = confirmations
        self._said: set[str] = set()

    def cycle(self) -> int:
        """Look at every unanswered task once, submit those with a quorum; returns the number of the block read at.

        Raises Disagreement when no report can reach the quorum any more.
        """
        block = max(0, self.community.connection.stamp().number - self.confirmations)
        for open_task in unanswered(self.community.hub.tasks(block)):
            self.collect_one(open_task, block)
        return block

    def collect_one(self, open_task: OpenTask, block: int) -> bool:
        """Collect for one task; True if its quorum was reached and the report submitted (or would be, in a dry run)."""
        hub = Hub(self.community.deployment.chain_id, self.community.hub.address)
        program = self.community.rules.hashes_at(open_task.task.start, block).program
        seats = self.community.hub.workers(block)
        quorum = self.community.hub.quorum(block)
        ballot = collect(seats, hub, open_task.task_id, program, self.ask)
        for seat, reason in ballot.silent:
            if reason != NO_ANSWER_YET:
                self._say("a worker is silent", f"worker {seat.index} ({seat.address}): {reason}")
        for line in differences(ballot):
            self._say("workers disagree", line)
        if len(ballot.leading) >= quorum:
            return self._submit(open_task, ballot)
        if ballot.groups and len(ballot.leading) + len(ballot.silent) < quorum:
            raise Disagreement(
                f"{open_task.task.kind.name.lower()} of {open_task.task.period}: no report can reach the quorum of "
                f"{quorum}; " + "; ".join(differences(ballot))
            )
        return False

    def _submit(self, open_task: OpenTask, ballot: Ballot) -> bool:
        task, report = open_task.task, ballot.leading[0][1].report
        signatures = [(seat.index, answer.r, answer.vs) for seat, answer in ballot.leading]
        name = f"submit{answers.kind(report).capitalize()}"
        try:
            self.sender.send(self.community.hub.function(name, task.abi(), report.abi(), signatures))
        except ContractRefused as error:
            if error.name in OVERTAKEN:
                self._say("the task is overtaken", str(error))
                return False
            if error.name != ANSWERED_BY_OTHERS:
                raise
            log.info("answered already", task="0x" + open_task.task_id.hex())
        return True

    def _say(self, event: str, line: str) -> None:
        """Log a line once."""
        if line not in self._said:
            self._said.add(line)
            log.warning(event, said=line)
