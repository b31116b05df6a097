"""Green Button: the genuine sample to the Wh, directions, multipliers, registers, daily blocks, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from offchain_worker import meters
from offchain_worker.domain.roster import Direction
from offchain_worker.meters.curve import Curve
from offchain_worker.meters.formats import greenbutton

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "samples" / "greenbutton_espi" / "electric_containerized.xml"
POINT = "C4B46B5D-D4AC-4CD3-9E29-13717DD04140"
START = 1_700_000_000 // 3600 * 3600


def entry(place: str, content: str, related: str = "", up: str = "", identity: str = "") -> str:
    links = f'<link rel="self" href="/espi/{place}"/>'
    links += f'<link rel="related" href="/espi/{related}"/>' if related else ""
    links += f'<link rel="up" href="/espi/{up}"/>' if up else ""
    return f"<entry><id>urn:uuid:{identity or place}</id>{links}<content>{content}</content></entry>"


def block(number: int, values: list[str], seconds: int = 3600, quality: str = "") -> str:
    codes = f"<ReadingQuality><quality>{quality}</quality></ReadingQuality>" if quality else ""
    readings = "".join(
        f"<IntervalReading>{codes}<timePeriod><duration>{seconds}</duration><start>{START + at * seconds}</start>"
        f"</timePeriod><value>{value}</value></IntervalReading>"
        for at, value in enumerate(values)
    )
    place = f"UsagePoint/1/MeterReading/{number}/IntervalBlock"
    return entry(f"{place}/1", f'<IntervalBlock xmlns="http://naesb.org/espi">{readings}</IntervalBlock>', up=place)


def reading(number: int, **kind: object) -> str:
    fields = {"flowDirection": 1, "uom": 72, "powerOfTenMultiplier": 0, "accumulationBehaviour": 4, "commodity": 1}
    types = "".join(f"<{name}>{value}</{name}>" for name, value in (fields | kind).items())
    place = f"UsagePoint/1/MeterReading/{number}"
    return entry(place, "<MeterReading/>", f"ReadingType/{number}") + entry(
        f"ReadingType/{number}", f"<ReadingType>{types}</ReadingType>"
    )


def feed(*entries: str) -> bytes:
    point = entry("UsagePoint/1", "<UsagePoint/>", identity="point-1")
    body = "".join([point, *entries])
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:espi="http://naesb.org/espi">{body}</feed>'.encode()


def curves(data: bytes) -> list[Curve]:
    return list(meters.read(data, "f.xml").curves)


@pytest.mark.skipif(not SAMPLE.exists(), reason="the genuine sample is not in this tree")
def test_greenbutton__genuine_feed__is_read_to_the_watt_hour() -> None:
    (curve,) = curves(SAMPLE.read_bytes())
    assert (curve.meter, curve.direction, curve.kind) == (POINT, Direction.CONSUMPTION, "load")
    hours = [1293868800 + 3600 * at for at in range(4)] + [1293912000 + 3600 * at for at in range(4)]
    assert curve.starts.tolist() == hours
    assert curve.energy.tolist() == [1000 * wh for wh in (450, 430, 418, 410, 595, 591, 611, 581)]
    assert [(str(f.code), f.count) for f in curve.findings] == [("gap", 8)]


@pytest.mark.skipif(not SAMPLE.exists(), reason="the genuine sample is not in this tree")
def test_greenbutton__genuine_feed_redacted__shows_the_intervals_inside_and_no_customer() -> None:
    cut = meters.redact(SAMPLE.read_bytes(), "f.xml", "0" * 36, 1293872400, 1293912000 + 3600)
    (curve,) = curves(cut)
    assert (curve.meter, curve.energy.tolist()) == ("0" * 36, [430_000, 418_000, 410_000, 595_000])
    assert all(trace not in cut for trace in (POINT.encode(), b"RetailCustomer", b"Coastal", b"768032"))
    (empty,) = curves(meters.redact(SAMPLE.read_bytes(), "f.xml", "0" * 36, 0, 1))
    assert [str(f.code) for f in empty.findings] == ["empty"]


def test_greenbutton__both_flows__are_consumption_and_production() -> None:
    data = feed(reading(1), block(1, ["100"] * 4), reading(2, flowDirection=19), block(2, ["50"] * 4))
    assert [(c.direction, c.energy.tolist()) for c in curves(data)] == [
        (Direction.CONSUMPTION, [100_000] * 4),
        (Direction.PRODUCTION, [50_000] * 4),
    ]
    cut = meters.redact(data, "f", "0" * 7, 0, 2**40, "point-1", Direction.PRODUCTION)
    assert [(c.direction, c.meter) for c in curves(cut)] == [(Direction.PRODUCTION, "0000000")]


@pytest.mark.parametrize(("multiplier", "micro"), [(3, 5_000_000), (0, 5_000), (-3, 5)])
def test_greenbutton__power_of_ten__scales_exactly(multiplier: int, micro: int) -> None:
    (curve,) = curves(feed(reading(1, powerOfTenMultiplier=multiplier), block(1, ["5"] * 4)))
    assert curve.energy.tolist() == [micro] * 4


def test_greenbutton__watts__are_means_over_their_interval() -> None:
    (curve,) = curves(feed(reading(1, uom=38, accumulationBehaviour=6), block(1, ["400"] * 8, 900)))
    assert curve.energy.tolist() == [100_000] * 8


def test_greenbutton__estimated_quality__is_kept() -> None:
    (curve,) = curves(feed(reading(1), block(1, ["1"] * 4, quality="8")))
    assert (curve.quality, set(curve.codes.tolist())) == ("estimated", {"8"})


def test_greenbutton__daily_readings__are_read_and_too_coarse_for_a_period() -> None:
    (curve,) = curves(feed(reading(1, intervalLength=86400), block(1, ["24000"] * 3, 86400)))
    assert (curve.energy.tolist(), set(curve.seconds.tolist())) == ([24_000_000] * 3, {86400})
    assert [str(f.code) for f in curve.findings] == []


def test_greenbutton__register__is_an_index_and_no_load_curve() -> None:
    (curve,) = curves(feed(reading(1, accumulationBehaviour=3), block(1, ["1000", "1400", "1900"])))
    assert (curve.kind, curve.energy.tolist()) == ("index", [400_000, 500_000])


def test_greenbutton__other_commodities__are_passed_over_and_said() -> None:
    gas = reading(2, commodity=7, uom=169)
    (curve,) = curves(feed(reading(1), block(1, ["1"] * 4), gas, block(2, ["9"] * 4)))
    assert [(str(f.code), str(f.severity)) for f in curve.findings] == [("ignored_rows", "info")]
    with pytest.raises(meters.MeterFileError, match="no readings of electric energy"):
        curves(feed(gas, block(2, ["9"])))


def test_greenbutton__missing_value__is_a_gap() -> None:
    (curve,) = curves(feed(reading(1), block(1, ["1", "", "1", "1"])))
    assert [str(f.code) for f in curve.findings] == ["gap"]


def test_greenbutton__entities__are_refused() -> None:
    hostile = b'<!DOCTYPE feed [<!ENTITY a "1">]>' + feed(reading(1), block(1, ["1"]))[21:]
    with pytest.raises(meters.MeterFileError, match="document type or entities"):
        greenbutton.parse(hostile, "f")
    with pytest.raises(meters.MeterFileError):
        curves(hostile)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (feed(reading(1), block(1, ["1"]))[:-30], "is no well-formed XML"),
        (feed(block(1, ["1"])), "an interval block|no reading type"),
        (feed(reading(1), block(1, ["1,5,6"])), "is no reading below 1 GWh"),
        (feed(reading(1), block(1, ["1"])).replace(str(START).encode(), b"17"), "no such moment"),
        (feed(reading(1), block(1, ["1"])).replace(str(START).encode(), b"1e9"), "is no whole number of seconds"),
        (feed(reading(1), reading(2), block(3, ["1"])), "of no meter reading that the feed holds"),
    ],
)
def test_greenbutton__damaged_or_hostile__is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(meters.MeterFileError, match=reason):
        curves(data)


def test_greenbutton__energy_beside_power_and_days__is_the_one_that_is_read() -> None:
    data = feed(
        *(reading(1, uom=38), block(1, ["100"] * 24)),
        *(reading(2), block(2, ["100"] * 24)),
        *(reading(3), block(3, ["2400"], seconds=86400)),
    )
    (curve,) = curves(data)
    assert (curve.energy.tolist(), len(curve.starts)) == ([100_000] * 24, 24)
    assert [(str(f.code), f.count) for f in curve.findings] == [("ignored_rows", 2)]


@pytest.mark.parametrize("flow", ["4", "20"])
def test_greenbutton__net_or_total__is_no_direction(flow: str) -> None:
    with pytest.raises(meters.MeterFileError, match=f"flow direction '{flow}'"):
        curves(feed(reading(1, flowDirection=flow), block(1, ["100"] * 4)))


def test_greenbutton__direction_unstated__is_said() -> None:
    (curve,) = curves(feed(reading(1, flowDirection=0), block(1, ["100"] * 4)))
    assert (curve.direction, [str(f.code) for f in curve.findings]) == (Direction.CONSUMPTION, ["direction_unstated"])


def test_greenbutton__blocks_without_links__go_by_order_or_are_refused() -> None:
    unlinked = [
        block(number, values).replace(f"{number}/IntervalBlock", "") for number, values in ((1, ["1"]), (2, ["2"]))
    ]
    assert all("IntervalBlock/" not in text for text in unlinked)
    one, two = reading(1), reading(2, flowDirection=19)
    assert [c.energy.tolist() for c in curves(feed(one, unlinked[0], two, unlinked[1]))] == [[1000], [2000]]
    with pytest.raises(meters.MeterFileError, match="do not say of which meter reading"):
        curves(feed(one, two, *unlinked))


def test_greenbutton__several_points_with_blocks_in_reverse__are_told_apart() -> None:
    first = [reading(1, powerOfTenMultiplier=-3), block(1, ["250000", "500000"])]
    second = [part.replace("UsagePoint/1", "UsagePoint/2").replace("ReadingType/1", "ReadingType/2") for part in [reading(1), block(1, ["7", "8"])]]  # fmt: skip
    later = block(1, ["9"]).replace(str(START), str(START + 7200)).replace("IntervalBlock/1", "IntervalBlock/2")
    data = feed(first[0], later.replace(">9<", ">1000000<"), first[1], entry("UsagePoint/2", "<UsagePoint/>", identity="point-2"), *second)  # fmt: skip
    found = {curve.meter: curve.energy.tolist() for curve in curves(data)}
    assert found == {"point-1": [250_000, 500_000, 1_000_000], "point-2": [7_000, 8_000]}
    left = meters.redact(data, "f.xml", "0" * 7, START, START + 7200, "point-2")
    assert b"point-1" not in left and b"250000" not in left
    assert curves(left)[0].energy.tolist() == [7_000, 8_000]
