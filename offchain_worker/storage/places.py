"""Where the store is, as people write it: a folder, `kubo:http://127.0.0.1:5001`, or several separated by commas."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .embedded import EmbeddedStore
from .kubo import KuboStore
from .several import SeveralStores
from .store import ContentStore, StoreError

KUBO = "kubo:"
Store = EmbeddedStore | KuboStore


class NoPlace(StoreError):
    """The text names no store."""


def split(text: str) -> list[str]:
    """The places in a setting; raises NoPlace if there is none."""
    places = [place.strip() for place in text.split(",") if place.strip()]
    if not places:
        raise NoPlace("the store is empty; name a folder or kubo:http://127.0.0.1:5001")
    return places


def beside(text: str, folder: Path) -> str:
    """The same places, with relative folders taken from `folder`."""
    return ",".join(place if place.startswith(KUBO) else str(folder / place) for place in split(text))


def one(place: str) -> Store:
    """The store at one place."""
    return KuboStore(place.removeprefix(KUBO)) if place.startswith(KUBO) else EmbeddedStore(place)


def named(text: str) -> Sequence[tuple[str, Store]]:
    """Each store by the place it was named by."""
    return [(place, one(place)) for place in split(text)]


def open_store(text: str) -> ContentStore:
    """The store, or several as one."""
    stores = named(text)
    return stores[0][1] if len(stores) == 1 else SeveralStores(stores)
