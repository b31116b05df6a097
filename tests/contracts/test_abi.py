"""The ABIs that the worker carries are those of the contracts as they stand."""

from __future__ import annotations

from typing import Any

import pytest

from scripts import export_abi


@pytest.mark.parametrize("name", export_abi.CONTRACTS)
def test_abi__committed__is_the_compiled_one(contracts: Any, name: str) -> None:
    committed = (export_abi.TARGET / f"{name}.json").read_text(encoding="utf-8")
    assert committed == export_abi.exported(name), "run `make abi` and commit the result"
