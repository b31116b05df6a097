"""Sound files of every format from outside France to be damaged, each with another way to read what stands in it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from fractions import Fraction
from xml.etree import ElementTree

import pyarrow.csv
import pyarrow.parquet

from tests.meters import eda_files, spanish_files
from tests.meters.mutations import Case, amount, text_of
from tests.meters.spanish_files import CUPS

DAY = "2025-06-03"
NEXT = "2025-06-04"
NUMBER = r"[ \t\"]*([0-9]*[.,]?[0-9]+)[ \t\"]*"
START = spanish_files.utc(f"{DAY} 00:00")
POINT = "POINT-4B6C-0001"
METER = "4B384547303034303436333935353037"


def added(*patterns: str, factor: int = 1_000_000) -> Callable[[bytes], Fraction]:
    """Every match's number of every pattern, times the factor."""

    def written(data: bytes) -> Fraction:
        text = text_of(data)
        found = (value for pattern in patterns for value in re.findall(pattern, text))
        return sum((amount(value) for value in found), Fraction(0)) * factor

    return written


def _columns(*names: str, factor: int = 1_000_000) -> Callable[[bytes], Fraction]:
    """The columns of these names, where the header has them."""

    def written(data: bytes) -> Fraction:
        header, *lines = text_of(data).splitlines()
        places = [at for at, name in enumerate(header.split(";")) if re.sub(r"[^a-z0-9]", "", name.lower()) in names]
        cells = [
            fields[at].strip(' "\t')
            for fields in (line.split(";") for line in lines)
            for at in places
            if at < len(fields)
        ]
        return sum((amount(cell) for cell in cells if re.search(r"[0-9]", cell)), Fraction(0)) * factor

    return written


def _spanish(header: str, rows: Iterator[str]) -> bytes:
    return spanish_files.file([header, *rows])


def _hours() -> Iterator[tuple[str, int, int]]:
    for day, date in enumerate(("03/06/2025", "04/06/2025")):
        for hour in range(1, 25):
            yield date, hour, 24 * day + hour


def _wide() -> bytes:
    header = "CUPS;Fecha;" + ";".join(f"H{hour}" for hour in range(1, 26))
    lines = [
        f"{CUPS};{day:02}/06/2025;" + ";".join(f"0,{day:02}{hour:02}" for hour in range(1, 25)) + ";"
        for day in range(1, 11)
    ]
    return spanish_files.file([header, *lines])


def _wide_energy(data: bytes) -> Fraction:
    lines = [line for line in text_of(data).splitlines()[1:] if not re.search(r"(?i);\W*H1\W*;", line)]
    cells = [cell for line in lines for cell in line.split(";")[2:]]
    return sum((amount(cell) for cell in cells if cell.strip(' "')), Fraction(0)) * 1_000_000


def _api() -> bytes:
    entries = [
        {"cups": CUPS, "date": f"2025/06/{3 + (number - 1) // 24:02}", "time": f"{hour:02}:00", "consumptionKWh": number / 1000, "obtainMethod": "Real"}
        for _, hour, number in _hours()
    ]  # fmt: skip
    return json.dumps(entries, indent=1).encode()


def _listed(*path: str, field: str, factor: int) -> Callable[[bytes], Fraction]:
    """The numbers of a field in a list inside JSON."""

    def written(data: bytes) -> Fraction:
        at = json.loads(text_of(data), parse_float=Fraction)
        for step in path:
            at = at[int(step)] if step.isdigit() else at[step]
        values = (
            entry[int(field)] if field.isdigit() else {re.sub(r"\W", "", name): entry[name] for name in entry}[field]
            for entry in at
        )
        return sum((Fraction(value) for value in values if value is not None), Fraction(0)) * factor

    return written


def _green_button() -> bytes:
    def entry(place: str, content: str, *links: str) -> str:
        related = "".join(f'<link rel="related" href="/{link}"/>' for link in links)
        return (
            f'<entry><id>urn:uuid:{place}</id><link rel="self" href="/{place}"/>{related}'
            f"<content>{content}</content></entry>\n"
        )

    readings = "".join(
        f"<IntervalReading><timePeriod><duration>900</duration><start>{START + 900 * at}</start></timePeriod>"
        f"<value>{100 + at}</value></IntervalReading>\n"
        for at in range(192)
    )
    kind = (
        "<ReadingType><accumulationBehaviour>4</accumulationBehaviour><commodity>1</commodity>"
        "<flowDirection>1</flowDirection><powerOfTenMultiplier>0</powerOfTenMultiplier><uom>72</uom></ReadingType>"
    )
    point = entry("UsagePoint/1", "<UsagePoint/>", "UsagePoint/1/MeterReading").replace(
        "uuid:UsagePoint/1", f"uuid:{POINT}"
    )
    reading = entry(
        "UsagePoint/1/MeterReading/1", "<MeterReading/>", "ReadingType/1", "UsagePoint/1/MeterReading/1/IntervalBlock"
    )
    block = entry("UsagePoint/1/MeterReading/1/IntervalBlock/1", f"<IntervalBlock>\n{readings}</IntervalBlock>")
    feed = point + reading + entry("ReadingType/1", kind) + block
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:espi="http://naesb.org/espi">{feed}</feed>'.encode()


