"""What other rules would have done to a period: energy, euros and fairness under each, member by member.

The same readings and roster go through the engine once per key and tariff; nothing is booked. Like a settlement it is a
pure function of bytes: whoever reads the whole dataset computes the same documents, sealed for each member under keys
that follow from the dataset's secret and the question, so that a ballot can name one digest and every member opens
their own lines of it. The first rules, those in force, are what the others are compared with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from offchain_worker.domain import canonical, energy, fairness
from offchain_worker.domain import table as tables
from offchain_worker.domain.allocation import Allocation, share
from offchain_worker.domain.energy import Energies
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.invoice import PER_CENT, credits, debits, invoices
from offchain_worker.domain.key import AllocationKey
from offchain_worker.domain.pairs import by_lane, pairs
from offchain_worker.domain.roster import Direction, Roster
from offchain_worker.domain.table import Table, Weights
from offchain_worker.domain.tariff import Tariff
from offchain_worker.storage.encryption import DatasetSecret, Keys, decrypt_output, encrypt_output
from offchain_worker.storage.store import ContentStore, MemoryStore, get_large, put_large

from . import manifest as manifests
from .bands import bands
from .documents import hexed, unhexed
from .standardise import standardise
from .terms import Terms, check

SCHEMA, QUESTION = "daisee.what-ifs/1", "daisee.question/1"
MEMBER, COMMUNITY = "what-if", "what-if-community"


class QuestionInvalid(DaiseeError):
    """Rules that cannot be compared."""


@dataclass(frozen=True)
class Rules:
    """A key and the tariff beside it."""

    key: AllocationKey
    tariff: Tariff


@dataclass(frozen=True)
class Prices:
    """µ€/kWh that a member pays its supplier for the rest, and gets for production nobody took; 0 if not given."""

    supplier: int = 0
    feed_in: int = 0


@dataclass(frozen=True)
class MemberOutcome:
    """A member under a key: µkWh, and cents. `cost` is what all its electricity costs, community and supplier."""

    consumed: int
    produced: int
    bought: int
    sold: int
    debit: int
    credit: int
    cost: int


@dataclass(frozen=True)
class Outcome:
    """A period under some rules; `members` by index."""

    rules: Rules
    allocation: Allocation
    members: dict[int, MemberOutcome]


def outcome(
    roster: Roster,
    energies: Energies,
    lanes: npt.NDArray[np.uint8],
    rules: Rules,
    prices: Prices,
    table: Table | None = None,
) -> Outcome:
    """Compute a period under a key and a tariff; `energies` int64 µkWh (steps, columns of the roster).

    `lanes` are the tariff's bands, one a step; `table` is the period's committed one. Raises QuestionInvalid for a key with
    TABLE stages that the table is not made for, KeyInvalid for one that cannot be applied to this roster,
    TariffIncomplete for a sale without a price.
    """
    key, tariff = rules.key, rules.tariff
    consumption, production = (
        np.ascontiguousarray(energies[:, list(columns)]) for columns in (roster.consumption, roster.production)
    )
    for name, part in (("consumption", consumption), ("production", production)):
        if part.shape[1]:
            energy.check(part, name)
    found = share(consumption, production, key, roster, rows(key, table, len(energies)))
    issued = invoices(_paired(found, lanes, tariff.bands), roster, tariff)
    received, earned = debits(issued, roster.highest_member), credits(issued, roster.highest_member)
    whole = _sums(roster, energies)
    shared = np.zeros_like(energies)
    shared[:, list(roster.consumption)] = found.allocated
    shared[:, list(roster.production)] = found.sold
    got = _sums(roster, shared)
    members = {}
    for member in roster.members:
        consumed, bought = whole[Direction.CONSUMPTION][member], got[Direction.CONSUMPTION][member]
        produced, sold = whole[Direction.PRODUCTION][member], got[Direction.PRODUCTION][member]
        rest = _cents(consumed - bought, prices.supplier) - _cents(produced - sold, prices.feed_in)
        cost = received[member] - earned[member] + rest
        members[int(member)] = MemberOutcome(consumed, produced, bought, sold, received[member], earned[member], cost)
    return Outcome(rules, found, members)


def rows(key: AllocationKey, table: Table | None, steps: int) -> dict[int, Weights]:
    """The weights of a key's TABLE stages. Raises QuestionInvalid if the table is not this key's, TableInvalid."""
    if not key.tables:
        return {}
    if table is None or table.key_hash != key.hash():
        raise QuestionInvalid(
            "what if: a key with a TABLE stage can be tried for the months its rows are committed for"
        )
    return tables.rows_of(table, key, steps)


def _paired(found: Allocation, lanes: npt.NDArray[np.uint8], count: int) -> Energies:
    """Who bought how much of whom, µkWh (bands, consumption columns, production columns), as a settlement pairs them."""
    if found.by_producer is None:
        return pairs(by_lane(found.allocated, lanes, count), by_lane(found.sold, lanes, count))
    return np.stack([found.by_producer[lanes == lane].sum(axis=0) for lane in range(count)])


def _sums(roster: Roster, energies: Energies) -> dict[Direction, dict[int, int]]:
    """µkWh by direction and member."""
    totals = energies.sum(axis=0).tolist()
    found: dict[Direction, dict[int, int]] = {way: dict.fromkeys(roster.members, 0) for way in Direction}  # type: ignore[arg-type]
    for column, total in zip(roster.columns, totals, strict=True):
        found[column.direction][column.member] += total
    return found


def _cents(amount: int, price: int) -> int:
    return (amount * price + PER_CENT // 2) // PER_CENT


def compute(
    terms: Terms,
    program: bytes,
    manifest: bytes,
    secret: bytes,
    blocks: dict[bytes, bytes],
    tried: Sequence[Rules],
    prices: Prices,
) -> tuple[bytes, dict[bytes, bytes], list[Outcome]]:
    """Answer for a dataset: the digest of the `daisee.what-ifs/1` manifest, its artefacts, and the outcomes themselves.

    Raises what `settlement.compute` raises, and QuestionInvalid without two different keys or tariffs.
    """
    if len({(rules.key.hash(), rules.tariff.hash()) for rules in tried}) != len(tried) or len(tried) < 2:
        raise QuestionInvalid("what if: give two keys or more, each once; the first is what the others compare with")
    reader = DatasetSecret(secret)
    entries = check(terms, program, manifest).columns
    task = terms.task
    files = [manifests.raw_files(entry, reader, blocks) for entry in entries]
    readings = standardise(
        terms.roster, files, terms.conformity_rules, terms.tariff, reader, task.start, task.end, task.step_seconds
    ).readings
    zone = terms.conformity_rules.time_zone
    found = []
    for rules in tried:
        lanes = bands(rules.tariff, zone, task.start, task.step_seconds, task.steps)
        found.append(outcome(terms.roster, readings.energies, lanes, rules, prices, terms.table))
    store = MemoryStore()
    asked = store.put(_question(terms, tried, prices))

    def sealed(key: bytes, kind: str, document: bytes) -> list[str]:
        return [hexed(digest) for digest in put_large(store, encrypt_output(key, asked, kind, document))]

    listed = canonical.dumps(
        {
            "schema": SCHEMA,
            "question": hexed(asked),
            "members": [
                {"member": member, "blocks": sealed(reader.member(member), MEMBER, _member(asked, found, member))}
                for member in terms.roster.members
            ],
            "community": sealed(reader.community(), COMMUNITY, _community(asked, found)),
        }
    )
    return store.put(listed), store.blocks, found


def _question(terms: Terms, tried: Sequence[Rules], prices: Prices) -> bytes:
    task = terms.task
    return canonical.dumps(
        {
            "schema": QUESTION,
            "period": task.period,
            "revision": task.revision,
            "inputDigest": hexed(task.input_digest),
            "readingsRoot": hexed(task.readings_root),
            "rosterHash": hexed(task.roster_hash),
            "keys": [rules.key.to_json() for rules in tried],
            "tariffs": [rules.tariff.to_json() for rules in tried],
            "supplierMicroEuroPerKwh": str(prices.supplier),
            "feedInMicroEuroPerKwh": str(prices.feed_in),
        }
    )


def _member(asked: bytes, found: Sequence[Outcome], member: int) -> bytes:
    first = found[0].members[member]
    return canonical.dumps(
        {
            "schema": f"daisee.{MEMBER}/1",
            "question": hexed(asked),
            "member": member,
            "consumed": str(first.consumed),
            "produced": str(first.produced),
            "outcomes": [
                {
                    "keyHash": hexed(outcome.rules.key.hash()),
                    "tariffHash": hexed(outcome.rules.tariff.hash()),
                    **{
                        name: str(getattr(outcome.members[member], name))
                        for name in ("bought", "sold", "debit", "credit", "cost")
                    },
                }
                for outcome in found
            ],
        }
    )


def _community(asked: bytes, found: Sequence[Outcome]) -> bytes:
    first = found[0].members.values()
    return canonical.dumps(
        {
            "schema": f"daisee.{COMMUNITY}/1",
            "question": hexed(asked),
            "consumed": str(sum(member.consumed for member in first)),
            "produced": str(sum(member.produced for member in first)),
            "outcomes": [
                {
                    "keyHash": hexed(outcome.rules.key.hash()),
                    "tariffHash": hexed(outcome.rules.tariff.hash()),
                    "allocated": str(sum(member.bought for member in outcome.members.values())),
                    "invoiced": str(sum(member.debit for member in outcome.members.values())),
                    "cost": str(sum(member.cost for member in outcome.members.values())),
                    **dict(zip(("winners", "losers"), counted(found[0], outcome), strict=True)),
                    "fairness": fairness.of_shares(
                        (member.bought, member.sold, member.consumed, member.produced)
                        for member in outcome.members.values()
                    ),
                }
                for outcome in found
            ],
        }
    )


def counted(baseline: Outcome, outcome: Outcome) -> tuple[int, int]:
    """How many members pay less than under the baseline, and how many more."""
    changes = [outcome.members[member].cost - before.cost for member, before in baseline.members.items()]
    return sum(change < 0 for change in changes), sum(change > 0 for change in changes)


def question(store: ContentStore, digest: bytes) -> dict[str, Any]:
    """The `daisee.question/1` that the answer with this digest is to."""
    listed = canonical.loads(store.get(digest), SCHEMA, exact=True)
    return canonical.loads(store.get(unhexed(listed["question"])), QUESTION, exact=True)


def opened(store: ContentStore, digest: bytes, keys: Keys, member: int | None) -> dict[str, Any]:
    """A member's document, or the community's (None), of the answer with this digest; raises NotReadable, BlobMissing."""
    listed = canonical.loads(store.get(digest), SCHEMA, exact=True)
    asked = unhexed(listed["question"])
    if member is None:
        key, kind, blocks = keys.community(), COMMUNITY, listed["community"]
    else:
        mine = [entry["blocks"] for entry in listed["members"] if entry["member"] == member]
        if not mine:
            raise QuestionInvalid(f"what if: member {member} is not on the roster of that period")
        key, kind, blocks = keys.member(member), MEMBER, mine[0]
    data = decrypt_output(key, asked, kind, get_large(store, [unhexed(block) for block in blocks]), "the what-if")
    return canonical.loads(data, f"daisee.{kind}/1", exact=True)
