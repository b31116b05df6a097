"""Who is who: names, addresses, tax and bank numbers, from a file that stays on the provider's own machine.

Nothing of it is ever on chain or in the store. `daisee.parties/1` is JSON; each field is described below. Members are
by their index, points by theirs.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from offchain_worker.domain.errors import DaiseeError

from . import iban

Iban = Annotated[str, AfterValidator(lambda text: iban.iban(text) if text else text)]
Bic = Annotated[str, AfterValidator(lambda text: iban.bic(text) if text else text)]
CreditorIdentifier = Annotated[str, AfterValidator(lambda text: iban.creditor_identifier(text) if text else text)]


class PartiesUnusable(DaiseeError):
    """The file of parties cannot be read, or lacks what a document needs by law."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Mandate(_Model):
    """A SEPA mandate a member signed."""

    reference: str = Field(min_length=1, max_length=35, description="The mandate's reference, unique per creditor")
    signed_on: date = Field(alias="signedOn", description="The day it was signed")
    first: bool = Field(default=False, description="Whether the next collection is the first on it")


class Supplier(_Model):
    """What a member's own supplier charges: information for the comparison, never part of what is owed."""

    name: str = Field(default="", description="The supplier or offer, as it should be named")
    micro_euro_per_kwh: int = Field(
        alias="microEuroPerKwh", ge=0, lt=10**9, description="What a kWh it replaces costs, taxes included"
    )
    as_of: str = Field(default="", alias="asOf", pattern="^([0-9]{4}-[0-9]{2})?$", description="Month of this price")


class Party(_Model):
    """A person or firm on an invoice."""

    name: str = Field(min_length=1, max_length=140)
    address: tuple[str, ...] = Field(min_length=1, description="Lines of the postal address")
    registration: str = Field(default="", description="Registration number of a firm (SIREN, SIRET …), as printed")
    vat_number: str = Field(default="", alias="vatNumber", description="VAT number; needed by who charges VAT")
    vat_note: dict[str, str] = Field(
        default_factory=dict, alias="vatNote", description="Why no VAT is charged, by language (fr, en)"
    )
    professional: bool = Field(default=False, description="A firm: invoices between firms name penalties for delay")
    iban: Iban = ""
    bic: Bic = ""
    mandate: Mandate | None = None
    supplier: Supplier | None = None
    language: str = Field(default="", pattern="^(|fr|en)$", description="Language of this member's bills")


class Organiser(Party):
    """The legal entity that organises: it makes the invoices out on the producers' behalf and collects."""

    creditor_identifier: CreditorIdentifier = Field(default="", alias="creditorIdentifier")


class Parties(_Model):
    """`daisee.parties/1`."""

    schema_: str = Field(alias="schema", pattern="^daisee\\.parties/1$")
    community: Party = Field(description="Who issues the invoices of the community's fee (member 0)")
    organiser: Organiser
    members: dict[int, Party]
    points: dict[int, dict[str, str]] = Field(
        default_factory=dict, description="What a metering point is called on bills, by language"
    )
    groups: dict[int, dict[str, str]] = Field(
        default_factory=dict, description="What a group is called on bills, by language"
    )
    supplier: Supplier | None = Field(default=None, description="The comparison for who gives no price of their own")
    payment_days: int = Field(default=30, ge=0, le=60, alias="paymentDays", description="Days from issue to due date")
    late_penalty: dict[str, str] = Field(
        default_factory=dict, alias="latePenalty", description="Penalties for delay between firms, by language"
    )

    def of(self, member: int) -> Party:
        """The party with this index, 0 the community. Raises PartiesUnusable if the file does not name it."""
        if member == 0:
            return self.community
        if member not in self.members:
            raise PartiesUnusable(f"the parties file does not name member {member}: add it under `members`")
        return self.members[member]

    def names(self, what: str, lang: str) -> dict[int, str]:
        """The names of `points` or `groups` in a language, as far as there are any."""
        named: dict[int, dict[str, str]] = getattr(self, what)
        return {number: words[lang] for number, words in named.items() if lang in words}

    def supplier_of(self, member: int) -> Supplier | None:
        """What to compare this member's bill with, None if nobody gave a price."""
        return self.of(member).supplier or self.supplier


def parse(data: bytes, name: str) -> Parties:
    """Read a file of parties. Raises PartiesUnusable naming the file and the field."""
    try:
        return Parties.model_validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise PartiesUnusable(f"{name}: {place}: {first['msg']}") from error
    except iban.AccountInvalid as error:
        raise PartiesUnusable(f"{name}: {error}") from error


def load(path: Path) -> Parties:
    """Read the file at `path`. Raises PartiesUnusable."""
    try:
        return parse(path.read_bytes(), str(path))
    except OSError as error:
        raise PartiesUnusable(f"{path}: cannot be read ({error.strerror})") from error
