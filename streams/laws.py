"""The shelf of published law books: written once by ``chengxin law publish``, read by every process that decides.

A book is looked up by its digest. One that is not on the shelf in memory is looked for on the topic ``lawbooks``,
because it may have been published since; one that is not there either stops the caller.
"""

from collections.abc import Iterator
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.codec import Codec
from streams.core.law import LawBook
from streams.law import canonical
from topics.access import reach

_READ_TIMEOUT_MS = 10_000


class UnknownLaw(Exception):
    """A digest nobody published. The message names the command that cures it."""

    def __init__(self, digest: str) -> None:
        super().__init__(
            f"law book {digest} is not on the topic lawbooks: "
            "run `chengxin law publish DIR` with the folder it came from"
        )


class LawShelf:
    """Law books by digest. Not safe between threads; every process has its own."""

    def __init__(self, bootstrap: str, topic: str, codec: Codec) -> None:
        self._bootstrap = bootstrap
        self._topic = topic
        self._codec = codec
        self._books: dict[str, LawBook] = {}

    def get(self, digest: str) -> LawBook:
        """The book of ``digest``; reads the topic when it is not in memory yet.

        :raises UnknownLaw: no such book was ever published.
        """
        if digest not in self._books:
            for raw in self.published():
                book = canonical.parse(raw)
                self._books[book.digest] = book
        if digest not in self._books:
            raise UnknownLaw(digest)
        return self._books[digest]

    def digests(self) -> list[str]:
        """Every published digest, in order of publication."""
        return [canonical.digest(raw) for raw in self.published()]

    def publish(self, book: LawBook) -> None:
        """Write ``book`` unless it is there already; returns when the broker has it."""
        if book.digest not in self.digests():
            self.put(canonical.dump(book))

    def put(self, data: bytes) -> None:
        """Write a canonical book as it is; returns when the broker has it."""
        digest = canonical.digest(data)
        producer = KafkaProducer(**reach(self._bootstrap), acks="all", max_request_size=1 << 24)
        try:
            value = self._codec.encode("LawBookPublished", {"digest": digest, "canonical": data})
            producer.send(self._topic, key=digest.encode(), value=value).get(timeout=30)
        finally:
            producer.close()

    def published(self) -> Iterator[bytes]:
        """Every published book as it was written, in order of publication."""
        for value in read_to_end(self._bootstrap, TopicPartition(self._topic, 0)):
            yield self._codec.decode(value, frozenset({"LawBookPublished"}), max_bytes=1 << 24).value["canonical"]


def read_to_end(bootstrap: str, partition: TopicPartition, start: int = 0) -> Iterator[Any]:
    """Committed values of one partition from ``start`` to its end as of now, in order."""
    return (record.value for record in records_to_end(bootstrap, partition, start) if record.value is not None)


def records_to_end(bootstrap: str, partition: TopicPartition, start: int = 0) -> Iterator[Any]:
    """The same as kafka-python's records."""
    consumer = KafkaConsumer(
        **reach(bootstrap),
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=1 << 24,
    )
    try:
        consumer.assign([partition])
        end = consumer.end_offsets([partition])[partition]
        consumer.seek(partition, start)
        while consumer.position(partition) < end:
            for records in consumer.poll(timeout_ms=_READ_TIMEOUT_MS).values():
                yield from records
    finally:
        consumer.close()
