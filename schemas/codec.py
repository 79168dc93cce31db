"""Bytes on the wire: Avro in Confluent framing (magic 0, 4-byte schema id), by schemas of this repository only.

Decoding is strict because input is hostile until shown otherwise: size before anything, known id, admitted record,
every byte consumed. Nothing of a payload appears in a fault: what is "seen" is a size, a position or a schema name.
"""

import io
import struct
from pathlib import Path
from typing import Any, NamedTuple, cast

import fastavro
import fastavro.validation
import msgspec

from schemas import reader, writer
from schemas.files import FOLDER, changed, digest, ids, sources

MAGIC = 0
_HEADER = struct.Struct(">bI")
_GREATEST_ID = 2**31 - 1  # a registry's ids are signed; what lies beyond is no id that a receipt could repeat
PLACEHOLDER = "unknown"  # default symbol of every enum: a younger symbol than the reader's; never written


class SchemaFault(Exception):
    """Why bytes are no record. ``code`` is one of EMPTY_VALUE, RECORD_TOO_LARGE, NOT_FRAMED, SCHEMA_UNKNOWN,
    SCHEMA_NOT_ADMITTED, UNREADABLE, TRAILING_BYTES; ``seen`` never holds payload."""

    def __init__(self, code: str, seen: str, expected: str, schema_id: int | None = None) -> None:
        super().__init__(f"{code}: seen {seen}, expected {expected}")
        self.code = code
        self.seen = seen
        self.expected = expected
        self.schema_id = schema_id


class Decoded(NamedTuple):
    """One record read: its schema as written (``version``) and its value resolved to the newest version."""

    record: str
    version: int
    schema_id: int
    value: dict[str, Any]


class Schema(NamedTuple):
    """One published schema, parsed once."""

    record: str
    version: int
    schema_id: int
    parsed: dict[str, Any]
    enums: tuple[tuple[str, ...], ...]  # paths of its enums outside arrays and maps

    @property
    def name(self) -> str:
        return f"{self.record}.v{self.version}"