def _green_button_energy(data: bytes) -> Fraction:
    text = text_of(data)
    power = re.search(r"<powerOfTenMultiplier>(.*?)<", text)
    return added(rf"<value>\s*{NUMBER}\s*</value>", factor=1000)(data) * Fraction(10) ** int(power[1] if power else 0)


def _message() -> bytes:
    values = [
        {"from": (START + 900 * at) * 1000, "to": (START + 900 * at + 900) * 1000, "method": "L1", "value": (100 + at) / 1000}
        for at in range(192)
    ]  # fmt: skip
    data = [{"meterCode": "1-1:1.9.0 G.01", "value": values}]
    meter = {"meteringPoint": eda_files.CONSUMER}
    return json.dumps({"message": {"meter": meter, "energy": [{"interval": "QH", "data": data}]}}, indent=0).encode()


def _report_sheet() -> bytes:
    times = [*eda_files.quarters(DAY), *eda_files.quarters(NEXT)]
    column = (
        eda_files.CONSUMER,
        "CONSUMPTION",
        eda_files.LABELS["G.01"],
        [eda_files.Digits(f"0.{100 + at}") for at in range(192)],
    )
    with zipfile.ZipFile(io.BytesIO(eda_files.report(times, [column]))) as archive:
        return archive.read("xl/worksheets/sheet2.xml").replace(b"</row>", b"</row>\n")


def in_workbook(sheet: bytes) -> bytes:
    """The report with its sheet of energies replaced."""
    column = (eda_files.CONSUMER, "CONSUMPTION", eda_files.LABELS["G.01"], [0.5])
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(eda_files.report(eda_files.quarters(DAY)[:1], [column]))) as archive,
        zipfile.ZipFile(written, "w") as made,
    ):
        for name in archive.namelist():
            made.writestr(name, sheet if name == "xl/worksheets/sheet2.xml" else archive.read(name))
    return written.getvalue()


