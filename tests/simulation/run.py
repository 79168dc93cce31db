"""One seed played through: the world set up on virtual time, run to its end, judged, and thrown away."""

import asyncio
import contextlib
import gc
import logging
import random
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from unittest import mock

from tests.simulation.faults import Fault, plan
from tests.simulation.judge import judge
from tests.simulation.loop import Deadlock, Endless, VirtualLoop, clocks
from tests.simulation.parts import PARTITIONS, SOURCES
from tests.simulation.world import ACTIVE_S, SINKS, WORKERS, World

# How often somebody looks who has nothing to do: less often than in production, for looking is what takes time here.
IDLE = {
    "sinks.clickhouse.consumer.IDLE_S": 0.2,
    "sinks.clickhouse.consumer.POLL_MS": 300,
    "sinks.clickhouse.erasing._POLL_MS": 1000,
}


class Result(NamedTuple):
    """``failure`` None: exactly once held. ``struck``: faults that met their opportunity, by kind."""

    seed: int
    failure: str | None
    events: int
    struck: Counter[str]
    seconds: float
    steps: int
    trace: list[str]


def faults_of(seed: int) -> list[Fault]:
    return plan(seed, WORKERS, SINKS, ACTIVE_S)


def run(
    seed: int,
    faults: list[Fault] | None = None,
    *,
    quiet: bool = True,
    without: Callable[[], contextlib.AbstractContextManager[Any]] = contextlib.nullcontext,
) -> Result:
    """One run of ``seed``, with its own faults unless others are given. ``without``: takes a guard away meanwhile."""
    chosen = faults_of(seed) if faults is None else faults
    random.seed(seed)  # aiokafka shuffles partitions
    loop = VirtualLoop()
    world = World(loop, seed, chosen, quiet)
    try:
        with _quietly(), clocks(loop), _installed(world), without():
            try:
                loop.run_until_complete(world.run())
            except (Deadlock, Endless) as error:
                world.fail(error)
            found = world.failure or judge(world.broker, world.tables)
        steps = sum(process.steps for process in (*world.dead, *world.processes.values()))
        return Result(seed, found, _events(world), world.struck, loop.now, steps, world.trace)
    finally:
        loop.close()
        with warnings.catch_warnings(), mock.patch.object(sys, "unraisablehook", lambda *_: None):
            warnings.simplefilter("ignore")
            asyncio.set_event_loop(loop)  # or what a finally block starts would wait on a loop of Python's own
            world.forget()
            asyncio.set_event_loop(None)
            del world
            gc.collect()


def _events(world: World) -> int:
    logs = [world.broker.log((topic, partition)) for topic in SOURCES for partition in range(PARTITIONS)]
    return sum(len(log.committed()) for log in logs)


@contextlib.contextmanager
def _installed(world: World) -> Iterator[None]:
    """The simulated ports in the place of the real ones."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch("aiokafka.client.create_conn", world.network.connect))
        stack.enter_context(mock.patch("streams.engine.turn.LOOK_EVERY", 2))
        for place, value in IDLE.items():
            stack.enter_context(mock.patch(place, value))
        yield


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    gc.disable()
    try:
        yield
    finally:
        logging.disable(disabled)
        gc.enable()
