"""The schema files and the list of ids, read as they stand: what lint, compatibility and the codec have in common."""

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import yaml

FOLDER = Path(__file__).parent


class Source(NamedTuple):
    """One schema file, unparsed."""

    record: str
    version: int
    schema: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.record}.v{self.version}"

    @property
    def file(self) -> str:
        return f"schemas/avro/{self.name}.avsc"


class Id(NamedTuple):
    """One row of ``ids.yaml``: the id on the wire, the schema it names and the digest it was published with."""

    id: int
    schema: str
    digest: str


def sources(folder: Path = FOLDER) -> list[Source]:
    """Every schema file, by record and version."""
    found = []
    for file in (folder / "avro").glob("*.avsc"):
        record, _, version = file.stem.rpartition(".v")
        found.append(Source(record, int(version), json.loads(file.read_text(encoding="utf-8"))))
    return sorted(found, key=lambda source: (source.record, source.version))


def ids(folder: Path = FOLDER) -> list[Id]:
    """The rows of ``ids.yaml`` in their order."""
    rows = yaml.safe_load((folder / "ids.yaml").read_text(encoding="utf-8"))["schemas"]
    return [Id(**row) for row in rows]


def lint_ids(rows: list[Id], found: list[Source]) -> list[str]:
    """Faults between ``ids.yaml`` and the files: each id once and ascending, each file listed, none changed."""
    faults = []
    if [row.id for row in rows] != list(range(1, len(rows) + 1)):
        faults.append("schemas/ids.yaml: ids do not count 1, 2, 3 ...; append new rows at the end, never reuse an id")
    if len({row.schema for row in rows}) != len(rows):
        faults.append("schemas/ids.yaml: one schema with two ids; keep the first")
    by_name = {source.name: source for source in found}
    listed = {row.schema for row in rows}
    for row in rows:
        if row.schema not in by_name:
            faults.append(f"schemas/ids.yaml: id {row.id} names {row.schema}, whose file is gone; restore it")
        elif digest(by_name[row.schema].schema) != row.digest:
            faults.append(changed(row))
    for name in sorted(by_name.keys() - listed):
        line = f"{{id: {len(rows) + 1}, schema: {name}, digest: {digest(by_name[name].schema)}}}"
        faults.append(f"{by_name[name].file}: has no id; append to schemas/ids.yaml: - {line}")
    return faults


def changed(row: Id) -> str:
    """What to say of a schema that differs from its published digest."""
    return (
        f"schemas/avro/{row.schema}.avsc: differs from what id {row.id} was published with. "
        "A published schema never changes: restore it and add the change as the next version."
    )


def digest(schema: dict[str, Any]) -> str:
    """SHA-256 of a schema without its docs: what a published id is bound to. Docs may be improved, nothing else."""
    return hashlib.sha256(canonical_text(_without_docs(schema)).encode()).hexdigest()


def canonical_text(schema: dict[str, Any]) -> str:
    """The schema as one line of JSON with sorted keys."""
    return json.dumps(schema, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _without_docs(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _without_docs(child) for key, child in node.items() if key != "doc"}
    return [_without_docs(child) for child in node] if isinstance(node, list) else node
