"""What the topics hold, as a reader of committed records sees it."""

import contextlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import UnknownTopicOrPartitionError

from streams.engine.headers import forgive
from topics.access import reach

_GENERATION = re.compile(r"\.v[0-9]+$")
_POLL_MS = 200  # short: where only markers of transactions are left, a poll finds nothing however long it waits
_PATIENCE_POLLS = 150  # empty polls before we say that a partition does not come to its end
_TOGETHER = 64  # partitions read at a time; the consumer looks at all it has whenever it is asked where one stands


class Message(NamedTuple):
    """One committed record. ``topic`` is without the deployment's prefix and without the generation of a growth."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


def plain(topic: str) -> str:
    """A topic without its generation: what a growth of partitions replayed is the same history (docs/growth.md).

    >>> plain("accepted.v2"), plain("events.court")
    ('accepted', 'events.court')
    """
    return _GENERATION.sub("", topic)


class History:
    """Committed records by topic and partition, read once up to the ends at the time of reading. ``firsts``: where a
    partition begins, by topic and partition, if not at 0: what was before has expired. ``counts``: partitions of a
    topic, where there are more than one."""

    def __init__(
        self,
        messages: Iterable[Message],
        firsts: Mapping[tuple[str, int], int] | None = None,
        counts: Mapping[str, int] | None = None,
    ) -> None:
        self.firsts = {(plain(topic), partition): first for (topic, partition), first in (firsts or {}).items()}
        self._counts = {plain(topic): number for topic, number in (counts or {}).items()}
        self._by_topic: dict[str, list[Message]] = {}
        for message in messages:
            self._by_topic.setdefault(message.topic, []).append(message)
        for found in self._by_topic.values():
            found.sort(key=lambda m: (m.partition, m.offset))

    def of(self, topic: str) -> list[Message]:
        """Records of ``topic`` in order of (partition, offset)."""
        return self._by_topic.get(plain(topic), [])

    def partitions(self, topic: str) -> dict[int, list[Message]]:
        """Records of ``topic`` by partition."""
        found: dict[int, list[Message]] = {}
        for message in self.of(topic):
            found.setdefault(message.partition, []).append(message)
        return found

    def expired(self, topic: str, partition: int, offset: int) -> bool:
        """Whether a record at this place can only have been before the partition's first."""
        return offset < self.firsts.get((plain(topic), partition), 0)

    def count(self, topic: str) -> int:
        """How many partitions ``topic`` has."""
        return self._counts.get(plain(topic), 1)


def read(bootstrap: str, topics: Iterable[str], prefix: str) -> History:
    """Read all partitions of ``topics`` (names without ``prefix``) to their ends, committed records only.

    :raises UnknownTopicOrPartitionError: one is not there. An absent topic is no empty one: nothing would match it.
    :raises TimeoutError: a partition does not come to its end, e.g. behind an open transaction.
    """
    with opened(bootstrap) as consumer:
        places = places_of(consumer, sorted(topics), prefix)
        firsts, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        late = {(place.topic.removeprefix(prefix), place.partition): first for place, first in firsts.items() if first}
        counts = Counter(place.topic.removeprefix(prefix) for place in places)
        return History(between(consumer, firsts, ends, prefix), late, counts)


def each(bootstrap: str, topics: Iterable[str], prefix: str, partition: int | None = None) -> Iterator[Message]:
    """The same records one by one, of which nothing is kept: for who looks for one in a topic of any length, or in
    one ``partition`` of it. Raises as ``read`` does."""
    with opened(bootstrap) as consumer:
        places = [p for p in places_of(consumer, sorted(topics), prefix) if partition in (None, p.partition)]
        yield from between(consumer, consumer.beginning_offsets(places), consumer.end_offsets(places), prefix)


def sizes(bootstrap: str, topic: str, prefix: str) -> dict[int, int]:
    """Offsets of each partition of ``topic``: as many records, and the markers of transactions."""
    with opened(bootstrap) as consumer:
        places = places_of(consumer, [topic], prefix)
        firsts, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        return {place.partition: ends[place] - firsts[place] for place in places}


@contextlib.contextmanager
def opened(bootstrap: str) -> Iterator[KafkaConsumer]:
    """A consumer of committed records, in no group."""
    forgive()
    consumer = KafkaConsumer(
        **reach(bootstrap),
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=10_000,
        fetch_max_bytes=64 << 20,
        max_partition_fetch_bytes=16 << 20,
    )
    try:
        yield consumer
    finally:
        consumer.close()


def places_of(consumer: KafkaConsumer, topics: list[str], prefix: str) -> list[TopicPartition]:
    """All partitions of ``topics``, whose names are without ``prefix``."""
    known = consumer.topics()
    absent = [prefix + topic for topic in topics if prefix + topic not in known]
    if absent:
        raise UnknownTopicOrPartitionError(f"{len(absent)} topics are not there, one is {absent[0]}: check the prefix")
    return [TopicPartition(prefix + t, p) for t in topics for p in consumer.partitions_for_topic(prefix + t)]


def between(
    consumer: KafkaConsumer,
    starts: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
    prefix: str,
    named: Callable[[str], str] = plain,
) -> Iterator[Message]:
    """Records of each partition of ``ends`` from its start until its end is reached; a few of after the end too.
    ``named`` makes a message's topic of the name without prefix. Raises TimeoutError as ``read`` does."""
    filled = [place for place in ends if ends[place] > starts[place]]
    for first in range(0, len(filled), _TOGETHER):
        for r in _records(consumer, {place: starts[place] for place in filled[first : first + _TOGETHER]}, ends):
            topic = named(r.topic.removeprefix(prefix))
            yield Message(topic, r.partition, r.offset, r.timestamp, r.key, r.value, tuple(r.headers))


def _records(
    consumer: KafkaConsumer, starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> Iterator[Any]:
    consumer.assign(list(starts))
    for place, start in starts.items():
        consumer.seek(place, start)
    left, empty = set(starts), 0
    while left:
        polled = consumer.poll(timeout_ms=_POLL_MS)
        for records in polled.values():
            yield from records
        left = {place for place in left if consumer.position(place) < ends[place]}
        empty = 0 if polled else empty + 1
        if empty > _PATIENCE_POLLS:
            raise TimeoutError(f"{len(left)} partitions do not come to their end, one is {min(left)}")
