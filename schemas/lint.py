"""What a schema must not contain, because decoding hostile bytes with it would crash or bloat a worker, and what it
must contain so that a stranger can read it.

Recursion crashes fastavro's decoder; a list of zero-size items makes twenty million values out of five bytes; two
schemas that differ only in scale or docs share one fingerprint and would be taken for each other.
"""

from collections.abc import Iterator
from typing import Any

import avro.errors
import avro.schema

from schemas.files import Source, canonical_text

MAX_NESTING = 8
NAMESPACE = "chengxin"
_NAMED = ("record", "enum", "fixed")
_PRIMITIVE = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
_KNOWN = (*_NAMED, *_PRIMITIVE, "array", "map")


def lint(source: Source) -> list[str]:
    """Faults of one schema file, each naming file, place and cure; empty = fit to publish."""
    faults = [f"{source.file}: {fault}" for fault in _head(source)]
    walk = _Walk()
    faults += [f"{source.file}: {fault}" for fault in walk.type(source.schema, source.record, (), 0)]
    if faults:
        return faults
    try:
        avro.schema.parse(canonical_text(source.schema))
    except avro.errors.AvroException as error:
        return [f"{source.file}: not an Avro schema: {error}"]
    return []


def lint_together(sources: list[Source]) -> list[str]:
    """Faults between files: two with one CRC-64-AVRO fingerprint, versions with a gap."""
    faults = []
    seen: dict[bytes, str] = {}
    for source in sources:
        print_ = avro.schema.parse(canonical_text(source.schema)).fingerprint("CRC-64-AVRO")
        if print_ in seen:
            faults.append(
                f"{source.file}: has the fingerprint of {seen[print_]}; "
                "they differ in nothing a reader can tell: change a field's name, or drop one of them"
            )
        seen.setdefault(print_, source.file)
    for record in sorted({source.record for source in sources}):
        versions = sorted(source.version for source in sources if source.record == record)
        if versions != list(range(1, len(versions) + 1)):
            faults.append(f"{record}: has versions {versions}; number them from 1 without a gap")
    return faults


def _head(source: Source) -> Iterator[str]:
    if source.schema.get("type") != "record":
        yield "is no record; a topic carries records only"
    if source.schema.get("name") != source.record:
        yield f"name is {source.schema.get('name')}; it must be {source.record}, as the file says"
    if source.schema.get("namespace") != NAMESPACE:
        yield f"namespace is {source.schema.get('namespace')}; it must be {NAMESPACE}"


class _Walk:
    """Walks the types of one file; remembers named types so that a reference is judged as what it stands for."""

    def __init__(self) -> None:
        self.named: dict[str, dict[str, Any]] = {}
        self.recursive = False  # once found, sizes and heights are not asked for: they have no end

    def type(self, node: Any, place: str, within: tuple[str, ...], depth: int) -> Iterator[str]:
        """Faults of the type ``node`` at ``place``; ``within`` = named records around it."""
        if isinstance(node, list):
            yield from self._union(node, place, within, depth)
            return
        if isinstance(node, str):
            yield from self._reference(node.removeprefix(f"{NAMESPACE}."), place, within, depth)
            return
        kind = node.get("type")
        if kind not in _KNOWN:
            yield f"{place}: a type wrapped in a type; write {kind} plainly"
        if kind in _NAMED:
            self.named[node.get("name", "")] = node
            if not node.get("doc"):
                yield f"{place}: {kind} {node.get('name')} has no doc; say what it is"
        if kind in ("record", "array", "map"):
            yield from self._nesting(place, depth + 1)
            yield from self._container(node, place, within, depth + 1)
        elif kind == "enum" and node.get("default") not in node.get("symbols", []):
            yield f"{place}: enum {node.get('name')} has no default among its symbols; a later symbol stops old readers"
        elif node.get("logicalType") == "decimal":
            yield from self._decimal(node, place)

    def _reference(self, name: str, place: str, within: tuple[str, ...], depth: int) -> Iterator[str]:
        if name in within:
            self.recursive = True
            yield f"{place}: {name} contains itself; recursion crashes the decoder: use a list of codes instead"
        elif name in self.named and not self.recursive:
            yield from self._nesting(place, depth + self._height(name))

    def _container(self, node: dict[str, Any], place: str, within: tuple[str, ...], depth: int) -> Iterator[str]:
        if node["type"] == "record":
            for field in node.get("fields", []):
                yield from self._field(field, place, (*within, node.get("name", "")), depth)
            return
        inner = node.get("items", node.get("values"))
        yield from self.type(inner, f"{place}[]", within, depth)
        if not self.recursive and self._zero_size(inner):
            yield f"{place}: {node['type']} of zero-size items; a few bytes make millions of them: use a count"

    def _field(self, field: dict[str, Any], place: str, within: tuple[str, ...], depth: int) -> Iterator[str]:
        where = f"{place}.{field.get('name')}"
        if not field.get("doc"):
            yield f"{where}: has no doc; say what it means, with the Chinese term where it is a legal one"
        if isinstance(field["type"], list) and field["type"][:1] == ["null"] and field.get("default", 0) is not None:
            yield f"{where}: optional without default null; add it, so that a later version may drop the field"
        yield from self.type(field["type"], where, within, depth)

    def _union(self, branches: list[Any], place: str, within: tuple[str, ...], depth: int) -> Iterator[str]:
        if len(branches) != 2 or branches[0] != "null":
            yield f'{place}: a union other than ["null", T]; make it one optional field per type'
        for branch in branches:
            yield from self.type(branch, place, within, depth)

    def _decimal(self, node: dict[str, Any], place: str) -> Iterator[str]:
        precision, scale = node.get("precision"), node.get("scale")
        if not isinstance(precision, int) or not isinstance(scale, int) or not 0 <= scale <= precision:
            yield f"{place}: decimal without its own precision and scale; state both, readers must not guess"

    def _nesting(self, place: str, depth: int) -> Iterator[str]:
        if depth > MAX_NESTING:
            yield f"{place}: nested {depth} deep, at most {MAX_NESTING}; flatten it"

    def _height(self, node: Any) -> int:
        """Levels of records, arrays and maps at and below ``node``."""
        if isinstance(node, str):
            return self._height(self.named[name]) if (name := node.removeprefix(f"{NAMESPACE}.")) in self.named else 0
        if isinstance(node, list):
            return max(self._height(branch) for branch in node)
        if node.get("type") == "record":
            return 1 + max((self._height(field["type"]) for field in node["fields"]), default=0)
        if node.get("type") in ("array", "map"):
            return 1 + self._height(node.get("items", node.get("values")))
        return 0

    def _zero_size(self, node: Any) -> bool:
        if isinstance(node, str):
            name = node.removeprefix(f"{NAMESPACE}.")
            return name == "null" or (name in self.named and self._zero_size(self.named[name]))
        if not isinstance(node, dict):
            return False  # a union writes its branch number
        if node.get("type") == "fixed":
            return node.get("size") == 0
        if node.get("type") == "record":
            return all(self._zero_size(field["type"]) for field in node["fields"])
        return node.get("type") == "null"
