"""
Files in Enedis' formats written out by hand, for the tests of meters; independent of the code under test. Stamps are made
from UTC, so that days on which clocks change come out as Enedis writes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PRM = "12345678901234"
OTHER = "98765432109876"
PARIS = ZoneInfo("Europe/Paris")
R63_HEADER = (
    "Identifiant PRM;Date de début;Date de fin;Grandeur physique;Grandeur métier;Etape métier;Unité;Horodate;Valeur;"
    "Nature;Pas;Indice de vraisemblance;Etat complémentaire"
)
R64_HEADER = (
    "Identifiant PRM;Date de début;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;Horodate;"
    "Contexte de relève;Type de releve;Motif de relève;Grille;Identifiant calendrier;Libellé calendrier;"
    "Identifiant classe temporelle;Libellé classe temporelle;Cadran;Valeur;Indice de vraisemblance"
)


def midnight(day: str) -> int:
    """The UTC second at which a day begins in Paris."""
    return int(datetime.fromisoformat(day).replace(tzinfo=PARIS).timestamp())


def day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def starts(day: str, minutes: int) -> list[int]:
    """The UTC starts of a local day's intervals: 46, 48 or 50 half-hours."""
    return list(range(midnight(day), midnight(day_after(day)), minutes * 60))


def stamps(day: str, minutes: int, form: str = "%Y-%m-%d %H:%M:%S", end: bool = True) -> list[str]:
    """Naive local stamps of a day's intervals, at their end or start."""
    moments = [start + minutes * 60 * end for start in starts(day, minutes)]
    return [datetime.fromtimestamp(moment, UTC).astimezone(PARIS).strftime(form) for moment in moments]


def zoned(day: str, minutes: int, end: bool = True) -> list[str]:
    """Local stamps with their offsets."""
    moments = [start + minutes * 60 * end for start in starts(day, minutes)]
    return [datetime.fromtimestamp(moment, UTC).astimezone(PARIS).isoformat() for moment in moments]


def watts(count: int) -> list[int]:
    """Even numbers of W, as a meter that counts whole Wh gives for half-hours, none like its neighbours."""
    return [200 + 2 * (at * 37 % 101) for at in range(count)]


def r50(days: Sequence[str], prm: str = PRM, values: Sequence[object] | None = None) -> bytes:
    """Flow R50 with one release per day; None is a missing value."""
    releases = []
    for day in days:
        rows = zip(zoned(day, 30), values or watts(50), strict=False)
        points = "\n".join(
            f"<PDC><H>{stamp}</H>{'' if value is None else f'<V>{value}</V>'}<IV>0</IV></PDC>" for stamp, value in rows
        )
        releases.append(
            f"<Donnees_Releve><Date_Releve>{day}</Date_Releve><Id_Affaire>M0</Id_Affaire>\n{points}\n</Donnees_Releve>"
        )
    return r50_of([(prm, "\n".join(releases))])


def r50_of(points: Iterable[tuple[str, str]], step: int = 30) -> bytes:
    """Flow R50 with the given releases of each point."""
    body = "\n".join(f"<PRM><Id_PRM>{prm}</Id_PRM>\n{releases}\n</PRM>" for prm, releases in points)
    head = f"<En_Tete_Flux><Identifiant_Flux>R50</Identifiant_Flux><Pas_Publication>{step}</Pas_Publication>"
    return f'<?xml version="1.0" encoding="UTF-8"?><R50>{head}</En_Tete_Flux>\n{body}\n</R50>\n'.encode()


