"""The shapes of the law files refuse what they do not name, at every depth."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import schemas
from streams.law.files import FOLDERS, MERGED, SINGLE

FILES = sorted((Path(schemas.__file__).parent / "law").glob("*.schema.json"))


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object shape with named properties inside ``schema``, conditions left out."""
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for key, value in schema.items():
            if key not in {"if", "then", "allOf"}:
                yield from objects(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from objects(value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_schema_is_sound_and_closed(path: Path) -> None:
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert schema["title"]
    found = list(objects(schema))
    assert found
    for one in found:
        closed = one.get("additionalProperties") is False
        assert closed or "propertyNames" in one, one


def test_every_kind_of_file_has_its_schema_and_no_schema_is_idle() -> None:
    kinds = {*SINGLE.values(), *MERGED.values(), *FOLDERS.values(), "memorandum_part"}
    assert {path.name.removesuffix(".schema.json") for path in FILES} == kinds
