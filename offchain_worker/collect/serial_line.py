"""
A serial line (or a pipe, or a file) of P1 telegrams or Linky frames, cut into whole ones.

    historic   1,200 baud, 7 data bits, even parity      Linky as delivered
    standard   9,600 baud, 7 data bits, even parity      Linky in standard mode
    p1         115,200 baud, 8 data bits, no parity      DSMR 4 and later
"""

from __future__ import annotations

import os
import re
import termios
from collections.abc import Iterator
from pathlib import Path

from offchain_worker.collect.errors import CollectError

MODES = {"historic": (termios.B1200, True), "standard": (termios.B9600, True), "p1": (termios.B115200, False)}
LONGEST = 65_536
_TIC_END = b"\x03"
_P1_END = re.compile(rb"^![0-9A-Fa-f]{0,4}[ \t]*\r?\n", re.MULTILINE)


def pieces(path: Path, mode: str) -> Iterator[bytes]:
    """
    Every whole frame or telegram, as soon as it is there, until the line closes. Raises CollectError if the line cannot be
    opened or set.
    """
    if mode not in MODES:
        raise CollectError(f"no mode {mode!r}: use {', '.join(MODES)}")
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOCTTY)
    except OSError as error:
        raise CollectError(f"{path}: cannot be opened ({error.strerror})") from None
    try:
        if os.isatty(handle):
            _set(handle, path, *MODES[mode])
        if is_file(path):
            yield path.read_bytes()
        else:
            yield from _cut(handle, path, mode == "p1")
    finally:
        os.close(handle)


def is_file(path: Path) -> bool:
    """Is it a file of what was said at some time, rather than a line on which it is being said?"""
    return path.is_file()


def _set(handle: int, path: Path, speed: int, is_even_7: bool) -> None:
    try:
        settings = termios.tcgetattr(handle)
        settings[0] = termios.ISTRIP if is_even_7 else 0
        settings[1] = settings[3] = 0
        control = termios.CREAD | termios.CLOCAL
        settings[2] = control | (termios.CS7 | termios.PARENB if is_even_7 else termios.CS8)
        settings[4] = settings[5] = speed
        settings[6][termios.VMIN], settings[6][termios.VTIME] = 1, 0
        termios.tcsetattr(handle, termios.TCSANOW, settings)
    except termios.error as error:
        raise CollectError(f"{path}: cannot be set to the meter's speed ({error.args[-1]})") from None


def _cut(handle: int, path: Path, is_p1: bool) -> Iterator[bytes]:
    held = b""
    while True:
        try:
            data = os.read(handle, 4096)
        except OSError as error:
            raise CollectError(f"{path}: cannot be read ({error.strerror})") from None
        if not data:
            break
        held += data
        while True:
            end = _end(held, is_p1)
            if end < 0:
                break
            yield held[:end]
            held = held[end:]
        held = held[-LONGEST:]
    if held.strip():
        yield held


def _end(held: bytes, is_p1: bool) -> int:
    """Where the first whole piece ends, -1 if there is none yet."""
    if is_p1:
        found = _P1_END.search(held)
        return found.end() if found else -1
    at = held.find(_TIC_END)
    return at + 1 if at >= 0 else -1
