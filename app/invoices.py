"""A bill's invoices as people read them: what, how many kWh, at which price, how many euros."""

from __future__ import annotations

import csv
import io
from typing import Any

import streamlit as st

from app import shown
from app.scene import Scene
from offchain_worker.domain.quantities import PPM

HEAD = ("way", "issuer", "receiver", "kind", "production_point", "consumption_point", "band", "kwh", "price", "euros")


def show(scene: Scene, invoice: dict[str, Any], way: str) -> None:
    """One invoice (`way` is `received` or `issued`) in a box of its own."""
    say = scene.say
    other = invoice["issuer"] if way == "received" else invoice["receiver"]
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            who = say(f"bill.{way}_member", number=other) if other else say(f"bill.{way}_community")
            st.markdown(f"**{who}**", width="content")
            st.markdown(f"**{say.euros(int(invoice['total']))}**", width="content")
        shown.table(
            [say("bill.line"), say("bill.energy"), say("bill.price"), say("bill.amount")],
            [line_words(scene, line) for line in invoice["lines"]],
            numbers=[1, 2, 3],
        )


def line_words(scene: Scene, line: dict[str, Any]) -> tuple[str, str, str, str]:
    """A line's four cells."""
    say = scene.say
    amount = say.euros(int(line["cents"]))
    if line["kind"] == "vat":
        rate = say.percent(int(line["price"]), 1 if int(line["price"]) % 10_000 else 0)
        return say("bill.vat"), "", f"{rate} × {say.euros(int(line['base']))}", amount
    energy, price = say.kwh(int(line["energy"]), 3), say.price(int(line["price"]))
    return line_name(scene, line), energy, price, amount


def line_name(scene: Scene, line: dict[str, Any]) -> str:
    """What a line charges: whose energy, for which meter, in which band where there are several."""
    say = scene.say
    if line["kind"] == "tax":
        return str(line["name"])
    name = say("bill.fee") if line["kind"] == "fee" else scene.column(line["productionColumn"])
    if len(meters(scene, line)) > 1:
        name = say("bill.for_meter", what=name, meter=scene.column(line["consumptionColumn"]))
    if scene.records.rules.tariff.bands > 1:
        name = say("bill.in_band", what=name, band=line["band"])
    return name


def meters(scene: Scene, line: dict[str, Any]) -> list[int]:
    """The consumption columns of the member who buys on a line."""
    roster = scene.records.roster
    buyer = roster.columns[line["consumptionColumn"]].member
    return [at for at in scene.records.columns_of(buyer) if at in roster.consumption]


def lines_csv(scene: Scene, bill: dict[str, Any]) -> str:
    """Every line of every invoice, exact, for a spreadsheet."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(HEAD)
    for way in ("received", "issued"):
        for invoice in bill[way]:
            for line in invoice["lines"]:
                rows.writerow([way, invoice["issuer"], invoice["receiver"], line["kind"], *_exact(scene, line)])
    return out.getvalue()


def _exact(scene: Scene, line: dict[str, Any]) -> list[str]:
    columns = scene.records.roster.columns
    points = [
        str(columns[line[name]].point) if line[name] >= 0 else "" for name in ("productionColumn", "consumptionColumn")
    ]
    band = str(line["band"]) if line["band"] >= 0 else ""
    energy, price, cents = (int(line[name]) for name in ("energy", "price", "cents"))
    return [*points, band, _decimal(energy, PPM, 6), _decimal(price, PPM, 6), _decimal(cents, 100, 2)]


def _decimal(value: int, unit: int, digits: int) -> str:
    whole, part = divmod(abs(value), unit)
    return f"{'-' if value < 0 else ''}{whole}.{part:0{digits}d}"
