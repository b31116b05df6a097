"""Fixtures that every test may use: the samples' folder and, where a test asks for it, a chain with our contracts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

ROOT = Path(__file__).resolve().parent.parent
# 2016-05-15 00:00 UTC: the clock of every contract test, so that gas figures repeat to the unit.
CHAIN_START = 1463270400


@pytest.fixture(autouse=True)
def fresh_logs() -> None:
    """Logs go where they go by default, whatever a command run in an earlier test has configured."""
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def same_main() -> Iterator[None]:
    """Streamlit's `AppTest` leaves its script as `__main__`, which a process spawned by a later test would run again."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


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


@pytest.fixture(scope="session")
def kubo_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real Kubo node of this session; without Kubo the test is skipped, but fails where CI is set."""
    from scripts import install_kubo, local_kubo

    if install_kubo.installed() is None:
        said = "Kubo is not installed: run `make kubo`"
        if os.environ.get("CI"):
            pytest.fail(said)
        pytest.skip(said)
    with local_kubo.running(tmp_path_factory.mktemp("kubo")) as kubo:
        yield kubo.url


@pytest.fixture(scope="session")
def settled_period(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """June 2016 of the neighbourhood, settled: a running chain, its store, everybody's identity.

    The real thing, made once a session as `make demo` makes it. Tests must leave it as they found it: who wants to
    damage something copies the store, or stands between us and the chain.
    """
    import io

    from rich.console import Console

    from scripts import local_chain
    from scripts.demo import month, story
    from scripts.demo.voice import Voice

    label, folder = "2016-06", tmp_path_factory.mktemp("period")
    told = io.StringIO()
    with local_chain.running(story.chain_start(label)) as chain:
        stage = story.open_stage(label, folder, chain.url, Voice(Console(file=told, width=120)))
        story.tell_of_people(stage)
        with month.workers(stage):
            story.tell_of_figures(stage)
        assert "audit: all checks pass" in told.getvalue()
        yield stage
