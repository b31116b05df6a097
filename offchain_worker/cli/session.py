"""What a verb needs to act: the community it acts on, the identity it acts as, the store it reads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import typer
from eth_account import Account

from offchain_worker.chain import deployment
from offchain_worker.chain.community import Community, connect
from offchain_worker.chain.transactions import GWEI, FeeCap, Sender
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.domain.quantities import PeriodId
from offchain_worker.storage import identity as identities
from offchain_worker.storage import keystore
from offchain_worker.storage.identity import Identity, IdentityError
from offchain_worker.storage.places import open_store
from offchain_worker.storage.store import ContentStore

from .settings import Settings, settings


class PeriodInvalid(DaiseeError):
    """A period's label is not a month."""


@dataclass(frozen=True)
class Session:
    """Settings turned into the things themselves."""

    settings: Settings

    @classmethod
    def of(cls, context: typer.Context) -> Session:
        """The session of a verb."""
        return cls(settings(context))

    @property
    def community(self) -> Community:
        """The community's contracts."""
        return connect(self.settings.need_rpc(), self.settings.need_deployment())

    @property
    def identity(self) -> Identity:
        """Who acts. Plain keys are taken for the local chain only."""
        path = self.settings.need_identity()
        if keystore.is_keystore(path):
            return _opened(path)
        found = identities.load(path)
        if self.settings.deployment is not None and not deployment.read(self.settings.deployment).local:
            raise IdentityError(
                f"{path} holds plain keys, which only the local chain may see; run: daisee identity seal {path} --out …"
            )
        return found

    @property
    def store(self) -> ContentStore:
        """The content store, or several as one."""
        return open_store(self.settings.need_store())

    def sender(self, community: Community) -> Sender:
        """Sends as the identity."""
        cap = FeeCap(None if self.settings.max_fee_gwei is None else self.settings.max_fee_gwei * GWEI)
        return Sender(community.connection, Account.from_key(self.identity.signing_key), cap)


@cache
def _opened(path: Path) -> Identity:
    """A keystore, whose password is asked for once a process."""
    return keystore.unseal(path)


def period_id(label: str) -> PeriodId:
    """`2016-06` or `201606` as the period's id. Raises PeriodInvalid."""
    digits = label.replace("-", "")
    if len(digits) != 6 or not digits.isdigit() or not 1 <= int(digits[4:]) <= 12 or label.count("-") > 1:
        raise PeriodInvalid(f"{label!r} is not a month: write it as 2016-06")
    return PeriodId(int(digits))


def period_label(period: int) -> str:
    """201606 as `2016-06`."""
    return f"{period // 100:04d}-{period % 100:02d}"


def euros(cents: int) -> str:
    """Cents as euros: `-1,234.56 €`."""
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}.{part:02d} €"


PeriodArgument = typer.Argument(help="The month, e.g. 2016-06")
