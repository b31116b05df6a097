"""XML piece by piece: what is found, where it stands, what is refused, how much is held."""

from __future__ import annotations

import pytest

from offchain_worker.meters import markup
from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.markup import cut, pieces, root_name

DOCUMENT = b"""<?xml version="1.0"?>
<!-- <p/> -->
<a:doc xmlns:a="urn:a"><head><step>30</step></head>
<p k="1>2" a:m='x'><q>t&amp;u</q><p>inner</p></p>
<p/></a:doc>"""


def test_pieces__wanted_elements__with_text_attributes_line_and_bytes() -> None:
    first, second, root = pieces(DOCUMENT, "f", ["p"])
    assert (first.attributes, first.line, first.value("q")) == ({"k": "1>2", "m": "x"}, 4, "t&u")
    assert [child.name for child in first.children] == ["q", "p"]
    assert DOCUMENT[first.start : first.end] == DOCUMENT.split(b"\n")[3]
    assert DOCUMENT[second.start : second.end] == b"<p/>"
    assert (root.name, root.value("head", "step"), root.child("p")) == ("doc", "30", None)
    assert first.above("doc") is root
    assert first.above("nothing") is None


def test_pieces__file_longer_than_a_piece__places_stay_right() -> None:
    rows = b"".join(b"<p>%d</p>\n" % at for at in range(20_000))
    data = b"\xef\xbb\xbf\n\n<doc>" + rows + b"</doc>"
    found = list(pieces(data, "f", ["p"]))[:-1]
    assert [int(node.text) for node in found] == list(range(20_000))
    assert all(data[node.start : node.end] == b"<p>%d</p>" % at for at, node in enumerate(found))
    assert [node.line for node in found] == list(range(3, 20_003))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no element found"),
        (b"<a>", "no element found"),
        (b"<a></b>", "mismatched tag"),
        (b"<a>\x00</a>", "not well-formed"),
        (b"<a>\xff</a>", "not well-formed"),
        (b"<a/><b/>", "junk after document element"),
        (b"<!DOCTYPE a><a/>", "document type or entities"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "document type or entities"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type or entities"),
        (b"<a>&x;</a>", "undefined entity"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "encoding"),
        (b"<a>" * 70, "nested deeper than 64"),
        (b"<a>" + b"x" * 70_000 + b"</a>", "a text of more than 65536"),
        (b"<a>" + b"<b/>" * 2_000 + b"</a>", "more than 1000 elements"),
    ],
    ids=lambda value: value if isinstance(value, str) else "data",
)
def test_pieces__hostile_or_damaged__one_line(data: bytes, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MOST_ELEMENTS", 1000)
    with pytest.raises(MeterFileError) as caught:
        list(pieces(data, "f.xml", ["p"]))
    assert str(caught.value).startswith("f.xml: row ")
    assert reason in str(caught.value)
    assert str(caught.value).isprintable()


def test_pieces__many_small_pieces__are_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markup, "MOST_ELEMENTS", 100)
    data = b"<a>\n" + b"<p><b/></p>\n" * 70_000 + b"</a>"
    assert sum(1 for _ in pieces(data, "f", ["p"])) == 70_001


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<R50>", "R50"), (b'\xef\xbb\xbf \n<?xml version="1.0"?><!-- a > b -->\n<x:R50 xmlns', "R50"),
        (b'<!DOCTYPE R50 [<!ENTITY a "<b>">]><R50>', "R50"), (b"<!DOCTYPE R50><R50>", "R50"), (b"<!--a-->" * 400, ""),
        (b"", ""), (b"<", ""), (b"<!-- never closed", ""), (b"a;b", ""), (b"{", ""),
    ],
)  # fmt: skip
def test_root_name__beginnings__the_outermost_element(data: bytes, name: str) -> None:
    assert root_name(data) == name


def test_cut__spans_inside_each_other__go_once_with_the_space_before() -> None:
    assert cut(b"<a>\n<b>\n<c/></b>\n<d/>\n</a>", [(4, 16), (8, 12)], []) == b"<a>\n<d/>\n</a>"
    assert cut(b"0123456789", [(2, 4)], [(5, 6, b"XY"), (3, 4, b"gone")]) == b"014XY6789"
