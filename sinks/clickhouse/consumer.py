"""The sink as a member of its consumer group: reads, keeps lanes, and starts rounds. Never blocks a rebalance.

Reading, storing and group membership run side by side: while a round waits for ClickHouse the loop goes on polling
(so max.poll.interval is never at stake) with full lanes paused; a rebalance drops the lanes and fences the round.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Collection, Mapping

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError

from schemas.codec import Codec
from sinks.clickhouse.columns import Table
from sinks.clickhouse.erasing import Erasing
from sinks.clickhouse.lagging import Lagging
from sinks.clickhouse.lanes import Lane, Limits, crowded
from sinks.clickhouse.observer import Observer
from sinks.clickhouse.offsets import Fenced
from sinks.clickhouse.storing import Stopped, Storing
from sinks.clickhouse.writer import Passing, Writer
from streams.engine.closing import end_fetching
from topics.access import reach

log = logging.getLogger("chengxin.sink")

POLL_MS = 100
IDLE_S = 0.02
RETRY_S = 0.2
CLOSE_AFTER_S = 1.0  # an idle lane's last block is committed as done after this


class Sink(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """One process of the sink. ``tables``: topic name -> table. ``run`` returns after ``stop`` or raises."""

    def __init__(
        self,
        bootstrap: str,
        group: str,
        tables: Mapping[str, Table],
        writer: Writer,
        codec: Codec,
        *,
        session_timeout_s: float = 10.0,
        limits: Limits | None = None,
        observer: Observer | None = None,
        erasures: str = "erasures",
    ) -> None:
        self._tables = tables
        self._writer = writer
        self._limits = (limits or Limits())._replace(prove_after_s=session_timeout_s / 2)
        self._lanes: dict[TopicPartition, Lane] = {}
        self._stop = asyncio.Event()
        self._consumer = AIOKafkaConsumer(
            **reach(bootstrap),
            group_id=group,
            client_id=group,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="none",  # jumping to an end would be silent loss
            session_timeout_ms=int(session_timeout_s * 1000),
            heartbeat_interval_ms=int(session_timeout_s * 1000 / 4),
            max_partition_fetch_bytes=self._limits.fetch_bytes,
            fetch_min_bytes=self._limits.fetch_least_bytes,
            fetch_max_wait_ms=int(self._limits.fetch_wait_s * 1000),
            max_poll_interval_ms=int(self._limits.max_poll_interval_s * 1000),
        )
        self._erasing = Erasing(bootstrap, erasures, codec, observer)
        self._storing = Storing(self._consumer, writer, codec, self._limits, erasing=self._erasing, observer=observer)
        self._lagging = Lagging(self._consumer, lambda: self._lanes, observer) if observer else None

    def stop(self) -> None:
        """Ask ``run`` to end soon; what was not stored is replayed by the next owner."""
        self._stop.set()

    async def run(self) -> None:
        """Store until stopped. Raises Stopped, Unreadable or a bug's own error; nothing is skipped then."""
        if self._limits.insert_timeout_s >= self._limits.max_poll_interval_s:
            raise Stopped("time limits must nest: insert timeout below max poll interval")
        await self._consumer.start()
        try:
            await self._require_topics()
            await self._erasing.start()
            self._consumer.subscribe(topics=sorted(self._tables), listener=self)
            await self._race()
            await self._say_goodbye()
        finally:
            await self._erasing.stop()
            await end_fetching(self._consumer)
            await self._consumer.stop()

    async def _require_topics(self) -> None:
        missing = sorted({*self._tables, self._erasing.topic} - await self._consumer.topics())
        if missing:
            raise Stopped(f"{len(missing)} topics do not exist, among them {missing[0]}: create the topics first")

    async def _race(self) -> None:
        """Poll and store until one of them fails or ``stop`` is called; leave no task behind."""
        works = [self._poll(), self._store(), self._erasing.follow(), self._stop.wait()]
        if self._lagging is not None:
            works.append(self._lagging.follow())
        tasks = [asyncio.create_task(work) for work in works]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _poll(self) -> None:
        """Read into the lanes for ever."""
        while True:
            self._regulate()
            try:
                found = await self._consumer.getmany(timeout_ms=POLL_MS, max_records=self._limits.poll_records)
            except NoOffsetForPartitionError:
                continue  # a partition of this instant's assignment, before it was placed
            except OffsetOutOfRangeError as error:
                raise Stopped(f"records were deleted from the topic before they were stored: {error}") from error
            except KafkaError as error:
                if not error.retriable:
                    raise
                log.warning("Kafka: %r", error)
                await asyncio.sleep(RETRY_S)
                continue
            now = time.monotonic()
            for place, records in found.items():
                lane = self._lanes.get(place)
                if lane is not None and lane.known:
                    lane.add(records, now)

    async def _store(self) -> None:
        """Carry out assignments and rounds, one after the other, for ever."""
        while True:
            try:
                if not await self._store_once():
                    await asyncio.sleep(IDLE_S)
            except Passing as error:
                log.warning("ClickHouse: %s", error)
                await asyncio.sleep(self._limits.backoff_s)
            except (Fenced, IllegalStateError) as error:
                log.info("partitions moved: %s", error)
                await asyncio.sleep(RETRY_S)
            except KafkaError as error:
                if not error.retriable:
                    raise
                log.warning("Kafka: %r", error)
                await asyncio.sleep(RETRY_S)

    async def _store_once(self) -> bool:
        """One piece of work; False if there was none."""
        unknown = [lane for lane in self._lanes.values() if not lane.known]
        if unknown:
            await self._storing.resolve(unknown)
            return True
        now = time.monotonic()
        busy = sum(1 for lane in self._lanes.values() if lane.records)
        linger = max(self._limits.linger_s, busy / self._limits.inserts_per_s)
        due = [lane for lane in self._lanes.values() if lane.due(self._limits, linger, now)]
        due = _first_rows(sorted(due, key=lambda lane: lane.since), self._limits.block_rows)
        closing = [lane for lane in self._lanes.values() if lane.closing is not None and lane not in due]
        if due or any(now - lane.closed_at >= CLOSE_AFTER_S for lane in closing):
            await self._storing.round(due, closing)
            await self._storing.erase()
            return True
        return await self._storing.erase()

    def _regulate(self) -> None:
        """Pause lanes that have enough, resume those that want more."""
        full = crowded(self._lanes.values(), self._limits)
        for place, lane in self._lanes.items():
            wants = lane.wants_more(self._limits, full)
            if wants == lane.paused:
                lane.paused = not wants
                with contextlib.suppress(IllegalStateError):  # a rebalance is under way: the lane is about to go
                    (self._consumer.resume if wants else self._consumer.pause)(place)

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Called by the consumer. Nothing to finish: the next owner replays what was planned."""
        self._lanes.clear()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Called by the consumer. Nothing is read before ``resolve`` has decided where to start."""
        generation = self._storing.generation
        self._lanes = {
            place: Lane(place.topic, place.partition, self._tables[place.topic], generation)
            for place in sorted(assigned)
        }
        for place in self._lanes:
            self._consumer.pause(place)
            self._consumer.seek(place, 0)

    async def _say_goodbye(self) -> None:
        """Commit what is stored, so that an orderly restart has nothing to replay."""
        closing = [lane for lane in self._lanes.values() if lane.closing is not None]
        if closing:
            with contextlib.suppress(Fenced, KafkaError):
                await self._storing.round([], closing)


def _first_rows(lanes: list[Lane], rows: int) -> list[Lane]:
    """As many lanes from the front as hold about ``rows`` records together: bounds the memory of a round."""
    chosen: list[Lane] = []
    total = 0
    for lane in lanes:
        if chosen and total + len(lane.records) > rows:
            break
        chosen.append(lane)
        total += len(lane.records)
    return chosen
