"""Latency: from publishing an event to its receipt in the hands of a ``read_committed`` reader, at a steady rate."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from bench_job import CHANNEL, Config, Event
from bench_stage import OURS, Contestant, Failed, process, stage

from streams.app import Parts
from streams.local.errors import tail
from streams.wire import source_key

RATE = 200  # events per second
QUIET_S = 60.0  # without any receipt: something is wrong


class Clocked:
    """Publishes at the rate and notes when each event left and when its receipt came (seconds, one clock)."""

    def __init__(self, parts: Parts, events: Sequence[Event]) -> None:
        self.parts, self.events = parts, events
        self.topic = parts.messages.topic("events", CHANNEL)
        self.left: dict[bytes, float] = {}
        self.came: dict[bytes, float] = {}

    async def publish(self, producer: AIOKafkaProducer) -> None:
        begun, offsets = time.perf_counter(), [0] * self.parts.partitions
        for number, event in enumerate(self.events):
            await asyncio.sleep(max(0.0, begun + number / RATE - time.perf_counter()))
            place = source_key(self.topic, event.partition, offsets[event.partition])
            offsets[event.partition] += 1
            self.left[place] = time.perf_counter()
            await producer.send(self.topic, event.value, key=event.key, partition=event.partition)

    async def listen(self, consumer: AIOKafkaConsumer) -> None:
        last = time.perf_counter()
        while len(self.came) < len(self.events):
            for records in (await consumer.getmany(timeout_ms=1_000)).values():
                last = time.perf_counter()
                for record in records:
                    self.came.setdefault(record.key, last)
            if time.perf_counter() - last > QUIET_S:
                raise Failed(f"no receipt for {QUIET_S:.0f} s, {len(self.came)} of {len(self.events)} came")

    def seconds(self, warm_up: int) -> list[float]:
        """Latency of every event after the first ``warm_up``, in order of publication."""
        return [self.came[place] - left for place, left in self.left.items()][warm_up:]


def latencies(contestant: Contestant, events: Sequence[Event], warm_up: int, home: Path) -> list[float]:
    """Seconds of each event after the first ``warm_up``. Raises Failed."""
    folder = home / f"{contestant.name}-latency"
    folder.mkdir()
    with stage(folder / "broker", home, contestant) as parts:
        own = home if contestant.name == OURS else folder
        config = Config(parts.bootstrap, str(own), str(home / "keys"), parts.partitions)
        log = folder / "log"
        with process(contestant, config, log):
            try:
                clocked = asyncio.run(_measure(parts, events))
            except Failed as error:
                raise Failed(f"{contestant.name}: {error}\n{tail(log)}") from None
    return clocked.seconds(warm_up)


async def _measure(parts: Parts, events: Sequence[Event]) -> Clocked:
    clocked = Clocked(parts, events)
    consumer = AIOKafkaConsumer(bootstrap_servers=parts.bootstrap, isolation_level="read_committed")
    producer = AIOKafkaProducer(bootstrap_servers=parts.bootstrap, acks="all")
    async with consumer, producer, asyncio.TaskGroup() as group:
        consumer.assign([TopicPartition(parts.messages.topic("receipts", CHANNEL), 0)])
        await consumer.seek_to_beginning()
        group.create_task(clocked.publish(producer))
        group.create_task(clocked.listen(consumer))
    return clocked
