"""The four neighbours of `tests.jobs.neighbourhood`, settled, with the parties that their bills name."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from offchain_worker.billing import documents
from offchain_worker.billing.parties import Parties, parse
from offchain_worker.billing.reading import Facts, PeriodBills
from offchain_worker.domain import canonical
from offchain_worker.domain.report import Settlement, TaskKind
from offchain_worker.jobs import artefacts, settlement
from tests.jobs import neighbourhood

SETTLED_AT = 1467540000  # 3 July 2016, 10:00 UTC
NO_VAT = {"fr": "TVA non applicable, art. 293 B du CGI", "en": "VAT not applicable, art. 293 B CGI"}
IBANS = ("FR1420041010050500013M02606", "DE89370400440532013000", "ES9121000418450200051332")


def party(name: str, **more: Any) -> dict[str, Any]:
    """A party with an address."""
    return {"name": name, "address": ["1 rue de l'Église", "69100 Villeurbanne"], **more}


def parties_document() -> dict[str, Any]:
    """`daisee.parties/1` of the neighbours."""
    return {
        "schema": "daisee.parties/1",
        "community": party("Communauté d'Essai", vatNote=NO_VAT),
        "organiser": party("PMO d'Essai", iban=IBANS[0], bic="PSSTFRPPPAR", creditorIdentifier="FR72ZZZ123456"),
        "members": {
            "1": party("Alice Ångström", vatNumber="FR40303265045"),
            "2": party("Bob's Café", professional=True),
            "3": party("Carol Łukasiewicz", iban=IBANS[1], mandate={"reference": "M-3", "signedOn": "2016-01-05"}),
            "4": party("Dan Œuvrard", iban=IBANS[2], mandate={"reference": "M-4", "signedOn": "2016-02-01"}),
        },
        "points": {
            "1": {"fr": "la boutique", "en": "the shop"},
            "2": {"fr": "l'appartement", "en": "the flat"},
            "3": {"fr": "panneaux d'Alice", "en": "Alice's panels"},
        },
        "groups": {"1": {"fr": "immeuble", "en": "building"}, "2": {"fr": "voisinage", "en": "neighbourhood"}},
        "supplier": {"name": "EDF Tarif Bleu", "microEuroPerKwh": 150000, "asOf": "2016-06"},
    }


@cache
def parties() -> Parties:
    return parse(json.dumps(parties_document()).encode(), "parties.json")


@cache
def settled() -> tuple[Settlement, dict[int, dict[str, Any]]]:
    """The settlement and everybody's bill."""
    made = neighbourhood.published()
    terms = neighbourhood.terms(TaskKind.SETTLEMENT, made)
    blocks = made.blocks
    outcome = settlement.compute(terms, neighbourhood.PROGRAM, made.manifest, neighbourhood.SECRET.secret, blocks)
    found = outcome.details.settlement
    bills = {
        member: canonical.loads(artefacts.bill(found, member, outcome.details.standardised.curves), "daisee.bill/1")
        for member in found.roster.members
    }
    return found, bills


def facts(revision: int = 0) -> Facts:
    found, _ = settled()
    return Facts(
        period="2016-06",
        revision=revision,
        start=neighbourhood.START,
        end=neighbourhood.END,
        time_zone="Europe/Paris",
        settled_at=SETTLED_AT,
        chain_id=neighbourhood.CHAIN,
        settlement="0x" + "5e" * 20,
        transaction="0x" + "ab" * 32,
        task_id=found.task_id,
        result_digest=bytes(32),
        bills_root=found.bills_root,
        leaves=len(found.bill_leaves),
        key=neighbourhood.KEY,
        tariff=neighbourhood.TARIFF,
        roster=neighbourhood.ROSTER,
        net=found.net,
    )


def period() -> PeriodBills:
    """What `reading.read` gives a reader of everything."""
    return PeriodBills(facts(), settled()[1], True)


def invoices() -> list[dict[str, Any]]:
    return documents.invoices(facts(), parties(), settled()[1])
