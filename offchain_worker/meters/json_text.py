"""
JSON with its numbers as they are written: `0.1` stays the text `0.1`, in a reading and in a redacted file.

Refused: what is no JSON, NaN and infinities, a name that stands twice in an object, and nesting deeper than Python's
parser goes.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from offchain_worker.meters.errors import MeterFileError
from offchain_worker.meters.text import quoted


class Number(str):
    """A JSON number as written; any other text is a plain `str`."""

    __slots__ = ()


def loads(data: bytes, name: str) -> Any:
    """The document: dicts, lists, str, Number, bool, None. Raises MeterFileError naming the line."""
    try:
        text = data.decode("utf-8-sig")
        return json.loads(text, parse_float=Number, parse_int=Number, parse_constant=_refuse, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise MeterFileError(name, error.lineno, "is no JSON: truncated or damaged") from None
    except UnicodeDecodeError:
        raise MeterFileError(name, 0, "is not UTF-8 text") from None
    except _Twice as error:
        raise MeterFileError(name, 0, f"has {error} twice in one object: damaged") from None
    except (RecursionError, ValueError):
        raise MeterFileError(name, 0, "is no JSON that a file of readings has") from None


def dumps(document: Any) -> str:
    """The document as JSON, numbers as they were written. Keys keep their order."""
    if isinstance(document, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {dumps(value)}" for key, value in document.items()) + "}"
    if isinstance(document, list):
        return "[" + ", ".join(map(dumps, document)) + "]"
    return str(document) if isinstance(document, Number) else json.dumps(document)


def begins(data: bytes) -> str:
    """The first sign of what may be JSON, "" of nothing."""
    return data[:4096].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")[:1]


class _Twice(ValueError):
    """A name that stands twice in an object."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [key for key, _ in pairs]
        raise _Twice(quoted(next(key for key in names if names.count(key) > 1)))
    return made


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)
