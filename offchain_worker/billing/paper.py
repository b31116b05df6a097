"""Statements, invoices and credit notes as PDF: made from their JSON documents alone, the same bytes each time.

A file is dated as its first document is.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from . import figures
from .documents import CREDIT_NOTE
from .sheet import GRID, LEFT, LOCAL, SOFT, WARNING, WIDTH, Sheet
from .words import WORDS


def pdf(documents: Sequence[dict[str, Any]], lang: str) -> bytes:
    """One PDF of these documents (`daisee.statement/1`, `daisee.invoice/1`), each on pages of its own that it counts.

    Dated as the first one is. Drawn on the guess that each takes one page, and again if that was wrong.
    """
    paper = _drawn(documents, lang, [1] * len(documents))
    data, lengths = paper.output(), paper.counted
    return bytes(data if paper.lengths == lengths else _drawn(documents, lang, lengths).output())


def _drawn(documents: Sequence[dict[str, Any]], lang: str, lengths: list[int]) -> Sheet:
    """The sheet with every document on it; `lengths` are the pages they are said to have."""
    first = documents[0]
    say = WORDS[lang]
    author = first["organiser"]["name"]
    title = (
        f"{say[first['kind']]} {first['number']}" if "number" in first else f"{say['statement']} {_month(first, lang)}"
    )
    paper = Sheet(lang, title, author, first["issuedOn"], lengths)
    for document in documents:
        if "number" in document:
            paper.begin(f"{say[document['kind']]} {document['number']}")
            _invoice(paper, document)
        else:
            paper.begin(f"{document['community']}, {_month(document, lang)}")
            _statement(paper, document)
    return paper


def _month(document: dict[str, Any], lang: str) -> str:
    return figures.month(document["period"]["label"], lang)


def _address(party: dict[str, Any], say: dict[str, str]) -> list[str]:
    lines = [party["name"], *party["address"]]
    lines += [f"{say['registration']} {party['registration']}"] if party["registration"] else []
    return lines + ([f"{say['vat number']} {party['vatNumber']}"] if party["vatNumber"] else [])


def _span(document: dict[str, Any], lang: str) -> str:
    period = document["period"]
    text = f"{figures.day(period['from'], lang)} – {figures.day(period['to'], lang)}"
    return text + (f", {WORDS[lang]['revision']} {period['revision']}" if period["revision"] else "")


def _invoice(paper: Sheet, document: dict[str, Any]) -> None:
    say, lang = paper.say, paper.lang
    credit = document["kind"] == CREDIT_NOTE
    paper.write_text(f"{say[document['kind']]} {say['number']} {document['number']}", 17, bold=True)
    if document["provisional"]:
        paper.write_text(f"{say['provisional']} · {say['provisional invoice']}", 9, bold=True, color=WARNING)
    for field in ("corrects", "replaces"):
        if document[field]:
            paper.write_text(f"{say[field]} {document[field]}.", 9, bold=True)
    paper.ln(4)
    ends = [
        paper.block(LEFT, 82, say["issuer"], _address(document["issuer"], say)),
        paper.block(LEFT + 92, 82, say["receiver"], _address(document["receiver"], say)),
    ]
    paper.set_y(max(ends) + 4)
    ends = [
        paper.block(LEFT, 50, say["issued on"], [figures.day(document["issuedOn"], lang)]),
        paper.block(LEFT + 92, 82, say["period"], [_span(document, lang)]),
    ]
    if not credit:
        ends.append(paper.block(LEFT + 46, 44, say["due on"], [figures.day(document["dueOn"], lang)]))
    paper.set_y(max(ends) + 3)
    if document["onBehalf"]:
        paper.write_text(_on_behalf(document, say), 8, color=SOFT)
    paper.write_text(say["goods" if document["onBehalf"] else "services"], 8, color=SOFT)
    paper.ln(3)
    _lines(paper, document)
    _totals(paper, document, credit)
    paper.heading(say["payment"])
    paper.write_text(say["collected"].format(name=document["organiser"]["name"]), 8.5)
    if document["latePenalty"]:
        paper.write_text(document["latePenalty"][lang], 8.5)
    paper.write_text(say["penalty default"], 8.5)
    paper.heading(say["tariff"])
    for sentence in document["tariff"][lang]:
        paper.write_text(sentence, 8.5)
    _key(paper, document)
    _proof(paper, document)


def _on_behalf(document: dict[str, Any], say: dict[str, str]) -> str:
    organiser = document["organiser"]
    return say["on behalf"].format(name=organiser["name"], address=", ".join(organiser["address"]))


_WIDTHS = (88.0, 30.0, 30.0, 26.0)


def _lines(paper: Sheet, document: dict[str, Any]) -> None:
    say, lang = paper.say, paper.lang
    paper.row([say["what"], say["energy"], say["price"], say["amount"]], _WIDTHS, 7.5, soft=True)
    paper.rule()
    for line in document["lines"]:
        if line["kind"] != "vat":
            energy, price = figures.kwh(int(line["energy"]), lang), figures.price(int(line["price"]), lang)
            paper.row([line_words(line, lang), energy, price, figures.euros(int(line["cents"]), lang)], _WIDTHS)
    paper.rule()


def _totals(paper: Sheet, document: dict[str, Any], credit: bool) -> None:
    say, lang = paper.say, paper.lang
    widths = (118.0, 30.0, 26.0)
    paper.row([say["without vat"], "", figures.euros(int(document["withoutVat"]), lang)], widths)
    for vat in document["vat"]:
        rate, base = figures.percent(vat["ppm"], lang), figures.euros(int(vat["base"]), lang)
        text = say["base"].format(rate=rate, base=base)
        paper.row([text, "", figures.euros(int(vat["cents"]), lang)], widths)
    if document["vatNote"]:
        paper.row([document["vatNote"][lang], "", ""], widths, 8, soft=True)
    label = say["total credit" if credit else "total" if document["vat"] else "total net"]
    paper.row([label, "", figures.euros(int(document["total"]), lang)], widths, 11, bold=True)


def line_words(line: dict[str, Any], lang: str) -> str:
    """What a line charges: whose energy, for which meter, in which band where there are several."""
    say = WORDS[lang]
    if line["kind"] == "tax":
        return str(line["name"])
    if line["kind"] == "vat":
        return say["base"].format(
            rate=figures.percent(int(line["price"]), lang), base=figures.euros(int(line["base"]), lang)
        )

    def named(side: str) -> str:
        return line[f"{side}Name"].get(lang) or say["point"].format(point=line[f"{side}Point"])

    text = say["line fee"] if line["kind"] == "fee" else say["line energy"].format(producer=named("production"))
    text += say["for point"].format(point=named("consumption")) if line["namePoint"] else ""
    return text + (say["in band"].format(band=line["band"]) if line["band"] >= 0 else "")


def _key(paper: Sheet, document: dict[str, Any]) -> None:
    paper.heading(paper.say["key"])
    for sentence in document["key"][paper.lang]:
        paper.write_text(sentence, 8.5)


def _proof(paper: Sheet, document: dict[str, Any]) -> None:
    say, proof = paper.say, document["proof"]
    paper.heading(say["proof"])
    text = say["proof text"].format(
        chain=proof["chainId"],
        settlement=proof["settlement"],
        transaction=proof["transaction"],
        period=document["period"]["label"],
    )
    paper.write_text(text, 7.5, color=SOFT)
    named = [("task", "taskId"), ("digest", "resultDigest"), ("root", "billsRoot"), ("leaf", "leaf")]
    hashes = [("key hash", "keyHash"), ("tariff hash", "tariffHash")]
    for word, found in [(word, proof.get(field)) for word, field in named] + [
        (word, document.get(field)) for word, field in hashes
    ]:
        if found:
            paper.write_text(f"{say[word]} {found}", 7, color=SOFT)


def _statement(paper: Sheet, document: dict[str, Any]) -> None:
    say, lang = paper.say, paper.lang
    net = int(document["net"])
    paper.write_text(f"{document['community']} · {_month(document, lang)}", 9, color=SOFT)
    paper.write_text(say["statement"], 17, bold=True)
    paper.ln(3)
    ends = [
        paper.block(LEFT, 82, say["receiver"], _address(document["party"], say)),
        paper.block(LEFT + 92, 82, say["period"], [_span(document, lang)]),
    ]
    paper.set_y(max(ends) + 5)
    state = "owing" if net < 0 else "earning" if net else "nothing due"
    amount, booked = figures.euros(abs(net), lang), figures.day(document["issuedOn"], lang)
    paper.write_text(say[state].format(amount=amount), 15, bold=True, color=LOCAL)
    paper.ln(0.5)
    paper.write_text(say[f"{state} booked"].format(booked=booked), 9)
    if net < 0:
        paper.write_text(_how_to_pay(document, lang), 9)
    for steps, why in (("missingSteps", "provisional why"), ("repairedSteps", "provisional repaired")):
        if document[steps]:
            paper.write_text(say[why].format(steps=document[steps]), 9, bold=True, color=WARNING)
    _compared(paper, document)
    paper.heading(say["your energy"])
    for column in document["columns"]:
        _energy(paper, column)
    if int(document["ownEnergy"]):
        text = say["own energy"].format(energy=figures.kwh(int(document["ownEnergy"]), lang))
        paper.write_text(text, 8, color=SOFT)
    paper.heading(say["your money"])
    _money(paper, document)
    _key(paper, document)
    _proof(paper, document)


def _how_to_pay(document: dict[str, Any], lang: str) -> str:
    """The direct debit to expect if there is a mandate, else the account and the reference for a transfer."""
    payment, due = document["payment"], figures.day(document["dueOn"], lang)
    way = "by debit" if payment["mandate"] else "by transfer" if document["organiser"]["iban"] else "by hand"
    account = f"{figures.FIXED}".join(textwrap.wrap(document["organiser"]["iban"], 4))
    return WORDS[lang][way].format(due=due, account=account, name=document["organiser"]["name"], **payment)


def _energy(paper: Sheet, column: dict[str, Any]) -> None:
    """A metering point: what it used or made, and a bar of the local part."""
    say, lang = paper.say, paper.lang
    whole, part = int(column["energy"]), int(column["local"])
    used = column["direction"] == "consumption"
    name = column["name"].get(lang) or say["point"].format(point=column["point"])
    texts = [
        f"{say['used' if used else 'made']} {figures.kwh(whole, lang)} kWh",
        f"{say['local' if used else 'sold locally']} {figures.kwh(part, lang)} kWh ({_rounded_percent(part, whole, lang)})",
    ]
    paper.row([name, " · ".join(texts)], (50.0, WIDTH - 50.0))
    paper.set_fill_color(*GRID)
    paper.rect(LEFT, paper.get_y() + 0.6, WIDTH, 2.6, style="F")
    paper.set_fill_color(*LOCAL)
    if whole and part:
        paper.rect(LEFT, paper.get_y() + 0.6, max(0.2, WIDTH * part / whole), 2.6, style="F")
    paper.ln(5)


def _rounded_percent(part: int, whole: int, lang: str) -> str:
    return figures.percent((part * 1000 + whole // 2) // whole * 1000 if whole else 0, lang)


def _money(paper: Sheet, document: dict[str, Any]) -> None:
    say, lang = paper.say, paper.lang
    widths = (92.0, 52.0, 30.0)
    for entry in document["received"]:
        paper.row(
            [f"{say['received']} {entry['name']}", entry["number"], figures.euros(-int(entry["total"]), lang)], widths
        )
    issued = document["issued"]
    if len(issued) > 6:
        text = say["issued sum"].format(count=len(issued))
        span = f"{issued[0]['number']} … {issued[-1]['number'][-4:]}"
        paper.row([text, span, figures.euros(int(document["credit"]), lang)], widths)
    else:
        for entry in issued:
            texts = [f"{say['issued to']} {entry['name']}", entry["number"], figures.euros(int(entry["total"]), lang)]
            paper.row(texts, widths)
    paper.rule()
    paper.row([say["net"], "", figures.euros(int(document["net"]), lang)], widths, 9.5, bold=True)


def _compared(paper: Sheet, document: dict[str, Any]) -> None:
    found = document["comparison"]
    if not found:
        return
    say, lang = paper.say, paper.lang
    saved = int(found["saved"])
    paper.heading(say["compare"])
    text = say["compare text"].format(
        energy=figures.kwh(int(found["energy"]), lang),
        cost=figures.euros(int(found["cost"]), lang),
        supplier=found["supplier"] or say["your supplier"],
        price=figures.price(int(found["price"]), lang),
        as_of=f", {figures.month(found['asOf'], lang)}" if found["asOf"] else "",
        paid=figures.euros(int(found["paid"]), lang),
    )
    paper.write_text(text, 9)
    verdict = say["saved" if saved >= 0 else "lost"].format(amount=figures.euros(abs(saved), lang))
    paper.write_text(verdict, 9.5, bold=True, color=LOCAL if saved >= 0 else WARNING)
    paper.write_text(say["compare note"], 7.5, color=SOFT)
