"""Assert a revert by the name of its error and every argument of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def reverts(error: str, *arguments: Any) -> Iterator[None]:
    """The body, one call or transaction, is refused with exactly `error(*arguments)`.

    Brownie decodes a custom error to `Name: first, second`, with addresses in lower case.
    """
    from brownie.exceptions import VirtualMachineError

    with pytest.raises((ValueError, VirtualMachineError)) as caught:
        yield
    assert _refusal(caught.value) == f"{error}: {', '.join(map(_shown, arguments))}"


def _refusal(failure: Exception) -> str:
    message = getattr(failure, "revert_msg", None)
    if message is None:
        estimated = re.match(r"Gas estimation failed: '(.*)'\. This transaction", str(failure), re.DOTALL)
        message = estimated[1] if estimated else str(failure)
    return str(message)


def _shown(argument: Any) -> str:
    if isinstance(argument, str) and argument.startswith("0x"):
        return argument.lower() if len(argument) in (2, 42) else str(bytes.fromhex(argument[2:]))
    if hasattr(argument, "address"):
        return str(argument.address).lower()
    return str(argument)
