"""What a page says when something is away or closed: one plain sentence, what to do, and the exact message below."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from web3.exceptions import Web3Exception

from app.words import Words
from offchain_worker.chain.errors import ChainUnavailable, DeploymentInvalid
from offchain_worker.cli.settings import SettingsInvalid
from offchain_worker.domain.errors import DaiseeError
from offchain_worker.storage.encryption import NotReadable, Undecryptable
from offchain_worker.storage.envelopes import EnvelopeError
from offchain_worker.storage.identity import IdentityError
from offchain_worker.storage.store import BlobCorrupt, BlobMissing, StoreUnavailable

CLOSED = (EnvelopeError, NotReadable, Undecryptable)
"""The viewer has no key for this."""
KINDS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (ChainUnavailable, "chain"),
    (Web3Exception, "chain"),
    (DeploymentInvalid, "deployment"),
    (SettingsInvalid, "settings"),
    (IdentityError, "identity"),
    (BlobMissing, "missing"),
    (BlobCorrupt, "corrupt"),
    (StoreUnavailable, "store"),
    (CLOSED, "closed"),
)


def kind(error: Exception) -> str:
    """The catalogue's name for an error."""
    return next((name for kinds, name in KINDS if isinstance(error, kinds)), "other")


def tell(say: Words, error: Exception) -> None:
    """Show an error in words."""
    st.error(say(f"trouble.{kind(error)}"), icon=":material/error:")
    with st.expander(say("trouble.details")):
        st.code(str(error) or type(error).__name__, language=None, wrap_lines=True)


@contextmanager
def told(say: Words) -> Iterator[None]:
    """Whatever of ours goes wrong inside is shown in words; a bug is not, and stays loud."""
    try:
        yield
    except (DaiseeError, Web3Exception) as error:
        tell(say, error)
