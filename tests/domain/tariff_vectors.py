"""Golden vectors of tariffs, made with eth-abi alone."""

from __future__ import annotations

from typing import Any

from tests.domain.abi_vectors import vector

TARIFF = (
    "(uint8,uint32,(uint8,uint8,uint16,uint16)[],(uint16,uint16,uint8,uint32)[],"
    "(uint16,string,uint32)[],(uint16,uint8,uint32)[])"
)


def tariff_document(**fields: Any) -> dict[str, Any]:
    return {
        "schema": "daisee.tariff/1",
        "bands": 1,
        "communityFeeMicroEuroPerKwh": 0,
        "windows": [],
        "prices": [],
        "taxes": [],
        "vats": [],
        **fields,
    }


def price(producer: int, group: int, band: int, amount: int) -> dict[str, int]:
    return {"producer": producer, "group": group, "band": band, "microEuroPerKwh": amount}


def window(band: int, weekdays: int, start: int, end: int) -> dict[str, int]:
    return {"band": band, "weekdays": weekdays, "fromMinute": start, "toMinute": end}


def tax(issuer: int, name: str) -> dict[str, Any]:
    return {"issuer": issuer, "name": name, "microEuroPerKwh": 1}


def vat(issuer: int, bases: int, ppm: int = 200_000) -> dict[str, int]:
    return {"issuer": issuer, "bases": bases, "ppm": ppm}


TARIFFS = {
    "empty": tariff_document(),
    "one price, fee and VAT": tariff_document(
        communityFeeMicroEuroPerKwh=5_000,
        prices=[price(4, 0, 0, 140_000)],
        taxes=[{"issuer": 5, "name": "accise sur l'électricité", "microEuroPerKwh": 22_500}],
        vats=[{"issuer": 5, "bases": 3, "ppm": 200_000}, {"issuer": 0, "bases": 4, "ppm": 200_000}],
    ),
    "tax with a blank of another alphabet for a name": tariff_document(taxes=[tax(1, "\u3000")]),
    "two bands, a group's own price": tariff_document(
        bands=2,
        windows=[
            {"band": 1, "weekdays": 31, "fromMinute": 420, "toMinute": 1320},
            {"band": 1, "weekdays": 96, "fromMinute": 0, "toMinute": 1440},
        ],
        prices=[
            price(4, 0, 0, 90_000),
            price(4, 0, 1, 150_000),
            price(4, 1, 1, 120_000),
            price(5, 0, 0, 4_294_967_295),
        ],
    ),
}


# Fault and row (from 0; null: the tariff as a whole).
INVALID_TARIFFS: dict[str, tuple[dict[str, Any], str, int | None]] = {
    "no bands": (tariff_document(bands=0), "BANDS_INVALID", None),
    "17 bands": (tariff_document(bands=17), "BANDS_INVALID", None),
    "window of a band that is not there": (tariff_document(windows=[window(1, 1, 0, 1)]), "WINDOW_INVALID", 0),
    "window on no day": (tariff_document(windows=[window(0, 1, 0, 1), window(0, 0, 0, 1)]), "WINDOW_INVALID", 1),
    "window on an eighth day": (tariff_document(windows=[window(0, 128, 0, 1)]), "WINDOW_INVALID", 0),
    "window of no time": (tariff_document(windows=[window(0, 1, 5, 5)]), "WINDOW_INVALID", 0),
    "window past midnight": (tariff_document(windows=[window(0, 1, 5, 1441)]), "WINDOW_INVALID", 0),
    "price in a band that is not there": (tariff_document(prices=[price(1, 0, 1, 1)]), "PRICE_BAND_UNKNOWN", 0),
    "second price": (tariff_document(prices=[price(1, 2, 0, 1), price(1, 2, 0, 9)]), "PRICE_REPEATED", 1),
    "tax without a name": (tariff_document(taxes=[tax(1, "")]), "TAX_NAME_INVALID", 0),
    "tax with a blank name": (tariff_document(taxes=[tax(1, " \t\n\v\f\r\x1c\x1f")]), "TAX_NAME_INVALID", 0),
    "tax with a name of 66 bytes": (tariff_document(taxes=[tax(1, "é" * 33)]), "TAX_NAME_INVALID", 0),
    "second tax of a name": (tariff_document(taxes=[tax(1, "t"), tax(2, "t"), tax(1, "t")]), "TAX_REPEATED", 2),
    "VAT on nothing": (tariff_document(vats=[vat(1, 0)]), "VAT_BASES_INVALID", 0),
    "VAT on a fourth base": (tariff_document(vats=[vat(1, 8)]), "VAT_BASES_INVALID", 0),
    "VAT of more than all": (tariff_document(vats=[vat(1, 1, 1_000_001)]), "VAT_TOO_LARGE", 0),
    "second VAT on a base": (tariff_document(vats=[vat(1, 3), vat(2, 2), vat(1, 6)]), "VAT_REPEATED", 2),
}


def tariff_values(document: dict[str, Any]) -> list[Any]:
    """The ABI values of a tariff document, valid or not."""
    rows = [[list(row.values()) for row in document[part]] for part in ("windows", "prices", "taxes", "vats")]
    return [document["bands"], document["communityFeeMicroEuroPerKwh"], *rows]


def tariff_vectors() -> dict[str, Any]:
    valid = [vector(name, document, TARIFF, tariff_values(document)) for name, document in TARIFFS.items()]
    invalid = [
        vector(name, document, TARIFF, tariff_values(document)) | {"fault": fault, "row": row}
        for name, (document, fault, row) in INVALID_TARIFFS.items()
    ]
    about = "`row` counts from 0 in the table at fault; null: the tariff as a whole."
    return {"struct": "Tariff", "type": TARIFF, "about": about, "valid": valid, "invalid": invalid}
