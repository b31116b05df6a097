"""Bills as tables: CSV for programs, XLSX for people; exact figures, one row a line, the same bytes each time."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from offchain_worker.domain.quantities import PPM

from .paper import line_words
from .words import WORDS

HEAD = (
    "number",
    "kind",
    "corrects",
    "provisional",
    "issued_on",
    "due_on",
    "period",
    "revision",
    "issuer",
    "issuer_name",
    "receiver",
    "receiver_name",
    "line",
    "production_point",
    "consumption_point",
    "band",
    "text",
    "kwh",
    "price",
    "base",
    "euros",
)
"""`price` is €/kWh, on VAT lines the rate as a fraction; `base` is what VAT is charged on."""
NUMBERS = frozenset({"kwh", "price", "base", "euros"})


def lines_csv(documents: Sequence[dict[str, Any]], lang: str) -> bytes:
    """Every line of these invoices and credit notes, UTF-8 with a comma and a decimal point."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(HEAD)
    for document in documents:
        rows.writerows(_rows(document, lang))
    return out.getvalue().encode()


def lines_xlsx(documents: Sequence[dict[str, Any]], lang: str) -> bytes:
    """The same rows in a workbook, with a sheet of totals; figures are numbers that a spreadsheet can add up."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    dated = documents[0]["issuedOn"] if documents else "1980-01-01"
    book.set_properties({"created": datetime.fromisoformat(dated).replace(tzinfo=UTC)})
    formats = {
        "kwh": book.add_format({"num_format": "#,##0.000000"}),
        "price": book.add_format({"num_format": "0.000000"}),
        "base": book.add_format({"num_format": "#,##0.00"}),
        "euros": book.add_format({"num_format": "#,##0.00"}),
    }
    bold = book.add_format({"bold": True, "bottom": 1})
    totals = book.add_worksheet(WORDS[lang]["invoice"] + "s")
    fields = ("number", "kind", "corrects", "provisional", "issuedOn", "dueOn")
    totals.write_row(0, 0, [*fields, "issuer", "receiver", "without_vat", "vat", "total"], bold)
    for at, document in enumerate(documents, start=1):
        parties = [document[role]["name"] for role in ("issuer", "receiver")]
        totals.write_row(at, 0, [*(document[field] for field in fields), *parties])
        vat = sum(int(entry["cents"]) for entry in document["vat"])
        for place, cents in enumerate((int(document["withoutVat"]), vat, int(document["total"])), start=8):
            totals.write_number(at, place, cents / 100, formats["euros"])
    totals.autofilter(0, 0, max(1, len(documents)), 10)
    totals.set_column(0, 7, 18)
    lines = book.add_worksheet("lines")
    lines.write_row(0, 0, HEAD, bold)
    rows = [row for document in documents for row in _rows(document, lang)]
    for at, row in enumerate(rows, start=1):
        for place, (name, value) in enumerate(zip(HEAD, row, strict=True)):
            if name in NUMBERS and value:
                lines.write_number(at, place, float(value), formats[name])
            else:
                lines.write(at, place, value)
    lines.set_column(0, len(HEAD) - 1, 16)
    for sheet in (totals, lines):
        sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def _rows(document: dict[str, Any], lang: str) -> list[list[Any]]:
    head = [
        document["number"],
        document["kind"],
        document["corrects"],
        "yes" if document["provisional"] else "no",
        document["issuedOn"],
        document["dueOn"],
        document["period"]["label"],
        document["period"]["revision"],
        document["issuer"]["member"],
        document["issuer"]["name"],
        document["receiver"]["member"],
        document["receiver"]["name"],
    ]
    return [[*head, *_cells(line, lang)] for line in document["lines"]]


def _cells(line: dict[str, Any], lang: str) -> list[Any]:
    places = [line[name] if line[name] >= 0 else "" for name in ("productionPoint", "consumptionPoint", "band")]
    vat = line["kind"] == "vat"
    energy = "" if vat else _decimal(int(line["energy"]), PPM)
    base = _decimal(int(line["base"]), 100) if vat else ""
    price, cents = _decimal(int(line["price"]), PPM), _decimal(int(line["cents"]), 100)
    return [line["kind"], *places, line_words(line, lang), energy, price, base, cents]


def _decimal(value: int, unit: int) -> str:
    whole, part = divmod(abs(value), unit)
    return f"{'-' if value < 0 else ''}{whole}.{part:0{len(str(unit)) - 1}d}"
