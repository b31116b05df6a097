"""
Files inside files: gzip and zip archives, zip archives in zip archives as Enedis sends them, never more than the stated
bounds whatever an archive claims of itself.

Bounds: 512 MiB in one file and in all members together, 10,000 members, archives three deep. Only stored and deflated
members are read, encrypted ones are refused. Names of members serve messages alone.
"""

from __future__ import annotations

import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence

from offchain_worker.meters.errors import MeterFileError

GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DECLARED = re.compile(r"""(<\?xml[^>]*?)\s+encoding\s*=\s*["'][^"']*["']""")
LARGEST_FILE = 512 * 2**20
MOST_MEMBERS = 10_000
DEEPEST = 3
_NO_READINGS = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, struct.error, OverflowError)


def unpacked(data: bytes, name: str) -> bytes:
    """The bytes of a gzip file, or the bytes themselves, XML and JSON as UTF-8. Raises MeterFileError if damaged or over 512 MiB."""
    if data.startswith(GZIP):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(LARGEST_FILE + 1)
        except (EOFError, OSError, zlib.error):
            raise MeterFileError(name, 0, "is no complete gzip file: truncated or damaged") from None
    if len(data) > LARGEST_FILE:
        raise MeterFileError(name, 0, "is larger than 512 MiB")
    return _in_utf8(data)


def _in_utf8(data: bytes) -> bytes:
    """XML and JSON in UTF-16 with its mark as UTF-8, everything else as it is."""
    if data[:2] not in UTF_16:
        return data
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError:
        return data
    if text.lstrip()[:1] not in ("<", "[", "{"):
        return data
    return (_DECLARED.sub(r"\1", text[:200], count=1) + text[200:]).encode("utf-8", "replace")


def is_zip(data: bytes) -> bool:
    """Does it begin as a zip archive does? So does a workbook."""
    return data.startswith(ZIP)


def members(data: bytes, name: str, depth: int = 1) -> list[tuple[str, bytes]]:
    """
    Every file in a zip archive, those of archives in it too, by name; empty ones and what systems add are left out.
    Raises MeterFileError for a damaged or encrypted archive, or one beyond the bounds.
    """
    found: list[tuple[str, bytes]] = []
    left = LARGEST_FILE
    for member, content in _opened(data, name):
        left -= len(content)
        if left < 0:
            raise MeterFileError(name, 0, "holds more than 512 MiB")
        if is_zip(content) and not _is_workbook(content):
            if depth == DEEPEST:
                raise MeterFileError(name, 0, f"has archives more than {DEEPEST} deep")
            inner = members(content, member, depth + 1)
            left -= sum(len(file) for _, file in inner)
            found += inner
        else:
            found.append((member, content))
        if left < 0 or len(found) > MOST_MEMBERS:
            raise MeterFileError(name, 0, f"holds more than 512 MiB or {MOST_MEMBERS} files")
    return sorted(found)


def packed(files: Sequence[bytes]) -> bytes:
    """A zip archive of the files, numbered from 1: the same bytes for the same files."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for number, content in enumerate(files, 1):
            entry = zipfile.ZipInfo(str(number), (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            archive.writestr(entry, content)
    return written.getvalue()


def _opened(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_MEMBERS:
                raise MeterFileError(name, 0, f"holds more than {MOST_MEMBERS} files")
            for entry in entries:
                if entry.is_dir() or entry.filename.startswith(_NO_READINGS) or entry.filename.endswith(_NO_READINGS):
                    continue
                member = f"{name}: {_printable(entry.filename)}"
                if entry.flag_bits & 1:
                    raise MeterFileError(member, 0, "is encrypted: decrypt it first")
                if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise MeterFileError(member, 0, "is compressed in a way that only some programs read")
                with archive.open(entry) as file:
                    content = file.read(LARGEST_FILE + 1)
                if len(content) > LARGEST_FILE:
                    raise MeterFileError(member, 0, "is larger than 512 MiB")
                if content:
                    yield member, unpacked(content, member)
    except _DAMAGED:
        raise MeterFileError(name, 0, "is no complete zip archive: truncated or damaged") from None


def _is_workbook(data: bytes) -> bool:
    """Is it a zip archive that is a document of its own (Excel)?"""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except _DAMAGED:
        return False


def _printable(text: str) -> str:
    shown = "".join(sign if sign.isprintable() else "?" for sign in text)
    return shown if len(shown) <= 80 else shown[:77] + "..."
