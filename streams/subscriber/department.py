"""Reading one department's topics: the snapshot and the changes after it, or the changes since a day.

Which changes come after a snapshot? Both are written in one transaction, but become visible one partition after the
other. So the end of the changes is noted first, then the snapshot is read up to where it was written at all, committed
or not, at that moment: it then holds every change before the noted end, and those after it tell by their version
whether it holds them too.
"""

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, NamedTuple

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import UnknownTopicOrPartitionError

from schemas.codec import Codec
from streams.reader import Reader
from streams.subscriber.view import Value, View
from topics.access import reach

_POLL_MS = 200
_PATIENCE_POLLS = 300  # empty ones: a minute, behind an open transaction
FAMILIES = ("sanctions", "rewards")
Offsets = dict[TopicPartition, int]


class Replay(NamedTuple):
    """Changes decided on or after a day, in the order of the topics. ``erased``: how many are left out because the
    person is erased; ``whole``: none has expired."""

    changes: list[Value]
    erased: int
    whole: bool


class Department:
    """The topics of one executing channel.

    :raises KeyError: the channel has no such topics.
    """

    def __init__(self, reader: Reader, channel: str) -> None:
        self._codec: Codec = reader.codec
        self._bootstrap = reader.bootstrap
        name, prefix = reader.catalogue.name, reader.settings.prefix
        self._changes = [name(family, channel, prefix) for family in FAMILIES]
        self._current = [name(f"{family}.current", channel, prefix) for family in FAMILIES]

    def view(self, between: Callable[[], None] = lambda: None) -> View:
        """As it stands. ``between``: called after the snapshot, before the changes.

        :raises UnknownTopicOrPartitionError: a topic is not there.
        :raises TimeoutError: a partition does not come to its end, e.g. behind an open transaction.
        """
        with self._consumer("read_committed") as consumer:
            noted = consumer.end_offsets(_places(consumer, self._changes))
            view = self._snapshot(consumer)
            between()
            for _, value in self._read(consumer, noted, consumer.end_offsets(list(noted))):
                if value is not None:
                    view.change(value)
        return view

    def since(self, day: date) -> Replay:
        """Every change decided on ``day`` or later that Kafka still has, but not of who is erased. Raises as ``view``
        does."""
        with self._consumer("read_committed") as consumer:
            places = _places(consumer, self._changes)
            firsts, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
            stands = self._snapshot(consumer).stands  # has every obligation of the changes before ``ends``, else erased
            read = [value for _, value in self._read(consumer, firsts, ends) if value is not None]
        kept_from = min((value["day"] for value in read), default=date.max)
        whole = not any(firsts.values()) or kept_from < day
        asked = [value for value in read if value["day"] >= day]
        told = [value for value in asked if value["obligation_id"] in stands]
        return Replay(told, len(asked) - len(told), whole)

    def _snapshot(self, consumer: KafkaConsumer) -> View:
        view = View()
        with self._consumer("read_uncommitted") as all_written:
            ends = all_written.end_offsets(_places(all_written, self._current))
        for key, value in self._read(consumer, consumer.beginning_offsets(list(ends)), ends):
            view.snapshot((key or b"").decode(), value)
        return view

    def _read(
        self, consumer: KafkaConsumer, starts: Offsets, ends: Offsets
    ) -> Iterator[tuple[bytes | None, Value | None]]:
        left = {place for place in ends if ends[place] > starts[place]}
        if not left:
            return
        consumer.assign(sorted(left))
        for place in left:
            consumer.seek(place, starts[place])
        empty = 0
        while left:
            polled = consumer.poll(timeout_ms=_POLL_MS)
            for record in (record for records in polled.values() for record in records):
                yield record.key, None if record.value is None else self._codec.decode(record.value).value
            left = {place for place in left if consumer.position(place) < ends[place]}
            empty = 0 if polled else empty + 1
            if empty > _PATIENCE_POLLS:
                raise TimeoutError(f"{len(left)} partitions do not come to their end, one is {min(left)}")

    @contextlib.contextmanager
    def _consumer(self, isolation: str) -> Iterator[KafkaConsumer]:
        consumer = KafkaConsumer(
            **reach(self._bootstrap), isolation_level=isolation, enable_auto_commit=False,
            auto_offset_reset="earliest", max_poll_records=10_000,
        )  # fmt: skip
        try:
            yield consumer
        finally:
            consumer.close()


def lines(values: list[Value]) -> Iterator[str]:
    """One line of JSON for each, keys sorted, days as YYYY-MM-DD: equal views are equal bytes."""
    for value in values:
        yield json.dumps(value, ensure_ascii=False, sort_keys=True, default=date.isoformat)


def digest(written: list[str]) -> str:
    """SHA-256 over the lines, by which two views are compared without showing either."""
    return hashlib.sha256("".join(f"{line}\n" for line in written).encode()).hexdigest()


def ordered(view: View) -> list[Any]:
    """The obligations of a view by id."""
    return [view.stands[name] for name in sorted(view.stands)]


def _places(consumer: KafkaConsumer, topics: list[str]) -> list[TopicPartition]:
    known = consumer.topics()
    for topic in topics:
        if topic not in known:
            raise UnknownTopicOrPartitionError(f"{topic} is not there, or may not be read: check prefix and rights")
    return [TopicPartition(topic, number) for topic in topics for number in consumer.partitions_for_topic(topic)]
