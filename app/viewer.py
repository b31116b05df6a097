"""Who is looking: who is signed in, the identity of the settings, or nobody; what the chain says they are.

What a viewer sees is decided by the keys in their envelope, not by the pages: there is no list of permissions here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from app.session import SignedIn
from app.words import Words
from offchain_worker.chain.community import Community
from offchain_worker.storage import identity as identities
from offchain_worker.storage.identity import ReadingIdentity

LOCAL_CHAIN = 31337
PUBLIC = "public"
"""The address of who looks without any."""


class Role(StrEnum):
    """What somebody is to the community."""

    PUBLIC = "public"
    MEMBER = "member"
    PROVIDER = "provider"
    OPERATOR = "operator"
    AUDITOR = "auditor"
    WORKER = "worker"
    STRANGER = "stranger"


@dataclass(frozen=True)
class Viewer:
    """Who is looking; `member` is 0 for who is none, `identity` is None for who has not opened their data.

    `address` is what tells viewers apart, in caches above all.
    """

    address: str
    identity: ReadingIdentity | None
    role: Role
    member: int


def personas(chain_id: int, environment: Mapping[str, str] | None = None) -> dict[str, Path]:
    """The identity files of the local demo by name, members first; none on any other chain."""
    folder = (os.environ if environment is None else environment).get("DAISEE_PERSONAS")
    if not folder or chain_id != LOCAL_CHAIN:
        return {}
    offices = re.compile(r"provider|operator|auditor|relayer|worker-\d+")
    found = {path.stem: path for path in Path(folder).glob("*.json")}
    return dict(sorted(found.items(), key=lambda item: (bool(offices.fullmatch(item[0])), _natural(item[0]))))


def persona_name(say: Words, stem: str) -> str:
    """A persona's name in words: `home-12` is `Home 12`, `Logement 12`."""
    kind, _, number = stem.rpartition("-") if stem.rpartition("-")[2].isdigit() else (stem, "", "")
    key = f"personas.{kind}"
    name = say(key) if say.has(key) else kind.replace("-", " ").capitalize()
    return f"{name} {number}".strip()


def role_name(say: Words, who: Viewer) -> str:
    """What the viewer is to the community, in words."""
    said = say("common.member", number=who.member) if who.member else ""
    office = say(f"signin.role.{who.role}") if who.role is not Role.MEMBER else ""
    return ", ".join(part for part in (said, office) if part)


def meet(community: Community, signed_in: SignedIn | None, identity_file: Path | None, block: int) -> Viewer:
    """The viewer: who is signed in, else the owner of this identity file, else the public.

    Raises IdentityError, ChainUnavailable.
    """
    if signed_in is not None:
        address, key = signed_in.address, signed_in.reading_key
        identity = ReadingIdentity(address, reading_key=key) if key is not None else None
    elif identity_file is not None:
        identity = identities.load(identity_file)
        address = identity.address
    else:
        return Viewer(PUBLIC, None, Role.PUBLIC, 0)
    role, member = standing(community, address, block)
    return Viewer(address, identity, role, member)


def standing(community: Community, address: str, block: int) -> tuple[Role, int]:
    """What an address is to the community, and its member index."""
    registry = community.registry
    member = registry.member_of(address, block)
    if address == registry.provider(block):
        return Role.PROVIDER, member
    if address == registry.grid_operator(block):
        return Role.OPERATOR, member
    if address in registry.auditors(block):
        return Role.AUDITOR, member
    if any(worker.address == address and worker.active for worker in community.hub.workers(block)):
        return Role.WORKER, member
    return (Role.MEMBER, member) if member else (Role.STRANGER, 0)


def _natural(name: str) -> tuple[object, ...]:
    return tuple(int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name))
