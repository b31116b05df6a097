"""`daisee bill list | show | export`: bills on paper; `bank` adds the files that go to the bank and come from it."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from offchain_worker.billing import corrections, documents, figures, paper, reading, tables
from offchain_worker.billing import parties as parties_module
from offchain_worker.billing.parties import Parties
from offchain_worker.billing.reading import PeriodBills
from offchain_worker.domain.errors import DaiseeError

from . import bank, files, output
from .bank import PartiesOption
from .session import PeriodArgument, Session, euros, period_id
from .settings import JsonOption
from .written import columns

app = typer.Typer(no_args_is_help=True, help="Bills on paper: invoices, credit notes, direct debits, bank statements.")


class Language(StrEnum):
    """A language bills are written in."""

    FR = "fr"
    EN = "en"


class Format(StrEnum):
    """A form a bill can take."""

    PDF = "pdf"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


class NothingToExport(DaiseeError):
    """No bill fits what was asked for."""


MemberOption = Annotated[int | None, typer.Option("--member", min=1, help="Only this member")]
LangOption = Annotated[Language | None, typer.Option("--lang", help="Language; default: each party's own, else fr")]


def _read(context: typer.Context, period: str) -> PeriodBills:
    session = Session.of(context)
    return reading.read(session.community, session.store, period_id(period), session.identity)


def _chosen(found: PeriodBills, member: int | None) -> list[int]:
    if member is not None and member not in found.bills:
        raise NothingToExport(f"{found.facts.period}: there is no bill of member {member}, or your keys do not open it")
    return sorted(found.bills) if member is None else [member]


@app.command("list")
def list_(context: typer.Context, period: Annotated[str, PeriodArgument], as_json: JsonOption = False) -> None:
    """Every bill of a settled period that your keys open, checked against the chain."""
    found = _read(context, period)
    rows = [
        {
            "member": member,
            "received": len(bill["received"]),
            "issued": len(bill["issued"]),
            "debit": int(bill["debit"]),
            "credit": int(bill["credit"]),
            "net": int(bill["net"]),
            "provisional": bill["provisional"],
        }
        for member, bill in sorted(found.bills.items())
    ]
    result = {"period": found.facts.period, "complete": found.complete, "community": found.facts.net[0], "bills": rows}

    def table(_: object) -> None:
        head = ("member", "received", "issued", "debit", "credit", "net", "")
        cells = [
            (
                str(row["member"]),
                str(row["received"]),
                str(row["issued"]),
                *(euros(row[name]) for name in ("debit", "credit", "net")),
                "provisional" if row["provisional"] else "",
            )
            for row in rows
        ]
        output.results.print("\n".join(columns([head, *cells])), markup=False, soft_wrap=True)
        if found.complete:
            output.results.print(
                f"The bills add up to what was booked; the community keeps {euros(found.facts.net[0])}."
            )

    output.emit(result, as_json, table)


@app.command()
def show(
    context: typer.Context,
    period: Annotated[str, PeriodArgument],
    member: Annotated[int, typer.Option("--member", min=1, help="The member's index")],
    parties: PartiesOption,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    """One member's statement: energy, invoices, balance, and what it would have cost without the community."""
    found, known = _read(context, period), parties_module.load(parties)
    _chosen(found, member)
    bill = found.bills[member]
    made = documents.invoices(found.facts, known, {member: bill})
    statement = documents.statement(found.facts, known, bill, made)
    language = _language(known, member, lang)

    def lines(_: object) -> None:
        rows = [("invoice", "", "euros")]
        rows += [(d["number"], d["name"], figures.euros(-int(d["total"]), language)) for d in statement["received"]]
        rows += [(d["number"], d["name"], figures.euros(int(d["total"]), language)) for d in statement["issued"]]
        rows.append(("balance", statement["party"]["name"], figures.euros(int(statement["net"]), language)))
        output.results.print("\n".join(columns(rows)), markup=False, soft_wrap=True)
        if statement["comparison"]:
            cost, saved = (figures.euros(int(statement["comparison"][name]), language) for name in ("cost", "saved"))
            output.results.print(f"Without the community: {cost}; saved {saved}.", markup=False, soft_wrap=True)
        if statement["missingSteps"]:
            output.results.print(f"Provisional: {statement['missingSteps']} steps were not read and count 0.")
        if statement["repairedSteps"]:
            output.results.print(f"Provisional: {statement['repairedSteps']} steps were repaired as the rules say.")

    output.emit({"statement": statement, "invoices": made}, as_json, lines)


