"""The engine broken on purpose, one guarantee at a time. Each variant must make the checker fail.

``flags`` is a folder through which the test and its workers tell each other how far they are.
"""

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition
from aiokafka.consumer.group_coordinator import GroupCoordinator
from engine_harness import wait_for

from streams.engine.batches import Fetched
from streams.engine.ports import AgentSpec, Output
from streams.engine.progress import Known, Progress
from streams.engine.reader import Reader
from streams.engine.runtime import Engine, EngineApp
from streams.engine.task import Task


class AcksOn(Engine):
    """Faust commits offsets of its own behind the transactions."""

    def channel(self, app: EngineApp, agent: AgentSpec) -> Any:
        channel = super().channel(app, agent)
        channel.acks = True
        return channel

    def events(self, stream: Any) -> AsyncIterator[Any]:
        found: AsyncIterator[Any] = stream.events()
        return found

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), "broker_commit_interval": 0.1}


class RoundRobin(Engine):
    """Faust's fallback assignor, and nobody looks at what it assigned."""

    def settings(self) -> dict[str, Any]:
        return {**super().settings(), "table_standby_replicas": 0}

    def plan(self, assigned: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
        return {(agent.name, number) for topic, number in assigned for agent in self.agents if topic in agent.topics}


class SlowOffsets(Engine):
    """A broker, or a worker of a thousand topic-partitions: asked one after the other, the group's offsets take longer
    than a request may. Harmless: a task asks for all of its own at once.
    """

    def build(self) -> EngineApp:
        ask = GroupCoordinator._do_fetch_commit_offsets

        async def late(coordinator: Any, partitions: Any) -> Any:
            await asyncio.sleep(1.0)
            return await ask(coordinator, partitions)

        GroupCoordinator._do_fetch_commit_offsets = late
        return super().build()


class Disordered(Task):
    """Faust loses batches, repeats them and brings them late: harmless to the real inbox."""

    chance = random.Random(7)

    def start(self) -> None:
        self.late: list[tuple[str, Fetched]] = []
        super().start()

    def deliver(self, topic: str, fetched: Fetched) -> None:
        roll = self.chance.random()
        if roll < 0.2:
            return
        if roll < 0.4:
            self.late.append((topic, fetched))
            return
        super().deliver(topic, fetched)
        if roll > 0.8 and self.late:
            super().deliver(*self.late.pop(0))
        if roll > 0.9:
            super().deliver(topic, fetched)


class GapsTaken(Disordered):
    """The same disorder, and an inbox that takes whatever comes next, as one without intervals would."""

    def deliver(self, topic: str, fetched: Fetched) -> None:
        frontier = self.inbox.frontier(topic)
        if frontier is not None and fetched.start > frontier:
            fetched = fetched._replace(start=frontier)
        super().deliver(topic, fetched)


class Frozen(Task):
    """A worker stopped with SIGSTOP just before the commit of its third transaction; the test continues it."""

    commits = 0
    flags: Path

    async def commit(self, outputs: list[Output], offsets: Mapping[TopicPartition, int]) -> None:
        Frozen.commits += 1
        if Frozen.commits == 3:
            assert self.producer is not None
            self.producer._producer.commit_transaction = self._freeze_and(self.producer._producer.commit_transaction)
        await super().commit(outputs, offsets)

    def _freeze_and(self, commit: Any) -> Any:
        async def frozen_commit() -> None:
            (self.flags / "frozen").touch()
            os.kill(os.getpid(), signal.SIGSTOP)
            try:
                await commit()
            finally:
                (self.flags / "thawed").touch()

        return frozen_commit


class Successor(Task):
    """Between its first two steps it waits until the frozen owner has had its turn."""

    flags: Path

    async def let_the_frozen_one_go_on(self) -> None:
        (self.flags / f"paused-{self.partition}").touch()
        await asyncio.to_thread(wait_for, (self.flags / "thawed").exists, 60, "the frozen worker to go on")

    async def fence(self) -> None:
        await super().fence()
        await self.let_the_frozen_one_go_on()


class AskedFirst(Successor):
    """The committed offsets are asked before the dead owner is fenced, and those of the changelog are not heeded."""

    async def fence(self) -> None:
        async with Reader(self.config, self.partition) as reader:
            self.asked = await super().ask(reader)
        await self.let_the_frozen_one_go_on()
        await Task.fence(self)

    async def ask(self, reader: Reader) -> dict[str, Known]:
        return self.asked

    async def restore(self, reader: Reader) -> None:
        await super().restore(reader)
        self.progress = Progress()


TASKS: dict[str, type[Task]] = {
    "disordered": Disordered,
    "gaps-taken": GapsTaken,
    "frozen": Frozen,
    "successor": Successor,
    "asked-first": AskedFirst,
}
ENGINES: dict[str, type[Engine]] = {"acks-on": AcksOn, "round-robin": RoundRobin, "slow-offsets": SlowOffsets}


def engine(variant: str, flags: str) -> type[Engine]:
    """The engine class of a variant; "plain" is the real one."""
    if variant in ENGINES:
        return ENGINES[variant]
    if variant == "plain":
        return Engine
    task = type("Marked", (TASKS[variant],), {"flags": Path(flags)})
    return type("Broken", (Engine,), {"task_type": task})
