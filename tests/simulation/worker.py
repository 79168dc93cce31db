"""One worker and one sink as simulated processes: the real engine and the real sink on the simulated network.

Of Faust only its place is taken: it hands partitions to the engine and batches to its agents. The fetching, holding
and rewinding are the engine's own transport on aiokafka's own consumer.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from types import SimpleNamespace
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener
from aiokafka.coordinator.assignors.abstract import AbstractPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata
from aiokafka.errors import ConsumerStoppedError, KafkaError

from schemas.codec import Codec
from sinks.clickhouse.columns import Table
from sinks.clickhouse.consumer import Sink
from sinks.clickhouse.lanes import Limits
from sinks.clickhouse.writer import Writer
from streams.engine.batches import BatchScheduler
from streams.engine.closing import end_fetching
from streams.engine.config import EngineConfig
from streams.engine.ports import AgentSpec
from streams.engine.runtime import Engine
from streams.engine.transport import BatchConsumer, BatchThread
from tests.simulation.database import SimulatedDatabase, Tables
from tests.simulation.faults import Fault


class Silent:
    """An observer and a tally that keep nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *values, **named: None


class Copartitioned(AbstractPartitionAssignor):
    """Partition N of all topics to one member, as Faust's assignor has it."""

    name = "copartitioned"
    version = 0

    @classmethod
    def assign(cls, cluster: Any, members: Mapping[str, Any]) -> dict[str, Any]:
        topics = sorted({topic for member in members.values() for topic in member.subscription})
        names = sorted(members)
        found = {}
        for rank, name in enumerate(names):
            mine = [
                (topic, [n for n in sorted(cluster.partitions_for_topic(topic)) if n % len(names) == rank])
                for topic in topics
            ]
            found[name] = ConsumerProtocolMemberAssignment(cls.version, [one for one in mine if one[1]], b"")
        return found

    @classmethod
    def metadata(cls, topics: Any) -> Any:
        return ConsumerProtocolMemberMetadata(cls.version, sorted(topics), b"")


class Feed:
    """``BatchThread`` and ``BatchConsumer`` on one loop. What is not here is theirs."""

    held: frozenset[Any] = frozenset()
    stamp = 0
    _room: Any = None
    _rota: Any = None
    consumer = SimpleNamespace(flow_active=True)

    _fetch_records = BatchThread._fetch_records
    _wait = BatchThread._wait
    _drain = BatchThread._drain
    _set_room = BatchThread._set_room
    wake = BatchThread.wake
    hold = BatchConsumer.hold
    release = BatchConsumer.release
    rewind = BatchConsumer.rewind
    first_offsets = BatchConsumer.first_offsets
    position_now = BatchConsumer.position_now

    def __init__(self, client: AIOKafkaConsumer) -> None:
        self._client = client
        self._thread: Any = self
        self.thread_loop = asyncio.get_running_loop()

    def _ensure_consumer(self) -> AIOKafkaConsumer:
        return self._client

    async def seek_wait(self, offsets: Mapping[Any, int]) -> None:
        """As Faust's, in its thread: so a step later."""
        await asyncio.sleep(0)
        for tp, offset in sorted(offsets.items()):
            self._client.seek(tp, offset)
        await asyncio.wait_for(asyncio.gather(*[self._client.position(tp) for tp in sorted(offsets)]), 15.0)

    async def earliest_offsets(self, *tps: Any) -> Mapping[Any, int]:
        found: Mapping[Any, int] = await self._client.beginning_offsets(sorted(tps))
        return found


class _Stream:
    """What an agent reads: batches of its topics, in the order they came."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Any] = asyncio.Queue()

    def noack(self) -> "_Stream":
        return self

    async def events(self) -> AsyncIterator[Any]:
        while True:
            message = await self.queue.get()
            yield SimpleNamespace(message=message, value=message.value)


class SimulatedEngine(Engine):
    """``ended``: told why the process ends, instead of ending the real one."""

    ended: Callable[[BaseException], None]
    reason: BaseException

    def die(self, error: BaseException) -> None:
        if not self._dying:
            self.reason = error
        super().die(error)

    def _exit(self) -> None:
        self.ended(self.reason)


class Worker(ConsumerRebalanceListener):  # type: ignore[misc]
    """``strike`` is asked for every batch on its way to a task."""

    def __init__(
        self,
        config: EngineConfig,
        agents: list[AgentSpec],
        ended: Callable[[BaseException], None],
        strike: Callable[[], Fault | None],
    ) -> None:
        self._config = config
        self._engine = SimulatedEngine(config, agents, Silent())  # type: ignore[arg-type]
        self._engine.ended = ended
        self._strike = strike
        self._streams = {agent.name: _Stream() for agent in agents}
        self._agents = {topic: agent.name for agent in agents for topic in agent.topics}
        self._stopping = asyncio.Event()
        self._client = AIOKafkaConsumer(
            bootstrap_servers=config.bootstrap,
            group_id=config.app_id,
            client_id="worker",
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            request_timeout_ms=int(1000 * config.request_timeout_s),
            session_timeout_ms=int(1000 * config.session_timeout_s),
            heartbeat_interval_ms=int(1000 * config.session_timeout_s / 4),
            rebalance_timeout_ms=int(3000 * config.session_timeout_s),
            max_poll_interval_ms=1_000_000,
            max_partition_fetch_bytes=config.fetch_bytes,
            fetch_max_wait_ms=1000,
            partition_assignment_strategy=(Copartitioned,),
        )

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        await self._client.start()
        self._feed = Feed(self._client)
        for agent in self._engine.agents:
            self._carry(self._engine.relay(agent)(self._streams[agent.name]))
        self._client.subscribe(topics=sorted(self._agents), listener=self)
        poll = self._carry(self._poll())
        await self._stopping.wait()
        await self._engine.on_shutdown(None)  # type: ignore[arg-type]
        poll.cancel()
        await end_fetching(self._client)
        await self._client.stop()

    def _carry(self, work: Any) -> "asyncio.Task[Any]":
        task = asyncio.ensure_future(work)
        task.add_done_callback(self._look)
        return task

    def _look(self, task: "asyncio.Task[Any]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._engine.die(error)

    async def on_partitions_assigned(self, assigned: Any) -> None:
        app: Any = SimpleNamespace(consumer=self._feed)
        await self._engine.on_assigned(app, set(assigned))

    async def on_partitions_revoked(self, revoked: Any) -> None:
        await self._engine.on_revoked(None, set(revoked))  # type: ignore[arg-type]

    async def _poll(self) -> None:
        scheduler = BatchScheduler()
        while True:
            try:
                found = await self._feed._fetch_records(
                    self._client, self._client.assignment(), 1.0, self._config.batch_records
                )
            except ConsumerStoppedError:
                return
            except KafkaError as error:
                if not error.retriable:
                    raise
                await asyncio.sleep(0.2)
                continue
            for _, message in scheduler.iterate(found):
                self._hand_on(message)

    def _hand_on(self, message: Any) -> None:
        queue = self._streams[self._agents[message.topic]].queue
        fault = self._strike()
        kind = fault.kind if fault else ""
        if kind in ("", "batch repeated"):
            queue.put_nowait(message)
        if fault is not None and kind != "batch lost":
            asyncio.get_running_loop().call_later(fault.span, queue.put_nowait, message)


def make_sink(tables: Tables, topics: Mapping[str, Table], codec: Codec, limits: Limits) -> Sink:
    database: Any = SimulatedDatabase(tables)
    return Sink("simulated:9092", "sink", topics, Writer(database), codec, session_timeout_s=8.0, limits=limits)
