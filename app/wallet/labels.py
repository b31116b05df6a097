"""What the wallet's component is told beside a request: its words, the chain, who is signed in, the demo's people."""

from __future__ import annotations

from typing import Any

from app import demo_wallet, hosting, session, viewer
from app.words import Words, catalogue


def surroundings(say: Words, chain_id: int, who: str = "") -> dict[str, Any]:
    """The component's data, strings only: no key, no reading, nothing of anybody but the visitor."""
    signed_in = session.current()
    return {
        "labels": {
            key.removeprefix("wallet."): text
            for key, text in catalogue(say.language).items()
            if key.startswith("wallet.")
        },
        "session": signed_in.address if signed_in else None,
        "who": who[:1].upper() + who[1:] if signed_in else "",
        "chain": {"id": hex(chain_id), "name": hosting.chain_name(chain_id), "rpc": hosting.public_rpc()},
        "demo": [
            {"name": viewer.persona_name(say, stem), "address": address}
            for stem, address in demo_wallet.people(chain_id).items()
        ],
    }
