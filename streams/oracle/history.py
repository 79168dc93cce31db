"""What the topics hold, as a reader of committed records sees it."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import UnknownTopicOrPartitionError

_POLL_MS = 1_000
_PATIENCE_POLLS = 30  # empty polls before we say that a partition does not come to its end


class Message(NamedTuple):
    """One committed record. ``topic`` is without the deployment's prefix."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None


class History:
    """Committed records by topic and partition, read once up to the ends at the time of reading."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self._by_topic: dict[str, list[Message]] = {}
        for message in messages:
            self._by_topic.setdefault(message.topic, []).append(message)
        for found in self._by_topic.values():
            found.sort(key=lambda m: (m.partition, m.offset))

    def of(self, topic: str) -> list[Message]:
        """Records of ``topic`` in order of (partition, offset)."""
        return self._by_topic.get(topic, [])

    def partitions(self, topic: str) -> dict[int, list[Message]]:
        """Records of ``topic`` by partition."""
        found: dict[int, list[Message]] = {}
        for message in self.of(topic):
            found.setdefault(message.partition, []).append(message)
        return found


def read(bootstrap: str, topics: Iterable[str], prefix: str) -> History:
    """Read all partitions of ``topics`` (names without ``prefix``) to their ends, committed records only.

    :raises UnknownTopicOrPartitionError: one is not there. An absent topic is no empty one: nothing would match it.
    :raises TimeoutError: a partition does not come to its end, e.g. behind an open transaction.
    """
    return History(_messages(bootstrap, sorted(topics), prefix))


def _messages(bootstrap: str, topics: list[str], prefix: str) -> Iterator[Message]:
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=10_000,
        fetch_max_bytes=64 << 20,
        max_partition_fetch_bytes=16 << 20,
    )
    try:
        known = consumer.topics()
        absent = [prefix + topic for topic in topics if prefix + topic not in known]
        if absent:
            raise UnknownTopicOrPartitionError(
                f"{len(absent)} topics are not there, one is {absent[0]}: check the prefix"
            )
        places = [TopicPartition(prefix + t, p) for t in topics for p in consumer.partitions_for_topic(prefix + t)]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        left = {place for place in places if ends[place] > 0}
        empty = 0
        while left:
            polled = consumer.poll(timeout_ms=_POLL_MS)
            for records in polled.values():
                for r in records:
                    yield Message(r.topic.removeprefix(prefix), r.partition, r.offset, r.timestamp, r.key, r.value)
            left = {place for place in left if consumer.position(place) < ends[place]}
            empty = 0 if polled else empty + 1
            if empty > _PATIENCE_POLLS:
                raise TimeoutError(f"{len(left)} partitions do not come to their end, one is {min(left)}")
    finally:
        consumer.close()
