"""What can be wrong with what the domain is given.

Each message is one line that names the place and what to do. The other layers add subclasses of their own.
"""

from __future__ import annotations

from enum import StrEnum


class DaiseeError(Exception):
    """Any failure this project foresees; the command line prints it as `error: …` and exits 1."""


class DocumentInvalid(DaiseeError, ValueError):
    """Bytes that are not the canonical, complete document of the schema asked for."""


class KeyFault(StrEnum):
    """Why an allocation key is refused; the contract refuses it for the same reason."""

    NO_STAGES = "NO_STAGES"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    GROUP_AND_POINTS = "GROUP_AND_POINTS"
    POINT_REPEATED = "POINT_REPEATED"
    POINT_UNKNOWN = "POINT_UNKNOWN"
    POINT_NOT_CONSUMING = "POINT_NOT_CONSUMING"
    GROUP_UNKNOWN = "GROUP_UNKNOWN"
    POINTS_MISSING = "POINTS_MISSING"
    LENGTHS_DIFFER = "LENGTHS_DIFFER"
    WEIGHTS_NOT_ALLOWED = "WEIGHTS_NOT_ALLOWED"
    WEIGHT_TOO_LARGE = "WEIGHT_TOO_LARGE"
    WEIGHTS_SUM_TOO_LARGE = "WEIGHTS_SUM_TOO_LARGE"
    SELF_SHARING_POOLED = "SELF_SHARING_POOLED"
    DECIMALS_TOO_LARGE = "DECIMALS_TOO_LARGE"
    PRODUCERS_POOLED = "PRODUCERS_POOLED"
    PRODUCER_REPEATED = "PRODUCER_REPEATED"
    PRODUCER_UNKNOWN = "PRODUCER_UNKNOWN"
    PRODUCER_NOT_PRODUCING = "PRODUCER_NOT_PRODUCING"
    RULE_NOT_ALONE = "RULE_NOT_ALONE"
    COMMITTER_MISSING = "COMMITTER_MISSING"
    COMMITTER_UNUSED = "COMMITTER_UNUSED"


class KeyInvalid(DaiseeError, ValueError):
    """An allocation key that no period can be shared by; `fault` says why, `stage` (from 0) where."""

    def __init__(self, fault: KeyFault, message: str, stage: int | None = None) -> None:
        place = "key" if stage is None else f"key, stage {stage + 1}"
        super().__init__(f"{place}: {message}")
        self.fault = fault
        self.stage = stage


class TableInvalid(DaiseeError, ValueError):
    """A table of weights that is missing, incomplete, of another period or key, or with weights out of bounds."""


class TariffFault(StrEnum):
    """Why a tariff is refused; the contract refuses it for the same reason."""

    BANDS_INVALID = "BANDS_INVALID"
    WINDOW_INVALID = "WINDOW_INVALID"
    PRICE_BAND_UNKNOWN = "PRICE_BAND_UNKNOWN"
    PRICE_REPEATED = "PRICE_REPEATED"
    TAX_NAME_INVALID = "TAX_NAME_INVALID"
    TAX_REPEATED = "TAX_REPEATED"
    VAT_BASES_INVALID = "VAT_BASES_INVALID"
    VAT_TOO_LARGE = "VAT_TOO_LARGE"
    VAT_REPEATED = "VAT_REPEATED"


class TariffInvalid(DaiseeError, ValueError):
    """A tariff that contradicts itself or leaves its bounds; `fault` says why, `row` (from 0) where in its table."""

    def __init__(self, fault: TariffFault, message: str, row: int | None = None) -> None:
        place = "tariff" if row is None else f"tariff, {fault.split('_')[0].lower()} {row + 1}"
        super().__init__(f"{place}: {message}")
        self.fault = fault
        self.row = row


class TariffIncomplete(DaiseeError, ValueError):
    """A tariff without a price for energy that can be, or was, sold."""


class RosterInvalid(DaiseeError, ValueError):
    """A roster out of order, overlapping, or with fields out of bounds."""


class EnergyInvalid(DaiseeError, ValueError):
    """Energies the allocation cannot take."""


class EnergyType(EnergyInvalid):
    """Energies that are not an int64 array."""


class EnergyShape(EnergyInvalid):
    """Energies whose shape does not fit the roster, the steps or each other."""


class EnergyNegative(EnergyInvalid):
    """A reading below zero."""


class EnergyTooLarge(EnergyInvalid):
    """Energies whose total leaves the stated bound."""


class MoneyTooLarge(DaiseeError, ValueError):
    """Money beyond the stated bound."""


class EnergyMisplaced(EnergyInvalid):
    """Energy in a column outside its participation, or twice for one point in one step."""


class TreeInvalid(DaiseeError, ValueError):
    """A tree without leaves, or a place outside it."""


class SettlementRefused(DaiseeError, ValueError):
    """A task whose roster, readings or steps are not those given."""


class LanesTooMany(SettlementRefused):
    """More producers times price bands than a settlement can have."""
