"""Which contracts make up a community, on which chain, since which block: the deployment file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from eth_utils import is_checksum_address

from .errors import DeploymentInvalid

LOCAL_CHAINS = (1337, 31337)
CONFIRMATIONS = 12
CONTRACTS = (
    "CommunityRegistry",
    "KeyGovernor",
    "RuleBook",
    "MeterDataRegistry",
    "AttestationHub",
    "Settlement",
    "EuroToken",
)


@dataclass(frozen=True)
class Deployment:
    """Addresses (checksummed) by contract name; `block` is the first one that holds any of them."""

    chain_id: int
    block: int
    contracts: dict[str, str]

    @property
    def local(self) -> bool:
        """Whether it is a chain for trying, which ends with its process: keys may be plain there, blocks are final."""
        return self.chain_id in LOCAL_CHAINS

    @property
    def confirmations(self) -> int:
        """How many blocks to stay behind the head unless told otherwise."""
        return 0 if self.local else CONFIRMATIONS

    def to_json(self) -> str:
        """The file's text."""
        return json.dumps({"chainId": self.chain_id, "block": self.block, "contracts": self.contracts}, indent=2) + "\n"


def read(path: Path) -> Deployment:
    """Read a deployment file. Raises DeploymentInvalid naming the file and what is wrong with it."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DeploymentInvalid(f"{path}: cannot be read ({error.strerror}); set --deployment") from error
    except ValueError as error:
        raise DeploymentInvalid(f"{path}: is not JSON ({error})") from error
    try:
        deployment = Deployment(int(document["chainId"]), int(document["block"]), dict(document["contracts"]))
    except (KeyError, TypeError, ValueError) as error:
        raise DeploymentInvalid(f"{path}: needs chainId, block and contracts ({error!r})") from error
    for name in CONTRACTS:
        address = deployment.contracts.get(name)
        if address is None:
            raise DeploymentInvalid(f"{path}: has no address for {name}")
        if not is_checksum_address(address):
            raise DeploymentInvalid(f"{path}: {name} is not a checksummed address: {address}")
    return deployment
