"""One file per format of meter readings. A format is a module with these names:

NAME                              what `daisee inspect` calls it
SIGNATURE                         what its files begin with, in words
claims(data) -> bool              does the file look like this format? (by content, never by name)
parse(data, name) -> tuple[Rows]  the rows of each point and direction; raises MeterFileError
redact(data, name, stand_in, start, end, meter, direction) -> bytes   the rows inside [start, end) under another id
"""

from __future__ import annotations

from types import ModuleType

from offchain_worker.meters.errors import UnknownFormat
from offchain_worker.meters.formats import (
    canonical,
    data_connect,
    datadis_api,
    datadis_csv,
    dsmr_p1,
    e_distribucion,
    eda_message,
    eda_report,
    edf_powers,
    emoncms,
    enedis_customer_space,
    enedis_day_hour,
    enedis_r4x,
    enedis_r6x_json,
    enedis_r15,
    enedis_r50,
    enedis_r63,
    enedis_r64,
    enedis_r151,
    enedis_r171,
    enedis_workbook,
    greenbutton,
    i_de,
    linky_tic,
    sge_hdm,
    sge_soap,
    ufd,
)

FORMATS: tuple[ModuleType, ...] = (
    sge_hdm,
    enedis_customer_space,
    enedis_day_hour,
    enedis_r4x,
    enedis_r15,
    enedis_r50,
    enedis_r63,
    enedis_r64,
    enedis_r151,
    enedis_r171,
    enedis_workbook,
    edf_powers,
    sge_soap,
    data_connect,
    enedis_r6x_json,
    greenbutton,
    datadis_csv,
    e_distribucion,
    i_de,
    ufd,
    datadis_api,
    eda_message,
    eda_report,
    dsmr_p1,
    linky_tic,
    canonical,
    emoncms,
)


KNOWN_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "an Excel file of the old kind (.xls): save it as .xlsx, or ask for another export"),
    (b"%pdf", "a PDF: ask for the readings as CSV, XML or JSON"),
    (b"<!doctype html", "a web page, perhaps the portal's own in place of a file: sign in and fetch the file again"),
    (b"<html", "a web page, perhaps the portal's own in place of a file: sign in and fetch the file again"),
)
"""How other files begin that people take for files of readings, in small letters, and what to do."""


def detect(data: bytes, name: str = "file") -> ModuleType:
    """The format that claims these bytes; raises UnknownFormat with what was looked for and how the file begins."""
    for candidate in FORMATS:
        if candidate.claims(data):
            return candidate
    looked_for = " or ".join(candidate.SIGNATURE for candidate in FORMATS)
    lines = data[:200].decode("utf-8", "replace").splitlines()[:2]
    hint = next((said for mark, said in KNOWN_OTHERS if data.lstrip()[:200].lower().startswith(mark)), "")
    if hint:
        raise UnknownFormat(name, 0, f"no known format: {hint}")
    beginning = " / ".join(line[:60] for line in lines) if data else "nothing: the file is empty"
    raise UnknownFormat(name, 0, f"no known format: looked for {looked_for}; it begins with {beginning!a}")
