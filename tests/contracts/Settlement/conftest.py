"""The community that the tests of `Settlement` share; each test leaves it as it found it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contracts.community import Community, deploy


@pytest.fixture(scope="module")
def community(contracts: Any, module_isolation: None) -> Community:
    """Five members (the last without a wallet), five workers, a quorum of three."""
    return deploy()
