"""Invoices, statements and credit notes: they add up by hand, to the settlement's vector, and are numbered without gaps."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from offchain_worker.billing import corrections, documents, reading
from offchain_worker.billing.corrections import CorrectionInvalid
from offchain_worker.billing.parties import PartiesUnusable
from offchain_worker.billing.reading import BillDiffers, PeriodBills
from tests.billing import neighbours as n


def test_invoices__of_everybody__are_the_hand_made_ones() -> None:
    """6 kWh to the shop's users each, 1.8 kWh to Dan (0.05 in 36 half-hours), at 0.10 € and 20 % VAT, fee 0.01 €."""
    made = [(d["number"], d["withoutVat"], [v["cents"] for v in d["vat"]], d["total"]) for d in n.invoices()]
    assert made == [
        ("F00-2016-06-0001", "6", [], "6"),
        ("F00-2016-06-0002", "6", [], "6"),
        ("F00-2016-06-0003", "2", [], "2"),
        ("F01-2016-06-0001", "60", ["12"], "72"),
        ("F01-2016-06-0002", "60", ["12"], "72"),
        ("F01-2016-06-0003", "18", ["4"], "22"),
    ]


def test_invoices__summed_by_member__are_the_settlements_vector() -> None:
    settled, _ = n.settled()
    net = [0] * len(settled.net)
    for document in n.invoices():
        net[document["issuer"]["member"]] += int(document["total"])
        net[document["receiver"]["member"]] -= int(document["total"])
    assert tuple(net) == settled.net == (14, 166, -78, -78, -24)


def test_invoices__every_line__is_quantity_times_price_half_up() -> None:
    for document in n.invoices():
        lines = document["lines"]
        assert sum(int(line["cents"]) for line in lines) == int(document["total"])
        for line in lines:
            if line["kind"] == "vat":
                assert int(line["cents"]) == (int(line["base"]) * int(line["price"]) * 2 + 10**6) // (2 * 10**6)
            else:
                assert int(line["cents"]) == (int(line["energy"]) * int(line["price"]) + 5 * 10**9) // 10**10


def test_invoice__legal_fields__are_all_there() -> None:
    document = n.invoices()[3]
    assert document["issuer"]["name"] == "Alice Ångström"
    assert document["issuer"]["vatNumber"] == "FR40303265045"
    assert document["receiver"]["address"] == ["1 rue de l'Église", "69100 Villeurbanne"]
    assert document["organiser"]["name"] == "PMO d'Essai"
    assert document["onBehalf"]
    assert (document["issuedOn"], document["dueOn"]) == ("2016-07-03", "2016-08-02")
    assert document["period"] == {
        "label": "2016-06",
        "revision": 0,
        "from": "2016-06-01",
        "to": "2016-06-02",
        "timeZone": "Europe/Paris",
    }
    assert document["tariff"]["fr"] == ["panneaux d'Alice : 0,1000\u00a0€/kWh.", "TVA 20\u202f% sur l'énergie."]
    assert document["key"]["en"][0].startswith(
        "The local production is shared among the consumers of the building group"
    )
    assert document["proof"]["billsRoot"] == "0x" + n.settled()[0].bills_root.hex()


def test_invoice__without_vat__says_why() -> None:
    assert n.invoices()[0]["vatNote"] == n.NO_VAT
    assert n.invoices()[3]["vatNote"] == {}


def test_invoice__without_vat_and_without_a_reason__is_refused() -> None:
    bare = n.parties().model_copy(update={"community": n.parties().community.model_copy(update={"vat_note": {}})})
    with pytest.raises(PartiesUnusable, match="the community invoices without VAT: say why"):
        documents.invoices(n.facts(), bare, n.settled()[1])


def test_invoice__vat_without_a_vat_number__is_refused() -> None:
    alice = n.parties().members[1].model_copy(update={"vat_number": ""})
    bare = n.parties().model_copy(update={"members": {**n.parties().members, 1: alice}})
    with pytest.raises(PartiesUnusable, match="member 1 charges VAT: give its `vatNumber`"):
        documents.invoices(n.facts(), bare, n.settled()[1])


def test_invoice__member_the_file_does_not_name__is_refused() -> None:
    members = {index: party for index, party in n.parties().members.items() if index != 4}
    with pytest.raises(PartiesUnusable, match="does not name member 4"):
        documents.invoices(n.facts(), n.parties().model_copy(update={"members": members}), n.settled()[1])


def test_invoice__of_a_member_with_missing_readings__is_provisional() -> None:
    flags = {d["number"]: d["provisional"] for d in n.invoices()}
    assert [number for number, flag in flags.items() if flag] == ["F00-2016-06-0003", "F01-2016-06-0003"]


