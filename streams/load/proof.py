"""The proof after the work: every record answered once, every record of the topics one row, nothing else."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sinks.clickhouse.columns import Table
from sinks.clickhouse.tables import ACCEPTED_EVENTS, DECISIONS, OBLIGATIONS, RECEIPTS, TABLES
from streams.load.reading import Held, Place

# The record's key, as it stands in the row.
_KEY = {
    ACCEPTED_EVENTS.name: "subject",
    DECISIONS.name: "subject",
    OBLIGATIONS.name: "obligation_id",
    RECEIPTS.name: "concat(source_topic, ':', toString(source_partition), ':', toString(source_offset))",
}


class Answered(NamedTuple):
    """Source records without a receipt, and receipts too many."""

    missing: int
    duplicated: int


class Stored(NamedTuple):
    """Rows of all tables; records without a row; rows too many; topic-partitions where offsets or keys differ."""

    rows: int
    missing: int
    doubled: int
    different: int


class Rows(NamedTuple):
    """Rows of one topic-partition in ClickHouse."""

    rows: int = 0
    offsets: int = 0  # distinct
    digest: int = 0


def answered(sources: Mapping[Place, int], times: Mapping[Place, bytearray], prefix: str) -> Answered:
    """Compare the ends of the source topics with how often each offset was answered.

    >>> answered({("p.events.x", 0): 3}, {("events.x", 0): bytearray([1, 0, 2])}, "p.")
    Answered(missing=1, duplicated=1)
    """
    missing = duplicated = 0
    known = {(topic.removeprefix(prefix), partition): end for (topic, partition), end in sources.items()}
    for place in known.keys() | times.keys():
        end, seen = known.get(place, 0), times.get(place, bytearray())
        missing += seen[:end].count(0) + max(0, end - len(seen))
        duplicated += sum(seen[end:]) + sum(seen[:end]) - (min(end, len(seen)) - seen[:end].count(0))
    return Answered(missing, duplicated)


def count(client: Any, tables: tuple[Table, ...] = TABLES) -> int:
    """Rows of all tables."""
    return sum(int(client.execute(f"SELECT count() FROM {table.name}")[0][0]) for table in tables)  # noqa: S608 - declared name


def rows(client: Any, tables: tuple[Table, ...] = TABLES) -> dict[Place, Rows]:
    """What ClickHouse has of each topic-partition, by a plain SELECT."""
    found: dict[Place, Rows] = {}
    for table in tables:
        key = _KEY[table.name]
        query = (
            "SELECT topic, partition, count(), uniqExact(offset), "  # noqa: S608 - declared names
            f"sum(toUInt64(CRC32(concat(toString(offset), ':', {key})))) FROM {table.name} GROUP BY topic, partition"
        )
        for topic, partition, *numbers in client.execute(query):
            found[topic, partition] = Rows(*numbers)
    return found


def stored(held: Mapping[Place, Held], seen: Mapping[Place, Rows]) -> Stored:
    """Compare the topics with the rows.

    >>> stored({("t", 0): Held(2, 10, 7)}, {("t", 0): Rows(3, 2, 9)})
    Stored(rows=3, missing=0, doubled=1, different=1)
    """
    missing = doubled = different = 0
    for place in held.keys() | seen.keys():
        wanted, there = held.get(place, Held()), seen.get(place, Rows())
        missing += max(0, wanted.records - there.offsets)
        doubled += there.rows - there.offsets
        different += (wanted.records, wanted.digest) != (there.rows, there.digest)
    return Stored(sum(one.rows for one in seen.values()), missing, doubled, different)
