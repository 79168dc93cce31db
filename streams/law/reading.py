"""One law file from disk to plain values: strict YAML, dates as dates, shape by JSON Schema.

YAML as commonly read forgives what a law book must not: a key written twice, ``no`` read as false, a day in quotes.
"""

import json
import re
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, relevance

from streams.law.faults import LawFault

_DAY = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}$")
_YEARS = range(1900, 2200)  # of a day: ClickHouse's Date32 ends with 2299, and terms are added to days
_BOOL = "tag:yaml.org,2002:bool"


class _Loader(yaml.CSafeLoader):
    """The safe loader of libyaml that refuses a key written twice and reads only true and false as truth values."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the attribute PyYAML reads
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _BOOL]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise _Twisted(f"the key {key!r} is not a text", "Put the key in quotes", key_node)
            if key in seen:
                raise _Twisted(f"the key '{key}' stands twice", "Remove one of the two", key_node)
            seen.add(key)
        return super().construct_mapping(node, deep=True)


_Loader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|false)$"), list("tf"))


class _Twisted(Exception):
    """A key that must not be read."""

    def __init__(self, message: str, cure: str, node: yaml.Node) -> None:
        super().__init__(message)
        self.cure = cure
        self.line = node.start_mark.line + 1


def read(path: Path, name: str, kind: str) -> dict[str, Any]:
    """The content of the law file ``path``, called ``name`` in messages, checked against ``schemas/law/<kind>``.

    Dates come back as ISO strings. Raises LawFault.
    """
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except _Twisted as fault:
        raise LawFault(name, f"line {fault.line}", str(fault), fault.cure) from None
    except FileNotFoundError:
        raise LawFault(name, "file", "the file is missing", "Restore it; every law book has one") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as fault:
        raise LawFault(name, "file", f"not readable as YAML: {fault}", "Correct the place named") from None
    value = _plain(raw, name, "")
    problem = min(_validator(kind).iter_errors(value), key=relevance, default=None)
    if problem is not None:
        raise _shape_fault(name, value, _deepest(problem))
    assert isinstance(value, dict)
    return value


def _plain(value: Any, name: str, key: str) -> Any:
    """``value`` with dates as ISO strings; a quoted day or a time of day is a fault."""
    if isinstance(value, datetime):
        raise LawFault(name, key, "a time of day stands where a day is meant", "Write YYYY-MM-DD")
    if isinstance(value, date):
        if value.year not in _YEARS:
            raise LawFault(
                name, key, f"the day {value} is none of a law", "Correct it; write null where there is no end"
            )
        return value.isoformat()
    if isinstance(value, str) and _DAY.match(value):
        raise LawFault(name, key, f"the day {value} is written as text", "Write YYYY-MM-DD without quotes")
    if isinstance(value, dict):
        return {one: _plain(item, name, f"{key}.{one}" if key else one) for one, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, name, f"{key}[{_label(item, at)}]") for at, item in enumerate(value)]
    return value


def _label(item: Any, at: int) -> str:
    """How a row is called in a message: its code or number rather than its position."""
    if isinstance(item, dict):
        return str(item.get("code") or item.get("no") or item.get("when") or at)
    return str(at)


def _deepest(problem: ValidationError) -> ValidationError:
    """The most telling of the alternatives that failed."""
    while problem.context:
        problem = min(problem.context, key=lambda one: (-len(one.absolute_path), relevance(one)))
    return problem


def _shape_fault(name: str, value: Any, problem: ValidationError) -> LawFault:
    key = _place(value, problem.absolute_path) or "file"
    schema = problem.schema if isinstance(problem.schema, dict) else {}
    if problem.validator == "required":
        assert isinstance(problem.instance, dict)
        missing = next(one for one in schema["required"] if one not in problem.instance)
        described = schema.get("properties", {}).get(missing, {}).get("description")
        what = f"{missing}: {described}" if described else missing
        return LawFault(name, key, f"'{missing}' is missing", f"Add {what}. streams/law/README.md shows an example")
    if problem.validator == "additionalProperties":
        cure = f"Use only {', '.join(schema['properties'])}; inside {{...}} the commas of a text are full-width (，)"
        return LawFault(name, key, problem.message, cure)
    hint = f" ({schema['description']})" if "description" in schema else ""
    return LawFault(name, key, f"{problem.message}{hint}", "Write it as streams/law/README.md shows")


def _place(value: Any, path: Iterable[str | int]) -> str:
    """The path into ``value`` as an author says it: rows[M-141].number."""
    place = ""
    for part in path:
        value = value[part]
        place += f"[{_label(value, part)}]" if isinstance(part, int) else f".{part}"
    return place.lstrip(".")


@cache
def _validator(kind: str) -> Draft202012Validator:
    schema = json.loads(files("schemas").joinpath("law", f"{kind}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
