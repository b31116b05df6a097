"""What a ballot shows of a proposal: computed from months, or opened from pinned answers; who confirmed one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from offchain_worker.domain import tariff as tariffs
from offchain_worker.domain.errors import DocumentInvalid
from offchain_worker.jobs import what_if
from offchain_worker.jobs.what_if import Prices, Rules
from offchain_worker.simulate import ballot, confirmation
from offchain_worker.simulate.ballot import NothingProposed
from offchain_worker.simulate.confirmation import ConfirmationInvalid
from offchain_worker.storage import identity
from offchain_worker.storage.encryption import NotReadable
from offchain_worker.storage.store import MemoryStore, copy
from tests.jobs import neighbourhood as n
from tests.simulate.test_comparison import ALIKE, PRO_RATA, TARIFF, two_months
from tests.simulate.test_what_if import MADE, PRICES, TERMS, TO_DAN

REGISTRY = "0x" + "12" * 20
ANSWER = bytes(range(32))


def in_force() -> list:  # type: ignore[type-arg]
    return [replace(month, key=PRO_RATA) for month in two_months()]


def test_effect__of_another_key__is_present_proposed_and_difference_by_hand() -> None:
    """Two hours: the home has 0.3 of 1 kWh pro rata, all of it alike, at 0.10 € against 0.20 € from the supplier."""
    found = ballot.effect(in_force(), Prices(200_000), key=ALIKE)
    home = found["members"][1]
    assert (home["present"]["bought"], home["proposed"]["bought"], home["difference"]["bought"]) == (
        600_000,
        2_000_000,
        1_400_000,
    )
    assert (home["present"]["cost"], home["proposed"]["cost"]) == (6 + 28, 20)
    assert home["difference"]["cost"] == 20 - 34
    whole = found["community"]
    assert whole["difference"]["allocated"] == 0
    assert (whole["winners"], whole["losers"]) == (1, 1)
    assert whole["fairness"]["present"]["jainPpm"] == 1_000_000  # pro rata covers each alike, 30 %
    assert whole["fairness"]["proposed"]["jainPpm"] == 711_764  # 100 % and 22.2222 %


def test_effect__of_another_tariff__moves_euros_and_no_energy() -> None:
    dearer = tariffs.parse(
        json.dumps({**TARIFF, "prices": [{"producer": 2, "group": 0, "band": 0, "microEuroPerKwh": 150000}]})
    )
    found = ballot.effect(in_force(), key=None, tariff=dearer)
    home, plant = found["members"][1], found["members"][3]
    assert home["difference"]["bought"] == 0
    assert (home["present"]["debit"], home["proposed"]["debit"]) == (6, 10)
    assert plant["difference"]["credit"] == 2 * (5 + 41 - 3 - 27)  # 4.5 and 40.5 cents, half up, each month


def test_effect__of_a_tariff_with_bands__resolves_them_anew() -> None:
    """Midnight to one is band 1 at nothing: the January hour starts at 23:00, the February one at 00:00."""
    night = {
        **TARIFF,
        "bands": 2,
        "windows": [{"band": 1, "weekdays": 127, "fromMinute": 0, "toMinute": 60}],
        "prices": [
            {"producer": 2, "group": 0, "band": 0, "microEuroPerKwh": 100000},
            {"producer": 2, "group": 0, "band": 1, "microEuroPerKwh": 0},
        ],
    }
    found = ballot.effect(in_force(), tariff=tariffs.parse(json.dumps(night)))
    assert (found["members"][1]["present"]["debit"], found["members"][1]["proposed"]["debit"]) == (6, 3)


def test_effect__of_nothing__is_refused() -> None:
    with pytest.raises(NothingProposed, match="give the key or the tariff"):
        ballot.effect(in_force())


def answered() -> tuple[bytes, MemoryStore, list[what_if.Outcome]]:
    tried = [Rules(n.KEY, TERMS.tariff), Rules(TO_DAN, TERMS.tariff)]
    digest, artefacts, found = what_if.compute(
        TERMS, n.PROGRAM, MADE.manifest, n.SECRET.secret, MADE.blocks, tried, PRICES
    )
    store = MemoryStore()
    copy(artefacts.values(), store)
    return digest, store, found


def test_of_member__two_answers__are_added_up() -> None:
    digest, store, found = answered()
    own = ballot.of_member(store, [digest, digest], n.SECRET.of_member(4, (3,)), 4)
    assert own["present"]["bought"] == 2 * 1_800_000
    assert own["difference"]["bought"] == 2 * 1_800_000
    assert own["proposed"]["cost"] == 2 * found[1].members[4].cost


def test_of_member__the_community__has_totals_and_counts() -> None:
    digest, store, _ = answered()
    whole = ballot.of_member(store, [digest], n.SECRET.of_member(4, (3,)), None)
    assert whole["difference"]["allocated"] == 0
    assert (whole["winners"], whole["losers"]) == (1, 3)


def test_of_member__of_another_member__is_not_readable() -> None:
    digest, store, _ = answered()
    with pytest.raises(NotReadable):
        ballot.of_member(store, [digest], n.SECRET.of_member(4, (3,)), 2)


def test_confirmed__workers_signatures__are_counted_once_and_others_not() -> None:
    one, two, stranger = (identity.fresh() for _ in range(3))
    signed = [confirmation.sign(each, 31337, REGISTRY, ANSWER) for each in (one, two, stranger, one)]
    workers = [one.address, two.address, "0x" + "55" * 20]
    found = confirmation.confirmed(signed, workers, 31337, REGISTRY, ANSWER)
    assert found == sorted([one.address.lower(), two.address.lower()])


def test_signer__for_another_community_chain_or_answer__is_refused() -> None:
    signed = confirmation.sign(identity.fresh(), 31337, REGISTRY, ANSWER)
    for chain, registry in ((1, REGISTRY), (31337, "0x" + "34" * 20)):
        with pytest.raises(ConfirmationInvalid, match="made it for this community"):
            confirmation.signer(signed, chain, registry, ANSWER)
    with pytest.raises(ConfirmationInvalid, match="of answer 0x0001"):
        confirmation.signer(signed, 31337, REGISTRY, bytes(32))


def test_signer__damaged__is_refused() -> None:
    found = json.loads(confirmation.sign(identity.fresh(), 31337, REGISTRY, ANSWER))
    for signature in ("0x" + "00" * 65, "0x" + "ff" * 65):
        with pytest.raises(ConfirmationInvalid, match="signature of 0x"):
            confirmation.signer(json.dumps({**found, "signature": signature}).encode(), 31337, REGISTRY, ANSWER)
    with pytest.raises(DocumentInvalid):
        confirmation.signer(b"{}", 31337, REGISTRY, ANSWER)