@app.command()
def export(
    context: typer.Context,
    period: Annotated[str, PeriodArgument],
    parties: PartiesOption,
    out: Annotated[Path, typer.Option("--out", help="Folder for the files")],
    member: MemberOption = None,
    form: Annotated[Format, typer.Option("--format", help="The form of the bills")] = Format.PDF,
    lang: LangOption = None,
    previous: Annotated[
        Path | None,
        typer.Option("--previous", help="Folder of an earlier revision's --format json: makes credit notes"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Write bills: a PDF or JSON file per member, or all lines in one CSV or XLSX table."""
    found, known = _read(context, period), parties_module.load(parties)
    chosen = _chosen(found, member)
    made = documents.invoices(found.facts, known, found.bills)
    standing = made
    if previous is not None:
        earlier = _earlier(previous)
        made = corrections.corrections(earlier, made)
        standing = corrections.standing(earlier, made)
    written = render(found, known, chosen, made, standing, form, lang)
    if not written:
        raise NothingToExport(f"{found.facts.period}: no invoice of these members to write")
    files.write(out, written)
    result = {"period": found.facts.period, "files": sorted(written), "documents": len(made)}
    output.emit(result, as_json, lambda r: output.results.print(f"{len(r['files'])} files in {out}", soft_wrap=True))


def render(
    found: PeriodBills,
    known: Parties,
    chosen: list[int],
    made: list[dict[str, Any]],
    standing: list[dict[str, Any]],
    form: Format,
    lang: Language | None,
) -> dict[str, bytes]:
    """The files of these members, by name: the documents `made` now, and statements of all that are in `standing`."""
    label, written = found.facts.period, {}
    if form in (Format.CSV, Format.XLSX):
        concerned = [d for d in made if {d["issuer"]["member"], d["receiver"]["member"]} & set(chosen)]
        make = tables.lines_csv if form is Format.CSV else tables.lines_xlsx
        language = lang.value if lang else "fr"
        return {f"{label}-lines.{form.value}": make(concerned, language)} if concerned else {}
    for member in chosen:
        statement = documents.statement(found.facts, known, found.bills[member], standing)
        received = [d for d in made if d["receiver"]["member"] == member]
        issued = [d for d in made if d["issuer"]["member"] == member]
        name = f"{label}-member-{member:03d}"
        if form is Format.JSON:
            content = {"statement": statement, "received": received, "issued": issued}
            written[f"{name}.json"] = (
                json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
            ).encode()
            continue
        language = _language(known, member, lang)
        written[f"{name}.pdf"] = paper.pdf([statement, *received], language)
        if issued:
            written[f"{name}-issued.pdf"] = paper.pdf(issued, language)
    return written


def _language(known: Parties, member: int, lang: Language | None) -> str:
    return lang.value if lang else known.of(member).language or Language.FR.value


def _earlier(folder: Path) -> list[dict[str, Any]]:
    """The invoices in the JSON files of an earlier export, once each."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*-member-*.json")):
        try:
            content = json.loads(files.opened(path))
            invoices = [*content["received"], *content["issued"]]
        except (ValueError, KeyError, TypeError) as error:
            raise files.FileUnusable(f"{path}: is not what `bill export --format json` writes") from error
        found |= {document["number"]: document for document in invoices if document["kind"] == documents.INVOICE}
    if not found:
        raise files.FileUnusable(f"{folder}: no invoices there; export the earlier revision with --format json")
    return list(found.values())


app.command()(bank.sepa)
app.command("bank-import")(bank.bank_import)
