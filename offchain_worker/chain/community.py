"""All contracts of a community behind one connection, checked to be the ones the deployment file names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from . import deployment
from .connection import Connection
from .deployment import Deployment
from .errors import DeploymentInvalid
from .governor import KeyGovernor
from .hub import AttestationHub
from .logs import LogArchive
from .meter_data import MeterDataRegistry
from .registry import CommunityRegistry
from .rule_book import RuleBook
from .settlement import Settlement


@dataclass(frozen=True)
class Community:
    """A community's contracts."""

    connection: Connection
    deployment: Deployment
    registry: CommunityRegistry
    governor: KeyGovernor
    rules: RuleBook
    meter_data: MeterDataRegistry
    hub: AttestationHub
    settlement: Settlement


def connect(url: str, deployment_file: Path, attempts: int = 6, archive: Path | None = None) -> Community:
    """Connect to a community; settled events are kept in the folder `archive`, if one is given. Raises DeploymentInvalid if the chain is another or lacks a contract."""
    found = deployment.read(deployment_file)
    connection = Connection(url, attempts)
    if connection.chain_id != found.chain_id:
        raise DeploymentInvalid(
            f"{deployment_file}: is for chain {found.chain_id}, but {url} is chain {connection.chain_id}; "
            "set --rpc or --deployment"
        )
    for name, address in found.contracts.items():
        if not connection.web3.eth.get_code(address):  # type: ignore[arg-type]
            raise DeploymentInvalid(f"{deployment_file}: there is no contract at {name} {address} on {url}")
    if archive is not None:
        connection.archive = LogArchive(archive / f"{found.chain_id}-{found.block}")
    places = found.contracts
    return Community(
        connection,
        found,
        CommunityRegistry(connection, places["CommunityRegistry"], found.block),
        KeyGovernor(connection, places["KeyGovernor"], found.block),
        RuleBook(connection, places["RuleBook"], found.block),
        MeterDataRegistry(connection, places["MeterDataRegistry"], found.block),
        AttestationHub(connection, places["AttestationHub"], found.block),
        Settlement(connection, places["Settlement"], found.block),
    )
