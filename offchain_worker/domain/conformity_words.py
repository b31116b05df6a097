"""Conformity rules in words, French and English: what members read before they vote, made from the rules themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from offchain_worker.domain.treatments import HELD, Handling, Treatment

if TYPE_CHECKING:
    from offchain_worker.domain.conformity_rules import Checks, ConformityRules

HOUR: Final = 3600


def describe(rules: ConformityRules, lang: str = "en") -> list[str]:
    """Return the rules in words, a sentence each: bounds, treatments voted, checks. `lang` is `"fr"` or `"en"`."""
    words = _WORDS[lang]
    said = [
        words["zone"].format(zone=rules.time_zone),
        words["power"].format(watts=_number(rules.maximum_power_watts, lang)),
        *(
            words["power of"].format(point=point, watts=_number(watts, lang))
            for point, watts in sorted(rules.powers.items())
        ),
        words["gap"].format(hours=_hours(rules.maximum_gap_seconds, lang)),
        words["missing"].format(percent=_percent(rules.maximum_missing_ppm, lang)),
        words["estimated"].format(percent=_percent(rules.maximum_estimated_ppm, lang)),
    ]
    said += [handled(code, handling, lang) for code, handling in sorted(rules.voted.items())]
    return [*said, *_checks(rules.checks, lang), words["rest"]]


def handled(code: str, handling: Handling, lang: str) -> str:
    """Return one treatment as a sentence."""
    words = _WORDS[lang]
    held = "hold" if code in HELD and handling.treatment is Treatment.REJECT else str(handling.treatment)
    method = words[f"method {handling.method}"].format(steps=handling.steps) if handling.method else ""
    return words[held].format(code=code, method=method)


def _checks(checks: Checks, lang: str) -> list[str]:
    words = _WORDS[lang]
    said = []
    if checks.implausible:
        said.append(words["implausible"].format(factor=checks.implausible.factor, days=checks.implausible.days))
    if checks.stuck:
        said.append(words["stuck"].format(hours=checks.stuck.hours))
    if checks.dead:
        said.append(words["dead"].format(hours=checks.dead.hours))
    if checks.night:
        place = [_degrees(value, lang) for value in (checks.night.latitude, checks.night.longitude)]
        said.append(words["night"].format(place="; ".join(place), watts=_number(checks.night.watts, lang)))
    if checks.twin:
        said.append(words["twin"].format(hours=checks.twin.hours))
    if checks.register:
        watt_hours, percent = _number(checks.register.watt_hours, lang), _percent(checks.register.ppm, lang)
        said.append(words["register"].format(watt_hours=watt_hours, percent=percent))
    return said


def _number(value: int, lang: str) -> str:
    return f"{value:,}".replace(",", "\u202f" if lang == "fr" else ",")


def _percent(ppm: int, lang: str) -> str:
    return _decimal(ppm, 4, lang)


def _degrees(micro: int, lang: str) -> str:
    return ("-" if micro < 0 else "") + _decimal(abs(micro), 6, lang)


def _hours(seconds: int, lang: str) -> str:
    return _decimal(seconds * 1000 // HOUR, 3, lang)


def _decimal(value: int, decimals: int, lang: str) -> str:
    whole, part = divmod(value, 10**decimals)
    comma = "," if lang == "fr" else "."
    return f"{_number(whole, lang)}{comma}{part:0{decimals}d}".rstrip("0") if part else _number(whole, lang)


_WORDS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "zone": "Months, days and price bands are those of {zone}.",
        "power": "A reading above a mean power of {watts} W is impossible.",
        "power of": "At point {point} a reading above {watts} W is.",
        "gap": "A dataset waits while more than {hours} hours in a row are missing at a point.",
        "missing": "It waits while more than {percent} % of a point's steps are missing.",
        "estimated": "It waits while more than {percent} % of a point's steps are estimated or repaired.",
        "reject": "{code}: the dataset is rejected.",
        "hold": "{code}: the dataset waits for a better version.",
        "repair": "{code}: repaired, {method}.",
        "ignore": "{code}: the readings are used as they are.",
        "implausible": "A reading is implausible if it is {factor} times what is usual above the median of its time of "
        "day, where at least {days} days show it.",
        "stuck": "A meter is stuck if it shows one value other than zero for {hours} hours.",
        "dead": "A meter is dead if it shows zero for {hours} hours in which it usually shows something.",
        "night": "A solar plant at {place} degrees (north; east) does not give more than {watts} W while the sun is down.",
        "twin": "Two meters that show the same curve for {hours} hours are twins.",
        "register": "A curve and its register may differ by {watt_hours} Wh or {percent} %, whichever is more.",
        "rest": "Every other finding is treated as the reference says.",
        "method count_once": "counted once",
        "method sort": "sorted by time",
        "method count_as_zero": "counted as 0, the bill provisional",
        "method leave_out": "left out, as if it were missing",
        "method keep_first": "by the first value in the file",
        "method clip_to_zero": "by zero",
        "method interpolate": "by a straight line between the readings before and after, in gaps of {steps} steps at most",
        "method same_slot_other_week": "by the same time of the week before, else of the week after, in gaps of {steps} "
        "steps at most",
    },
    "fr": {
        "zone": "Les mois, les jours et les plages tarifaires sont ceux de {zone}.",
        "power": "Un relevé au-dessus d'une puissance moyenne de {watts} W est impossible.",
        "power of": "Au point {point}, un relevé au-dessus de {watts} W l'est.",
        "gap": "Un jeu de données attend tant que plus de {hours} heures de suite manquent à un point.",
        "missing": "Il attend tant que plus de {percent} % des pas d'un point manquent.",
        "estimated": "Il attend tant que plus de {percent} % des pas d'un point sont estimés ou réparés.",
        "reject": "{code} : le jeu de données est rejeté.",
        "hold": "{code} : le jeu de données attend une meilleure version.",
        "repair": "{code} : réparé, {method}.",
        "ignore": "{code} : les relevés sont pris tels quels.",
        "implausible": "Un relevé est invraisemblable s'il dépasse de {factor} fois l'usuel la médiane de son heure, "
        "connue d'au moins {days} jours.",
        "stuck": "Un compteur est bloqué s'il indique une même valeur non nulle pendant {hours} heures.",
        "dead": "Un compteur est mort s'il indique zéro pendant {hours} heures où il indique d'habitude quelque chose.",
        "night": "Une installation solaire à {place} degrés (nord ; est) ne donne pas plus de {watts} W quand le soleil "
        "est couché.",
        "twin": "Deux compteurs qui indiquent la même courbe pendant {hours} heures sont jumeaux.",
        "register": "Une courbe et son index peuvent différer de {watt_hours} Wh ou de {percent} %, le plus grand des deux.",
        "rest": "Tout autre constat est traité comme le dit la référence.",
        "method count_once": "compté une fois",
        "method sort": "trié par heure",
        "method count_as_zero": "compté 0, facture provisoire",
        "method leave_out": "écarté, comme s'il manquait",
        "method keep_first": "par la première valeur du fichier",
        "method clip_to_zero": "par zéro",
        "method interpolate": "par une droite entre les relevés d'avant et d'après, pour des trous de {steps} pas au plus",
        "method same_slot_other_week": "par la même heure de la semaine d'avant, sinon d'après, pour des trous de {steps} "
        "pas au plus",
    },
}
