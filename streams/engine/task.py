"""One task: an agent's work on one partition number, exactly once.

Start, in this order, each step only after the one before:
1. start the producer: it fences every other owner of this partition number, and returns when their last transaction
   is decided;
2. ask the broker for the committed offsets: nothing can move them now but this task;
3. restore the state from the changelog partition, read_committed, to its end, and with it the offsets of the last
   transaction (see ``progress``): the group's may have expired;
4. make the step, open the inbox at the committed offsets and read from there.

From then on the inbox guarantees that records are taken once, in order, without gap (see ``inbox``), and one
transaction carries outputs, changelog and offsets. So exactly once rests on three things only: the producer is the
one alive, the offsets were asked after it began, the inbox has no gap. The consumer group decides who works, never
what is right: two owners at a time cost time, not truth.

A fault of Kafka ends the producer and the task starts again from 1, in place. A bug stops the process.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Protocol

from aiokafka import TopicPartition

from streams.engine.batches import Fetched
from streams.engine.config import EngineConfig
from streams.engine.disk_store import DiskStore
from streams.engine.errors import is_fenced, is_passing
from streams.engine.inbox import Inbox, Offer
from streams.engine.memory_store import MemoryStore
from streams.engine.ports import AgentSpec, Observer, Output, Step
from streams.engine.producer import TaskProducer
from streams.engine.progress import Known, Progress, begin, judge_loss
from streams.engine.reader import Reader
from streams.engine.state import Store, TaskTransaction, pack
from streams.engine.turn import StepBug, Turn

log = logging.getLogger(__name__)

SLICE_S = 0.02  # handling time after which the answers of Kafka to other tasks get their turn
IDLE_S = 2.0  # an idle task compares its frontier with the consumer's position this often
BACKOFF_S = (0.2, 5.0)  # first and longest wait after a fault of Kafka


class Feed(Protocol):
    """What a task needs of the consumer."""

    def hold(self, tps: set[TopicPartition]) -> None: ...
    def release(self, tps: set[TopicPartition]) -> None: ...
    async def rewind(self, offsets: Mapping[TopicPartition, int]) -> int: ...
    async def first_offsets(self, tps: set[TopicPartition]) -> Mapping[TopicPartition, int]: ...
    def position_now(self, tp: TopicPartition) -> int | None: ...


class Task:
    """Runs until ``stop``. ``on_bug`` is called once with an exception that must stop the process."""

    def __init__(
        self,
        config: EngineConfig,
        agent: AgentSpec,
        partition: int,
        *,
        feed: Feed,
        observer: Observer,
        on_bug: Callable[[BaseException], None],
        floor: asyncio.Lock,
    ) -> None:
        self.config = config
        self.agent = agent
        self.partition = partition
        self.name = config.transactional_id(agent.name, partition)
        self.feed = feed
        self.observer = observer
        self._on_bug = on_bug
        self._floor = floor  # of all tasks of the worker: whoever has it computes
        self._tps = {topic: TopicPartition(topic, partition) for topic in agent.topics}
        self.inbox = Inbox(agent.topics, config.stream_buffer, config.inbox_bytes, agent.ranks)
        self._held: set[str] = set()
        self._stuck = False  # the step is not ready for anything that waits
        self._gaps: set[str] = set()
        self._stamp = 0  # of the last rewind
        self._arrival = asyncio.Event()
        self._stopping = asyncio.Event()
        self._suspects: dict[str, int] = {}
        self.producer: TaskProducer | None = None
        self.store: Store | None = None
        self.progress = Progress()  # of the last transaction
        self._kept: dict[str, int] = {}  # offsets on which the group and the changelog agree
        self.step: Step | None = None
        self._running: asyncio.Task[None] | None = None

    # --- life -------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        self._hold(set(self.agent.topics))  # nothing to fetch before the frontier is known
        self._running = asyncio.create_task(self._run(), name=self.name)

    async def stop(self, grace_s: float) -> None:
        """Finish the running transaction within ``grace_s`` or give it up; then no producer and no state is left."""
        self._stopping.set()
        self._arrival.set()
        if self._running is None:
            return
        await asyncio.wait({self._running}, timeout=grace_s)
        if not self._running.done():
            log.warning("%s: transaction given up, its next owner starts at the committed offset", self.name)
            self._running.cancel()
            await asyncio.wait({self._running})

    async def _run(self) -> None:
        backoff = BACKOFF_S[0]
        while not self._stopping.is_set():
            began = perf_counter()
            try:
                await self._live()
            except (Exception, asyncio.CancelledError) as error:
                if self._running is not None and self._running.cancelling():
                    return
                if perf_counter() - began > 10 * BACKOFF_S[1]:
                    backoff = BACKOFF_S[0]
                pause = self._judge(error, backoff)
                if pause is None:
                    return
                backoff = min(2 * backoff, BACKOFF_S[1])
                await self._pause(pause)
            finally:
                await self._drop()

    def _judge(self, error: BaseException, backoff: float) -> float | None:
        """Seconds to wait before the next start; None: this task is over and the process with it."""
        if self._stopping.is_set():
            return 0.0
        if is_fenced(error):
            # Another owner is alive; the group will tell us. If it does not, nobody is: the broker fenced us itself
            # (transaction too long), or a zombie did and is gone. Then we go on.
            log.warning("%s: fenced by another producer of this task", self.name)
            return 1.5 * self.config.session_timeout_s
        if is_passing(error):
            log.warning("%s: Kafka failed, starting again in %.1f s: %r", self.name, backoff, error)
            self.observer.retried(self.agent.name, self.partition, type(error).__name__)
            return backoff
        self._on_bug(error)
        return None

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)

    async def _drop(self) -> None:
        self._hold(set(self.agent.topics))
        self.inbox.close()
        step, self.step = self.step, None
        store, self.store = self.store, None
        producer, self.producer = self.producer, None
        if step is not None:
            with contextlib.suppress(Exception):  # it is thrown away in the next line; its bugs no longer matter
                step.rollback()
        if store is not None:
            store.close()
        if producer is not None:
            await asyncio.shield(asyncio.ensure_future(producer.close()))

    # --- start ------------------------------------------------------------------------------------------------------

    async def _live(self) -> None:
        self.inbox.open(await self.bring_up())
        await self._rewind(set(self.agent.topics))
        self._regulate()
        while not self._stopping.is_set():
            if self._gaps:
                await self._mend(set(self._gaps))
            await self._turn()

    async def bring_up(self) -> dict[str, int]:
        """Steps 1 to 3 above and the step. Returns the offset to begin at for each topic."""
        await self.fence()
        async with Reader(self.config, self.partition) as reader:
            known = await self.ask(reader)
            await self.restore(reader)
        before, accept = self.progress, self.config.accept_loss
        offsets = begin(self.name, self.partition, known, before, accept)
        same = before.unfinished in offsets and offsets[before.unfinished] == before.offsets.get(before.unfinished)
        self.progress = Progress({**before.offsets, **offsets}, before.unfinished if same else None)
        self._kept = {
            topic: at for topic, at in offsets.items() if known[topic].group == at == before.offsets.get(topic)
        }
        self.step = self._make_step()
        return offsets

    def _make_step(self) -> Step:
        assert self.store is not None
        try:
            step = self.agent.make_step(self.partition)
            step.begin(TaskTransaction(self.store).state)
        except Exception as error:
            raise StepBug("step failed at its start") from error
        return step

    async def fence(self) -> None:
        self.producer = TaskProducer(self.config, self.name, self.partition)
        await self.producer.start()

    async def ask(self, reader: Reader) -> dict[str, Known]:
        return await reader.committed(self.agent.topics)

    async def restore(self, reader: Reader) -> None:
        began = perf_counter()
        disk = self.config.state == "disk"
        self.store = DiskStore(self.config.data_dir / "state") if disk else MemoryStore()
        self.progress = await reader.replay(self.agent.changelog, self.store)
        self.observer.restored(self.agent.name, self.partition, len(self.store), perf_counter() - began)

    # --- work -------------------------------------------------------------------------------------------------------

    async def _turn(self) -> None:
        """One transaction, or one wait for records."""
        assert self.store is not None and self.step is not None
        async with self._floor:
            began = perf_counter()
            self._arrival.clear()
            tx = TaskTransaction(self.store)
            limit = self.config.max_records_per_transaction
            turn = Turn(self.inbox, self.step, tx, limit, self._resume())
            while turn.run(SLICE_S):
                await asyncio.sleep(0)
                if self._stopping.is_set():
                    break
            if not turn.empty:
                turn.flush()
        self._stuck = turn.empty and bool(self.inbox)
        if turn.empty:
            self._regulate()
            if await self._idle():
                await self._keep(tx, turn.offsets, self._resume())
            return
        written = await self._keep(tx, turn.offsets, turn.unfinished)
        self.store.apply(tx.changes)
        self._regulate()
        took = perf_counter() - began
        self.observer.transaction(self.agent.name, self.partition, turn.handled, written, took, state=self.store)

    def _resume(self) -> str | None:
        """The topic whose first record is unfinished, unless that record is gone: given up by an operator."""
        topic = self.progress.unfinished
        if topic is None or self.inbox.head(topic) is not None:
            return topic
        return topic if self.inbox.frontier(topic) == self.progress.offsets[topic] else None

    async def _keep(self, tx: TaskTransaction, offsets: Mapping[str, int], unfinished: str | None) -> int:
        """Commit a turn. Returns how many records were written.

        A topic with nothing waiting is done up to its frontier: what came last held no record (markers, aborted
        ones). Left uncommitted, such a tail would look like a loss once retention has deleted it.
        """
        topics = self.agent.topics
        done = {topic: self.inbox.frontier(topic) or 0 for topic in topics if self.inbox.head(topic) is None}
        reached = {**self.progress.offsets, **offsets, **done}
        kept = self._kept
        moved = {topic: reached[topic] for topic in topics if topic in offsets or kept.get(topic) != reached[topic]}
        if not moved:
            return 0
        progress = Progress(reached, unfinished)
        outputs = [*tx.outputs, *self._changelog(tx, progress)]
        await self.commit(outputs, {self._tps[topic]: at for topic, at in moved.items()})
        self.progress, self._kept = progress, reached
        for topic, at in moved.items():
            self.observer.position(self.agent.name, topic, self.partition, at)
        return len(outputs)

    def _changelog(self, tx: TaskTransaction, progress: Progress) -> list[Output]:
        changelog, partition = self.agent.changelog, self.partition
        changes = [*tx.changes.items(), progress.change()]
        return [Output(changelog, key, pack(entry), partition) for key, entry in changes]

    async def commit(self, outputs: list[Output], offsets: Mapping[TopicPartition, int]) -> None:
        assert self.producer is not None
        async with asyncio.timeout(self.config.transaction_timeout_ms / 1000):
            await self.producer.write(outputs, offsets)

    # --- feed -------------------------------------------------------------------------------------------------------

    def deliver(self, topic: str, fetched: Fetched) -> None:
        """Called by the agent for every batch of this task's topic-partitions."""
        offer = self.inbox.offer(topic, fetched)
        if offer is Offer.GAP and fetched.stamp > self._stamp:
            self._gaps.add(topic)
        self._hold({topic} if offer is Offer.CLOSED else self.inbox.unwanted(self._stuck) - self._held)
        self._arrival.set()

    async def _mend(self, topics: set[str]) -> None:
        """Read again from the frontier. Raises EngineError when the records there were deleted and everything before
        them is handled: until then the topic stays in ``_gaps``.
        """
        first = await self.feed.first_offsets({self._tps[topic] for topic in topics})
        lost = {}
        for topic in topics:
            frontier, there = self.inbox.frontier(topic) or 0, first[self._tps[topic]]
            if frontier < there:
                lost[topic] = (frontier, there)
        in_hand = {topic for topic in lost if self.inbox.head(topic) is not None}
        topics -= in_hand
        lost = {topic: gone for topic, gone in lost.items() if topic in topics}
        judge_loss(self.name, self.partition, lost, self.config.accept_loss)
        for topic, (_, there) in lost.items():
            self.inbox.skip(topic, there)
        if topics:
            await self._rewind(topics)

    async def _rewind(self, topics: set[str]) -> None:
        offsets = {self._tps[topic]: self.inbox.frontier(topic) or 0 for topic in topics}
        self._stamp = await self.feed.rewind(offsets)
        self._gaps -= topics

    async def _idle(self) -> bool:
        """Wait for a batch; True when none came. A message lost inside Faust shows as a position ahead of the frontier:
        read again.
        """
        try:
            await asyncio.wait_for(self._arrival.wait(), IDLE_S)
            self._suspects = {}
            return False
        except TimeoutError:
            ahead = {}
            for topic in set(self.agent.topics) - self._held:
                position = self.feed.position_now(self._tps[topic])
                if position is not None and position != self.inbox.frontier(topic):
                    ahead[topic] = position
            self._gaps |= {topic for topic, position in ahead.items() if self._suspects.get(topic) == position}
            self._suspects = ahead
            return True

    def _hold(self, topics: set[str]) -> None:
        if topics:
            self._held |= topics
            self.feed.hold({self._tps[topic] for topic in topics})

    def _regulate(self) -> None:
        """Fetch again from the topics that may, and from no others."""
        unwanted = self.inbox.unwanted(self._stuck)
        self._hold(unwanted - self._held)
        free = self._held - unwanted
        if free:
            self._held = unwanted
            self.feed.release({self._tps[topic] for topic in free})