def r4x_curve(day: str, minutes: int = 10, direction: str = "CONS", quantity: str = "EA", unit: str = "kW") -> str:
    """One curve of flow R4x, 20 kW and up."""
    rows = "\n".join(
        f'<Donnees_Point_Mesure Horodatage ="{stamp}" Valeur_Point ="{20 + at % 7}" Statut_Point ="R">'
        "</Donnees_Point_Mesure>"
        for at, stamp in enumerate(zoned(day, minutes, end=False))
    )
    last = zoned(day, 30)[-1]
    return (
        f"<Donnees_Courbe><Horodatage_Debut>{zoned(day, 30, end=False)[0]}</Horodatage_Debut>"
        f"<Horodatage_Fin>{last}</Horodatage_Fin><Granularite>{minutes}</Granularite><Unite_Mesure>{unit}</Unite_Mesure>"
        f"<Grandeur_Metier>{direction}</Grandeur_Metier><Grandeur_Physique>{quantity}</Grandeur_Physique>\n{rows}\n"
        "</Donnees_Courbe>"
    )


def r4x(*curves: str, prm: str = PRM) -> bytes:
    """Flow R4x of one point."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><Courbe><Entete><Identifiant_Flux>R4x</Identifiant_Flux>'
        "<Nature_De_Courbe_Demandee>Brute</Nature_De_Courbe_Demandee></Entete>\n"
        f"<Corps><Identifiant_PRM>{prm}</Identifiant_PRM>\n" + "\n".join(curves) + "\n</Corps>\n</Courbe>\n"
    ).encode()


def r151_class(name: str, rank: int, value: int, tag: str = "Classe_Temporelle_Distributeur", index: int = 0) -> str:
    return (
        f"<{tag}><Id_Classe_Temporelle>{name}</Id_Classe_Temporelle><Rang_Cadran>{rank}</Rang_Cadran>"
        f"<Valeur>{value}</Valeur><Indice_Vraisemblance>{index}</Indice_Vraisemblance></{tag}>"
    )


def r151(days: Sequence[tuple[str, int, int]], prm: str = PRM) -> bytes:
    """Flow R151: days with the registers HC and HP at their end; the supplier's register counts both."""
    releases = "\n".join(
        f"<Donnees_Releve><Date_Releve>{day}</Date_Releve>\n{r151_class('HC', 1, low)}\n{r151_class('HP', 2, high)}\n"
        f"{r151_class('BASE', 1, low + high, 'Classe_Temporelle')}\n"
        "<Puissance_Maximale><Valeur>3817</Valeur></Puissance_Maximale></Donnees_Releve>"
        for day, low, high in days
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><R151><En_Tete_Flux><Unite_Mesure_Index>Wh</Unite_Mesure_Index>'
        f"</En_Tete_Flux>\n<PRM><Id_PRM>{prm}</Id_PRM>\n{releases}\n</PRM>\n</R151>\n"
    ).encode()


def r15_release(
    moment: str, values: dict[str, int], nature: str = "REEL", direction: int = 0, unit: str = "kWh"
) -> str:
    classes = "".join(
        f"<Classe_Temporelle_Distributeur><Id_Classe_Temporelle>{name}</Id_Classe_Temporelle><Rang_Cadran>1</Rang_Cadran>"
        f"<Classe_Mesure>1</Classe_Mesure><Unite_Mesure>{unit}</Unite_Mesure><Sens_Mesure>{direction}</Sens_Mesure>"
        f"<Valeur>{value}</Valeur><Coefficient_Lecture>1</Coefficient_Lecture></Classe_Temporelle_Distributeur>"
        for name, value in values.items()
    )
    return (
        f"<Donnees_Releve><Date_Releve>{moment}</Date_Releve><Motif_Releve>CYCL</Motif_Releve>"
        f"<Nature_Index>{nature}</Nature_Index>{classes}</Donnees_Releve>"
    )


def r15(*releases: str, prm: str = PRM) -> bytes:
    """Flow R15 of one point."""
    return f"<R15><En_Tete_Flux/><PRM><Id_PRM>{prm}</Id_PRM>{''.join(releases)}</PRM></R15>".encode()


