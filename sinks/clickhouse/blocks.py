"""A block: the run of records that is planned, stored and deduplicated as one.

The digest covers the bytes as they came from Kafka, not the rows made of them: a new release may map a column
differently between a crash and its replay, and the block must still be recognised as the same.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from schemas.codec import Codec, SchemaFault
from sinks.clickhouse import columns
from sinks.clickhouse.columns import NOTHING_ERASED, Erasures, Stored, Table
from sinks.clickhouse.plan import Block

Place = tuple[str, int]  # topic, partition

METADATA_VERSION = 1
MAX_RECORD_BYTES = 64_000_000  # our own topics: bounded by the broker; the cap only keeps memory finite


class Raw(Protocol):
    """What is read of a Kafka record (aiokafka's ConsumerRecord fits)."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def value(self) -> bytes | None: ...


class Unreadable(Exception):
    """A record on one of our own topics that the codec refuses: a bug or an older release, never bad input."""


class Prepared(NamedTuple):
    """A block ready to insert. ``rows`` may be 0: all its records are ones the table passes over."""

    topic: str
    partition: int
    table: Table
    block: Block
    columns: list[list[Any]]
    rows: int
    bytes: int

    @property
    def token(self) -> str:
        """Deduplication token: the same for every attempt to store this block, bound to its content."""
        start, end, digest = self.block
        return f"{self.table.name}:{self.topic}:{self.partition}:{start}-{end}:{digest}"


def prepare(
    codec: Codec,
    table: Table,
    place: Place,
    start: int,
    records: Sequence[Raw],
    *,
    erasures: Erasures = NOTHING_ERASED,
) -> Prepared:
    """Decode and map the records (at least one) that follow offset ``start``; pure but for the codec.

    Raises Unreadable with place and cure.
    """
    digest = hashlib.sha256()
    size = 0

    def read() -> Iterator[Stored]:
        nonlocal size
        for record in records:
            value = record.value or b""
            size += len(value)
            digest.update(b"%d %d " % (record.offset, len(value)))
            digest.update(value)
            yield Stored(*place, record.offset, record.timestamp, decode(codec, table, place, record))

    made = columns.rows(table, read(), erasures)
    block = Block(start, records[-1].offset, digest.hexdigest()[:32])
    return Prepared(*place, table, block, made, len(made[0]), size)


def decode(codec: Codec, table: Table, place: Place, record: Raw) -> dict[str, Any]:
    """The record's value. Raises Unreadable with place and cure."""
    try:
        return codec.decode(record.value, frozenset({table.record}), MAX_RECORD_BYTES).value
    except SchemaFault as fault:
        raise Unreadable(
            f"{place[0]} partition {place[1]} offset {record.offset}: {fault}. Only {table.record} belongs here: "
            "upgrade the sink if a younger release wrote it, else find the writer. Nothing was skipped."
        ) from fault


def to_metadata(block: Block) -> str:
    """The plan as it stands in the offset commit.

    >>> from_metadata(to_metadata(Block(3, 9, "ab")))
    Block(start=3, end=9, digest='ab')
    """
    plan = {"v": METADATA_VERSION, "start": block.start, "end": block.end, "digest": block.digest}
    return json.dumps(plan, separators=(",", ":"))


def from_metadata(metadata: str | None) -> Block | None:
    """The plan in an offset commit; None where it carries none. ValueError if it is not ours."""
    if not metadata:
        return None
    try:
        plan = json.loads(metadata)
        if plan["v"] != METADATA_VERSION:
            raise ValueError(f"version {plan['v']}")
        return Block(int(plan["start"]), int(plan["end"]), str(plan["digest"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"offset metadata {metadata!r} is no plan of this sink ({error})") from None