def test_statement__of_dan__compares_with_his_supplier() -> None:
    """1.8 kWh at 0.15 € is 0.27 €; the community took 0.22 € and 0.02 €."""
    statement = documents.statement(n.facts(), n.parties(), n.settled()[1][4], n.invoices())
    assert statement["comparison"] == {
        "supplier": "EDF Tarif Bleu",
        "asOf": "2016-06",
        "price": "150000",
        "energy": "1800000",
        "cost": "27",
        "paid": "24",
        "saved": "3",
    }
    assert (statement["net"], statement["missingSteps"], statement["provisional"]) == ("-24", 4, True)
    assert sum(int(d["total"]) for d in statement["received"]) == 24


def test_statement__of_the_producer__counts_no_energy_of_her_own() -> None:
    statement = documents.statement(n.facts(), n.parties(), n.settled()[1][1], n.invoices())
    assert statement["comparison"] == {}
    assert [d["number"] for d in statement["issued"]] == [f"F01-2016-06-000{i}" for i in (1, 2, 3)]


def test_statement__of_alice__counts_what_she_takes_of_her_own_panels() -> None:
    """8 kWh local to her flat and no invoice received, so all of it is of her panels."""
    bill = n.settled()[1][1]
    assert bill["received"] == []
    assert documents.statement(n.facts(), n.parties(), bill, n.invoices())["ownEnergy"] == "8000000"
    of_bob = documents.statement(n.facts(), n.parties(), n.settled()[1][2], n.invoices())
    assert of_bob["ownEnergy"] == "0"


def test_statement__payment__is_by_mandate_where_there_is_one() -> None:
    found = {
        member: documents.statement(n.facts(2), n.parties(), n.settled()[1][member], n.invoices())["payment"]
        for member in (2, 3)
    }
    assert found == {
        2: {"reference": "DAISEE-2016-06-R2-M2", "mandate": "", "creditor": ""},
        3: {"reference": "DAISEE-2016-06-R2-M3", "mandate": "M-3", "creditor": "FR72ZZZ123456"},
    }


def later() -> list[dict[str, Any]]:
    """Revision 1: Dan's readings came, so he bought 2 kWh, and his bills are final."""
    bills = deepcopy(n.settled()[1])
    bills[4] |= {"provisional": False, "reasons": []}
    for way, owner in (("received", 4), ("issued", 1)):
        for entry in bills[owner][way]:
            if entry["receiver"] == 4 and entry["issuer"] == 1:
                entry["lines"][0] |= {"energy": "2000000", "cents": "20"}
                entry["lines"][1] |= {"cents": "4", "base": "20"}
                entry["total"] = "24"
    return documents.invoices(n.facts(revision=1), n.parties(), bills)


def test_corrections__of_a_revision__cancel_and_replace_what_changed_only() -> None:
    made = corrections.corrections(n.invoices(), later())
    assert [(d["number"], d["kind"], d["corrects"] or d["replaces"], d["total"]) for d in made] == [
        ("A00-2016-06-R1-0001", "credit-note", "F00-2016-06-0003", "-2"),
        ("F00-2016-06-R1-0001", "invoice", "F00-2016-06-0003", "2"),
        ("A01-2016-06-R1-0001", "credit-note", "F01-2016-06-0003", "-22"),
        ("F01-2016-06-R1-0001", "invoice", "F01-2016-06-0003", "24"),
    ]
    assert not any(d["provisional"] for d in made)


def test_corrections__with_what_they_correct__sum_to_the_revision() -> None:
    made = corrections.corrections(n.invoices(), later())
    total = sum(int(d["total"]) for d in [*n.invoices(), *made])
    assert total == sum(int(d["total"]) for d in later())
    in_force = corrections.standing(n.invoices(), made)
    assert sum(int(d["total"]) for d in in_force) == total
    for note in (d for d in made if d["kind"] == "credit-note"):
        assert sum(int(line["cents"]) for line in note["lines"]) == int(note["total"]) < 0


def test_corrections__of_the_same_revision__are_refused() -> None:
    with pytest.raises(CorrectionInvalid, match="revision 0 does not follow 0"):
        corrections.corrections(n.invoices(), n.invoices())


def test_check__complete_bills__are_what_was_booked() -> None:
    reading.check(n.period())


def test_check__a_vector_that_differs__is_refused_with_both_figures() -> None:
    found = n.period()
    wrong = replace(found.facts, net=(*found.facts.net[:4], -25))
    with pytest.raises(BillDiffers, match="member 4's bill is -24, booked -25 cents"):
        reading.check(PeriodBills(wrong, found.bills, True))


def test_check__a_bill_that_is_missing__is_refused() -> None:
    found = n.period()
    some = {member: bill for member, bill in found.bills.items() if member != 3}
    with pytest.raises(BillDiffers, match=r"members without a bill: \[3\]"):
        reading.check(PeriodBills(found.facts, some, True))


def test_check__a_gap_in_the_numbers__is_refused() -> None:
    bills = deepcopy(n.settled()[1])
    bills[1]["issued"][1]["number"] = 7
    with pytest.raises(BillDiffers, match="invoices of member 1 are not numbered from 1 without a gap"):
        reading.check(PeriodBills(n.facts(), bills, True))
