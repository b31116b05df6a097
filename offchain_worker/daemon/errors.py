"""What a worker or collector does about trouble: one table, read top down.

`STOP` ends the process (a person must look), `REFUSE` leaves this task alone and goes on with others, `TRY_AGAIN` waits
and repeats the cycle. What the table does not list stops the process: nobody has thought about it yet.
"""

from __future__ import annotations

from enum import Enum

from offchain_worker.chain.errors import ChainUnavailable, ContractRefused, DeploymentInvalid, FeeTooHigh, RulesUnknown
from offchain_worker.domain.errors import (
    DaiseeError,
    DocumentInvalid,
    EnergyInvalid,
    MoneyTooLarge,
    SettlementRefused,
    TableInvalid,
    TariffIncomplete,
)
from offchain_worker.jobs.manifest import ManifestInvalid
from offchain_worker.jobs.terms import TermsDiffer
from offchain_worker.meters import MeterFileError, RangeInvalid, UnknownTimeZone
from offchain_worker.storage.encryption import Undecryptable
from offchain_worker.storage.envelopes import EnvelopeError
from offchain_worker.storage.identity import IdentityError
from offchain_worker.storage.store import BlobCorrupt, BlobMissing, StoreUnavailable


class Next(Enum):
    """What to do after an error."""

    STOP = "stop"
    REFUSE = "refuse the task"
    TRY_AGAIN = "try again"


class ProgramDiffers(DaiseeError):
    """The period's rules name another program than the one that runs."""


class NotInTheSet(DaiseeError):
    """The task is not for this worker."""


class Disagreement(DaiseeError):
    """Workers computed different results, so that no quorum can be reached, or the quorum is against this worker."""


TABLE: tuple[tuple[type[DaiseeError], Next], ...] = (
    (Disagreement, Next.STOP),
    (IdentityError, Next.STOP),
    (DeploymentInvalid, Next.STOP),
    (ProgramDiffers, Next.REFUSE),
    (NotInTheSet, Next.REFUSE),
    (TermsDiffer, Next.REFUSE),
    (ManifestInvalid, Next.REFUSE),
    (Undecryptable, Next.REFUSE),
    # What follows is wrong in the dataset or the rules, for every worker alike: better ones make a new task.
    (DocumentInvalid, Next.REFUSE),
    (MeterFileError, Next.REFUSE),
    (RangeInvalid, Next.REFUSE),
    (UnknownTimeZone, Next.REFUSE),
    (SettlementRefused, Next.REFUSE),
    (EnergyInvalid, Next.REFUSE),
    (TariffIncomplete, Next.REFUSE),
    (TableInvalid, Next.REFUSE),  # its committer may have committed anything
    (MoneyTooLarge, Next.REFUSE),
    (ChainUnavailable, Next.TRY_AGAIN),
    (FeeTooHigh, Next.TRY_AGAIN),
    (ContractRefused, Next.TRY_AGAIN),  # the chain moved between our reading and our sending
    (RulesUnknown, Next.TRY_AGAIN),  # the node has not indexed the event yet
    (StoreUnavailable, Next.TRY_AGAIN),
    (BlobMissing, Next.TRY_AGAIN),  # not pinned yet
    (BlobCorrupt, Next.TRY_AGAIN),  # an intact copy may replace it
    (EnvelopeError, Next.TRY_AGAIN),  # access may be granted later
)


def next_after(error: DaiseeError) -> Next:
    """What the table says about an error."""
    return next((what for kind, what in TABLE if isinstance(error, kind)), Next.STOP)
