"""The words of bills, in French and English; the tariff in words."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, Final

from offchain_worker.domain.tariff import Base, Tariff

from . import figures

LANGUAGES: Final = ("fr", "en")


def tariff_words(
    tariff: Tariff, lang: str, issuer: int, producers: Set[int], points: Mapping[int, str], groups: Mapping[int, str]
) -> list[str]:
    """The tariff in sentences, as far as invoices of `issuer` go by it: the prices of its `producers`, fee, taxes, VAT.

    `points` and `groups` give names.
    """
    say = WORDS[lang]
    sentences = []
    for price in tariff.prices:
        if price.producer not in producers:
            continue
        parts = {
            "producer": points.get(price.producer) or say["point"].format(point=price.producer),
            "group": say["for group"].format(group=groups.get(price.group, str(price.group))) if price.group else "",
            "band": say["in band"].format(band=price.band) if tariff.bands > 1 else "",
            "price": figures.price(price.micro_euro_per_kwh, lang),
        }
        sentences.append(say["priced"].format(**parts))
    if not issuer:
        sentences.append(say["fee of"].format(price=figures.price(tariff.community_fee, lang)))
    sentences += [
        say["taxed"].format(name=tax.name, price=figures.price(tax.micro_euro_per_kwh, lang))
        for tax in tariff.taxes
        if tax.issuer == issuer
    ]
    for vat in tariff.vats:
        if vat.issuer == issuer:
            bases = [say[f"base {base.name}"] for base in Base if base & vat.bases]
            sentences.append(say["vat on"].format(rate=figures.percent(vat.ppm, lang), bases=say["and"].join(bases)))
    if tariff.bands > 1 and issuer:
        sentences += [_window(window, lang) for window in tariff.windows]
        sentences.append(say["other hours"])
    return sentences


def _window(window: Any, lang: str) -> str:
    say = WORDS[lang]
    days = [name for at, name in enumerate(say["days"].split()) if window.weekdays >> at & 1]
    span = [f"{minute // 60:02d}:{minute % 60:02d}" for minute in (window.from_minute, window.to_minute)]
    named = say["every day"] if len(days) == 7 else ", ".join(days)
    return say["window"].format(band=window.band, days=named, start=span[0], end=span[1])


WORDS: Final[dict[str, dict[str, str]]] = {
    "fr": {
        "invoice": "Facture",
        "credit-note": "Avoir",
        "statement": "Votre relevé d'autoconsommation collective",
        "number": "N°",
        "provisional": "PROVISOIRE",
        "provisional why": "Provisoire : {steps} pas de votre consommation n'ont pas été relevés et comptent pour zéro. "
        "Dès que le gestionnaire de réseau les publie, une facture corrigée et un avoir suivent.",
        "provisional repaired": "Provisoire : {steps} pas ont été réparés comme le disent les règles votées. Dès que le "
        "gestionnaire de réseau publie ses relevés, une facture corrigée et un avoir suivent.",
        "provisional invoice": "Facture provisoire : des relevés du client manquent (ils comptent pour zéro) ou ont été réparés.",
        "issuer": "Émetteur",
        "receiver": "Client",
        "on behalf": "Établie au nom et pour le compte de l'émetteur par {name}, {address}.",
        "goods": "Nature de l'opération : livraison de biens (électricité).",
        "services": "Nature de l'opération : prestation de services.",
        "registration": "Immatriculation",
        "vat number": "N° TVA",
        "issued on": "Date d'émission",
        "due on": "À payer avant le",
        "period": "Période de livraison",
        "revision": "révision",
        "corrects": "Annule la facture",
        "replaces": "Remplace la facture",
        "what": "Désignation",
        "energy": "Quantité (kWh)",
        "price": "Prix unitaire HT",
        "amount": "Montant HT",
        "line energy": "Électricité locale : {producer}",
        "for point": " pour {point}",
        "for group": " pour le groupe « {group} »",
        "in band": ", plage {band}",
        "line fee": "Contribution à la communauté",
        "base": "TVA {rate} sur {base}",
        "without vat": "Total HT",
        "vat": "TVA",
        "total": "Total TTC",
        "total net": "Total",
        "total credit": "Total TTC de l'avoir",
        "key": "Clé de répartition",
        "tariff": "Tarif",
        "priced": "{producer}{group}{band} : {price}.",
        "fee of": "Contribution à la communauté : {price} sur l'énergie achetée à d'autres membres.",
        "taxed": "{name} : {price}.",
        "vat on": "TVA {rate} sur {bases}.",
        "base ENERGY": "l'énergie",
        "base TAXES": "les taxes par kWh",
        "base FEE": "la contribution",
        "and": " et ",
        "window": "Plage {band} : {days}, de {start} à {end} (heure locale).",
        "other hours": "Plage 0 : toutes les autres heures.",
        "days": "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "every day": "tous les jours",
        "point": "Point {point}",
        "proof": "Preuve",
        "proof text": "Ces chiffres sont inscrits sur la chaîne {chain}, contrat Settlement {settlement}, transaction "
        "{transaction}. Chacun peut les recalculer : « daisee audit {period} --level member ».",
        "payment": "Règlement",
        "collected": "Prélevé ou compensé par {name} avec l'ensemble de vos factures du mois.",
        "penalty default": "Pas d'escompte pour paiement anticipé.",
        "owing": "À payer : {amount}",
        "earning": "Vous recevez {amount}",
        "nothing due": "Rien à payer",
        "owing booked": "Débité de votre compte dans la communauté le {booked}.",
        "by debit": "Prélèvement bancaire prévu le {due} par {name} : mandat {mandate}, créancier {creditor}, "
        "référence {reference}.",
        "by transfer": "Si ce compte n'y suffit pas, versez la différence avant le {due} à {name}, {account}, "
        "avec la référence {reference}.",
        "by hand": "Si ce compte n'y suffit pas, versez la différence avant le {due} à {name}, avec la référence "
        "{reference}.",
        "earning booked": "Crédité sur votre compte dans la communauté le {booked}.",
        "nothing due booked": "Comptes arrêtés le {booked}.",
        "used": "Consommé",
        "local": "dont local",
        "made": "Produit",
        "sold locally": "dont partagé localement",
        "from grid": "fourni par votre fournisseur",
        "own energy": "Dont {energy} kWh de votre propre production : partagés avec vous-même, sans facture.",
        "your energy": "Votre énergie",
        "your money": "Vos factures",
        "received": "Reçues de",
        "issued to": "Émises à",
        "issued sum": "{count} factures émises",
        "compare": "Sans la communauté",
        "compare text": "{energy} kWh achetés à vos voisins auraient coûté {cost} chez {supplier} ({price}{as_of}) ; "
        "ils vous ont coûté {paid}.",
        "saved": "Vous économisez {amount}.",
        "lost": "Vous payez {amount} de plus.",
        "compare note": "Pour information, taxes comprises des deux côtés. Seul le prix de l'énergie est comparé : "
        "l'acheminement reste dû à votre fournisseur dans les deux cas.",
        "your supplier": "votre fournisseur",
        "net": "Solde",
        "page": "page",
        "digest": "Empreinte du résultat",
        "task": "Tâche",
        "leaf": "Feuille",
        "root": "Racine des factures",
        "key hash": "Empreinte de la clé",
        "tariff hash": "Empreinte du tarif",
    },
    "en": {
        "invoice": "Invoice",
        "credit-note": "Credit note",
        "statement": "Your share of local electricity",
        "number": "No.",
        "provisional": "PROVISIONAL",
        "provisional why": "Provisional: {steps} steps of your consumption were not read and count as zero. "
        "As soon as the grid operator publishes them, a corrected invoice and a credit note follow.",
        "provisional repaired": "Provisional: {steps} steps were repaired as the voted rules say. As soon as the grid "
        "operator publishes its readings, a corrected invoice and a credit note follow.",
        "provisional invoice": "Provisional invoice: readings of the customer are missing (they count as zero) or repaired.",
        "issuer": "From",
        "receiver": "To",
        "on behalf": "Made out in the name and on behalf of the issuer by {name}, {address}.",
        "goods": "Nature of the operation: supply of goods (electricity).",
        "services": "Nature of the operation: supply of services.",
        "registration": "Registration",
        "vat number": "VAT number",
        "issued on": "Date of issue",
        "due on": "To be paid by",
        "period": "Period of supply",
        "revision": "revision",
        "corrects": "Cancels invoice",
        "replaces": "Replaces invoice",
        "what": "Description",
        "energy": "Quantity (kWh)",
        "price": "Unit price excl. VAT",
        "amount": "Amount excl. VAT",
        "line energy": "Local electricity: {producer}",
        "for point": " for {point}",
        "for group": " for the {group} group",
        "in band": ", band {band}",
        "line fee": "Community fee",
        "base": "VAT {rate} on {base}",
        "without vat": "Total excl. VAT",
        "vat": "VAT",
        "total": "Total incl. VAT",
        "total net": "Total",
        "total credit": "Total credit incl. VAT",
        "key": "Allocation key",
        "tariff": "Tariff",
        "priced": "{producer}{group}{band}: {price}.",
        "fee of": "Community fee: {price} on energy bought from other members.",
        "taxed": "{name}: {price}.",
        "vat on": "VAT {rate} on {bases}.",
        "base ENERGY": "energy",
        "base TAXES": "taxes per kWh",
        "base FEE": "the fee",
        "and": " and ",
        "window": "Band {band}: {days}, {start} to {end} (local time).",
        "other hours": "Band 0: all other hours.",
        "days": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "every day": "every day",
        "point": "Point {point}",
        "proof": "Proof",
        "proof text": "These figures are booked on chain {chain}, Settlement contract {settlement}, transaction "
        "{transaction}. Anybody concerned can recompute them: “daisee audit {period} --level member”.",
        "payment": "Payment",
        "collected": "Collected or offset by {name} together with all your invoices of the month.",
        "penalty default": "No discount for early payment.",
        "owing": "To pay: {amount}",
        "earning": "You receive {amount}",
        "nothing due": "Nothing to pay",
        "owing booked": "Taken from your account in the community on {booked}.",
        "by debit": "Direct debit planned on {due} by {name}: mandate {mandate}, creditor {creditor}, "
        "reference {reference}.",
        "by transfer": "If that account does not suffice, transfer the difference by {due} to {name}, {account}, "
        "with the reference {reference}.",
        "by hand": "If that account does not suffice, pay {name} the difference by {due}, with the reference {reference}.",
        "earning booked": "Credited to your account in the community on {booked}.",
        "nothing due booked": "Accounts closed on {booked}.",
        "used": "Used",
        "local": "of it local",
        "made": "Produced",
        "sold locally": "of it shared locally",
        "from grid": "delivered by your supplier",
        "own energy": "{energy} kWh of it are your own production: shared with yourself, without an invoice.",
        "your energy": "Your energy",
        "your money": "Your invoices",
        "received": "From",
        "issued to": "To",
        "issued sum": "{count} invoices issued",
        "compare": "Without the community",
        "compare text": "{energy} kWh bought from your neighbours would have cost {cost} from {supplier} "
        "({price}{as_of}); they cost you {paid}.",
        "saved": "You save {amount}.",
        "lost": "You pay {amount} more.",
        "compare note": "For information, taxes included on both sides. Only the price of energy is compared: "
        "network charges are due to your supplier either way.",
        "your supplier": "your supplier",
        "net": "Balance",
        "page": "page",
        "digest": "Result digest",
        "task": "Task",
        "leaf": "Leaf",
        "root": "Root of the bills",
        "key hash": "Key hash",
        "tariff hash": "Tariff hash",
    },
}
