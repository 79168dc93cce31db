"""Reads topics once from their first to their last offset, committed records only, in bounded memory.

A province has hundreds of topics, most of them empty: the ends of a whole family are asked at once, and only
partitions that hold something are read, many together.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from kafka import KafkaConsumer, TopicPartition

from topics.access import reach

SILENCE_S = 30.0  # a broker that hands over nothing for so long before the end is a failure, not an end
TOGETHER = 64  # partitions read at a time; the consumer looks at all it has whenever it is asked where one stands
POLL_MS = 200  # short: where only markers of transactions are left, a poll finds nothing however long it waits


class Read(NamedTuple):
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


class Bounds(NamedTuple):
    """Offsets of one partition: ``first`` .. ``end`` - 1 existed when asked."""

    topic: str
    partition: int
    first: int
    end: int


class Silent(Exception):
    """A topic stopped before its end: says which and how far it came."""


class NoTopic(Exception):
    """A topic of the catalogue is not on the broker."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"topic {topic} is not on the broker: check the prefix, or create it with `chengxin up`")


class Reader:
    """A read_committed reader without a group: it commits nothing and disturbs nobody. Close it, or use ``with``."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer = KafkaConsumer(
            **reach(bootstrap),
            group_id=None,
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            max_poll_records=5_000,
            max_partition_fetch_bytes=8 * 1024 * 1024,
        )

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def bounds(self, topics: Iterable[str]) -> list[Bounds]:
        """First and end offset of every partition of ``topics``, asked once for all. The end is the last stable
        offset: what an open transaction has written is not there yet. Raises NoTopic."""
        partitions = []
        for topic in topics:
            numbers = self._consumer.partitions_for_topic(topic)
            if not numbers:
                raise NoTopic(topic)
            partitions += [TopicPartition(topic, number) for number in sorted(numbers)]
        first = self._consumer.beginning_offsets(partitions)
        end = self._consumer.end_offsets(partitions)
        return [Bounds(one.topic, one.partition, first[one], end[one]) for one in partitions]

    def read(self, bounds: Sequence[Bounds]) -> Iterator[Read]:
        """Every committed record within ``bounds``, in order of each partition; partitions alternate."""
        filled = [one for one in bounds if one.end > one.first]
        for start in range(0, len(filled), TOGETHER):
            yield from self._read(filled[start : start + TOGETHER])

    def _read(self, bounds: Sequence[Bounds]) -> Iterator[Read]:
        ends = {TopicPartition(one.topic, one.partition): one.end for one in bounds}
        self._consumer.assign(list(ends))
        for one in bounds:
            self._consumer.seek(TopicPartition(one.topic, one.partition), one.first)
        at, since = dict.fromkeys(ends, -1), time.monotonic()
        while ends:
            for partition, records in self._consumer.poll(timeout_ms=POLL_MS).items():
                for record in records:
                    if record.offset < ends.get(partition, 0):
                        yield Read(partition.topic, partition.partition, record.offset, record.key, record.value)
            now = {partition: self._consumer.position(partition) for partition in ends}
            if now != at:
                since = time.monotonic()
            elif time.monotonic() - since > SILENCE_S:
                raise Silent(f"nothing for {SILENCE_S:.0f} s at {now}, end at {ends}")
            ends = {partition: end for partition, end in ends.items() if now[partition] < end}
            at = {partition: now[partition] for partition in ends}
