"""What a contract test needs of Kafka, real or simulated: topics, a loop to run on, and aiokafka's own clients."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, Protocol, TypeVar
from unittest import mock

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from streams.engine.config import EngineConfig
from tests.simulation.broker import Broker
from tests.simulation.loop import VirtualLoop, clocks
from tests.simulation.wire import Network

T = TypeVar("T")
SESSION_S = 6.0


class Kafka(Protocol):
    bootstrap: str
    prefix: str

    def create(self, name: str, partitions: int = 1) -> str:
        """A topic of this test; its whole name."""
        ...

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T: ...


class RealKafka:
    def __init__(self, bootstrap: str, prefix: str) -> None:
        self.bootstrap, self.prefix = bootstrap, prefix

    def create(self, name: str, partitions: int = 1) -> str:
        admin = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        config = {"message.timestamp.type": "LogAppendTime"}
        admin.create_topics([NewTopic(self.prefix + name, partitions, 1, topic_configs=config)], wait_for_metadata=True)
        admin.close()
        return self.prefix + name

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return asyncio.run(work())


class SimulatedKafka:
    bootstrap, prefix = "simulated:9092", "s."

    def __init__(self) -> None:
        self._loop = VirtualLoop()
        self._topics: dict[str, int] = {}
        random.seed(1)
        broker = Broker(self._loop, Random(1), self._topics)
        self._network = Network(self._loop, broker, Random(2), lambda process, api: None)

    def create(self, name: str, partitions: int = 1) -> str:
        self._topics[self.prefix + name] = partitions
        return self.prefix + name

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        with clocks(self._loop), mock.patch("aiokafka.client.create_conn", self._network.connect):
            return self._loop.run_until_complete(work())

    def close(self) -> None:
        self._loop.close()


def config(kafka: Kafka) -> EngineConfig:
    return EngineConfig(f"{kafka.prefix}app", kafka.bootstrap)


async def producer(kafka: Kafka, name: str, **options: Any) -> AIOKafkaProducer:
    made = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, transactional_id=f"{kafka.prefix}{name}", **options)
    await made.start()
    return made


async def member(kafka: Kafka, topic: str, group: str = "group") -> AIOKafkaConsumer:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap,
        group_id=f"{kafka.prefix}{group}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        session_timeout_ms=int(1000 * SESSION_S),
        heartbeat_interval_ms=500,
    )
    await consumer.start()
    consumer.subscribe(topics=[topic])
    return consumer


async def assigned(consumer: AIOKafkaConsumer, count: int, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while len(consumer.assignment()) != count:
            await consumer.getmany(timeout_ms=100)


async def seen(kafka: Kafka, topic: str, committed: bool = True) -> tuple[list[bytes], int]:
    """The values of partition 0 as a reader sees them now, and where the partition ends for him."""
    level = "read_committed" if committed else "read_uncommitted"
    place = TopicPartition(topic, 0)
    async with AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, isolation_level=level) as consumer:
        end: int = (await consumer.end_offsets([place]))[place]
        consumer.assign([place])
        consumer.seek(place, 0)
        values: list[bytes] = []
        while await consumer.position(place) < end:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                values += [record.value for record in records]
        return values, end