def r171_series(
    name: str, readings: Sequence[tuple[str, int]], quantity: str = "EA", unit: str = "Wh", **of: str
) -> str:
    """One series of flow R171: (moment, register) readings of one class."""
    rows = "\n".join(
        f"<mesureDatee><dateFin>{moment}</dateFin><valeur>{value}</valeur></mesureDatee>" for moment, value in readings
    )
    return (
        f"<serieMesuresDatees><prmId>{of.get('prm', PRM)}</prmId><type>INDEX</type>"
        f"<grandeurMetier>{of.get('direction', 'CONS')}</grandeurMetier><grandeurPhysique>{quantity}</grandeurPhysique>"
        f"<typeCalendrier>D</typeCalendrier><codeClasseTemporelle>{name}</codeClasseTemporelle><unite>{unit}</unite>"
        f"<mesuresDateesListe>\n{rows}\n</mesuresDateesListe></serieMesuresDatees>"
    )


def r171(*series: str) -> bytes:
    """Flow R171, with the prefix Enedis gives its root."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<ns2:R171 xmlns:ns2="http://www.enedis.fr/stm/R171">'
        "<entete><flux>R171</flux></entete><serieMesuresDateesListe>\n" + "\n".join(series) + "\n"
        "</serieMesuresDateesListe></ns2:R171>\n"
    ).encode()


def soap(quantities: str, days: tuple[str, str], version: int = 3, prm: str = PRM, envelope: bool = True) -> bytes:
    """An answer of ConsultationMesuresDetaillees."""
    tag = f"ns3:consulterMesuresDetailleesResponse{'V3' if version == 3 else ''}"
    body = (
        f'<{tag} xmlns:ns3="http://www.enedis.fr/sge/b2b"><pointId>{prm}</pointId>'
        f"<mesuresCorrigees>BRUT</mesuresCorrigees><periode><dateDebut>{days[0]}</dateDebut><dateFin>{days[1]}</dateFin>"
        f"</periode>\n{quantities}\n<modeCalcul>MESURE</modeCalcul></{tag}>"
    )
    if envelope:
        body = (
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>\n'
            f"{body}\n</soap:Body></soap:Envelope>"
        )
    return f'<?xml version="1.0" ?>\n{body}\n'.encode()


def soap_curve(rows: Iterable[tuple[str, object]], step: str, nature: str = "B", tag: str = "points", **of: str) -> str:
    """A quantity of an answer: (stamp, value) rows."""
    points = "\n".join(
        f"<{tag}><v>{value}</v><d>{stamp}</d>{f'<p>{step}</p><n>{nature}</n>' if step else ''}<iv>0</iv><ec>0</ec></{tag}>"
        for stamp, value in rows
    )
    return (
        f"<grandeur><grandeurMetier>{of.get('direction', 'CONS')}</grandeurMetier>"
        f"<grandeurPhysique>{of.get('quantity', 'PA')}</grandeurPhysique><unite>{of.get('unit', 'W')}</unite>\n{points}\n"
        "</grandeur>"
    )


def r63_rows(
    day: str, minutes: int = 30, values: Sequence[object] | None = None, prm: str = PRM, kind: str = "PA;CONS;BRUT;W"
) -> list[str]:
    """The rows of one day of R63: END stamps from 15 minutes on, START stamps below."""
    nature = "B" if minutes > 10 else "R"
    marked = stamps(day, minutes, end=minutes > 10)
    return [
        f"{prm};{day} 00:00:00;{day_after(day)} 00:00:00;{kind};{stamp};{value};{nature};PT{minutes}M;0;0"
        for stamp, value in zip(marked, values or watts(len(marked)), strict=True)
    ]


def csv(header: str, rows: Iterable[str], encoding: str = "utf-8-sig", newline: str = "\n") -> bytes:
    """A header and rows as a file."""
    return (newline.join([header, *rows]) + newline).encode(encoding)


def data_connect(
    rows: Iterable[tuple[str, object]], days: tuple[str, str], step: str = "PT30M", prm: str = PRM, **kind: str
) -> bytes:
    """An answer of Data Connect: (stamp, value) readings; without a step, daily energies."""
    power = {"measurement_kind": "power", "unit": "W", "aggregate": "average"}
    energy = {"measurement_kind": "energy", "unit": "Wh", "aggregate": "sum", "measuring_period": "P1D"}
    answer = {
        "usage_point_id": prm,
        "start": days[0],
        "end": days[1],
        "quality": "BRUT",
        "reading_type": (power if step else energy) | kind,
        "interval_reading": [
            {"value": str(value), "date": stamp} | ({"interval_length": step, "measure_type": "B"} if step else {})
            for stamp, value in rows
        ],
    }
    return json.dumps({"meter_reading": answer}, indent=1).encode()


def hdm_index(rows: Sequence[tuple[str, int | None]], prm: str = PRM) -> list[str]:
    """The index block of a history: daily readings of F1, D1 and T, all alike; then calendars, then peak powers."""
    names = [*(f"EAS F{at}" for at in range(1, 11)), *(f"EAS D{at}" for at in range(1, 5)), "EAS T"]
    header = (
        "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite"
    )
    lines = [header, f"{prm};Index;20/10/2020;02/02/2022;Energie active;Consommation;Comptage Brut;"]
    lines.append("Horodate;Type de releve;" + ";".join(names))
    for stamp, value in rows:
        text = "" if value is None else str(value)
        lines.append(f"{stamp};Arrêté quotidien;{text}{';' * 10}{text}{';' * 4}{text}")
    lines += ["Periode;Identifiant calendrier fournisseur", "Du 2020-10-21T00:00:00+02:00 au;INCONNU", header]
    peak = (
        "Puissance maximale quotidienne;20/10/2020;02/02/2022;Puissance maximale atteinte;Consommation;Comptage Brut;W"
    )
    return [*lines, f"{prm};{peak}", "Horodate;Valeur", "2021-01-07T13:16:41+01:00;5502", "2021-01-08T12:21:41+01:00;"]


def tic_line(*parts: str, standard: bool = True) -> bytes:
    """A line of a frame with its checksum, as Enedis-NOI-CPT_54E defines it for the two modes."""
    separator = "\t" if standard else " "
    text = separator.join(parts)
    summed = text + separator if standard else text
    return (text + separator + chr((sum(map(ord, summed)) & 0x3F) + 0x20)).encode()


def tic_frame(lines: Iterable[bytes]) -> bytes:
    return b"\x02" + b"".join(b"\n" + line + b"\r" for line in lines) + b"\x03"


def horodate(moment: int) -> str:
    """A UTC second as a meter writes it: H or E for winter or summer time."""
    local = datetime.fromtimestamp(moment, UTC).astimezone(PARIS)
    return ("E" if local.dst() else "H") + local.strftime("%y%m%d%H%M%S")


def tic_standard(moment: int, consumed: int, injected: int = 0, curve: tuple[int, int] | None = None) -> bytes:
    """A standard frame; `curve` is the last point of the load curve (end, W)."""
    lines = [
        tic_line("ADSC", "021728123456"), tic_line("VTIC", "02"), tic_line("DATE", horodate(moment), ""),
        tic_line("NGTF", "      BASE      "), tic_line("EAST", f"{consumed:09}"), tic_line("EAIT", f"{injected:09}"),
        tic_line("SINSTS", "00430"),
    ]  # fmt: skip
    if curve is not None:
        lines.append(tic_line("CCASN", horodate(curve[0]), f"{curve[1]:05}"))
    return tic_frame([*lines, tic_line("PRM", PRM)])


def tic_historic(low: int, high: int, moment: int | None = None) -> bytes:
    """A historic frame with the registers of low and high hours; `moment` writes the line of time above it."""
    lines = [("ADCO", "021728123456"), ("OPTARIF", "HC.."), ("HCHC", f"{low:09}"), ("HCHP", f"{high:09}")]
    frame = tic_frame(tic_line(*line, standard=False) for line in [*lines, ("PAPP", "00430")])
    time = "" if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ\n")
    return time.encode() + frame + b"\n"
