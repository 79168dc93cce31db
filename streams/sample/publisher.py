"""Publishes a day of the sample the way departments would: with kafka-python, idempotent, in five compressions.

Every topic-partition gets its records of the day in the sample's order from one producer, so offsets - and with them
receipt and decision ids - are the same from run to run.
"""

from types import TracebackType
from typing import NamedTuple, Self

from kafka import KafkaProducer

from streams.sample.model import SampleDay
from topics.access import reach

MAX_REQUEST = 8 * 1024 * 1024  # what the input topics take: records too large for intake must arrive there
_TIMEOUT_S = 60
_NO_COMPRESSION = "none"


class Published(NamedTuple):
    """How many records the broker has, and the offset of each in the order of ``SampleDay.records``."""

    records: int
    offsets: tuple[int, ...]


class Publisher:
    """One idempotent producer per compression, opened when first needed; close it, or use it as a context."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._producers: dict[str, KafkaProducer] = {}

    def publish(self, day: SampleDay) -> Published:
        """Send the day's records; returns when every one is acknowledged by all in-sync replicas.

        Raises the broker's error where a record cannot be written: a sample with a gap would prove nothing.
        """
        sent = [
            self._producer(record.codec_name).send(
                self._prefix + record.topic, key=record.key, value=record.value, partition=record.partition
            )
            for record in day.records
        ]
        for producer in self._producers.values():
            producer.flush(timeout=_TIMEOUT_S)
        offsets = tuple(future.get(timeout=_TIMEOUT_S).offset for future in sent)
        return Published(len(offsets), offsets)

    def close(self) -> None:
        for producer in self._producers.values():
            producer.close()
        self._producers.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _producer(self, compression: str) -> KafkaProducer:
        if compression not in self._producers:
            self._producers[compression] = KafkaProducer(
                **reach(self._bootstrap),
                acks="all",
                enable_idempotence=True,
                compression_type=None if compression == _NO_COMPRESSION else compression,
                linger_ms=20,
                max_request_size=MAX_REQUEST,
                allow_auto_create_topics=False,
            )
        return self._producers[compression]


def publish_day(bootstrap: str, prefix: str, day: SampleDay) -> Published:
    """Publish one day with producers of its own. For many days keep one ``Publisher``."""
    with Publisher(bootstrap, prefix) as publisher:
        return publisher.publish(day)
