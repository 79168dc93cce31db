"""The clock: the one writer through which days pass and law books come into force.

Every process that moves it starts the same transactional producer, which fences any other and aborts what that one
left open; then it reads what was last committed and goes on from there. So ticks and law events have one order, the
same in every partition, whoever wrote them.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from kafka import TopicPartition
from kafka.errors import KafkaError as KafkaPythonError

from schemas.codec import Codec
from streams.laws import LawShelf, read_to_end
from topics.access import reach

log = logging.getLogger(__name__)

_DAY = timedelta(days=1)
_WAKE_S = 30
_DAYS_PER_TRANSACTION = 200
HERE = ZoneInfo("Asia/Shanghai")


class ClockFault(Exception):
    """A request the clock refuses, with the cure."""


class ClockLog(NamedTuple):
    """Where the clock's records stand."""

    bootstrap: str
    topic: str
    partitions: int


class Announced(NamedTuple):
    """A law event as it stands on the clock."""

    digest: str
    from_day: date


class Support(NamedTuple):
    """What an activation rests on: the digest of a what-if report, or why there is none. Both None: no book was in
    force before, so there was nothing to compare."""

    what_if: str | None = None
    without: str | None = None


class Reading(NamedTuple):
    """What the clock last committed."""

    day: date | None
    laws: tuple[Announced, ...]


def last_committed(log: ClockLog, codec: Codec) -> Reading:
    """Where the clock stands, read by anybody."""
    day: date | None = None
    laws: list[Announced] = []
    for raw in read_to_end(log.bootstrap, TopicPartition(log.topic, 0)):
        decoded = codec.decode(raw)
        if decoded.record == "ClockTick":
            day = decoded.value["day"]
        else:
            laws.append(Announced(decoded.value["digest"], decoded.value["from_day"]))
    return Reading(day, tuple(laws))


class ClockWriter:
    """Moves the clock. Use it through ``opened``; one at a time, a second one ends the first."""

    def __init__(self, log: ClockLog, codec: Codec, shelf: LawShelf, producer: AIOKafkaProducer) -> None:
        self._log = log
        self._codec = codec
        self._shelf = shelf
        self._producer = producer
        self._reading: Reading | None = None  # what stands there; ours alone to change while we hold the producer

    async def read(self) -> Reading:
        """The last committed day and all law events, in order."""
        if self._reading is None:
            self._reading = await asyncio.to_thread(last_committed, self._log, self._codec)
        return self._reading

    async def tick_to(self, until: date) -> int:
        """Let every day up to ``until`` pass, missed ones one by one; returns how many ticks were written.

        The very first tick is ``until`` alone: history begins there. A day that has passed is not ticked again.
        """
        day = (await self.read()).day
        days = [until] if day is None else [day + _DAY * n for n in range(1, (until - day).days + 1)]
        for start in range(0, len(days), _DAYS_PER_TRANSACTION):
            part = days[start : start + _DAYS_PER_TRANSACTION]
            await self._write([self._codec.encode("ClockTick", {"day": one}) for one in part])
            self._reading = (await self.read())._replace(day=part[-1])
        return len(days)

    async def activate(self, digest: str, from_day: date, support: Support | None = None) -> bool:
        """Announce a published law book; False where this announcement is already the last one.

        ``support`` is written down as given; the caller has checked it. None: nothing was in force before.

        :raises ClockFault: the day has passed, or a book is in force and nothing supports another.
        :raises UnknownLaw: nobody published the book.
        """
        await asyncio.to_thread(self._shelf.get, digest)
        reading = await self.read()
        if reading.laws and reading.laws[-1] == Announced(digest, from_day):
            return False
        if reading.day is not None and from_day < reading.day:
            raise ClockFault(f"--from {from_day} has passed: the clock stands at {reading.day}; name that day or later")
        if reading.laws and support is None:
            raise ClockFault(
                "a law book is in force: another one needs a what-if report, or a reason why there is none"
            )
        what_if, without = support or Support()
        fields = {"digest": digest, "from_day": from_day, "what_if": what_if, "without_what_if": without}
        await self._write([self._codec.encode("LawActivation", fields)])
        self._reading = reading._replace(laws=(*reading.laws, Announced(digest, from_day)))
        return True

    async def _write(self, values: list[bytes]) -> None:
        async with self._producer.transaction():
            for value in values:
                for partition in range(self._log.partitions):
                    await self._producer.send(self._log.topic, value=value, partition=partition)


@asynccontextmanager
async def opened(log: ClockLog, codec: Codec, shelf: LawShelf) -> AsyncIterator[ClockWriter]:
    """A clock writer that holds the clock's transactional id until the block ends."""
    producer = AIOKafkaProducer(**reach(log.bootstrap), transactional_id=log.topic, acks="all")
    await producer.start()
    try:
        yield ClockWriter(log, codec, shelf, producer)
    finally:
        await producer.stop()


@contextmanager
def held(log: ClockLog, codec: Codec, shelf: LawShelf) -> Iterator[Callable[[date], int]]:
    """``tick_to`` of one open clock for code that is not async."""
    with asyncio.Runner() as runner:
        writing = opened(log, codec, shelf)
        writer = runner.run(writing.__aenter__())
        try:
            yield lambda day: runner.run(writer.tick_to(day))
        finally:
            runner.run(writing.__aexit__(None, None, None))


async def follow_days(tick_to: Callable[[date], Awaitable[int]], failed: str = "the clock could not tick") -> None:
    """Tick each day of China once it has begun, or do what else is done once a day. Another writer may fence us, a
    broker may be away: then try again.

    The clock's producer is opened only when a day has begun, so commands in between are never fenced by us.
    """
    ticked: date | None = None
    while True:
        today = today_here()
        if ticked is None or today > ticked:
            try:
                await tick_to(today)
                ticked = today
            except (KafkaError, KafkaPythonError, TimeoutError) as fault:
                log.warning("%s %s, trying again: %r", failed, today, fault)
        await asyncio.sleep(_WAKE_S)


def check_not_future(day: date) -> None:
    """:raises ClockFault: ``day`` has not begun in China. A tick cannot be taken back, so a slip must not pass."""
    if day > today_here():
        raise ClockFault(f"--to {day} 尚未到来 / has not begun; today is {today_here()}")


def today_here() -> date:
    """The civil day in China: the only wall clock of the pipeline, and only the clock process reads it."""
    return datetime.now(HERE).date()


def next_day(day: date) -> date:
    """The day after ``day``."""
    return day + _DAY
