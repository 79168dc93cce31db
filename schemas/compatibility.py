"""Every version of a record must read every other: a history is replayed for years, by writers and readers of any age.

Full-transitive by Avro's own checker, and on top of it what that checker is blind to: a changed decimal scale, a
changed logical type and a changed default all read without an error and mean something else.
"""

import itertools
from collections.abc import Iterator
from typing import Any

from avro import schema as avro_schema
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType

from schemas.files import Source, canonical_text

_MEANING = ("logicalType", "precision", "scale")


def check(sources: list[Source]) -> list[str]:
    """Faults between the versions of each record; empty = full-transitive."""
    faults = []
    by_record = itertools.groupby(sorted(sources, key=lambda s: (s.record, s.version)), key=lambda s: s.record)
    for _, versions in by_record:
        for older, newer in itertools.combinations(versions, 2):
            faults += _reads(newer, older) + _reads(older, newer) + list(_meanings(older, newer))
    return faults


def _reads(reader: Source, writer: Source) -> list[str]:
    result = ReaderWriterCompatibilityChecker().get_compatibility(
        avro_schema.parse(canonical_text(reader.schema)), avro_schema.parse(canonical_text(writer.schema))
    )
    if result.compatibility is SchemaCompatibilityType.compatible:
        return []
    what = f"{', '.join(sorted(result.locations))}: {'; '.join(sorted(result.messages))}"
    return [
        f"{reader.file}: cannot read what {writer.name} wrote ({what}); "
        "add only fields with a default, drop only fields that had one, never rename"
    ]


def _meanings(older: Source, newer: Source) -> Iterator[str]:
    before, after = dict(_leaves(older.schema, {})), dict(_leaves(newer.schema, {}))
    for place in sorted(before.keys() & after.keys()):
        if before[place] != after[place]:
            yield (
                f"{newer.file}: {place} is {after[place]} and was {before[place]} in {older.name}; "
                "old bytes would be read with another meaning: add a new field instead"
            )


def _leaves(node: Any, named: dict[str, Any], place: str = "") -> Iterator[tuple[str, str]]:
    """(place, meaning) of each default and each logical type; a reference is followed to what it names."""
    if isinstance(node, list):
        for branch in node:
            yield from _leaves(branch, named, place)
        return
    if isinstance(node, str):
        yield from _leaves(named[node], named, place) if node in named else [(f"{place} (type)", "{}")]
        return
    if node["type"] in ("record", "enum"):
        named[node["name"]] = node
    for field in node.get("fields", []):
        where = f"{place}.{field['name']}".lstrip(".")
        if "default" in field:
            yield f"{where} (default)", canonical_text(field["default"])
        yield from _leaves(field["type"], named, where)
    for inner in ("items", "values"):
        if inner in node:
            yield from _leaves(node[inner], named, f"{place}[]")
    if node["type"] not in ("record", "enum", "array", "map"):
        yield f"{place} (type)", canonical_text({key: node[key] for key in _MEANING if key in node})
