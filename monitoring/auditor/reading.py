"""Reads topics once from their first to their last offset, committed records only, in bounded memory."""

from collections.abc import Iterator
from typing import NamedTuple

from kafka import KafkaConsumer, TopicPartition

SILENCE_MS = 30_000  # a broker that hands over nothing for so long before the end is a failure, not an end


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
            bootstrap_servers=bootstrap,
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

    def bounds(self, topic: str) -> list[Bounds]:
        """First and end offset of every partition. The end is the last stable offset: what an open transaction has
        written is not there yet. Raises NoTopic."""
        numbers = self._consumer.partitions_for_topic(topic)
        if not numbers:
            raise NoTopic(topic)
        partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
        first = self._consumer.beginning_offsets(partitions)
        end = self._consumer.end_offsets(partitions)
        return [Bounds(topic, one.partition, first[one], end[one]) for one in partitions]

    def read(self, topic: str) -> Iterator[Read]:
        """Every committed record of the topic up to the end at the time of the call, in order of each partition."""
        ends = {TopicPartition(one.topic, one.partition): one.end for one in self.bounds(topic) if one.end > one.first}
        self._consumer.assign(list(ends))
        for partition in ends:
            self._consumer.seek_to_beginning(partition)
        while ends:
            before = {partition: self._consumer.position(partition) for partition in ends}
            batches = self._consumer.poll(timeout_ms=SILENCE_MS)
            for partition, records in batches.items():
                for record in records:
                    if record.offset < ends.get(partition, 0):
                        yield Read(topic, partition.partition, record.offset, record.key, record.value)
            ends = {partition: end for partition, end in ends.items() if self._consumer.position(partition) < end}
            stuck = ends and all(self._consumer.position(partition) == before[partition] for partition in ends)
            if stuck and not batches:
                raise Silent(f"{topic}: nothing for {SILENCE_MS // 1_000} s at {before}, end at {ends}")
