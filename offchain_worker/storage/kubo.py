"""A Kubo node as content store, through `ipfshttpclient`.

A block is put with codec raw and hash sha2-256 and pinned, so it has the CID that `cid.py` computes and the embedded
store uses. The node is not trusted: what it returns is verified, how much it returns is bounded. Its version is not
compared with the client library's old bounds: the few calls used here have not changed.
"""

from __future__ import annotations

import io
import ipaddress
import warnings
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import urlsplit

import ipfshttpclient
from ipfshttpclient import exceptions

from .cid import NotACid, cid, digest_of, digest_of_cid
from .store import (
    BLOCK_BYTES,
    BlobCorrupt,
    BlobMissing,
    StoreError,
    StoreUnavailable,
    checked_size,
    verified,
)

# ipfshttpclient 0.8.0a2 hands urllib3 2 a parameter of urllib3 1, which is ignored.
warnings.filterwarnings("ignore", message="The 'strict' parameter is no longer needed", category=FutureWarning)

SEARCH_SECONDS = 10.0
"""How long the node may look for a block in the network before it counts as missing."""
ANSWER_SECONDS = 30.0
ABSENT = ("not found", "could not find", "deadline exceeded", "context canceled", "is not pinned", "not pinned or")
"""How Kubo says that it does not have a block; it has no codes for it."""

T = TypeVar("T")


class KuboAddressInvalid(StoreError):
    """The address is not one of a Kubo node's RPC interface."""


def multiaddress(url: str) -> str:
    """`http://127.0.0.1:5001` as `/ip4/127.0.0.1/tcp/5001/http`, which is how `ipfshttpclient` takes it."""
    parts = urlsplit(url)
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise KuboAddressInvalid(f"{url!r}: {error}") from error
    if parts.scheme not in ("http", "https") or not host or parts.path.strip("/") or parts.query:
        raise KuboAddressInvalid(f"{url!r} is not the address of a Kubo node; write it as http://127.0.0.1:5001")
    try:
        kind = f"ip{ipaddress.ip_address(host).version}"
    except ValueError:
        kind = "dns"
    return f"/{kind}/{host}/tcp/{port or (443 if parts.scheme == 'https' else 80)}/{parts.scheme}"


class KuboStore:
    """A `ContentStore` on a Kubo node; `search` is how many seconds it may look for a block in the network."""

    def __init__(self, url: str, search: float = SEARCH_SECONDS) -> None:
        self.url = url
        self.search = search
        # `ipfshttpclient.connect` would ask for the version and warn: the client itself does not.
        self._client = ipfshttpclient.Client(multiaddress(url), timeout=ANSWER_SECONDS + search)

    def __repr__(self) -> str:
        return f"KuboStore({self.url!r})"

    def put(self, data: bytes) -> bytes:
        digest = digest_of(checked_size(data))
        options = {"cid-codec": "raw", "mhtype": "sha2-256", "pin": "true"}
        stored = self._ask(lambda: self._client.block.put(io.BytesIO(data), opts=options))
        if stored["Key"] != cid(digest):
            raise BlobCorrupt(digest, f"{self.url} (which calls it {stored['Key']})")
        return digest

    def get(self, digest: bytes) -> bytes:
        return verified(self._ask(lambda: self._bounded(digest), digest), digest, self.url)

    def has(self, digest: bytes) -> bool:
        try:
            self._ask(lambda: self._client.block.stat(cid(digest), opts={"offline": "true"}), digest)
        except BlobMissing:
            return False
        return True

    def kept(self) -> set[bytes]:
        """The digests of everything pinned that can be an artefact (a raw sha2-256 block)."""
        listed = self._ask(lambda: self._client.pin.ls(type="all"))
        found = set()
        for text, entry in listed["Keys"].items():
            if entry["Type"] in ("recursive", "direct"):
                try:
                    found.add(digest_of_cid(text))
                except NotACid:
                    continue  # somebody else's file on the same node
        return found

    def remove(self, digest: bytes) -> None:
        """Unpin a block; `sweep` then frees its space. Harmless if it is not pinned."""
        try:
            self._ask(lambda: self._client.pin.rm(cid(digest)), digest)
        except BlobMissing:
            return

    def sweep(self) -> None:
        """Let the node collect its garbage: every block that nobody has pinned."""
        self._ask(lambda: self._client.repo.gc(quiet=True))

    def _bounded(self, digest: bytes) -> bytes:
        data = b""
        with self._client.block.get(cid(digest), stream=True, opts=self._searching()) as parts:
            for part in parts:
                data += part
                if len(data) > BLOCK_BYTES:
                    raise BlobCorrupt(digest, self.url)
        return data

    def _searching(self) -> dict[str, str]:
        return {"timeout": f"{self.search:g}s"}

    def _ask(self, call: Callable[[], T], digest: bytes | None = None) -> T:
        """Do a call and give its failures our names."""
        try:
            return call()
        except exceptions.ErrorResponse as error:
            if digest is not None and any(words in str(error) for words in ABSENT):
                raise BlobMissing(digest, self.url) from error
            raise StoreUnavailable(f"the Kubo node {self.url} refuses: {error}") from error
        except exceptions.TimeoutError as error:
            raise StoreUnavailable(f"the Kubo node {self.url} does not answer in time") from error
        except exceptions.Error as error:
            raise StoreUnavailable(
                f"the Kubo node {self.url} cannot be used ({type(error).__name__}); start it or change the store"
            ) from error
