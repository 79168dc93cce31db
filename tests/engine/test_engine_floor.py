"""Who computes when: one task of a worker at a time, each to the end of its transaction."""

import asyncio
import time
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from aiokafka import TopicPartition
from test_engine_inbox import record

from streams.engine import task as engine_task
from streams.engine.batches import Fetched
from streams.engine.config import EngineConfig
from streams.engine.memory_store import MemoryStore
from streams.engine.ports import AgentSpec, Output, Record, State, Transaction
from streams.engine.task import Task

RECORDS = 64


class Slow:
    """A step whose records take so long that a transaction has several slices."""

    def __init__(self, name: int, seen: list[int]) -> None:
        self.name, self.seen = name, seen

    def begin(self, state: State) -> None: ...
    def ready(self, topic: str) -> bool:
        return True

    def handle(self, record: Record, tx: Transaction) -> bool:
        self.seen.append(self.name)
        time.sleep(0.0005)
        return True

    def flush(self, tx: Transaction) -> None: ...
    def rollback(self) -> None: ...


class Bare(Task):
    """A task without Kafka: it begins at once, and its commits are noted."""

    committed: asyncio.Queue[int]

    async def bring_up(self) -> dict[str, int]:
        self.store, self.step = MemoryStore(), self._make_step()
        return dict.fromkeys(self.agent.topics, 0)

    async def commit(self, outputs: list[Output], offsets: Mapping[TopicPartition, int]) -> None:
        await asyncio.sleep(0)
        self.committed.put_nowait(self.partition)

    def _make_step(self) -> Any:
        return self.agent.make_step(self.partition)


class Feed:
    def hold(self, tps: set[TopicPartition]) -> None: ...
    def release(self, tps: set[TopicPartition]) -> None: ...
    async def rewind(self, offsets: Mapping[TopicPartition, int]) -> int:
        return 0


def observer() -> Any:
    return SimpleNamespace(transaction=lambda *_: None, position=lambda *_: None)


async def test_tasks_compute_one_after_the_other(monkeypatch: Any) -> None:
    monkeypatch.setattr(engine_task, "SLICE_S", 0.001)
    seen: list[int] = []
    agent = AgentSpec("agent", ("t",), "log", lambda partition: Slow(partition, seen))
    config, floor = EngineConfig("app", "localhost:9092"), asyncio.Lock()
    Bare.committed = asyncio.Queue()
    tasks = [
        Bare(config, agent, number, feed=Feed(), observer=observer(), on_bug=print, floor=floor)  # type: ignore[arg-type]
        for number in range(3)
    ]
    for task in tasks:
        task.start()
    await asyncio.sleep(0.01)
    for task in tasks:
        task.deliver("t", Fetched(0, RECORDS, 1, [record(offset, "t") for offset in range(RECORDS)]))
    done = {await asyncio.wait_for(Bare.committed.get(), 5) for _ in tasks}
    await asyncio.gather(*(task.stop(1.0) for task in tasks))
    assert done == {0, 1, 2}
    turns = [one for at, one in enumerate(seen) if at == 0 or seen[at - 1] != one]
    assert len(seen) == 3 * RECORDS and sorted(turns) == [0, 1, 2]
