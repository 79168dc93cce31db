"""YAML in, checked plain values out: duplicate keys refused, shape by JSON Schema, messages with file, key and cure."""

import json
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator


class TopicFault(Exception):
    """Something in topics/ is wrong. The message names file, key and cure."""

    def __init__(self, file: Path | str, key: str, cure: str) -> None:
        super().__init__(f"{file}: {key}: {cure}")


class _Loader(yaml.CSafeLoader):
    """SafeLoader that refuses a key given twice: the second would silently win. libyaml's: ten times as quick."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                place = key_node.start_mark
                raise TopicFault(
                    Path(place.name).name, f"line {place.line + 1}, key {key!r}", "given twice; keep one of them"
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def read(file: Path, schema: Path) -> dict[str, Any]:
    """Load ``file`` and check it against ``schema``. Raises TopicFault with the first fault found."""
    try:
        with file.open(encoding="utf-8") as stream:
            value = yaml.load(stream, _Loader)  # noqa: S506  a SafeLoader
    except yaml.YAMLError as error:
        raise TopicFault(file.name, "syntax", f"not YAML: {error}") from error
    validator = Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    for fault in sorted(validator.iter_errors(value), key=lambda e: e.json_path):
        raise TopicFault(file.name, fault.json_path, f"{fault.message}; see {schema.parent.name}/{schema.name}")
    return dict(value)
