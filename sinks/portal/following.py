"""Topics followed to their committed end: what was not seen yet is handed over before a question is answered."""

import time
from collections.abc import Callable, Iterable

from kafka import KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from streams.reader import Reader
from topics.access import reach

PATIENCE_S = 60.0  # for one question to bring its topics up to the end; the first one after a start finds them there
_POLL_MS = 200
Polled = dict[TopicPartition, list[ConsumerRecord]]


class Behind(Exception):
    """The topics cannot be read to their end now; nothing is answered from what is older."""


class Follower:
    """Where one process is in its topics. Not safe between threads: whoever has it holds a lock."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._next: dict[TopicPartition, int] = {}
        self._consumer: KafkaConsumer | None = None

    def places(self, family: str) -> list[TopicPartition]:
        """All partitions of a family's topic."""
        count = self._reader.catalogue.families[family].partitions.of(self._reader.settings.scale)
        return [TopicPartition(self._reader.topic(family), number) for number in range(count)]

    def follow(self, places: Iterable[TopicPartition], take: Callable[[Polled], None]) -> None:
        """Give ``take`` every record up to the end of ``places``. What it refuses comes again.

        :raises Behind: the end is not reached in time.
        :raises KafkaError: call ``drop`` and say so.
        """
        if self._consumer is None:
            self._consumer = consumer(self._reader, max_poll_records=10_000, fetch_max_bytes=32 << 20)
        deadline, asked = time.monotonic() + PATIENCE_S, list(places)
        ends, firsts = self._consumer.end_offsets(asked), self._consumer.beginning_offsets(asked)
        left = [place for place in asked if max(self._next.get(place, 0), firsts[place]) < ends[place]]
        self._consumer.assign(left)
        for place in left:
            self._consumer.seek(place, max(self._next.get(place, 0), firsts[place]))
        while left:
            if time.monotonic() > deadline:
                raise Behind(f"{left[0].topic}:{left[0].partition} does not come to its end")
            polled = self._consumer.poll(timeout_ms=_POLL_MS)
            reached = {place: self._consumer.position(place) for place in self._consumer.assignment()}
            take(polled)
            self._next.update(reached)
            left = [place for place in left if self._next[place] < ends[place]]

    def drop(self) -> None:
        """Give up the connection; where we are stays, and the next question opens one anew."""
        held, self._consumer = self._consumer, None
        if held is not None:
            held.close()


def consumer(reader: Reader, **how: int) -> KafkaConsumer:
    """A consumer of committed records that belongs to no group."""
    return KafkaConsumer(
        **reach(reader.bootstrap),
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        request_timeout_ms=10_000,
        bootstrap_timeout_ms=10_000,
        **how,
    )
