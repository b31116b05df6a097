"""Invoices, credit notes and statements as JSON documents: pure functions of the attested bills and the parties.

`Σ lines = total` in every document, and a member's statement is the sum of the invoices received and issued. Numbers
run from 1 without gaps per issuer, period and revision: `F03-2016-06-0001` is the first invoice of member 3, `F00-…`
are the community's. A revision's documents carry its number (`F03-2016-06-R1-0001`), and so do the credit notes
(`A03-2016-06-R1-0001`) that cancel what it replaces.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from offchain_worker.domain import key as keys

from . import figures
from .direct_debit import end_to_end_id
from .parties import Organiser, Parties, PartiesUnusable, Party
from .reading import Facts
from .words import LANGUAGES, tariff_words

INVOICE, CREDIT_NOTE = "invoice", "credit-note"
INVOICE_SCHEMA, STATEMENT_SCHEMA = "daisee.invoice/1", "daisee.statement/1"
MICRO_EURO_MICRO_KWH_PER_CENT = 10**10


def invoice(facts: Facts, parties: Parties, entry: dict[str, Any], provisional: bool) -> dict[str, Any]:
    """The document of one invoice of a bill (`entry` as in `daisee.bill/1`).

    Raises PartiesUnusable if the parties file lacks what the law wants on it.
    """
    issuer, receiver = parties.of(entry["issuer"]), parties.of(entry["receiver"])
    vats = [line for line in entry["lines"] if line["kind"] == "vat"]
    _check_vat(entry["issuer"], issuer, bool(vats))
    net = sum(int(line["cents"]) for line in entry["lines"] if line["kind"] != "vat")
    return {
        "schema": INVOICE_SCHEMA,
        "kind": INVOICE,
        "number": numbered("F", entry["issuer"], facts, entry["number"]),
        "corrects": "",
        "replaces": "",
        "provisional": provisional,
        "issuedOn": figures.local_day(facts.settled_at, facts.time_zone),
        "dueOn": _due(facts, parties),
        "period": _period(facts),
        "issuer": {"member": entry["issuer"], **_party(issuer)},
        "receiver": {"member": entry["receiver"], **_party(receiver)},
        "organiser": _party(parties.organiser),
        "onBehalf": entry["issuer"] != 0,
        "lines": [_line(facts, parties, entry, line) for line in entry["lines"]],
        "withoutVat": str(net),
        "vat": [{"ppm": int(line["price"]), "base": line["base"], "cents": line["cents"]} for line in vats],
        "vatNote": {} if vats else dict(issuer.vat_note),
        "latePenalty": dict(parties.late_penalty) if issuer.professional and receiver.professional else {},
        "total": entry["total"],
        **_terms(facts, parties, entry["issuer"]),
        "proof": _proof(facts),
    }


def invoices(facts: Facts, parties: Parties, bills: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """Every invoice these bills name, once each, by issuer and receiver; `bills` by member.

    An invoice is provisional if its receiver's bill is known to be; a member sees that of its own bill only.
    """
    found: dict[tuple[int, int], dict[str, Any]] = {}
    for bill in bills.values():
        for entry in bill["received"] + bill["issued"]:
            pair = (entry["issuer"], entry["receiver"])
            receiver = bills.get(entry["receiver"])
            found[pair] = invoice(facts, parties, entry, bool(receiver and receiver["provisional"]))
    return [found[pair] for pair in sorted(found)]


def statement(facts: Facts, parties: Parties, bill: dict[str, Any], invoices: list[dict[str, Any]]) -> dict[str, Any]:
    """A member's bill of a period in one document: energy, invoices, balance, comparison, proof."""
    member = bill["member"]
    of = {way: [d for d in invoices if d[role]["member"] == member] for way, role in _ROLES.items()}
    return {
        "schema": STATEMENT_SCHEMA,
        "member": member,
        "party": _party(parties.of(member)),
        "organiser": _party(parties.organiser),
        "community": parties.community.name,
        "period": _period(facts),
        "issuedOn": figures.local_day(facts.settled_at, facts.time_zone),
        "dueOn": _due(facts, parties),
        "provisional": bill["provisional"],
        "missingSteps": sum(reason["steps"] for reason in bill["reasons"] if reason["code"] == "missing"),
        "repairedSteps": sum(reason["steps"] for reason in bill["reasons"] if reason["code"] == "repaired"),
        "columns": [{**column, "name": parties.points.get(column["point"], {})} for column in bill["columns"]],
        "received": [_summary(document, "issuer") for document in of["received"]],
        "issued": [_summary(document, "receiver") for document in of["issued"]],
        "debit": bill["debit"],
        "credit": bill["credit"],
        "net": bill["net"],
        "comparison": comparison(parties, bill),
        "ownEnergy": str(own_energy(bill)),
        "payment": _payment(facts, parties, member),
        "key": {lang: keys.describe(facts.key, lang, parties.names("groups", lang)) for lang in LANGUAGES},
        "proof": _proof(facts) | {"leaf": bill["leaf"], "salt": bill["salt"], "siblings": bill["proof"]},
    }


_ROLES = {"received": "receiver", "issued": "issuer"}


