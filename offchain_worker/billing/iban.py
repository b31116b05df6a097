"""Numbers of bank accounts: IBAN (ISO 13616), BIC (ISO 9362) and SEPA creditor identifiers, with their check digits."""

from __future__ import annotations

import re

from offchain_worker.domain.errors import DaiseeError

# Lengths of the SEPA countries' IBANs (ISO 13616 registry); France needs 27 characters, Spain 24.
LENGTHS = {
    **{"AD": 24, "AL": 28, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20},
    **{"ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27},
    **{"LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15},
    **{"PL": 28, "PT": 25, "RO": 24, "RS": 22, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "VA": 22},
}
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")
_CREDITOR = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{3}[A-Z0-9]{1,28}")


class AccountInvalid(DaiseeError):
    """An account or creditor number with a typing error in it."""


def iban(text: str) -> str:
    """The IBAN without blanks. Raises AccountInvalid if its country, length or check digits are wrong."""
    found = re.sub(r"\s", "", text).upper()
    if not _IBAN.fullmatch(found) or found[:2] not in LENGTHS:
        raise AccountInvalid(f"{text!r} is not the IBAN of a SEPA country")
    if len(found) != LENGTHS[found[:2]]:
        raise AccountInvalid(f"IBAN {text!r} has {len(found)} characters; {found[:2]} needs {LENGTHS[found[:2]]}")
    if _remainder(found) != 1:
        raise AccountInvalid(f"IBAN {text!r}: the check digits do not fit; look for a typing error")
    return found


def bic(text: str) -> str:
    """The BIC, 8 or 11 characters. Raises AccountInvalid."""
    found = text.strip().upper()
    if not _BIC.fullmatch(found):
        raise AccountInvalid(f"{text!r} is not a BIC")
    return found


def creditor_identifier(text: str) -> str:
    """A SEPA creditor identifier (in France ICS). The business code in places 5 to 7 is not in its check digits."""
    found = re.sub(r"\s", "", text).upper()
    if not _CREDITOR.fullmatch(found) or _remainder(found[:4] + found[7:]) != 1:
        raise AccountInvalid(f"{text!r} is not a SEPA creditor identifier; look for a typing error")
    return found


def spaced(account: str) -> str:
    """An IBAN in groups of four, as it is printed."""
    return " ".join(account[at : at + 4] for at in range(0, len(account), 4))


def _remainder(text: str) -> int:
    """ISO 7064 MOD 97-10: the first four characters go to the end, letters count from A = 10."""
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97
