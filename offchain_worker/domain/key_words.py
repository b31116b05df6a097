"""Allocation keys in words, French and English: what citizens read before they vote, made from the key itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from offchain_worker.domain.stages import ENERGIEDELEN, Rule, Stage

if TYPE_CHECKING:
    from offchain_worker.domain.key import AllocationKey


def describe(key: AllocationKey, lang: str = "en", groups: Mapping[int, str] | None = None) -> list[str]:
    """Return the key in words, one sentence per stage and one for the rest; `groups` gives the groups' names.

    `lang` is `"fr"` or `"en"`.
    """
    words = _WORDS[lang]
    sentences = [words["per producer"]] if key.per_producer and key.stages[0].rule not in ENERGIEDELEN else []
    for at, stage in enumerate(key.stages):
        shares = ", ".join(
            words["weight"].format(point=point, percent=_percent(weight, words["comma"]))
            for point, weight in zip(stage.points, stage.weights, strict=False)
        )
        source = words[("one " if key.per_producer else "") + ("first" if at == 0 else "next")]
        if stage.producers:
            producers = ", ".join(map(str, stage.producers))
            source = words["producers first" if at == 0 else "producers next"].format(producers=producers)
        whom = _whom(stage, words, groups or {})
        sentences.append(words[stage.rule.name].format(source=source, whom=whom, shares=shares))
    if key.tables:
        sentences.append(words["committer"].format(committer=key.committer))
    if not key.self_sharing and key.stages[0].rule not in ENERGIEDELEN:
        sentences.append(words["no self-sharing"])
    if key.coefficient_decimals:
        sentences.append(words["decimals"].format(decimals=key.coefficient_decimals))
    return [*sentences, words["rest"]]


def _whom(stage: Stage, words: Mapping[str, str], groups: Mapping[int, str]) -> str:
    if stage.group:
        name = groups.get(stage.group)
        return words["named group"].format(name=name) if name else words["group"].format(group=stage.group)
    if stage.points and stage.rule in (Rule.PRO_RATA, Rule.EGALITARIAN, Rule.TABLE):
        return words["points"].format(points=", ".join(map(str, stage.points)))
    return words["all"]


def _percent(ppm: int, comma: str) -> str:
    whole, part = divmod(ppm, 10_000)
    return f"{whole}{comma}{part:04d}".rstrip("0") if part else str(whole)


_WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "comma": ".",
        "first": "The local production is shared",
        "next": "What then remains is shared",
        "one first": "A producer's energy is shared",
        "one next": "What then remains of it is shared",
        "producers first": "The energy of production points {producers} is shared",
        "producers next": "What then remains of the energy of production points {producers} is shared",
        "per producer": "The producers' energy is shared one producer after the other, in the order of their points.",
        "all": "all consumers",
        "group": "the consumers of group {group}",
        "named group": "the consumers of the {name} group",
        "points": "points {points}",
        "weight": "point {point} {percent} %",
        "PRO_RATA": "{source} among {whom} in proportion to what each consumes.",
        "STATIC": "{source} in fixed shares, each up to what it consumes: {shares}.",
        "EGALITARIAN": "{source} equally among {whom}, each up to what it consumes.",
        "WEIGHTED": "{source} in shares, each up to what it consumes, what one cannot use going to the others: {shares}.",
        "TABLE": "{source} among {whom} by shares set for each step before the month begins, each up to what it consumes.",
        "VAST": "Each producer's energy is shared among the others in fixed shares (Vast): {shares}."
        " Each gets up to what it consumes, and nobody gets its own production.",
        "RELATIEF": "Each producer's energy is shared whole among the others in proportion to their shares (Relatief):"
        " {shares}. Each gets up to what it consumes, and nobody gets its own production.",
        "OPTIMAAL": "Each producer's energy is shared whole among the others in proportion to their shares, and what some"
        " cannot use is shared again among those who still can (Optimaal): {shares}. Nobody gets its own production.",
        "committer": "Those shares are set by {committer}; for a month without them, that stage gives nothing.",
        "no self-sharing": "Nobody gets its own production.",
        "decimals": "Each one's part of the production is rounded down to {decimals} decimals,"
        " as it is sent to the grid operator.",
        "rest": "What nobody took is surplus and goes to the grid.",
    },
    "fr": {
        "comma": ",",
        "first": "La production locale est répartie",
        "next": "Ce qui reste ensuite est réparti",
        "one first": "L'énergie d'un producteur est répartie",
        "one next": "Ce qui en reste ensuite est réparti",
        "producers first": "L'énergie des points de production {producers} est répartie",
        "producers next": "Ce qui reste ensuite de l'énergie des points de production {producers} est réparti",
        "per producer": "L'énergie des producteurs est répartie un producteur après l'autre, dans l'ordre de leurs points.",
        "all": "tous les consommateurs",
        "group": "les consommateurs du groupe {group}",
        "named group": "les consommateurs du groupe {name}",
        "points": "les points {points}",
        "weight": "point {point} {percent} %",
        "PRO_RATA": "{source} entre {whom} au prorata de ce que chacun consomme.",
        "STATIC": "{source} en parts fixes, chacune dans la limite de ce qui est consommé : {shares}.",
        "EGALITARIAN": "{source} à parts égales entre {whom}, chacun dans la limite de ce qu'il consomme.",
        "WEIGHTED": "{source} en parts, chacune dans la limite de ce qui est consommé, ce que l'un ne peut utiliser"
        " revenant aux autres : {shares}.",
        "TABLE": "{source} entre {whom} selon des parts fixées pour chaque pas avant le début du mois, chacun dans la"
        " limite de ce qu'il consomme.",
        "VAST": "L'énergie de chaque producteur est répartie entre les autres en parts fixes (Vast) : {shares}."
        " Chacun reçoit au plus ce qu'il consomme, et personne ne reçoit sa propre production.",
        "RELATIEF": "L'énergie de chaque producteur est répartie en entier entre les autres en proportion de leurs parts"
        " (Relatief) : {shares}. Chacun reçoit au plus ce qu'il consomme, et personne ne reçoit sa propre production.",
        "OPTIMAAL": "L'énergie de chaque producteur est répartie en entier entre les autres en proportion de leurs parts,"
        " et ce que certains ne peuvent utiliser l'est de nouveau entre ceux qui le peuvent encore (Optimaal) : {shares}."
        " Personne ne reçoit sa propre production.",
        "committer": "Ces parts sont fixées par {committer} ; pour un mois où elles ne le sont pas, cette étape ne donne rien.",
        "no self-sharing": "Personne ne reçoit sa propre production.",
        "decimals": "La part de chacun dans la production est arrondie à {decimals} décimales par défaut,"
        " telle qu'elle est transmise au gestionnaire de réseau.",
        "rest": "Ce que personne n'a pris est le surplus, livré au réseau.",
    },
}
