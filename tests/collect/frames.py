"""Frames and telegrams written out by hand; independent of the code under test."""

from __future__ import annotations


def linky(time: str, taken: int, fed_in: int = 0, address: str = "021728123456") -> bytes:
    """A standard frame of Linky."""
    lines = [("ADSC", "", str(address)), ("DATE", time, ""), ("EAST", "", f"{taken:09}"), ("EAIT", "", f"{fed_in:09}")]
    groups = []
    for label, horodate, value in lines:
        text = f"{label}\t{horodate}\t{value}\t" if horodate else f"{label}\t{value}\t"
        groups.append("\n" + text + chr((sum(map(ord, text)) & 0x3F) + 0x20) + "\r")
    return ("\x02" + "".join(groups) + "\x03").encode()


def historic(taken: int, address: str = "021728123456") -> bytes:
    """A historic frame of Linky, which has no time."""
    groups = []
    for label, value in (("ADCO", address), ("BASE", f"{taken:09}"), ("PAPP", "00430")):
        text = f"{label} {value}"
        groups.append("\n" + text + " " + chr((sum(map(ord, text)) & 0x3F) + 0x20) + "\r")
    return ("\x02" + "".join(groups) + "\x03").encode()


def telegram(time: str, taken: str, fed_in: str = "000000.000", meter: str = "4B384547") -> bytes:
    """A P1 telegram with its checksum."""
    body = f"/ISk5\\2MT382-1000\r\n\r\n0-0:1.0.0({time})\r\n0-0:96.1.1({meter})\r\n"
    body += f"1-0:1.8.1({taken}*kWh)\r\n1-0:1.8.2(000000.000*kWh)\r\n1-0:2.8.1({fed_in}*kWh)\r\n!"
    value = 0
    for byte in body.encode():
        value ^= byte
        for _ in range(8):
            value = (value >> 1) ^ 0xA001 if value & 1 else value >> 1
    return f"{body}{value:04X}\r\n".encode()
