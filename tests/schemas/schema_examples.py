"""Reading examples: JSON with the three written forms of days, instants and bytes."""

import base64
import binascii
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from schemas.files import FOLDER


class Example(NamedTuple):
    file: Path
    record: str
    version: int
    reason: str
    passes: bool


def examples(folder: Path = FOLDER / "examples") -> list[Example]:
    found = []
    for file in sorted(folder.glob("*.json")):
        record, version, reason, verdict = file.stem.split(".")
        assert verdict in ("pass", "fail"), file.name
        found.append(Example(file, record, int(version.removeprefix("v")), reason, verdict == "pass"))
    return found


def value_of(example: Example) -> Any:
    return _values(json.loads(example.file.read_text(encoding="utf-8")))


def _values(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _values(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_values(value) for value in node]
    if not isinstance(node, str):
        return node
    if node.startswith("base64:"):
        return _or_as_it_is(lambda: base64.b64decode(node.removeprefix("base64:"), validate=True), node)
    if len(node) == 10:
        return _or_as_it_is(lambda: date.fromisoformat(node), node)
    return _or_as_it_is(lambda: datetime.fromisoformat(node), node) if "T" in node[10:11] else node


def _or_as_it_is(convert: Any, text: str) -> Any:
    try:
        return convert()
    except (ValueError, binascii.Error):
        return text
