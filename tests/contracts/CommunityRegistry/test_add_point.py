"""`CommunityRegistry.addPoint`: metering points, known by salted hashes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.refusals import reverts

ID = "0x" + "c1" * 32
NONE, SOLAR, HYDRO = 0, 1, 2
CONSUMPTION, PRODUCTION = 0, 1


def test_add_point__consumption_and_production__are_numbered_from_0(registry: Any, provider: Any) -> None:
    first = registry.addPoint(ID, CONSUMPTION, NONE, {"from": provider})
    second = registry.addPoint("0x" + "c2" * 32, PRODUCTION, HYDRO, {"from": provider})

    assert first.events["PointAdded"] == {"point": 0, "pointId": ID, "direction": CONSUMPTION, "source": NONE}
    assert second.events["PointAdded"]["point"] == 1
    assert registry.pointCount() == 2
    assert tuple(registry.pointOf(0)) == (ID, CONSUMPTION, NONE)
    assert tuple(registry.pointOf(1)) == ("0x" + "c2" * 32, PRODUCTION, HYDRO)


def test_add_point__anybody_but_the_provider__is_refused(registry: Any, grid_operator: Any, alice: Any) -> None:
    """G3."""
    for caller in (grid_operator, alice):
        with reverts("RegistryUnauthorised", caller):
            registry.addPoint(ID, CONSUMPTION, NONE, {"from": caller})


@pytest.mark.parametrize(("direction", "source"), [(CONSUMPTION, SOLAR), (PRODUCTION, NONE)])
def test_add_point__source_that_does_not_fit__is_refused(
    registry: Any, provider: Any, direction: int, source: int
) -> None:
    with reverts("RegistrySourceUnfit", direction, source):
        registry.addPoint(ID, direction, source, {"from": provider})


def test_add_point__same_id_twice__is_refused(registry: Any, provider: Any) -> None:
    """G10."""
    registry.addPoint(ID, CONSUMPTION, NONE, {"from": provider})
    with reverts("RegistryPointIdTaken", ID):
        registry.addPoint(ID, PRODUCTION, SOLAR, {"from": provider})


def test_add_point__no_id__is_refused(registry: Any, provider: Any) -> None:
    with reverts("RegistryPointIdZero"):
        registry.addPoint("0x" + "00" * 32, CONSUMPTION, NONE, {"from": provider})


def test_add_point__more_than_1000__is_refused(busy_provider: tuple[Any, Any], provider: Any) -> None:
    """Else reading a roster could be made to cost more than a transaction holds."""
    registry, wallet = busy_provider
    calls = [registry.addPoint.encode_input(f"0x{number + 1:064x}", CONSUMPTION, NONE) for number in range(1000)]
    for at in range(0, 1000, 250):
        wallet.callAll(registry, calls[at : at + 250], {"from": provider})
    assert registry.pointCount() == 1000
    with reverts("RegistryTooManyPoints", 1000):
        wallet.callAll(registry, [registry.addPoint.encode_input(ID, CONSUMPTION, NONE)], {"from": provider})


def test_point_of__unknown_point__is_refused(registry: Any) -> None:
    with reverts("RegistryPointUnknown", 0):
        registry.pointOf(0)
