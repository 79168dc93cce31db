"""The publisher of a steady load: a process of its own that sends prepared records at their moments.

A record's moment is fixed beforehand, and counts as the moment of its publishing: a publisher that is late has the
delay measured, and does not excuse it.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer

from streams.load import prepared
from streams.load.backlog import Made
from streams.load.times import Log
from streams.load.writing import end_with_parent
from topics.access import reach
from topics.catalogue import Catalogue

_SLOT_S = 0.005  # records of so long are sent together
_LINGER_MS = 5


class Phase(NamedTuple):
    """So many records a second for so long."""

    rate: float
    seconds: float

    @property
    def records(self) -> int:
        return round(self.rate * self.seconds)


class Orders(NamedTuple):
    """What the publisher needs to know."""

    bootstrap: str
    prefix: str
    files: list[Path]
    phases: tuple[Phase, ...]
    begin: float  # seconds since the epoch
    log: Path  # where the moment of each acknowledged record is written at the end


def moments(phases: tuple[Phase, ...], begin: float) -> Iterator[float]:
    """The moment of each record, phase after phase.

    >>> list(moments((Phase(2, 1), Phase(4, 0.5)), 100.0))
    [100.0, 100.5, 101.0, 101.25]
    """
    for phase in phases:
        yield from (begin + number / phase.rate for number in range(phase.records))
        begin += phase.seconds


def start(orders: Orders) -> BaseProcess:
    """The publisher, running; it ends by itself, with another code than 0 where a record was not acknowledged."""
    publisher = multiprocessing.get_context("spawn").Process(target=_run, args=(orders,), name="publisher")
    publisher.start()
    return publisher


def _run(orders: Orders) -> None:
    end_with_parent()
    asyncio.run(_publish(orders))


async def _publish(orders: Orders) -> None:
    topics = [spec.name for spec in Catalogue.load().topics(orders.prefix) if spec.family == "events"]
    log = Log(topics)
    producer = AIOKafkaProducer(
        **reach(orders.bootstrap), enable_idempotence=True, linger_ms=_LINGER_MS, max_request_size=1 << 23
    )
    outbox = _Outbox(producer, orders.prefix, log)
    await producer.start()
    try:
        for at, made in zip(moments(orders.phases, orders.begin), prepared.read(orders.files), strict=True):
            wait = at - time.time()
            if wait > _SLOT_S:
                await asyncio.sleep(wait)
            await outbox.send(made, at)
    finally:
        await producer.stop()  # sends what is left
    outbox.require_all()
    log.save(orders.log)


class _Outbox:
    """Sends, and notes the place of each record that was acknowledged."""

    def __init__(self, producer: Any, prefix: str, log: Log) -> None:
        self._producer = producer
        self._prefix = prefix
        self._log = log
        self._failed: BaseException | None = None

    async def send(self, made: Made, at: float) -> None:
        topic = self._prefix + made.topic
        sent = await self._producer.send(topic, made.value, key=made.key, partition=made.partition)

        def acknowledged(future: Any) -> None:
            self._failed = future.exception() or self._failed
            if future.exception() is None:
                self._log.note(topic, made.partition, future.result().offset, at)

        sent.add_done_callback(acknowledged)

    def require_all(self) -> None:
        """A load with a gap would prove nothing."""
        if self._failed is not None:
            raise self._failed
