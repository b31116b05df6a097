"""Tariffs: price bands by local time, prices of the producers, the community's fee, taxes per kWh and VAT.

A `Tariff` that exists is within its bounds and unambiguous: at most one price for a producer, group and band, and at
most one VAT rate of an issuer on a base. Whether it prices everything a roster can sell is `check_prices`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Any, Final

from offchain_worker.domain import canonical
from offchain_worker.domain.errors import TariffFault, TariffIncomplete, TariffInvalid
from offchain_worker.domain.hashing import abi_encode, keccak
from offchain_worker.domain.quantities import MAX_LANES, PPM, MemberIndex, MicroEuro, PointIndex

SCHEMA: Final = "daisee.tariff/1"
ABI_TYPE: Final = (
    "(uint8,uint32,(uint8,uint8,uint16,uint16)[],(uint16,uint16,uint8,uint32)[],"
    "(uint16,string,uint32)[],(uint16,uint8,uint32)[])"
)
MINUTES_A_DAY: Final = 1440
EVERY_DAY: Final = 0b1111111
MAX_TAX_NAME: Final = 64
"""In bytes of UTF-8."""
_BLANKS: Final = " \t\n\v\f\r\x1c\x1d\x1e\x1f"


class Base(IntFlag):
    """What VAT is charged on."""

    ENERGY = 1
    TAXES = 2
    FEE = 4


@dataclass(frozen=True)
class BandWindow:
    """Local time of `weekdays` (bit 0 = Monday), from a minute of the day up to another, is in `band`."""

    band: int
    weekdays: int
    from_minute: int
    to_minute: int


@dataclass(frozen=True)
class Price:
    """Price of a production point's energy sold to columns of `group` (0 = any) in `band`."""

    producer: PointIndex
    group: int
    band: int
    micro_euro_per_kwh: MicroEuro


@dataclass(frozen=True)
class EnergyTax:
    """A tax per kWh on the invoices of `issuer` (0 = the community)."""

    issuer: MemberIndex
    name: str
    micro_euro_per_kwh: MicroEuro


@dataclass(frozen=True)
class Vat:
    """VAT that `issuer` charges on the bases named."""

    issuer: MemberIndex
    bases: Base
    ppm: int


@dataclass(frozen=True)
class Tariff:
    """Mirror of `Tariff` in `contracts/Types.sol`."""

    bands: int
    community_fee: MicroEuro
    windows: tuple[BandWindow, ...] = ()
    prices: tuple[Price, ...] = ()
    taxes: tuple[EnergyTax, ...] = ()
    vats: tuple[Vat, ...] = ()
    _by_place: dict[tuple[int, int, int], MicroEuro] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        _check(self)
        self._by_place.update({(p.producer, p.group, p.band): p.micro_euro_per_kwh for p in self.prices})

    def price(self, producer: int, group: int, band: int) -> MicroEuro:
        """Return the µ€/kWh of `producer` for columns of `group` in `band`; the group's own price before that of any.

        Raises `TariffIncomplete` if neither is there.
        """
        for candidate in (group, 0):
            found = self._by_place.get((producer, candidate, band))
            if found is not None:
                return found
        raise TariffIncomplete(f"tariff: no price of producer {producer} for group {group} in band {band}; add one")

    def abi(self) -> tuple[Any, ...]:
        """Return the tariff as the contracts take it."""
        return (
            self.bands,
            self.community_fee,
            [(w.band, w.weekdays, w.from_minute, w.to_minute) for w in self.windows],
            [(p.producer, p.group, p.band, p.micro_euro_per_kwh) for p in self.prices],
            [(t.issuer, t.name, t.micro_euro_per_kwh) for t in self.taxes],
            [(v.issuer, int(v.bases), v.ppm) for v in self.vats],
        )

    def hash(self) -> bytes:
        """Return `tariffHash = keccak256(abi.encode(tariff))`."""
        return keccak(abi_encode([ABI_TYPE], [self.abi()]))

    def document(self) -> dict[str, Any]:
        """Return the tariff as its JSON document."""
        bands, fee, windows, prices, taxes, vats = self.abi()
        return {
            "schema": SCHEMA,
            "bands": bands,
            "communityFeeMicroEuroPerKwh": fee,
            "windows": [dict(zip(_WINDOW, row, strict=True)) for row in windows],
            "prices": [dict(zip(_PRICE, row, strict=True)) for row in prices],
            "taxes": [dict(zip(_TAX, row, strict=True)) for row in taxes],
            "vats": [dict(zip(_VAT, row, strict=True)) for row in vats],
        }

    def to_json(self) -> str:
        """Return the canonical JSON text."""
        return canonical.dumps(self.document()).decode()


_WINDOW: Final = ("band", "weekdays", "fromMinute", "toMinute")
_PRICE: Final = ("producer", "group", "band", "microEuroPerKwh")
_TAX: Final = ("issuer", "name", "microEuroPerKwh")
_VAT: Final = ("issuer", "bases", "ppm")


