"""Assert a revert with its error and arguments, never bare."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from brownie.exceptions import VirtualMachineError


def _shown(argument: Any) -> str:
    """An argument as Brownie prints it in `revert_msg`."""
    if hasattr(argument, "address"):
        return str(argument.address).lower()
    if isinstance(argument, str) and len(argument) == 66:
        return str(bytes.fromhex(argument[2:]))
    if isinstance(argument, str) and argument.startswith("0x"):
        return argument.lower()
    return str(argument)


@contextmanager
def reverts(error: str, *arguments: Any) -> Iterator[None]:
    """Fail unless the block reverts with custom error `error` and exactly these arguments."""
    expected = f"{error}: {', '.join(_shown(argument) for argument in arguments)}"
    try:
        yield
    except VirtualMachineError as exc:
        assert exc.revert_msg == expected, f"reverted with {exc.revert_msg!r}, expected {expected!r}"
    else:
        raise AssertionError(f"did not revert; expected {expected!r}")
