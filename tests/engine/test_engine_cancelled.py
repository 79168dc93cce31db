"""A cancellation that nobody asked for does not end a task in silence."""

import asyncio
from collections.abc import Mapping
from typing import Any

from aiokafka import TopicPartition
from worker_main import Silent

from streams.engine.config import EngineConfig
from streams.engine.ports import AgentSpec
from streams.engine.task import Task


class Nothing:
    """A feed without a consumer; a task that does not come up asks for nothing."""

    def hold(self, tps: set[TopicPartition]) -> None: ...
    def release(self, tps: set[TopicPartition]) -> None: ...
    async def rewind(self, offsets: Mapping[TopicPartition, int]) -> int: ...
    async def first_offsets(self, tps: set[TopicPartition]) -> Mapping[TopicPartition, int]: ...
    def position_now(self, tp: TopicPartition) -> int | None: ...


class Interrupted(Task):
    """Its first start ends as closing a consumer of aiokafka may, its second with a bug."""

    starts = 0

    async def bring_up(self) -> dict[str, int]:
        self.starts += 1
        raise asyncio.CancelledError if self.starts == 1 else KeyError("a bug, on purpose")


def interrupted(bugs: list[BaseException]) -> Interrupted:
    agent = AgentSpec("count", ("in",), "log", lambda partition: None)  # type: ignore[arg-type, return-value]
    config, feed, observer = EngineConfig("app", "127.0.0.1:1"), Nothing(), Silent()
    floor = asyncio.Lock()
    made: Any = Interrupted(config, agent, 0, feed=feed, observer=observer, on_bug=bugs.append, floor=floor)  # type: ignore[arg-type]
    return made


async def test_it_starts_again() -> None:
    bugs: list[BaseException] = []
    task = interrupted(bugs)
    task.start()
    assert task._running is not None
    await asyncio.wait_for(task._running, 5)
    assert task.starts == 2 and [repr(bug) for bug in bugs] == ["KeyError('a bug, on purpose')"]


async def test_one_that_was_asked_for_ends_it() -> None:
    bugs: list[BaseException] = []
    task = interrupted(bugs)
    task.start()
    assert task._running is not None
    await asyncio.sleep(0.05)  # it rests before its second start
    task._running.cancel()
    await asyncio.wait({task._running}, timeout=5)
    assert task._running.done() and task.starts == 1 and bugs == []