def _sheet_energy(data: bytes) -> Fraction:
    """
    The column after the days of all rows that begin with a day. A cell stands where its reference says; one without a
    reference that Excel would read stands after the cell before it.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = ElementTree.fromstring(archive.read("xl/worksheets/sheet2.xml"))
    total = Fraction(0)
    for row in (node for node in root.iter() if node.tag.endswith("row")):
        cells: dict[int, str] = {}
        at = -1
        for cell in row:
            found = re.match(r"([A-Z])[0-9]", cell.get("r", ""))
            at = ord(found[1]) - 65 if found else at + 1
            cells[at] = next((node.text or "" for node in cell if node.tag.endswith("v")), "")
        if re.match(r"\s*4[0-9]{4}[.]?", cells.get(0, "")) and cells.get(1, "").strip():
            total += Fraction(cells[1].strip())
    return total * 1_000_000


def crc(data: bytes) -> int:
    """CRC16/ARC bit by bit, as the standard defines it."""
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return value


def _telegrams() -> bytes:
    made = b""
    for at in range(48):
        moment = datetime.fromtimestamp(START + 300 * at + 7200, UTC)
        body = (
            f"/ISk5\\2MT382-1000\r\n\r\n1-3:0.2.8(50)\r\n0-0:1.0.0({moment:%y%m%d%H%M%S}S)\r\n0-0:96.1.1({METER})\r\n"
            f"1-0:1.8.1({4 + at / 10:010.3f}*kWh)\r\n1-0:1.8.2({2 + at / 50:010.3f}*kWh)\r\n1-0:1.7.0(00.244*kW)\r\n!"
        ).encode()
        made += body + f"{crc(body):04X}\r\n".encode()
    return made


def _telegram_energy(data: bytes) -> Fraction:
    registers = {}
    for found in re.finditer(rb"/[^/!]*!([0-9A-F]{4})", re.sub(rb"\r\n?|\n", b"\r\n", data)):
        if crc(found[0][:-4]) == int(found[1], 16):
            text = found[0].decode("latin-1")
            moment = re.search(r"0-0:1\.0\.0\((\d+)S\)", text)
            registers[moment[1] if moment else ""] = added(rf"1-0:1\.8\.[12]\({NUMBER}\*kWh\)")(text.encode())
    return registers[max(registers)] - registers[min(registers)]


def canonical_csv() -> bytes:
    """Two days of half-hours in canonical form."""
    rows = [
        f"{datetime.fromtimestamp(START + 1800 * at, UTC):%Y-%m-%dT%H:%M:%SZ},{POINT},consumption,{100_000 + 37 * at}"
        for at in range(96)
    ]
    return ("\n".join(["interval_start,meter,direction,energy_micro_kwh", *rows]) + "\n").encode()


def _canonical_energy(data: bytes) -> Fraction:
    rows = data.decode("utf-8-sig").split("\n")[1:]
    return Fraction(sum(int(row.strip().split(",")[3].strip(' "')) for row in rows if row.strip()))


def _parquet() -> bytes:
    """The same as Parquet, by Arrow alone."""
    written = io.BytesIO()
    table = pyarrow.csv.read_csv(io.BytesIO(canonical_csv()))
    pyarrow.parquet.write_table(table, written)
    return written.getvalue()


def _parquet_energy(data: bytes) -> Fraction:
    return Fraction(sum(pyarrow.parquet.read_table(io.BytesIO(data))["energy_micro_kwh"].to_pylist()))


def _feed(**described: object) -> bytes:
    data = [[(START + 1800 * at) * 1000, 400 + at % 7] for at in range(96)]
    return json.dumps(described | {"data": data}).replace("], ", "],\n").encode()


ROW = re.compile(rb"(?m)^ES[^\n]*\n")
OBJECT = re.compile(rb"\{[^{}]*\},\n")
READING = re.compile(rb"<IntervalReading>.*?</IntervalReading>\n")
E_DISTRIBUCION = spanish_files.E_DISTRIBUCION
IDE = "CUPS;FECHA-HORA;INV / VER;CONSUMO Wh;GENERACION Wh;"
UFD = "CUPS;FECHA;HORA;EHCR (kWh);EHEX (kWh)"

CASES = [
    Case("datadis_csv", _spanish(spanish_files.DATADIS, (f"{CUPS};{date};{hour:02}:00;0,{number:03};R" for date, hour, number in _hours())),
         ROW, _columns("consumokwh"), DAY, CUPS),
    Case("datadis_api", _api(), OBJECT, _listed(field="consumptionKWh", factor=1_000_000), DAY, CUPS),
    Case("e_distribucion", _spanish(E_DISTRIBUCION, (f"{CUPS};{date};{hour};1,{number:03};0,{number:03};;R" for date, hour, number in _hours())),
         ROW, _columns("aekwh", "askwh"), DAY, CUPS),
    Case("i_de", _spanish(IDE, (f"{CUPS};{shown:%Y/%m/%d %H:%M};1;{100 + at};{at};" for at, (shown, _) in enumerate(spanish_files.clock(DAY, "2025-06-05", "end")))),
         ROW, _columns("consumowh", "generacionwh", factor=1000), DAY, CUPS),
    Case("ufd", _spanish(UFD, (f"{CUPS};03/06/2025;{quarter // 4:02}:{quarter % 4 * 15:02};0,{quarter:03};0,1" for quarter in range(1, 97))),
         ROW, _columns("ehcrkwh", "ehexkwh"), DAY, CUPS),
    Case("ufd_wide", _wide(), ROW, _wide_energy, DAY, CUPS),
    Case("greenbutton", _green_button(), READING, _green_button_energy, DAY, POINT),
    Case("eda_message", _message(), OBJECT, _listed("message", "energy", "0", "data", "0", "value", field="value", factor=1_000_000), DAY, eda_files.CONSUMER),
    Case("dsmr_p1", _telegrams(), re.compile(rb"/[^/!]*![0-9A-F]{4}\r\n"), _telegram_energy, DAY, METER),
    Case("emoncms", _feed(id=987654321, name="use", unit="W"), re.compile(rb"\[\d[^\]]*\],\n"), _listed("data", field="1", factor=500), DAY, "987654321"),
    Case("emoncms_csv", "".join(f"{START + 1800 * at},{400 + at % 7}\n" for at in range(96)).encode(),
         re.compile(rb"(?m)^\d[^\n]*\n"), added(rf"(?m)^\d+,{NUMBER}\r?$", factor=500), DAY, "987654321"),
    Case("eda_report", _report_sheet(), re.compile(rb"<row r=.*?</row>\n"), _sheet_energy, DAY, eda_files.CONSUMER, in_workbook),
    Case("eda_workbook", in_workbook(_report_sheet()), re.compile(rb"(?!)"), _sheet_energy, DAY, eda_files.CONSUMER),
    Case("canonical_csv", canonical_csv(), re.compile(rb"(?m)^20[^\n]*\n"), _canonical_energy, DAY, POINT),
    Case("canonical_parquet", _parquet(), re.compile(rb"(?!)"), _parquet_energy, DAY, POINT),
]  # fmt: skip
