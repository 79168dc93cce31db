"""Batches instead of records through Faust: one object per topic-partition and poll.

Faust spends two tasks and a thread hop per message; a batch makes that once per thousand records. A batch is shaped
like an aiokafka record, so that Faust's consumer, conductor and stream carry it unchanged.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import faust
from aiokafka.structs import ConsumerRecord


class Fetched(NamedTuple):
    """Every committed record of one topic-partition with ``start`` <= offset < ``end``.

    ``start`` and ``end`` are the consumer's positions before and after the fetch, so that two batches follow each
    other exactly when one's end is the other's start, however many offsets compaction, aborted transactions or
    transaction markers took in between. ``stamp`` counts the polls of this process: a batch with a stamp at or below
    that of a seek was fetched before it.
    """

    start: int
    end: int
    stamp: int
    records: list[ConsumerRecord]


class BatchRecord:
    """One ``Fetched`` in the clothes of a single record. ``offset`` is the last one it covers."""

    __slots__ = ("offset", "partition", "timestamp", "topic", "value")

    timestamp_type = 1
    headers = ()
    key = None
    checksum = None
    serialized_key_size = -1
    serialized_value_size = -1

    def __init__(self, topic: str, partition: int, fetched: Fetched) -> None:
        self.topic = topic
        self.partition = partition
        self.offset = fetched.end - 1
        self.timestamp = fetched.records[-1].timestamp if fetched.records else 0
        self.value = fetched


class BatchScheduler:
    """Faust's ``ConsumerScheduler``: hands each topic-partition's batch on as one message."""

    def iterate(self, records: Mapping[Any, Fetched]) -> Iterator[tuple[Any, BatchRecord]]:
        for tp, fetched in records.items():
            yield tp, BatchRecord(tp.topic, tp.partition, fetched)


class PassThrough(faust.Schema):
    """A schema that leaves keys and values as they are; decoding is the step's affair."""

    def loads_key(self, app: Any, message: Any, **_: Any) -> Any:
        return message.key

    def loads_value(self, app: Any, message: Any, **_: Any) -> Any:
        return message.value
