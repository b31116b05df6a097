"""Who is signed in: sessions kept by the server, found by the random token in an HttpOnly cookie.

The store holds the hash of each token, never the token; an address, its expiry and, once the person has opened their
data, their reading key, in memory only. It lives and dies with the server's process. No script can read the cookie,
and nothing a page, an address bar or a component says makes anybody somebody: `current()` is the only answer.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import streamlit as st

COOKIE = "daisee_session"
LIFETIME = 8 * 3600
"""Seconds a session lasts, whatever happens in it."""
LIMIT = 10_000
"""Sessions at once; beyond it the oldest ends."""


@dataclass(frozen=True)
class SignedIn:
    """Who is signed in, until when (UTC seconds); `reading_key` once their data is open."""

    address: str
    expires: int
    reading_key: bytes | None = field(default=None, repr=False)


class Sessions:
    """The server's sessions, by the hash of their token."""

    def __init__(self, limit: int = LIMIT, clock: Callable[[], float] = time.time) -> None:
        self._limit, self._clock = limit, clock
        self._held: dict[bytes, SignedIn] = {}
        self._lock = threading.Lock()

    def open(self, address: str) -> str:
        """A new session for a checksummed address; returns its token."""
        token = secrets.token_urlsafe(32)
        now = int(self._clock())
        with self._lock:
            self._held = {mark: one for mark, one in self._held.items() if one.expires > now}
            while len(self._held) >= self._limit:
                del self._held[next(iter(self._held))]
            self._held[_mark(token)] = SignedIn(address, now + LIFETIME)
        return token

    def find(self, token: str | None) -> SignedIn | None:
        """The session of a token; None for a token that is missing, made up, closed or expired."""
        if not token:
            return None
        with self._lock:
            found = self._held.get(_mark(token))
            if found is not None and found.expires <= self._clock():
                del self._held[_mark(token)]
                return None
            return found

    def keep(self, token: str | None, reading_key: bytes | None) -> None:
        """Keep a session's reading key, or forget it; nothing happens without a session."""
        with self._lock:
            mark = _mark(token or "")
            if mark in self._held:
                self._held[mark] = replace(self._held[mark], reading_key=reading_key)

    def close(self, token: str | None) -> None:
        """End a session; ending one that is not there is fine."""
        with self._lock:
            self._held.pop(_mark(token or ""), None)


def _mark(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


SESSIONS = Sessions()


def token() -> str | None:
    """The token the running browser session came with."""
    found = st.context.cookies.get(COOKIE)
    return found if isinstance(found, str) else None


def current() -> SignedIn | None:
    """Who is signed in here, or None."""
    return SESSIONS.find(token())


def keep_reading_key(reading_key: bytes) -> None:
    """Open the data of whoever is signed in, for this session."""
    SESSIONS.keep(token(), reading_key)


def close_data() -> None:
    """Forget the reading key; the person stays signed in."""
    SESSIONS.keep(token(), None)


def close() -> None:
    """Sign out whoever is signed in here."""
    SESSIONS.close(token())
