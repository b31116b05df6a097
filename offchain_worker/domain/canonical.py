"""Canonical bytes of every document: RFC 8785 JSON without floats and nulls, checked against its schema when read.

Always `dumps(loads(data, schema))` is the canonical form of `data`, so two workers that agree on a document agree on
its digest. A schema is a file `schemas/<name>.json`; `daisee.<name>/<version>` stands in its `schema` property.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final, NoReturn

import rfc8785
from jsonschema import Draft202012Validator

from offchain_worker.domain.errors import DocumentInvalid

MAX_NUMBER: Final = 2**53 - 1
"""Largest JSON number every reader takes exactly; larger quantities are decimal strings."""
BOM: Final = b"\xef\xbb\xbf"


def dumps(document: Any) -> bytes:
    """Return the RFC 8785 bytes of `document`.

    Objects, arrays, strings, booleans and integers up to 2^53 - 1 are taken; anything else raises `DocumentInvalid`.
    """
    _refuse_inexact(document, "$")
    try:
        return rfc8785.dumps(document)
    except (rfc8785.CanonicalizationError, ValueError) as error:
        raise DocumentInvalid(f"document cannot be made canonical: {error}") from error


def digest(data: bytes) -> bytes:
    """Return the sha256 of an artefact, 32 bytes: its name in the content store."""
    return sha256(data).digest()


def loads(data: bytes | str, schema: str, *, exact: bool = False) -> dict[str, Any]:
    """Parse a document and check it against `schema` (`"daisee.key/1"`, or the schema file's name `"key"`).

    With `exact`, bytes that are not already canonical are refused: wanted wherever their digest was agreed on.
    Raises `DocumentInvalid` for a BOM, trailing bytes, repeated, unknown or missing keys, floats, nulls and
    another schema.
    """
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else bytes(data)
    name, validator = _schema(schema)
    if raw.startswith(BOM):
        raise DocumentInvalid(f"{name}: starts with a byte order mark; save it as plain UTF-8")
    try:
        document = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_object,
            parse_float=_refuse_float,
            parse_constant=_refuse_float,
            parse_int=_integer,
        )
    except DocumentInvalid as error:
        raise DocumentInvalid(f"{name}: {error}") from None
    except UnicodeDecodeError as error:
        raise DocumentInvalid(f"{name}: not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise DocumentInvalid(f"{name}: line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise DocumentInvalid(f"{name}: nested too deeply") from None
    if not isinstance(document, dict):
        raise DocumentInvalid(f"{name}: not a JSON object")
    if document.get("schema") != name:
        raise DocumentInvalid(f"{name}: schema is {document.get('schema')!r}, expected {name!r}")
    faults = sorted(validator.iter_errors(document), key=lambda fault: fault.json_path)
    if faults:
        raise DocumentInvalid(f"{name}: {faults[0].json_path}: {faults[0].message[:200]}")
    if exact and dumps(document) != raw:
        raise DocumentInvalid(f"{name}: bytes are not canonical (RFC 8785)")
    return document


@cache
def _schema(schema: str) -> tuple[str, Draft202012Validator]:
    """Return a schema's full name and its validator."""
    name, _, version = schema.removeprefix("daisee.").partition("/")
    resource = files("offchain_worker.domain").joinpath("schemas", f"{name}.json")
    if not name.replace("-", "").replace("_", "").isalnum() or not resource.is_file():
        raise DocumentInvalid(f"no schema {schema!r} in offchain_worker/domain/schemas")
    definition = json.loads(resource.read_text("utf-8"))
    known: str = definition["properties"]["schema"]["const"]
    if version and known != schema:
        raise DocumentInvalid(f"no schema {schema!r}: this version reads {known!r}")
    return known, Draft202012Validator(definition)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise DocumentInvalid(f"key {name!r} stands twice")
        if value is None:
            raise DocumentInvalid(f"{name!r} is null; every key needs a value")
        found[name] = value
    return found


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_NUMBER:
        raise DocumentInvalid(f"number {text[:24]} is beyond 2^53 - 1; write it as a string")
    return int(text)


def _refuse_float(text: str) -> NoReturn:
    raise DocumentInvalid(f"number {text[:24]} is not an integer")


def _refuse_inexact(value: Any, place: str) -> None:
    if isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) > MAX_NUMBER:
            raise DocumentInvalid(f"{place}: {value} is beyond 2^53 - 1; write it as a string")
    elif isinstance(value, Mapping):
        for name, item in value.items():
            if not isinstance(name, str):
                raise DocumentInvalid(f"{place}: key {name!r} is not a string")
            _refuse_inexact(item, f"{place}.{name}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _refuse_inexact(item, f"{place}[{index}]")
    else:
        raise DocumentInvalid(f"{place}: {type(value).__name__} has no place in a canonical document")
