"""The trivial job of the engine alone: decode a small Avro event, count by key, write one record per event.

The decoding and the writing are the same functions for the engine and for the bare loop; CountJob.java does the same.
"""

import io
import zlib
from typing import Any, NamedTuple

import fastavro

from schemas import writer

EVENT: Any = fastavro.parse_schema(
    {
        "type": "record",
        "name": "Event",
        "fields": [
            {"name": "id", "type": "string"},
            {"name": "item", "type": "string"},
            {"name": "amount", "type": "long"},
        ],
    }
)
COUNTED = [{"name": "id", "type": "string"}, {"name": "count", "type": "long"}]
PARTITIONS = 8
KEYS = 5_000
_write = writer.record(COUNTED)


class Counted(NamedTuple):
    id: str
    count: int


def key_of(number: int) -> bytes:
    return b"key-%d" % (number * 7919 % KEYS)


def partition_of(key: bytes) -> int:
    return zlib.crc32(key) % PARTITIONS


def event(number: int) -> bytes:
    out = io.BytesIO()
    value = {"id": f"event-{number:08d}", "item": f"ITEM_{number % 97}", "amount": number}
    fastavro.schemaless_writer(out, EVENT, value)
    return out.getvalue()


def decode(value: bytes) -> dict[str, Any]:
    found: dict[str, Any] = fastavro.schemaless_reader(io.BytesIO(value), EVENT, None)
    return found


def counted(event: dict[str, Any], count: int) -> bytes:
    return _write(Counted(event["id"], count))
