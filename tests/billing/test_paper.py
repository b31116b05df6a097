"""PDF, CSV and XLSX: they open, say what the documents say, and have the same hash on every run."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from offchain_worker.billing import corrections, documents, paper, tables
from tests.billing import neighbours as n

ROOT = Path(__file__).resolve().parents[2]
PRINT_HASH = """
from hashlib import sha256
from offchain_worker.billing import paper, tables
from tests.billing import neighbours as n
print(sha256(paper.pdf(n.invoices(), "fr")).hexdigest(), sha256(tables.lines_xlsx(n.invoices(), "fr")).hexdigest())
"""


def statement(member: int) -> list[dict[str, object]]:
    invoices = n.invoices()
    bill = n.settled()[1][member]
    received = [d for d in invoices if d["receiver"]["member"] == member]
    return [documents.statement(n.facts(), n.parties(), bill, invoices), *received]


def text_of(data: bytes, path: Path) -> str:
    """The text of a PDF, as a reader shows it."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (poppler-utils)")
    path.write_bytes(data)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.replace("\u00a0", " ").replace("\u202f", " ").split())


def test_pdf__french_bill__reads_with_accents_and_euros(tmp_path: Path) -> None:
    text = text_of(paper.pdf(statement(4), "fr"), tmp_path / "bill.pdf")
    for said in (
        "Communauté d'Essai · juin 2016",
        "Dan Œuvrard",
        "À payer : 0,24 €",
        "Provisoire : 4 pas de votre consommation n'ont pas été relevés",
        "1,800 kWh achetés à vos voisins auraient coûté 0,27 € chez EDF Tarif Bleu (0,1500 €/kWh, juin 2016)",
        "Vous économisez 0,03 €.",
        "Facture N° F01-2016-06-0003",
        "Électricité locale : panneaux d'Alice 1,800 0,1000 €/kWh 0,18 €",
        "TVA 20 % sur 0,18 € 0,04 €",
        "Total TTC 0,22 €",
        "TVA non applicable, art. 293 B du CGI",
        "Établie au nom et pour le compte de l'émetteur par PMO d'Essai",
        "La production locale est répartie entre les consommateurs du groupe immeuble",
        "À payer : 0,24 € Débité de votre compte dans la communauté le 3 juillet 2016. Prélèvement bancaire prévu le "
        "2 août 2016 par PMO d'Essai : mandat M-4, créancier FR72ZZZ123456, référence DAISEE-2016-06-R0-M4.",
        "Nature de l'opération : livraison de biens (électricité).",
        "Nature de l'opération : prestation de services.",
        "Facture F01-2016-06-0003 page 1/1",
        f"Empreinte de la clé 0x{n.facts().key.hash().hex()} Empreinte du tarif 0x{n.facts().tariff.hash().hex()}",
    ):
        assert said in text


def test_pdf__bill_with_repaired_steps__says_so_and_not_that_they_count_zero(tmp_path: Path) -> None:
    invoices, repaired = n.invoices(), [{"column": 3, "code": "repaired", "steps": 4}]
    bill = {**n.settled()[1][4], "reasons": repaired}
    document = documents.statement(n.facts(), n.parties(), bill, invoices)
    assert (document["missingSteps"], document["repairedSteps"]) == (0, 4)
    text = text_of(paper.pdf([document], "fr"), tmp_path / "bill.pdf")
    assert "Provisoire : 4 pas ont été réparés comme le disent les règles votées" in text
    assert "comptent pour zéro" not in text


def test_pdf__english_bill__reads_with_names_of_other_alphabets(tmp_path: Path) -> None:
    text = text_of(paper.pdf(statement(3), "en"), tmp_path / "bill.pdf")
    for said in ("Carol Łukasiewicz", "To pay: €0.78", "Invoice No. F01-2016-06-0002", "VAT 20% on €0.60 €0.12"):
        assert said in text


def test_pdf__member_without_a_mandate__is_told_the_account_and_the_reference(tmp_path: Path) -> None:
    text = text_of(paper.pdf(statement(2), "fr"), tmp_path / "bill.pdf")
    way = (
        "avant le 2 août 2016 à PMO d'Essai, FR14 2004 1010 0505 0001 3M02 606, avec la référence DAISEE-2016-06-R0-M2."
    )
    assert way in text
    bare = [{**document, "organiser": {**document["organiser"], "iban": ""}} for document in statement(2)]
    text = text_of(paper.pdf(bare, "en"), tmp_path / "bill.pdf")
    assert "pay PMO d'Essai the difference by 2 August 2016, with the reference DAISEE-2016-06-R0-M2." in text


def test_pdf__invoice_of_many_lines__counts_its_own_pages(tmp_path: Path) -> None:
    one, *others = n.invoices()
    many = {**one, "lines": one["lines"][:1] * 60}
    text = text_of(paper.pdf([many, *others], "fr"), tmp_path / "bills.pdf")
    number = one["number"]
    assert f"Facture {number} page 1/2" in text and f"Facture {number} page 2/2" in text
    assert [text.count(f"Facture {document['number']} page 1/1") for document in (one, *others)] == [0] + [1] * 5


def test_pdf__credit_note__names_what_it_cancels(tmp_path: Path) -> None:
    old = n.invoices()[5]
    now = {**old, "period": {**old["period"], "revision": 1}, "provisional": False}
    note = corrections.corrections([old], [now])[0]
    text = text_of(paper.pdf([note], "fr"), tmp_path / "note.pdf")
    for said in ("Avoir N° A01-2016-06-R1-0001", "Annule la facture F01-2016-06-0003", "Total TTC de l'avoir −0,22 €"):
        assert said in text


def test_pdf__structure__is_a_dated_pdf_with_embedded_fonts() -> None:
    data = paper.pdf(n.invoices(), "fr")
    assert data.startswith(b"%PDF-1.") and data.rstrip().endswith(b"%%EOF")
    assert data.count(b"/FontFile2") == 2
    assert b"/CreationDate (D:20160703000000Z" in data
    assert b"/Lang (fr)" in data


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_bytes__made_twice__are_the_same(lang: str) -> None:
    for make in (paper.pdf, tables.lines_csv, tables.lines_xlsx):
        first, second = (sha256(make(n.invoices(), lang)).hexdigest() for _ in range(2))
        assert first == second


def test_bytes__of_another_process_place_and_time_zone__are_the_same(tmp_path: Path) -> None:
    environment = {"PYTHONPATH": str(ROOT), "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONHASHSEED": "7", "HOME": "/"}
    command = [sys.executable, "-c", PRINT_HASH]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    here = [sha256(make(n.invoices(), "fr")).hexdigest() for make in (paper.pdf, tables.lines_xlsx)]
    assert done.stdout.split() == here


def test_csv__lines__add_up_to_the_invoices() -> None:
    rows = list(csv.DictReader(io.StringIO(tables.lines_csv(n.invoices(), "en").decode())))
    for document in n.invoices():
        cents = [int(row["euros"].replace(".", "")) for row in rows if row["number"] == document["number"]]
        assert sum(cents) == int(document["total"])
    assert rows[3]["kwh"] == "6.000000"
    assert rows[3]["text"] == "Local electricity: Alice's panels"


def test_xlsx__is_a_workbook__with_numbers_not_text() -> None:
    with zipfile.ZipFile(io.BytesIO(tables.lines_xlsx(n.invoices(), "fr"))) as book:
        assert book.testzip() is None
        totals = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>0.72</v>" in totals
    assert totals.count("<row ") == 7
