"""A deployment under way, in a file, so that an interrupted one goes on and no other is taken for it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass
class Progress:
    """A deployment under way, in a file: what was started where, so that an interrupted one goes on and no other does."""

    path: Path
    chain_id: int
    deployer: str
    nonce: int
    plan: str
    block: int

    @classmethod
    def start(cls, path: Path, chain_id: int, deployer: str, plan: dict[str, Any], block: int) -> Progress:
        """Take up the deployment in the file, or begin a new one; SystemExit if the file is of another one."""
        digest = hashlib.sha256(json.dumps(plan, sort_keys=True).encode()).hexdigest()
        begun = cls(path, chain_id, deployer, plan["deployerNonce"], digest, block)
        if path.exists():
            found = json.loads(path.read_text(encoding="utf-8"))
            wanted = {"chainId": chain_id, "deployer": deployer, "nonce": begun.nonce, "plan": digest}
            for name, value in wanted.items():
                if found[name] != value:
                    raise SystemExit(
                        f"error: {path} is of another deployment ({name} {found[name]}, now {value}); "
                        "finish that one with its own plan, or remove the file"
                    )
            begun.block = found["block"]
        path.parent.mkdir(parents=True, exist_ok=True)
        content = {
            "chainId": chain_id,
            "deployer": deployer,
            "nonce": begun.nonce,
            "plan": digest,
            "block": begun.block,
        }
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        return begun
