"""The comparison as one HTML page: tables and charts drawn in SVG, no script, nothing fetched, in French or English."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any, Final

from offchain_worker.billing import figures

STYLE: Final = """
:root{color-scheme:light dark;--ink:#1c2026;--soft:#69707a;--line:#d0d4da;--paper:#fff;--local:#237852;--more:#b4530a;--grid:#d6dbe2}
@media(prefers-color-scheme:dark){:root{--ink:#e8eaed;--soft:#9aa2ad;--line:#3a414b;--paper:#15181c;--local:#4fb487;--more:#e08a45;--grid:#343b45}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin-bottom:.2rem}h2{font-size:1.15rem;margin-top:2.2rem}p.soft,caption,td.soft{color:var(--soft)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}caption{text-align:left;padding-bottom:.3rem}
th,td{padding:.3rem .6rem;text-align:right;border-bottom:1px solid var(--line)}th:first-child,td:first-child{text-align:left}
.wide{overflow-x:auto}.less{color:var(--local)}.more{color:var(--more)}svg{width:100%;height:auto}svg text{fill:var(--ink);font:12px system-ui,sans-serif}
svg .local{fill:var(--local)}svg .worse{fill:var(--more)}svg .grid{fill:var(--grid)}svg line{stroke:var(--line)}ul{padding-left:1.2rem}
"""
ROW, LABEL, CHART = 22, 150, 560


def page(found: dict[str, Any], lang: str, names: dict[int, str] | None = None) -> str:
    """The page of what `comparison.compare` found; `names` gives members' names, else they are numbers."""
    say = WORDS[lang]
    months = found["months"]
    span = figures.month(months[0], lang) + (f" – {figures.month(months[-1], lang)}" if len(months) > 1 else "")
    keyed = [_key(key, at == 0, say, lang) for at, key in enumerate(found["keys"])]
    others = range(1, len(found["keys"]))

    def member(entry: dict[str, Any]) -> str:
        return (names or {}).get(entry["member"]) or say["member"].format(member=entry["member"])

    parts = [
        f"<h1>{say['title']}</h1><p class=soft>{escape(span)}. {say['intro']}</p>",
        *keyed,
        f"<h2>{say['community']}</h2>",
        _community(found, say, lang),
        _shares(found, say),
        *(_changes(found, at, say, lang, member) for at in others),
        f"<h2>{say['everybody']}</h2>",
        _members(found, say, lang, member),
        f"<p class=soft>{_note(found, say, lang)}</p>",
    ]
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        f"<title>{say['title']}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _key(key: dict[str, Any], baseline: bool, say: dict[str, str], lang: str) -> str:
    sentences = "".join(f"<li>{escape(sentence)}</li>" for sentence in key["words"][lang])
    mark = f" <span class=soft>({say['baseline']})</span>" if baseline else ""
    return f"<h2>{escape(_named(key['name'], say))}{mark}</h2><ul>{sentences}</ul>"


def _named(name: str, say: dict[str, str]) -> str:
    return say["in force"] if name == "in force" else name


def _community(found: dict[str, Any], say: dict[str, str], lang: str) -> str:
    def rate(ppm: int) -> str:
        return figures.percent(_tenths(ppm), lang)

    rows: list[tuple[str, Callable[[dict[str, Any]], str]]] = [
        ("local", lambda key: _kwh(key["allocated"], lang)),
        ("scr", lambda key: rate(key["scrPpm"])),
        ("ssr", lambda key: rate(key["ssrPpm"])),
        ("invoiced", lambda key: figures.euros(key["invoiced"], lang)),
        ("cost", lambda key: figures.euros(key["cost"], lang)),
        ("jain", lambda key: figures.decimal(key["fairness"]["jainPpm"] // 1000, 1000, 3, lang)),
        ("gini", lambda key: figures.decimal(key["fairness"]["giniPpm"] // 1000, 1000, 3, lang)),
        ("min max", lambda key: rate(key["fairness"]["minMaxPpm"])),
        ("merit", lambda key: figures.decimal(_thousandths(key["fairness"]["meritPpm"]), 1000, 3, lang)),
        ("winners", lambda key: str(key["winners"])),
        ("losers", lambda key: str(key["losers"])),
    ]
    head = "".join(f"<th>{escape(_named(key['name'], say))}</th>" for key in found["keys"])
    body = "".join(
        f"<tr><td>{say[name]}</td>{''.join(f'<td>{cell(key)}</td>' for key in found['keys'])}</tr>"
        for name, cell in rows
    )
    return f"<div class=wide><table><tr><th></th>{head}</tr>{body}</table></div>"


def _shares(found: dict[str, Any], say: dict[str, str]) -> str:
    """A bar per key: how much of all consumption was local."""
    bars = []
    for at, key in enumerate(found["keys"]):
        width = CHART * key["ssrPpm"] // 10**6
        y = at * ROW
        bars.append(
            f'<text x="0" y="{y + 15}">{escape(_named(key["name"], say)[:22])}</text>'
            f'<rect class="grid" x="{LABEL}" y="{y + 4}" width="{CHART}" height="14"/>'
            f'<rect class="local" x="{LABEL}" y="{y + 4}" width="{width}" height="14"/>'
        )
    return _figure(say["shares"], len(found["keys"]), bars)


def _changes(
    found: dict[str, Any], at: int, say: dict[str, str], lang: str, member: Callable[[dict[str, Any]], str]
) -> str:
    """A bar per member, from who gains most to who loses most under a key."""
    rows = sorted(found["members"], key=lambda entry: (entry["outcomes"][at]["change"], entry["member"]))
    most = max([abs(entry["outcomes"][at]["change"]) for entry in rows] + [1])
    middle, half = LABEL + CHART // 2, CHART // 2 - 80
    bars = []
    for place, entry in enumerate(rows):
        change, y = entry["outcomes"][at]["change"], place * ROW
        width = abs(change) * half // most
        x = middle - width if change < 0 else middle
        anchor, beside = ("end", x - 6) if change < 0 else ("start", middle + width + 6)
        kind = "local" if change < 0 else "worse"
        bars.append(
            f'<text x="0" y="{y + 15}">{escape(member(entry)[:22])}</text>'
            f'<rect class="{kind}" x="{x}" y="{y + 4}" width="{width}" height="14"/>'
            f'<text x="{beside}" y="{y + 15}" text-anchor="{anchor}">{figures.euros(change, lang)}</text>'
        )
    bars.append(f'<line x1="{middle}" y1="0" x2="{middle}" y2="{len(rows) * ROW}"/>')
    name = _named(found["keys"][at]["name"], say)
    title = say["changes"].format(key=name, baseline=_named(found["baseline"], say))
    return f"<h2>{escape(title)}</h2>" + _figure(title, len(rows), bars)


def _figure(title: str, rows: int, bars: Sequence[str]) -> str:
    label = escape(title, quote=True)
    head = f'<svg viewBox="0 0 {LABEL + CHART} {rows * ROW}" role="img" aria-label="{label}">'
    return (
        f"<figure>{head}<title>{label}</title>{''.join(bars)}</svg><figcaption class=soft>{label}</figcaption></figure>"
    )


def _members(found: dict[str, Any], say: dict[str, str], lang: str, member: Callable[[dict[str, Any]], str]) -> str:
    head = "".join(f'<th colspan="2">{escape(_named(key["name"], say))}</th>' for key in found["keys"])
    rows = []
    for entry in found["members"]:
        cells = []
        for at, outcome in enumerate(entry["outcomes"]):
            change = outcome["change"]
            kind = "less" if change < 0 else "more" if change else "soft"
            text = figures.euros(outcome["cost"] if at == 0 else change, lang)
            sign = "+" if at and change > 0 else ""
            cells.append(
                f"<td>{_kwh(outcome['bought'] + outcome['sold'], lang)}</td><td class={kind}>{sign}{text}</td>"
            )
        rows.append(f"<tr><td>{escape(member(entry))}</td>{''.join(cells)}</tr>")
    return (
        f"<div class=wide><table><caption>{say['table']}</caption><tr><th></th>{head}</tr>{''.join(rows)}</table></div>"
    )


def _note(found: dict[str, Any], say: dict[str, str], lang: str) -> str:
    if not found["supplierMicroEuroPerKwh"]:
        return say["no supplier"]
    supplier, feed_in = (
        figures.price(found[name], lang) for name in ("supplierMicroEuroPerKwh", "feedInMicroEuroPerKwh")
    )
    return say["prices"].format(supplier=supplier, feed_in=feed_in)


def _kwh(micro_kwh: int, lang: str) -> str:
    """kWh to one decimal, half up."""
    return figures.decimal((micro_kwh + 50_000) // 100_000, 10, 1, lang) + f"{figures.FIXED}kWh"


def _thousandths(ppm: int) -> int:
    """ppm as thousandths, cut off towards 0."""
    return -(-ppm // 1000) if ppm < 0 else ppm // 1000


def _tenths(ppm: int) -> int:
    return (ppm + 500) // 1000 * 1000


WORDS: Final[dict[str, dict[str, str]]] = {
    "fr": {
        "title": "Et si la clé de répartition changeait ?",
        "intro": "Les mêmes relevés, recalculés avec chaque clé. Rien n'est facturé d'après cette page.",
        "baseline": "référence",
        "in force": "clé en vigueur",
        "community": "La communauté",
        "everybody": "Chaque membre",
        "member": "Membre {member}",
        "local": "Énergie partagée",
        "scr": "Autoconsommation (partagé / produit)",
        "ssr": "Autoproduction (partagé / consommé)",
        "invoiced": "Facturé dans la communauté",
        "cost": "Coût de toute l'électricité",
        "jain": "Équité, indice de Jain (1 = même couverture pour tous)",
        "gini": "Inégalité, coefficient de Gini (0 = aucune)",
        "min max": "Couverture la plus faible / la plus forte",
        "merit": "Mérite, corrélation avec l'énergie apportée et consommée (1 = suit exactement)",
        "winners": "Membres qui paient moins",
        "losers": "Membres qui paient plus",
        "shares": "Part locale de la consommation",
        "changes": "« {key} » au lieu de « {baseline} » : ce que chacun paie en plus ou en moins",
        "table": "Énergie locale achetée et vendue ; coût de référence, puis différence",
        "no supplier": "Sans prix de fournisseur, seuls les échanges dans la communauté sont comptés : "
        "qui reçoit moins d'énergie locale paie moins ici, mais plus à son fournisseur.",
        "prices": "Le reste de la consommation est compté à {supplier}, le surplus vendu à {feed_in}.",
    },
    "en": {
        "title": "What if the allocation key changed?",
        "intro": "The same readings, computed again under each key. Nobody is billed by this page.",
        "baseline": "compared with",
        "in force": "key in force",
        "community": "The community",
        "everybody": "Every member",
        "member": "Member {member}",
        "local": "Energy shared",
        "scr": "Self-consumption (shared / produced)",
        "ssr": "Self-sufficiency (shared / consumed)",
        "invoiced": "Invoiced inside the community",
        "cost": "Cost of all electricity",
        "jain": "Fairness, Jain's index (1 = same coverage for all)",
        "gini": "Inequality, Gini coefficient (0 = none)",
        "min max": "Lowest coverage / highest coverage",
        "merit": "Merit, correlation with energy made and used (1 = follows it exactly)",
        "winners": "Members who pay less",
        "losers": "Members who pay more",
        "shares": "Local share of consumption",
        "changes": "“{key}” instead of “{baseline}”: what each pays more or less",
        "table": "Local energy bought and sold; cost to compare with, then the difference",
        "no supplier": "Without a supplier's price only what is exchanged in the community counts: "
        "who gets less local energy pays less here, but more to their supplier.",
        "prices": "The rest of consumption counts {supplier}, surplus is sold at {feed_in}.",
    },
}