class Codec:
    """Encodes and decodes by record name. Frozen after ``load``; safe to share between tasks of one process.

    With a ``ceiling`` no version with a greater id is written of a record that has an older one, so that programs of
    the last release can read everything while they are replaced one by one (docs/upgrade.md). Reading has no ceiling.
    """

    def __init__(self, schemas: list[Schema], ceiling: int | None = None) -> None:
        self._by_id = {schema.schema_id: schema for schema in schemas}
        self._by_name = {(schema.record, schema.version): schema for schema in schemas}
        self._newest: dict[str, Schema] = {}
        self._written: dict[str, Schema] = {}  # the version to write
        for schema in sorted(schemas, key=lambda s: s.version):
            self._newest[schema.record] = schema
            if ceiling is None or schema.schema_id <= ceiling or schema.record not in self._written:
                self._written[schema.record] = schema
        self._readers: dict[int, reader.Read] = {}  # by schema id
        self._writers: dict[str, tuple[bytes, writer.Write]] = {}  # by record: frame and fields of the written version

    @classmethod
    def load(cls, folder: Path = FOLDER, ceiling: int | None = None) -> "Codec":
        """Read ``ids.yaml`` and every schema it names. ``ceiling``: the greatest id to write. Raises ValueError (file,
        place, cure) where a published schema differs from its recorded digest."""
        found = {source.name: source for source in sources(folder)}
        schemas = []
        for row in ids(folder):
            source = found[row.schema]
            if digest(source.schema) != row.digest:
                raise ValueError(changed(row))
            parsed = cast("dict[str, Any]", fastavro.parse_schema(source.schema, named_schemas={}))
            schemas.append(Schema(source.record, source.version, row.id, parsed, tuple(_enum_paths(parsed))))
        return cls(schemas, ceiling)

    def records(self) -> frozenset[str]:
        """Names of all records."""
        return frozenset(self._newest)

    def schema(self, record: str, version: int | None = None) -> dict[str, Any]:
        """The parsed Avro schema; the newest version unless one is named. KeyError for an unknown record."""
        return self._find(record, version).parsed

    def id_of(self, record: str, version: int | None = None) -> int:
        """The id on the wire; of the newest version unless one is named. KeyError for an unknown record."""
        return self._find(record, version).schema_id

    def encode(self, record: str, value: dict[str, Any] | msgspec.Struct, version: int | None = None) -> bytes:
        """Frame ``value`` (dates as ``date``, bytes as ``bytes``) in the version to write, or the one named. Of a dict
        fields with a default may be left out; a field the schema lacks, a missing one, a wrong type or an int of more
        than 32 bits raises ValueError, TypeError or OverflowError: the writer's bug. A struct has an attribute for
        every field of the newest version (``tests/schemas`` checks ours).

        >>> codec = Codec.load()
        >>> codec.decode(codec.encode("ClockTick", {"day": __import__("datetime").date(2019, 1, 2)})).record
        'ClockTick'
        """
        if isinstance(value, msgspec.Struct):
            frame, write = self._writers.get(record) or self._prepared(record)
            return frame + write(value)
        schema = self._find(record, version)
        if version is None and schema is not self._written[record]:
            return self.lowered(self.encode(record, value, schema.version), self._written[record].version)
        out = io.BytesIO()
        out.write(_HEADER.pack(MAGIC, schema.schema_id))
        fastavro.schemaless_writer(out, schema.parsed, value, strict_allow_default=True, disable_tuple_notation=True)
        data = out.getvalue()
        self._reader(schema)(data, _HEADER.size)  # what fastavro lets pass and nobody could read is no record
        return data

    def lowered(self, data: bytes, version: int) -> bytes:
        """A record of ours in an older version of its schema: what that version cannot say is left out."""
        schema = self._by_id[_HEADER.unpack_from(data)[1]]
        return self.encode(schema.record, _resolved(schema, self._find(schema.record, version), data), version)

    def frame(self, record: str) -> bytes:
        """What stands before the fields of the version to write."""
        return _HEADER.pack(MAGIC, self._written[record].schema_id)

    def run(self, record: str, first: str, last: str) -> writer.Write:
        """The writer of the fields ``first`` to ``last`` of the version to write, without frame: two records that share
        a run of fields need it written only once. KeyError, ValueError for names the schema lacks."""
        fields = self._written[record].parsed["fields"]
        names = [field["name"] for field in fields]
        named: dict[str, writer.Writer] = {}
        writer.record(fields, named)
        return writer.record(fields[names.index(first) : names.index(last) + 1], named)

    def _prepared(self, record: str) -> tuple[bytes, writer.Write]:
        found = self._writers[record] = self.frame(record), writer.record(self._written[record].parsed["fields"])
        return found

    def validate(self, record: str, value: Any, version: int | None = None) -> None:
        """Refuse with ValueError (naming the field) what ``encode`` must not be given: a wrong type, a missing field,
        a field the schema lacks. Slower than ``encode`` by far: for those who write by hand, not for the agents."""
        schema = self._find(record, version)
        try:
            fastavro.validation.validate(value, schema.parsed, strict=True, disable_tuple_notation=True)
        except fastavro.validation.ValidationError as error:  # its text quotes payload, its places do not
            places = sorted(f"{wrong.field or 'a field'} ({type(wrong.datum).__name__})" for wrong in error.errors)
            raise ValueError(f"{schema.name}: missing or of a wrong type: {', '.join(places)}") from None
        except (ValueError, TypeError, OverflowError):
            raise ValueError(f"{schema.name}: a day or an instant that does not exist") from None
        try:
            self.encode(record, value, schema.version)  # validation lets fields pass that the schema lacks
        except (ValueError, OverflowError) as error:
            raise ValueError(f"{schema.name}: {error}") from None

    def decode(self, data: bytes | None, admitted: frozenset[str] | None = None, max_bytes: int = 1_000_000) -> Decoded:
        """Read one framed record. ``admitted``: record names this topic may carry (None = any).

        Raises SchemaFault and nothing else, whatever the bytes.
        """
        if not data:
            raise SchemaFault("EMPTY_VALUE", "no value", "a framed record")
        if len(data) > max_bytes:
            raise SchemaFault("RECORD_TOO_LARGE", f"{len(data)} bytes", f"at most {max_bytes} bytes")
        if len(data) < _HEADER.size or data[0] != MAGIC:
            raise SchemaFault("NOT_FRAMED", f"{len(data)} bytes without the frame", "byte 0, 4-byte schema id, body")
        schema_id = _HEADER.unpack_from(data)[1]
        schema = self._by_id.get(schema_id)
        if schema is None:
            told = schema_id if schema_id <= _GREATEST_ID else None
            raise SchemaFault("SCHEMA_UNKNOWN", f"schema id {schema_id}", "an id of schemas/ids.yaml", told)
        if admitted is not None and schema.record not in admitted:
            wanted = ", ".join(sorted(admitted)) or "no record yet"
            raise SchemaFault("SCHEMA_NOT_ADMITTED", schema.name, wanted, schema_id)
        return Decoded(schema.record, schema.version, schema_id, self._read(schema, data))

    def _read(self, schema: Schema, data: bytes) -> dict[str, Any]:
        newest = self._newest[schema.record]
        try:
            value, end = self._reader(schema)(data, _HEADER.size)
            if newest is not schema and end == len(data):
                value = _resolved(schema, newest, data)
        except Exception as error:
            # Every failure of the decoder means the same to the sender; its text may quote payload, its type does not.
            raise _unreadable(schema, type(error).__name__) from None
        if end > len(data):
            raise _unreadable(schema, "the end of the bytes")
        if end < len(data):
            seen = f"{len(data) - end} bytes after the record"
            raise SchemaFault("TRAILING_BYTES", seen, "nothing after the record", schema.schema_id)
        for path in newest.enums:
            if _at(value, path) == PLACEHOLDER:
                seen = f"{'.'.join(path)} = {PLACEHOLDER}"
                raise SchemaFault("UNREADABLE", seen, "a symbol that means something", schema.schema_id)
        return cast("dict[str, Any]", value)

    def _reader(self, schema: Schema) -> reader.Read:
        """The reader of this very version."""
        read = self._readers.get(schema.schema_id)
        if read is None:
            read = self._readers[schema.schema_id] = reader.record(schema.parsed["fields"])
        return read

    def _find(self, record: str, version: int | None) -> Schema:
        schema = self._newest.get(record) if version is None else self._by_name.get((record, version))
        if schema is None:
            raise KeyError(f"{record}{'' if version is None else f'.v{version}'} is not in schemas/ids.yaml")
        return schema


def _resolved(schema: Schema, wanted: Schema, data: bytes) -> dict[str, Any]:
    """A framed record of ``schema`` as another version of it says it."""
    value = fastavro.schemaless_reader(io.BytesIO(data[_HEADER.size :]), schema.parsed, wanted.parsed)
    return cast("dict[str, Any]", value)


def _unreadable(schema: Schema, seen: str) -> SchemaFault:
    return SchemaFault("UNREADABLE", seen, f"a record of {schema.name}", schema.schema_id)


def _enum_paths(node: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    if isinstance(node, list):
        for branch in node:
            found += _enum_paths(branch, path)
    elif isinstance(node, dict) and node["type"] == "enum":
        found.append(path)
    elif isinstance(node, dict) and node["type"] == "record":
        for field in node["fields"]:
            found += _enum_paths(field["type"], (*path, field["name"]))
    return found


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        if value is None:
            return None
        value = value[name]
    return value
