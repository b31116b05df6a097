"""Opening one's own data after signing in: a second signature makes the reading key, or a file brings it.

The key is taken only if it is the one the registry knows for the address: with another nothing could be opened, now or
in the months to come. It stays in the server's memory until the session ends.
"""

from __future__ import annotations

import streamlit as st

from app import session, wallet
from app.session import SignedIn
from app.viewer import Role, Viewer, role_name
from app.words import Words
from offchain_worker.chain.community import Community
from offchain_worker.domain.errors import DaiseeError, DocumentInvalid
from offchain_worker.storage import identity as identities
from offchain_worker.storage.identity import IdentityError, ReadingIdentity

KIND, PUBLISH = "open", "publish-key"
LARGEST = 4_096


class KeyDiffers(DaiseeError):
    """The key is not the one the registry knows for the address; the message is the catalogue's key for why."""


def offer(say: Words, community: Community, signed_in: SignedIn, who: Viewer, block: int) -> None:
    """Say who is signed in, and offer to open their data."""
    if who.role is Role.STRANGER:
        st.warning(say("signin.stranger", address=signed_in.address), icon=":material/person_off:")
        return
    with st.container(border=True, key="opening"):
        st.markdown(say("signin.closed", who=role_name(say, who)))
        _say_published(say)
        _offer_signature(say, community, signed_in, block)
        _offer_file(say, community, signed_in, block)


def told(say: Words) -> None:
    """Say that the data is open, and close it."""
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        st.caption(say("signin.open"), width="content")
        st.button(say("signin.close"), on_click=session.close_data, key="close-data", type="tertiary")


def _offer_signature(say: Words, community: Community, signed_in: SignedIn, block: int) -> None:
    found = wallet.answer(KIND)
    if found is not None:
        wallet.forget(KIND)
        if not found.ok:
            st.warning(wallet.refusal(say, found), icon=":material/info:")
        elif found.context["address"] == signed_in.address:
            _take(say, community, signed_in.address, found.result, block)
    shown = wallet.account()
    ready = shown is not None and shown.address == signed_in.address
    st.button(
        say("signin.do_open"),
        on_click=wallet.sign_text,
        args=(KIND, signed_in.address, identities.READING_TEXT),
        disabled=wallet.pending() or not ready,
        type="primary",
        icon=":material/lock_open:",
        key="open-data",
    )
    st.caption(say("signin.trust"))


def _take(say: Words, community: Community, address: str, signature: str, block: int) -> None:
    try:
        key = identities.signed_reading_key(address, bytes.fromhex(signature.removeprefix("0x")))
        check(community, address, key, block)
    except (ValueError, IdentityError):
        st.error(say("signin.not_a_key"), icon=":material/error:")
    except KeyDiffers as error:
        st.error(say(f"signin.{error}"), icon=":material/key_off:")
        if str(error) == "no_key":
            _offer_to_publish(say, community, ReadingIdentity(address, reading_key=key))
    else:
        session.keep_reading_key(key)
        st.rerun()


def _offer_to_publish(say: Words, community: Community, mine: ReadingIdentity) -> None:
    """A transaction that puts the public key on the chain, so that the months to come are sealed for it."""
    registry = community.registry
    call = registry.contract.encode_abi("setEncryptionKey", args=[mine.public_key])
    transaction = {"from": mine.address, "to": registry.address, "data": call}
    st.button(
        say("signin.do_publish"),
        on_click=wallet.send,
        args=(PUBLISH, transaction),
        icon=":material/key:",
        key="publish-key",
    )


def _say_published(say: Words) -> None:
    found = wallet.answer(PUBLISH)
    if found is None:
        return
    if found.ok:
        st.success(say("signin.published"), icon=":material/key:")
        st.code(found.result, language=None, wrap_lines=True)
    else:
        st.warning(wallet.refusal(say, found), icon=":material/info:")


def _offer_file(say: Words, community: Community, signed_in: SignedIn, block: int) -> None:
    with st.expander(say("signin.by_file"), icon=":material/upload_file:"):
        st.markdown(say("signin.by_file_what"))
        file = st.file_uploader(say("signin.file"), type="json", key="reading-key-file", max_upload_size=1)
    if file is None:
        return
    try:
        data = file.getvalue()
        if len(data) > LARGEST:
            raise DocumentInvalid("a reading key file is short")
        key = identities.read_reading_document(data, signed_in.address)
        check(community, signed_in.address, key, block)
    except KeyDiffers as error:
        st.error(say(f"signin.{error}"), icon=":material/key_off:")
    except (DocumentInvalid, IdentityError) as error:
        st.error(say("signin.bad_file"), icon=":material/error:")
        st.caption(str(error))
    else:
        session.keep_reading_key(key)
        st.rerun()


def check(community: Community, address: str, reading_key: bytes, block: int) -> None:
    """Compare a reading key with the registry's. Raises KeyDiffers with what to say: `no_key`, `other_key`."""
    known = community.registry.encryption_key(address, block)
    if known is None:
        raise KeyDiffers("no_key")
    if ReadingIdentity(address, reading_key=reading_key).public_key != known:
        raise KeyDiffers("other_key")