def parse(text: str | bytes) -> Tariff:
    """Read a tariff from its JSON document; raises `DocumentInvalid` or `TariffInvalid`."""
    document = canonical.loads(text, SCHEMA)
    parts = (("windows", _WINDOW), ("prices", _PRICE), ("taxes", _TAX), ("vats", _VAT))
    rows = [[tuple(row[name] for name in names) for row in document[part]] for part, names in parts]
    return from_abi((document["bands"], document["communityFeeMicroEuroPerKwh"], *rows))


def from_abi(values: Sequence[Any]) -> Tariff:
    """Return the tariff a contract or an event gave."""
    bands, fee, windows, prices, taxes, vats = values
    return Tariff(
        bands=bands,
        community_fee=fee,
        windows=tuple(BandWindow(*row) for row in windows),
        prices=tuple(Price(*row) for row in prices),
        taxes=tuple(EnergyTax(*row) for row in taxes),
        vats=tuple(Vat(issuer, Base(bases), ppm) for issuer, bases, ppm in vats),
    )


def band_at(tariff: Tariff, local_minute: int, weekday: int) -> int:
    """Return the band of a local minute of the day (0–1439) on a weekday (0 = Monday): first window that fits, or 0."""
    for window in tariff.windows:
        if window.weekdays >> weekday & 1 and window.from_minute <= local_minute < window.to_minute:
            return window.band
    return 0


def check_prices(tariff: Tariff, production_points: Iterable[int], consumption_groups: Iterable[int]) -> None:
    """Refuse with `TariffIncomplete` a tariff that leaves a sale of these producers to these groups without a price."""
    groups = sorted(set(consumption_groups))
    for producer in sorted(set(production_points)):
        for group in groups:
            for band in range(tariff.bands):
                tariff.price(producer, group, band)


def _check(tariff: Tariff) -> None:
    if not 1 <= tariff.bands <= MAX_LANES:
        raise TariffInvalid(TariffFault.BANDS_INVALID, f"{tariff.bands} bands; give 1 to {MAX_LANES}")
    _check_windows(tariff)
    _check_prices(tariff)
    _check_taxes(tariff)
    _check_vats(tariff)


def _check_windows(tariff: Tariff) -> None:
    for at, window in enumerate(tariff.windows):
        if window.band >= tariff.bands:
            message = f"band {window.band} of {tariff.bands}"
        elif not 1 <= window.weekdays <= EVERY_DAY:
            message = f"weekdays {window.weekdays}; bits 0 (Monday) to 6, one at least"
        elif not window.from_minute < window.to_minute <= MINUTES_A_DAY:
            message = f"minutes {window.from_minute} to {window.to_minute} of the day"
        else:
            continue
        raise TariffInvalid(TariffFault.WINDOW_INVALID, message, at)


def _check_prices(tariff: Tariff) -> None:
    places: set[tuple[int, int, int]] = set()
    for at, price in enumerate(tariff.prices):
        if price.band >= tariff.bands:
            raise TariffInvalid(TariffFault.PRICE_BAND_UNKNOWN, f"band {price.band} of {tariff.bands}", at)
        place = (price.producer, price.group, price.band)
        if place in places:
            message = f"second price of producer {price.producer}, group {price.group}, band {price.band}"
            raise TariffInvalid(TariffFault.PRICE_REPEATED, message, at)
        places.add(place)


def _check_taxes(tariff: Tariff) -> None:
    names: set[tuple[int, str]] = set()
    for at, tax in enumerate(tariff.taxes):
        if not tax.name.strip(_BLANKS) or len(tax.name.encode()) > MAX_TAX_NAME:
            raise TariffInvalid(TariffFault.TAX_NAME_INVALID, f"name it, in at most {MAX_TAX_NAME} bytes", at)
        if (tax.issuer, tax.name) in names:
            message = f"second tax {tax.name!r} of issuer {tax.issuer}"
            raise TariffInvalid(TariffFault.TAX_REPEATED, message, at)
        names.add((tax.issuer, tax.name))


def _check_vats(tariff: Tariff) -> None:
    charged: dict[int, Base] = {}
    for at, vat in enumerate(tariff.vats):
        if not 1 <= vat.bases <= (Base.ENERGY | Base.TAXES | Base.FEE):
            message = f"bases {int(vat.bases)}; bits 0 energy, 1 taxes, 2 fee, one at least"
            raise TariffInvalid(TariffFault.VAT_BASES_INVALID, message, at)
        if vat.ppm > PPM:
            raise TariffInvalid(TariffFault.VAT_TOO_LARGE, f"{vat.ppm} ppm is over 1000000", at)
        if charged.get(vat.issuer, Base(0)) & vat.bases:
            raise TariffInvalid(TariffFault.VAT_REPEATED, f"second rate of issuer {vat.issuer} on the same base", at)
        charged[vat.issuer] = charged.get(vat.issuer, Base(0)) | vat.bases
