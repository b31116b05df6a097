"""Where the app is reached: the one origin that people sign in to, and what a wallet may be told about the chain.

| environment         | means                                                                               |
|---------------------|-------------------------------------------------------------------------------------|
| `DAISEE_APP_ORIGIN` | the app's address, `https://energy.example.org`; without it, this machine only       |
| `DAISEE_APP_RPC`    | a node that wallets may use, if theirs do not know the chain; never one with a secret |
"""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from offchain_worker.cli import settings
from offchain_worker.domain.errors import DaiseeError

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def served() -> bool:
    """Whether the app is there for others than who started it: then it knows nobody until they sign in."""
    return bool(os.environ.get("DAISEE_APP_ORIGIN"))


class OriginRefused(DaiseeError):
    """A request came from, or to, another address than the app's."""


def origin(host: str, sent: str | None) -> str:
    """The origin of a request with this Host and Origin header, `http://127.0.0.1:8501`; it must be the app's own.

    Raises OriginRefused: what a browser sends in the name of another site, or to a name we do not answer to.
    """
    configured = os.environ.get("DAISEE_APP_ORIGIN", "").rstrip("/")
    if configured:
        expected = configured
    elif _is_local(host):
        expected = f"http://{host}"
    else:
        raise OriginRefused(f"the app is reached as {host}; set DAISEE_APP_ORIGIN to its address")
    if sent != expected:
        raise OriginRefused(f"the request comes from {sent or 'nowhere'}, the app is {expected}")
    return expected


def same_site(host: str, sent: str | None) -> bool:
    """Whether a page that opens a connection is the app's own; who sends no Origin is no browser."""
    if sent is None:
        return True
    configured = os.environ.get("DAISEE_APP_ORIGIN", "").rstrip("/")
    return sent == configured if configured else sent.partition("://")[2] == host


def domain(address: str) -> str:
    """The domain of an origin, as a wallet shows it."""
    return urlsplit(address).netloc


def is_loopback(host: str) -> bool:
    """Whether a network address is this machine's."""
    return host in LOOPBACK


def chain_name(chain_id: int) -> str:
    """What a wallet calls the chain when it is added."""
    return f"DAISEE {chain_id}"


def public_rpc() -> str:
    """A node that wallets may use: the configured one, or the local one; else none."""
    configured = os.environ.get("DAISEE_APP_RPC")
    if configured:
        return configured
    rpc = settings.load({}).rpc or ""
    return rpc if urlsplit(rpc).hostname in LOOPBACK else ""


def _is_local(host: str) -> bool:
    return re.sub(r":\d+$", "", host).strip("[]") in LOOPBACK
