"""A serial line, here a pseudo-terminal: whole frames as they come, whatever the pieces in which they do; files."""

from __future__ import annotations

import os
import pty
import threading
import time
from pathlib import Path

import pytest

from offchain_worker.collect import CollectError, serial_line
from offchain_worker.collect.payloads import Decoder
from tests.collect.frames import linky, telegram


@pytest.mark.parametrize(
    ("mode", "data"),
    [
        ("standard", b"garbage" + linky("H250101001500", 1) + linky("H250101001600", 2)),
        ("p1", b"arbage\r\n" + telegram("250101001500W", "000001.000") + telegram("250101001600W", "000002.000")),
    ],
)
def test_pieces__a_terminal__gives_whole_pieces_as_they_come(mode: str, data: bytes) -> None:
    writer, reader = pty.openpty()
    name = Path(os.ttyname(reader))
    found: list[bytes] = []
    pieces = serial_line.pieces(name, mode)
    two = (piece for _, piece in zip(range(2), pieces, strict=False))
    taking = threading.Thread(target=lambda: found.extend(two), daemon=True)
    taking.start()
    time.sleep(0.3)
    for at in range(0, len(data), 7):
        os.write(writer, data[at : at + 7])
    taking.join(10)
    assert not taking.is_alive()
    os.close(writer)
    os.close(reader)
    decoder = Decoder(lambda: 0)
    taken = [r for piece in found for r in (decoder.telegrams(piece) if mode == "p1" else decoder.frames(piece))]
    assert [reading.moment for reading in taken if reading.value] == [1735686900, 1735686960]


def test_pieces__a_file__is_read_at_once(tmp_path: Path) -> None:
    path = tmp_path / "frames"
    path.write_bytes(linky("H250101001500", 1) * 3)
    assert list(serial_line.pieces(path, "standard")) == [path.read_bytes()]


def test_pieces__no_such_line_or_mode__is_one_line_of_error(tmp_path: Path) -> None:
    with pytest.raises(CollectError, match="cannot be opened"):
        list(serial_line.pieces(tmp_path / "ttyUSB9", "p1"))
    with pytest.raises(CollectError, match="no mode 'fast'"):
        list(serial_line.pieces(tmp_path, "fast"))
