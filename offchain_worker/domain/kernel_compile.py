"""How the engine's loops are compiled: by numba, to machine code kept beside the source in `__pycache__`.

A loop calls loops of other files, which become part of its machine code; so what is kept is good for the text of all of
these files together, and a change of one makes all of them anew.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final, TypeVar, cast

from numba import njit

from offchain_worker.domain import canonical

Function = TypeVar("Function", bound=Callable[..., Any])
LOOPS: Final = ("kernel_compile.py", "kernel_energiedelen.py", "kernel_loops.py", "kernel_rules.py", "kernel_wide.py")
_TEXT: Final = canonical.digest(b"".join(files(__package__).joinpath(name).read_bytes() for name in LOOPS)).hex()


def compiled(function: Function) -> Function:
    """Compile a loop over integers when it is first called, or take what was kept of it."""
    made: Any = njit(cache=True, nogil=True, error_model="numpy")(function)
    made._cache._cache_file._source_stamp = _TEXT  # numba itself looks at the one file's date and size only
    return cast(Function, made)
