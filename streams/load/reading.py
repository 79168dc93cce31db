"""What the topics hold after the work, by topic-partition: how many records, and a digest of which ones.

Read with read_committed and not decoded: a receipt's key names the record it answers, and every record's key stands
in a column of its row, so offset and key say which record it is on both sides.
"""

import asyncio
import multiprocessing
import zlib
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer

from topics.access import reach

Place = tuple[str, int]  # topic with the deployment's prefix, partition
_POLL_MS = 1_000
_SILENT_POLLS = 60  # a partition that does not come to its end, e.g. behind an open transaction


class Held(NamedTuple):
    """Records of one topic-partition, the bytes of their values, and the sum of crc32("offset:key"), modulo 2^64."""

    records: int = 0
    bytes: int = 0
    digest: int = 0


class State(NamedTuple):
    """A changelog folded: keys that are there, and the bytes of their last values."""

    keys: int = 0
    bytes: int = 0


def digest(offset: int, key: bytes) -> int:
    """
    >>> digest(7, b"key") == zlib.crc32(b"7:key")
    True
    """
    return zlib.crc32(b"%d:%b" % (offset, key))


class Holdings:
    """Counts per topic-partition. Records without a key are passed over: ticks and law events in ``accepted``, which
    make no row."""

    def __init__(self) -> None:
        self.held: dict[Place, Held] = {}

    def take(self, place: Place, records: Iterable[Any]) -> None:
        number, size, total = self.held.get(place, Held())
        for record in records:
            if record.key is not None:
                number += 1
                size += len(record.value or b"")
                total += digest(record.offset, record.key)
        self.held[place] = Held(number, size, total % (1 << 64))


class Answers(Holdings):
    """Holdings of receipts, and how often each source record is answered (up to 255 times)."""

    def __init__(self) -> None:
        super().__init__()
        self.times: dict[Place, bytearray] = {}  # source topic without prefix -> by offset

    def take(self, place: Place, records: Iterable[Any]) -> None:
        records = list(records)
        super().take(place, records)
        for record in records:
            topic, partition, offset = record.key.decode().rsplit(":", 2)
            times = self.times.setdefault((topic, int(partition)), bytearray())
            at = int(offset)
            if at >= len(times):
                times.extend(bytes(max(len(times), at + 1 - len(times))))
            times[at] = min(255, times[at] + 1)


class Last:
    """The last value of each key of a changelog."""

    def __init__(self) -> None:
        self._sizes: dict[bytes, int] = {}

    def take(self, place: Place, records: Iterable[Any]) -> None:
        for record in records:
            if record.value is None:
                self._sizes.pop(record.key, None)
            else:
                self._sizes[record.key] = len(record.value)

    @property
    def state(self) -> State:
        return State(len(self._sizes), sum(self._sizes.values()))


class Topics:
    """Reads in processes of its own, so that who watches meanwhile is not held up. Use as a context."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._pool = ProcessPoolExecutor(2, multiprocessing.get_context("spawn"))

    def __enter__(self) -> "Topics":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def holdings(self, topics: list[str]) -> "Future[Holdings]":
        return self._pool.submit(_read, self._bootstrap, topics, Holdings())

    def answers(self, topics: list[str]) -> "Future[Answers]":
        return self._pool.submit(_read, self._bootstrap, topics, Answers())

    def last(self, changelog: str) -> "Future[Last]":
        return self._pool.submit(_read, self._bootstrap, [changelog], Last())


def _read(bootstrap: str, topics: list[str], into: Any) -> Any:
    asyncio.run(_fill(bootstrap, topics, into))
    return into


async def _fill(bootstrap: str, topics: list[str], into: Any) -> None:
    """Every committed record up to the ends of now. Raises TimeoutError where a partition does not come to its end."""
    async with _consumer(bootstrap, topics) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        left = {place for place, end in ends.items() if end}
        silent = 0
        while left:
            found = await consumer.getmany(timeout_ms=_POLL_MS)
            for place, records in found.items():
                into.take((place.topic, place.partition), records)
            left = {place for place in left if await consumer.position(place) < ends[place]}
            silent = 0 if found else silent + 1
            if silent > _SILENT_POLLS:
                raise TimeoutError(f"{len(left)} partitions do not come to their end, one is {min(left)}")


async def ends(bootstrap: str, topics: list[str]) -> dict[Place, int]:
    """The offset after the last record of each topic-partition."""
    async with _consumer(bootstrap, topics) as consumer:
        found = await consumer.end_offsets(consumer.assignment())
        return {(place.topic, place.partition): end for place, end in found.items()}


@asynccontextmanager
async def _consumer(bootstrap: str, topics: list[str]) -> AsyncIterator[Any]:
    """A reader of all partitions of ``topics``, in no group."""
    consumer = AIOKafkaConsumer(
        *topics,
        **reach(bootstrap),
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=4 << 20,
    )
    await consumer.start()
    try:
        absent = set(topics) - {place.topic for place in consumer.assignment()}
        if absent:
            raise LookupError(f"{len(absent)} topics are not there, one is {min(absent)}")
        yield consumer
    finally:
        await consumer.stop()
