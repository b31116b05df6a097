"""The documents of stores, workers and readers are closed: what a schema does not name, and sloppy hex, is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from offchain_worker.domain import canonical
from offchain_worker.domain.errors import DocumentInvalid

SCHEMAS = sorted(
    (path for path in files("offchain_worker.domain").joinpath("schemas").iterdir() if path.name.endswith(".json")),
    key=lambda path: path.name,
)
MAPS = {"conformity.json"}
"""Documents with a map: treatments by finding code, of which `test_conformity_rules` refuses unknown ones."""
OPTIONAL = {"conformity.json": ("implausible", "stuck", "dead", "night", "twin", "register")}
"""Keys that may be left out: a check that is off."""
SECRET = {"schema": "daisee.secret/1", "secret": "0x" + "ab" * 32}


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for part in schema.values():
            yield from objects(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects(part)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_schema__each_file__is_valid_closed_and_complete(path: Any) -> None:
    schema = json.loads(path.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["schema"]["const"].startswith(f"daisee.{path.name.removesuffix('.json')}/")
    for found in objects(schema):
        if isinstance(found["additionalProperties"], dict):  # a map: its keys are checked by who reads it
            assert path.name in MAPS and found["maxProperties"] <= 64 and "properties" not in found
            continue
        assert found["additionalProperties"] is False
        assert set(found["properties"]) - set(found.get("required", ())) == set(OPTIONAL.get(path.name, ())) & set(
            found["properties"]
        )


@pytest.mark.parametrize("secret", ["0x" + "ab" * 32 + "\n", "0x" + "AB" * 32, "ab" * 32, "0x" + "ab" * 31, ""])
def test_loads__sloppy_hex__is_refused(secret: str) -> None:
    assert canonical.loads(canonical.dumps(SECRET), "daisee.secret/1") == SECRET
    with pytest.raises(DocumentInvalid):
        canonical.loads(canonical.dumps({**SECRET, "secret": secret}), "daisee.secret/1")
