"""
XML files of readings, piece by piece: only the subtrees a format asks for are held, so that a file of many points needs
the memory of one of them.

A document type and entities are refused (no file of readings has them, and they are how small files become huge),
as are elements nested deeper than 64, texts over 64 KiB and pieces of over a million elements. Every node knows its
line, for messages, and its bytes, so that redaction can cut rows out of a file and leave the rest as it is. Prefixes
and namespaces are ignored: operators are not consistent in them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from offchain_worker.meters.errors import MeterFileError

DEEPEST = 64
LONGEST_TEXT = 2**16
MOST_ELEMENTS = 10**6
PIECE = 65536
_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")
_BEFORE_ROOT = ((b"<?", b"?>"), (b"<!--", b"-->"), (b"<!", b">"))
"""Declarations, comments and document types may stand before the outermost element."""


@dataclass(slots=True)
class Node:
    """An element: its local name, attributes and text, its parent (None at the root), its line and bytes [start, end)."""

    name: str
    attributes: dict[str, str]
    parent: Node | None
    line: int
    start: int
    end: int = 0
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def child(self, name: str) -> Node | None:
        """The first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def value(self, *path: str) -> str:
        """The stripped text of the first element at the path of child names, "" if there is none."""
        node: Node | None = self
        for name in path:
            node = node.child(name) if node is not None else None
        return node.text.strip() if node is not None else ""

    def all(self, name: str) -> list[Node]:
        """The children of that name."""
        return [child for child in self.children if child.name == name]

    def above(self, name: str) -> Node | None:
        """The nearest ancestor of that name."""
        node = self.parent
        while node is not None and node.name != name:
            node = node.parent
        return node


def root_name(data: bytes) -> str:
    """The local name of the outermost element of what looks like XML, "" of anything else."""
    beginning = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    while skipped := next((end for start, end in _BEFORE_ROOT if beginning.startswith(start)), None):
        if beginning[:9].upper() == b"<!DOCTYPE" and b"[" in beginning.partition(b">")[0]:
            skipped = b"]>"
        beginning = beginning.partition(skipped)[2].lstrip()
    found = _ROOT.match(beginning)
    return found[1].decode() if found else ""


def pieces(data: bytes, name: str, wanted: Iterable[str]) -> Iterator[Node]:
    """
    Every outermost element with one of the wanted names, complete with all below it, in order. Its ancestors are
    complete only for what stands before it, and hold no other such element. The root comes last, whatever its name.

    Raises MeterFileError for a file that is no well-formed XML, or has a document type, entities or too many levels.
    """
    skipped = len(data) - len(data.removeprefix(b"\xef\xbb\xbf").lstrip())
    reader = _Reader(name, frozenset(wanted), data, skipped)
    for at in range(skipped, max(len(data), skipped + 1), PIECE):
        reader.feed(data[at : at + PIECE], at + PIECE >= len(data))
        yield from reader.taken()


def cut(data: bytes, removed: Sequence[tuple[int, int]], replaced: Sequence[tuple[int, int, bytes]]) -> bytes:
    """
    The bytes without the spans [start, end) of `removed`, white space before each included, and with those of
    `replaced` written anew. A span inside a removed one goes with it.
    """
    changes = sorted([(start, end, None) for start, end in removed] + list(replaced), key=lambda change: change[:2])
    kept: list[bytes] = []
    done = 0
    for start, end, new in changes:
        if start < done:
            if new is None and end > done:
                done = end
            continue
        before = data[done:start]
        kept += [before.rstrip() if new is None else before, new or b""]
        done = end
    return b"".join([*kept, data[done:]])


def guarded(name: str, lines_skipped: int = 0) -> expat.XMLParserType:
    """A parser that raises MeterFileError at a document type or an entity of any kind."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> Any:
        reason = "has a document type or entities: refused, no file of readings needs them"
        raise MeterFileError(name, parser.CurrentLineNumber + lines_skipped, reason)

    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    return parser


def fed(parser: expat.XMLParserType, piece: bytes, last: bool, name: str, lines_skipped: int = 0) -> None:
    """Read on. Raises MeterFileError if it is no well-formed XML."""
    try:
        parser.Parse(piece, last)
    except expat.ExpatError as error:
        reason = f"is no well-formed XML ({expat.errors.messages.get(error.code, 'error')}): truncated or damaged"
        raise MeterFileError(name, error.lineno + lines_skipped, reason) from None
    except (LookupError, ValueError):
        raise MeterFileError(name, 1, "is in an encoding that XML files of readings do not have") from None


class _Reader:
    """The state of reading one file: the open elements, and the wanted ones that are complete."""

    def __init__(self, name: str, wanted: frozenset[str], data: bytes, skipped: int) -> None:
        self.file = name
        self.wanted = wanted
        self.data = data
        self.skipped = skipped
        self.lines_skipped = data.count(b"\n", 0, skipped)
        self.open: list[Node] = []
        self.latest: Node | None = None
        self.inside = 0
        self.held = self.held_outside = 0
        self.complete: list[Node] = []
        self.parser = guarded(name, self.lines_skipped)
        self.parser.StartElementHandler = self.begin
        self.parser.EndElementHandler = self.finish
        self.parser.CharacterDataHandler = self.characters

    def feed(self, piece: bytes, last: bool) -> None:
        """Read on. Raises MeterFileError."""
        fed(self.parser, piece, last, self.file, self.lines_skipped)

    def taken(self) -> list[Node]:
        """The wanted elements that have become complete since the last call."""
        complete, self.complete = self.complete, []
        return complete

    def error(self, reason: str) -> MeterFileError:
        """A refusal at the line that is being read."""
        return MeterFileError(self.file, self.parser.CurrentLineNumber + self.lines_skipped, reason)

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        if len(self.open) == DEEPEST:
            raise self.error(f"has elements nested deeper than {DEEPEST}")
        self.held += 1
        if self.held > MOST_ELEMENTS:
            raise self.error(f"has more than {MOST_ELEMENTS} elements in one piece")
        named = {key.rpartition(":")[2]: value for key, value in attributes.items()} if attributes else attributes
        parent = self.open[-1] if self.open else None
        row = self.parser.CurrentLineNumber + self.lines_skipped
        node = Node(tag.rpartition(":")[2], named, parent, row, self.parser.CurrentByteIndex + self.skipped)
        self.inside += bool(self.inside) or node.name in self.wanted
        if self.inside == 1:
            self.held_outside = self.held - 1
        if parent is not None and self.inside != 1:
            parent.children.append(node)
        self.open.append(node)
        self.latest = node

    def finish(self, _: str) -> None:
        """An element closes."""
        node = self.open.pop()
        at = self.parser.CurrentByteIndex + self.skipped
        is_empty_tag = self.latest is node and not node.text and self.data[at - 2 : at] == b"/>"
        node.end = at if is_empty_tag else self.data.index(b">", at) + 1
        if self.inside == 1 or not self.open:
            self.complete.append(node)
            self.held = min(self.held, self.held_outside)
        self.inside -= bool(self.inside)

    def characters(self, text: str) -> None:
        """Text of the element that is open, but for the white space between its children."""
        if self.open and not text.isspace():
            self.open[-1].text += text
            if len(self.open[-1].text) > LONGEST_TEXT:
                raise self.error(f"has a text of more than {LONGEST_TEXT} characters")
