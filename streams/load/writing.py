"""Writes the backlog before anybody reads it: as many processes as cores, whole batches, idempotent, acks=all."""

import asyncio
import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer

from schemas.codec import Codec
from streams.law import loader
from streams.load.backlog import Made, Share, records
from topics.access import reach
from topics.catalogue import Catalogue

BATCH_BYTES = 64_000  # of one topic-partition; a department's own batches are smaller
IN_FLIGHT = 64  # batches sent and not yet acknowledged
COMPRESSIONS = ("lz4", "zstd", "snappy", "gzip", None)


class Written(NamedTuple):
    """What the broker has acknowledged."""

    records: int
    rejected: int  # of them to be refused by intake


def write(bootstrap: str, prefix: str, shares: list[Share]) -> Written:
    """Write the shares, one process each; returns when the broker has every record.

    Raises what a process raised: a backlog with a gap would prove nothing.
    """
    context = multiprocessing.get_context("spawn")  # a fork would copy the parent's threads' locks
    with ProcessPoolExecutor(len(shares), context, initializer=end_with_parent) as pool:
        done = list(pool.map(_write_share, [(bootstrap, prefix, share) for share in shares]))
    return Written(sum(one.records for one in done), sum(one.rejected for one in done))


def end_with_parent() -> None:
    """To be called first in a process of a load run: it ends when its parent does, and by it alone."""
    from streams.local.processes import die_with_parent

    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends us


def _write_share(task: tuple[str, str, Share]) -> Written:
    bootstrap, prefix, share = task
    made = records(share, Codec.load(), loader.load(), Catalogue.load())
    return asyncio.run(_send(bootstrap, prefix, share, made))


async def _send(bootstrap: str, prefix: str, share: Share, made: Iterator[Made]) -> Written:
    """Fill a batch per topic-partition and send those that are full, a bounded number at a time."""
    producer = AIOKafkaProducer(
        **reach(bootstrap),
        enable_idempotence=True,
        max_batch_size=2 * BATCH_BYTES,
        compression_type=COMPRESSIONS[share.number % len(COMPRESSIONS)],
    )
    await producer.start()
    try:
        outbox = _Outbox(producer, prefix)
        written = rejected = 0
        for one in made:
            written += 1
            rejected += one.rejected
            if outbox.add(one):
                await outbox.send((one.topic, one.partition))
        await outbox.finish()
        return Written(written, rejected)
    finally:
        await producer.stop()


class _Outbox:
    def __init__(self, producer: Any, prefix: str) -> None:
        self._producer = producer
        self._prefix = prefix
        self._batches: dict[tuple[str, int], Any] = {}
        self._sent: set[asyncio.Future[Any]] = set()

    def add(self, one: Made) -> bool:
        """Put a record in its batch; True when that should be sent."""
        place = (one.topic, one.partition)
        if place not in self._batches:
            self._batches[place] = self._producer.create_batch()
        batch = self._batches[place]
        assert batch.append(timestamp=None, key=one.key, value=one.value, headers=[]) is not None
        return bool(batch.size() >= BATCH_BYTES)

    async def send(self, place: tuple[str, int]) -> None:
        batch = self._batches.pop(place)
        batch.close()
        self._sent.add(await self._producer.send_batch(batch, self._prefix + place[0], partition=place[1]))
        if len(self._sent) >= IN_FLIGHT:
            await self._acknowledged()

    async def finish(self) -> None:
        for place in sorted(self._batches):
            await self.send(place)
        await self._acknowledged()

    async def _acknowledged(self) -> None:
        await asyncio.gather(*self._sent)
        self._sent.clear()
