"""Fixtures that every test may use: the samples' folder and, where a test asks for it, a chain with our contracts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
# 2016-05-15 00:00 UTC: the clock of every contract test, so that gas figures repeat to the unit.
CHAIN_START = 1463270400


@pytest.fixture(scope="session")
def chain_url() -> Iterator[str]:
    """A local chain of this test session."""
    from scripts import local_chain

    with local_chain.running(CHAIN_START) as chain:
        yield chain.url


@pytest.fixture(scope="session")
def contracts(chain_url: str) -> Iterator[Any]:
    """The loaded Brownie project, connected to the session's chain: `contracts.RuleBook.deploy(…)`."""
    import brownie

    from scripts import brownie_network

    project = brownie_network.load_project()
    brownie_network.connect_local(chain_url)
    yield project
    brownie.network.disconnect(kill_rpc=False)
    project.close()


@pytest.fixture(scope="session")
def accounts(contracts: Any) -> Any:
    """The chain's funded accounts."""
    import brownie

    return brownie.accounts


@pytest.fixture(scope="session")
def chain(contracts: Any) -> Any:
    """The chain's clock and snapshots."""
    import brownie

    return brownie.chain


@pytest.fixture
def isolation(chain: Any) -> Iterator[None]:
    """Undo everything a test did to the chain."""
    chain.snapshot()
    yield
    chain.revert()
