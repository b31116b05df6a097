"""Recompute and compare: what the chain says against what anybody can compute from it.

Three levels. *public*: chain and store alone, nothing decrypted. *member*: one's own curve to one's own bill. *full*:
everything recomputed by a reader of the whole dataset. A level contains the ones before it where the reader may.
"""

from __future__ import annotations

from collections.abc import Callable

from offchain_worker.chain.community import Community
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.quantities import PeriodId
from offchain_worker.jobs.program import program_hash
from offchain_worker.storage.identity import ReadingIdentity
from offchain_worker.storage.store import ContentStore

from . import full, member, money, operator, public, subject
from .checks import Check, Level, Protocol


class IdentityNeeded(DaiseeError):
    """A level that opens something needs an identity."""


def run(
    community: Community,
    store: ContentStore,
    period: PeriodId,
    level: Level,
    identity: ReadingIdentity | None = None,
    tell: Callable[[Check], None] = lambda _check: None,
    operator_allocation: bytes | None = None,
) -> Protocol:
    """Audit a period at a level; `tell` hears of each check as it is made.

    `operator_allocation` is the digest of the operator's own results, which member and full compare with ours.

    Raises NothingToAudit while there is no report, IdentityNeeded without keys for member or full, ChainUnavailable.
    """
    if level is not Level.PUBLIC and identity is None:
        raise IdentityNeeded(f"level {level} opens encrypted data: give the identity to open it with (--as)")
    if operator_allocation is not None and level is Level.PUBLIC:
        raise IdentityNeeded("the operator's results are encrypted: audit with --level member or full")
    protocol = Protocol(tell)
    subject_ = subject.read(community, store, period)
    public.check(subject_, protocol)
    money.check(subject_, protocol)
    if level is Level.MEMBER and identity is not None:
        member.check(subject_, protocol, identity)
    if level is Level.FULL and identity is not None:
        full.check(subject_, protocol, identity, program_hash())
    if operator_allocation is not None and identity is not None:
        operator.check(subject_, protocol, identity, level, operator_allocation)
    return protocol
