"""The order of steps that makes each row arrive exactly once. Read with docs/guarantees-sink.md.

A round: plan all its blocks in one fenced commit, store each block under its token, record the positions; the next
commit moves on. An assignment: hear the witnesses, carry out what ``plan`` decides. Every wait ends when the
partitions are lost (``Fenced``) or the sink stops (cancellation).
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.codec import Codec
from sinks.clickhouse.blocks import Prepared, from_metadata, prepare, to_metadata
from sinks.clickhouse.erasing import Erasing
from sinks.clickhouse.lanes import Lane, Limits
from sinks.clickhouse.observer import Observer
from sinks.clickhouse.offsets import Fenced, GroupOffsets
from sinks.clickhouse.plan import GoOn, Log, Replay, Rewind, Skip, Step, Stop, plan
from sinks.clickhouse.tables import ERASABLE
from sinks.clickhouse.writer import Passing, Writer

log = logging.getLogger("chengxin.sink")
_NO_TABLE = "none"  # a call about positions or plans
_ERASURES = "erasures"  # a rewrite of rows of the erased
T = TypeVar("T")


class Stopped(Exception):
    """The sink must not go on by itself; says where, why and what a person can do."""


class Storing:
    """Plans and stores for the lanes of one consumer. One call at a time."""

    def __init__(
        self,
        consumer: AIOKafkaConsumer,
        writer: Writer,
        codec: Codec,
        limits: Limits,
        *,
        erasing: Erasing,
        observer: Observer | None,
    ) -> None:
        self._erasing = erasing
        self._consumer = consumer
        self._writer = writer
        self._codec = codec
        self._limits = limits
        self._observer = observer
        self._offsets = GroupOffsets(consumer)

    @property
    def generation(self) -> int:
        return self._offsets.generation

    async def resolve(self, lanes: list[Lane]) -> None:
        """Decide where each newly assigned lane goes on, record what the decision claims, and seek there.

        ClickHouse may take minutes to answer; cut off meanwhile, a member that was replaced does not know it yet. Its
        group is asked before and after: a plan comes before its rows, so equal answers say that none came between.
        """
        generation = lanes[0].generation
        places = {TopicPartition(lane.topic, lane.partition): lane for lane in lanes}
        committed = await self._offsets.committed([*places], generation)
        first = await self._consumer.beginning_offsets([*places])
        end = await self._consumer.end_offsets([*places])
        for place, lane in places.items():
            lane.committed = committed[place].offset if place in committed else first[place]
        wanted = {(lane.topic, lane.partition): lane.table for lane in lanes}
        held = await self._until_done(generation, lambda: self._writer.call(self._writer.database.held, wanted))
        if await self._offsets.committed([*places], generation) != committed:
            raise Fenced("the group moved on while ClickHouse was asked")
        positions = []
        for place, lane in places.items():
            commit = committed.get(place)
            try:
                block = from_metadata(commit.metadata) if commit else None
            except ValueError as error:
                raise Stopped(f"{lane.topic} partition {lane.partition}: {error}") from None
            step = plan(
                commit.offset if commit else None,
                block,
                held[lane.topic, lane.partition],
                Log(first[place], end[place]),
            )
            self._apply(lane, step)
            if not isinstance(step, Replay | Rewind):
                positions.append((lane.topic, lane.partition, lane.next))
        await self._record(generation, positions)
        self._offsets.require(generation)
        for place, lane in places.items():
            self._consumer.seek(place, lane.next)
            lane.known = True
        self._erasing.look_again()

    async def erase(self) -> bool:
        """Turn older rows of some erased subjects into stubs; False if there was nobody to look for.

        Never beside a round: a block that was prepared before this process learned of the erasure is stored by then.
        """
        chunk = self._erasing.next_chunk()
        if not chunk:
            return False
        for table in ERASABLE:
            try:
                found = await self._writer.call(self._writer.database.erase, table, chunk)
            except Passing as error:
                self._retried(_ERASURES, str(error))
                await asyncio.sleep(self._limits.backoff_s)
                return False
            if found:
                log.info("%s: %d rows of erased subjects are stubs now", table.name, found)
        self._erasing.done(chunk)
        return True

    def _apply(self, lane: Lane, step: Step) -> None:
        where = f"{lane.topic} partition {lane.partition}"
        match step:
            case Stop(why):
                raise Stopped(f"{where}: {why}")
            case Replay(block):
                log.info("%s: storing the planned block %d-%d again", where, block.start, block.end)
                lane.next, lane.replay, lane.doubtful_until = block.start, block, block.end + 1
            case Skip(start, why):
                log.warning("%s: going on at %d: %s", where, start, why)
                lane.next = start
                lane.close(start, time.monotonic())
            case Rewind(start, until, why):
                log.warning("%s: going back to %d: %s", where, start, why)
                lane.next, lane.doubtful_until = start, until
            case GoOn(start):
                lane.next = start

    async def round(self, due: list[Lane], closing: list[Lane]) -> None:
        """Store one block of each due lane; commit, without a plan, the lanes that only wait for that."""
        generation = (due or closing)[0].generation
        blocks = [await self._writer.call(self._prepare, lane) for lane in due]
        plans = {
            TopicPartition(block.topic, block.partition): (block.block.start, to_metadata(block.block))
            for block in blocks
        }
        rest = {TopicPartition(lane.topic, lane.partition): (lane.closing or 0, "") for lane in closing}
        await self._offsets.commit(generation, {**rest, **plans})
        for lane in [*due, *closing]:
            lane.closing = None
        planned_at = time.monotonic()
        filled = [(lane, block) for lane, block in zip(due, blocks, strict=True) if block.rows]
        failed = [await self._store(lane, block, planned_at) for lane, block in filled]
        positions = [(block.topic, block.partition, block.block.end + 1) for block in blocks]
        while positions and (any(failed) or not await self._recorded(generation, positions)):
            failed = [await self._make_sure(generation, lane, block) for lane, block in filled]
        for lane, block in zip(due, blocks, strict=True):
            lane.stored(block, time.monotonic())

    def _prepare(self, lane: Lane) -> Prepared:
        """In the writer's thread: decoding takes longer than inserting."""
        records = lane.batch(self._limits)
        place = (lane.topic, lane.partition)
        block = prepare(self._codec, lane.table, place, lane.next, records, erasures=self._erasing.known)
        if lane.replay is not None and block.block != lane.replay:
            raise Stopped(
                f"{lane.topic} partition {lane.partition}: block {lane.replay} was planned, the topic now gives "
                f"{block.block}: its records changed after they were read. Find out why before going on."
            )
        return block

    async def _store(self, lane: Lane, block: Prepared, planned_at: float, doubtful: bool = False) -> bool:
        """Insert until success: same block, same token. Whether ClickHouse failed meanwhile.

        A plan that is old proves itself by being committed again: a process that slept (SIGSTOP, swap) then learns
        that it lost the partition before it writes, not after. After any doubt the rows are counted: the server
        notes a token before the rows are there, so a kill in between would make it drop every later attempt.
        """
        place = TopicPartition(block.topic, block.partition)
        token, doubtful = block.token, doubtful or block.block.start < lane.doubtful_until
        pause, failed = self._limits.backoff_s, False
        while True:
            if time.monotonic() - planned_at > self._limits.prove_after_s:
                await self._offsets.commit(lane.generation, {place: (block.block.start, to_metadata(block.block))})
                planned_at = time.monotonic()
            try:
                began = time.monotonic()
                await self._writer.call(self._writer.database.insert, block, token)
                if not doubtful or await self._arrived(block):
                    if self._observer:
                        self._observer.inserted(block.table.name, block.rows, time.monotonic() - began)
                    return failed
                token += "+"
                log.warning("token of %s was taken without its rows; storing under %s", block.token, token)
            except Passing as error:
                self._retried(block.table.name, f"{error}; {block.token} waits")
                doubtful = failed = True
                planned_at = 0.0
                await asyncio.sleep(pause)
                pause = min(2 * pause, self._limits.backoff_max_s)

    async def _make_sure(self, generation: int, lane: Lane, block: Prepared) -> bool:
        """Store an acknowledged block again if it is gone; whether ClickHouse failed over it. A full disk may have
        taken none of it, and ClickHouse (26.7.2) says all is well until somebody reads the rows or it starts again."""
        if await self._until_done(generation, lambda: self._arrived(block)):
            return False
        log.warning("%s was acknowledged and is gone; storing it again", block.token)
        return await self._store(lane, block, 0.0, doubtful=True)

    async def _arrived(self, block: Prepared) -> bool:
        seen = await self._writer.call(self._writer.database.count, block)
        if seen not in (0, block.rows):
            raise Stopped(
                f"{block.token}: {seen} rows are stored, not {block.rows}; run python -m sinks.clickhouse.verify"
            )
        return bool(seen)

    async def _record(self, generation: int, positions: Iterable[tuple[str, int, int]]) -> None:
        rows = list(positions)
        if rows:
            await self._until_done(generation, lambda: self._writer.call(self._writer.database.record, rows))

    async def _recorded(self, generation: int, positions: Iterable[tuple[str, int, int]]) -> bool:
        """Record where the blocks of a round end; False where ClickHouse did not take it. Then it may not have taken
        the blocks before either."""
        self._offsets.require(generation)
        try:
            await self._writer.call(self._writer.database.record, positions)
        except Passing as error:
            self._retried(_NO_TABLE, str(error))
            await asyncio.sleep(self._limits.backoff_s)
            return False
        return True

    async def _until_done(self, generation: int, attempt: Callable[[], Awaitable[T]]) -> T:
        """Repeat a call that may be repeated freely."""
        pause = self._limits.backoff_s
        while True:
            self._offsets.require(generation)
            try:
                return await attempt()
            except Passing as error:
                self._retried(_NO_TABLE, str(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, self._limits.backoff_max_s)

    def _retried(self, table: str, why: str) -> None:
        log.warning("ClickHouse: %s", why)
        if self._observer:
            self._observer.retried(table)