def comparison(parties: Parties, bill: dict[str, Any]) -> dict[str, str]:
    """What the energy bought of others would have cost at the supplier's price; empty without a price or a purchase."""
    supplier = parties.supplier_of(bill["member"])
    lines = [line for entry in bill["received"] for line in entry["lines"] if line["kind"] == "energy"]
    energy = sum(int(line["energy"]) for line in lines)
    if supplier is None or not energy:
        return {}
    cost = (energy * supplier.micro_euro_per_kwh + MICRO_EURO_MICRO_KWH_PER_CENT // 2) // MICRO_EURO_MICRO_KWH_PER_CENT
    return {
        "supplier": supplier.name,
        "asOf": supplier.as_of,
        "price": str(supplier.micro_euro_per_kwh),
        "energy": str(energy),
        "cost": str(cost),
        "paid": bill["debit"],
        "saved": str(cost - int(bill["debit"])),
    }


def own_energy(bill: dict[str, Any]) -> int:
    """Energy a member took of its own production, µkWh: shared with itself, so on no invoice."""
    taken = sum(int(column["local"]) for column in bill["columns"] if column["direction"] == "consumption")
    lines = [line for entry in bill["received"] for line in entry["lines"] if line["kind"] == "energy"]
    return taken - sum(int(line["energy"]) for line in lines)


def _payment(facts: Facts, parties: Parties, member: int) -> dict[str, str]:
    """What a payment of this bill carries, and the mandate it is collected by where there is one."""
    mandate = parties.of(member).mandate if parties.of(member).iban else None
    return {
        "reference": end_to_end_id(facts.period, facts.revision, member),
        "mandate": mandate.reference if mandate else "",
        "creditor": parties.organiser.creditor_identifier if mandate else "",
    }


def numbered(letter: str, issuer: int, facts: Facts, count: int) -> str:
    """A document's number: letter, issuer, period, revision where there is one, and the place in the sequence."""
    return number(letter, issuer, _period(facts), count)


def number(letter: str, issuer: int, period: dict[str, Any], count: int) -> str:
    revision = f"-R{period['revision']}" if period["revision"] else ""
    return f"{letter}{issuer:02d}-{period['label']}{revision}-{count:04d}"


def _check_vat(member: int, issuer: Party, charged: bool) -> None:
    who = f"member {member}" if member else "the community"
    if charged and not issuer.vat_number:
        raise PartiesUnusable(f"{who} charges VAT: give its `vatNumber` in the parties file")
    if not charged and not all(issuer.vat_note.get(lang) for lang in LANGUAGES):
        raise PartiesUnusable(f"{who} invoices without VAT: say why in `vatNote` (fr and en) of the parties file")


def _due(facts: Facts, parties: Parties) -> str:
    issued_on = date.fromisoformat(figures.local_day(facts.settled_at, facts.time_zone))
    return (issued_on + timedelta(days=parties.payment_days)).isoformat()


def _period(facts: Facts) -> dict[str, Any]:
    return {
        "label": facts.period,
        "revision": facts.revision,
        "from": figures.local_day(facts.start, facts.time_zone),
        "to": figures.local_day(facts.end - 1, facts.time_zone),
        "timeZone": facts.time_zone,
    }


def _party(party: Party) -> dict[str, Any]:
    found = {
        "name": party.name,
        "address": list(party.address),
        "registration": party.registration,
        "vatNumber": party.vat_number,
        "professional": party.professional,
    }
    if isinstance(party, Organiser):
        found["iban"] = party.iban
    return found


def _line(facts: Facts, parties: Parties, entry: dict[str, Any], line: dict[str, Any]) -> dict[str, Any]:
    """A line with points and their names in place of the roster's columns."""
    columns = facts.roster.columns
    places = {
        side: columns[line[f"{side}Column"]].point if line[f"{side}Column"] >= 0 else -1
        for side in ("production", "consumption")
    }
    buying = {columns[at].point for at in facts.roster.consumption if columns[at].member == entry["receiver"]}
    return {
        "kind": line["kind"],
        "name": line["name"],
        "productionPoint": places["production"],
        "productionName": parties.points.get(places["production"], {}),
        "consumptionPoint": places["consumption"],
        "consumptionName": parties.points.get(places["consumption"], {}),
        "namePoint": len(buying) > 1 and places["consumption"] >= 0,
        "band": line["band"] if facts.tariff.bands > 1 else -1,
        **{name: line[name] for name in ("energy", "price", "cents", "base")},
    }


def _terms(facts: Facts, parties: Parties, issuer: int) -> dict[str, Any]:
    """Key and tariff in words, with their hashes."""
    columns = facts.roster.columns
    producers = {columns[at].point for at in facts.roster.production if columns[at].member == issuer}
    return {
        "key": {lang: keys.describe(facts.key, lang, parties.names("groups", lang)) for lang in LANGUAGES},
        "keyHash": "0x" + facts.key.hash().hex(),
        "tariff": {
            lang: tariff_words(
                facts.tariff, lang, issuer, producers, parties.names("points", lang), parties.names("groups", lang)
            )
            for lang in LANGUAGES
        },
        "tariffHash": "0x" + facts.tariff.hash().hex(),
    }


def _summary(document: dict[str, Any], role: str) -> dict[str, Any]:
    return {"number": document["number"], "name": document[role]["name"], "total": document["total"]}


def _proof(facts: Facts) -> dict[str, Any]:
    return {
        "chainId": facts.chain_id,
        "settlement": facts.settlement,
        "transaction": facts.transaction,
        "taskId": "0x" + facts.task_id.hex(),
        "resultDigest": "0x" + facts.result_digest.hex(),
        "billsRoot": "0x" + facts.bills_root.hex(),
    }
