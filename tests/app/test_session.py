"""Sessions: only a token that was given out finds one, until it is closed, too old, or the oldest of too many."""

from __future__ import annotations

import pytest

from app.session import LIFETIME, Sessions, SignedIn

ALICE, BOB = "0x" + "a" * 40, "0x" + "b" * 40


class Clock:
    """A clock that stands where it is put."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_session__of_its_token__is_whose_it_is_and_nobody_elses() -> None:
    sessions = Sessions()
    alice, bob = sessions.open(ALICE), sessions.open(BOB)
    assert alice != bob and len(alice) >= 43
    assert sessions.find(alice).address == ALICE  # type: ignore[union-attr]
    assert sessions.find(bob).address == BOB  # type: ignore[union-attr]


@pytest.mark.parametrize("token", [None, "", "x", "0" * 43, "\udcff", "é" * 5000])
def test_session__of_any_other_token__is_none(token: str | None) -> None:
    sessions = Sessions()
    sessions.open(ALICE)
    assert sessions.find(token) is None
    sessions.keep(token, b"k" * 32)
    sessions.close(token)


def test_session__past_its_time__is_over() -> None:
    clock = Clock()
    sessions = Sessions(clock=clock)
    token = sessions.open(ALICE)
    clock.now += LIFETIME - 1
    assert sessions.find(token) is not None
    clock.now += 1
    assert sessions.find(token) is None
    clock.now -= 100
    assert sessions.find(token) is None


def test_session__closed__stays_closed() -> None:
    sessions = Sessions()
    token = sessions.open(ALICE)
    sessions.close(token)
    sessions.keep(token, b"k" * 32)
    assert sessions.find(token) is None


def test_reading_key__kept_for_one__is_not_the_others_and_can_be_forgotten() -> None:
    sessions = Sessions()
    one, other = sessions.open(ALICE), sessions.open(ALICE)
    sessions.keep(one, b"k" * 32)
    assert (sessions.find(one).reading_key, sessions.find(other).reading_key) == (b"k" * 32, None)  # type: ignore[union-attr]
    sessions.keep(one, None)
    assert sessions.find(one).reading_key is None  # type: ignore[union-attr]


def test_sessions__beyond_their_number__end_the_oldest() -> None:
    sessions = Sessions(limit=2)
    first, second, third = (sessions.open(ALICE) for _ in range(3))
    assert [sessions.find(token) is None for token in (first, second, third)] == [True, False, False]


def test_signed_in__written_to_a_log__shows_no_key() -> None:
    assert "kkk" not in repr(SignedIn(ALICE, 0, b"k" * 32))
