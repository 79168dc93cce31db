"""Virtual time: an event loop that never waits, and processes that can be killed or stopped between any two steps.

asyncio itself runs, unchanged; only its clock and its selector are ours. A step is what runs from one await to the
next. Whatever a process started carries the process in its context, so killing one is simply never to run a step of
it again - no ``finally``, no ``except``, as after ``kill -9`` - and stopping one is to keep its steps for later.
"""

import asyncio
import contextlib
import contextvars
import heapq
import itertools
import time
from collections.abc import Callable, Iterator
from random import Random
from typing import Any
from unittest import mock

PROCESS: contextvars.ContextVar["Process | None"] = contextvars.ContextVar("process", default=None)
MOST_STEPS = 600_000  # of one run; more is a loop without end
STEP_S = 1e-6  # what a round of the loop takes at least: somebody waiting for a rounding error would wait for ever
EPOCH_S = 1_560_000_000.0  # what the wall clock shows when a run begins


class Deadlock(Exception):
    """Nothing is ready and nothing will be: in virtual time nobody would ever wake."""


class Endless(Exception):
    """More steps than any run needs."""


class Process:
    """What dies, sleeps and is started again as one."""

    def __init__(self, name: str, seed: str) -> None:
        self.name = name
        self.chance = Random(f"{seed}:{name}")
        self.alive = True
        self.stopped = False
        self.steps = 0
        self.countdown: int | None = None  # steps until ``strike``
        self.strike: Callable[[], None] = lambda: None
        self.kept: list[asyncio.Handle] = []  # steps that came while it was stopped
        self.tasks: list[Any] = []  # of a dead process too: their collection would run their finally blocks

    def admits(self, handle: asyncio.Handle) -> bool:
        """Whether this step may run now."""
        if self.alive and not self.stopped and self.countdown is not None:
            self.countdown -= 1
            if self.countdown < 0:
                self.countdown = None
                self.strike()
        if not self.alive:
            return False
        if self.stopped:
            self.kept.append(handle)
            return False
        self.steps += 1
        return True


class _Numbered:
    """Sets of futures lie in the order in which they were made, and not where Python's memory happened to be free."""

    _numbers = itertools.count()
    _number: int

    def __hash__(self) -> int:
        return self._number


class _Future(_Numbered, asyncio.Future):  # type: ignore[type-arg]
    def __init__(self, *, loop: asyncio.AbstractEventLoop) -> None:
        self._number = next(self._numbers)
        super().__init__(loop=loop)


class _Task(_Numbered, asyncio.Task):  # type: ignore[type-arg]
    def __init__(self, coro: Any, *, loop: asyncio.AbstractEventLoop, context: Any) -> None:
        self._number = next(self._numbers)
        super().__init__(coro, loop=loop, context=context)


class _Step(asyncio.Handle):
    def _run(self) -> None:
        process = self._context.get(PROCESS)  # type: ignore[attr-defined]
        if process is None or process.admits(self):
            super()._run()  # type: ignore[misc]


class _Timer(asyncio.TimerHandle):
    def _run(self) -> None:
        process = self._context.get(PROCESS)  # type: ignore[attr-defined]
        if process is None or process.admits(self):
            super()._run()  # type: ignore[misc]


class _Selector:
    """Where a real loop sleeps, this one moves its clock."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        loop = self._loop
        loop.rounds += 1
        if loop.rounds > MOST_STEPS:
            raise Endless(f"{loop.rounds} rounds by {loop.now:.0f} s")
        if timeout is None:
            raise Deadlock(f"nothing left to wait for at {loop.now:.3f} s")
        loop.now += max(timeout, STEP_S)
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """``outside`` is the context of what belongs to no process: the network, the servers, the world."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.rounds = 0
        self.outside = contextvars.Context()
        self._selector = _Selector(self)
        self._clock_resolution = 1e-9
        _Numbered._numbers = itertools.count()
        self._stall_s = 0.0
        self.set_exception_handler(lambda loop, context: None)
        self.set_task_factory(_task)

    def time(self) -> float:
        return self.now

    def create_future(self) -> asyncio.Future[Any]:
        return _Future(loop=self)

    def _process_events(self, events: list[Any]) -> None: ...

    def _write_to_self(self) -> None: ...

    def call_soon(self, callback: Any, *args: Any, context: Any = None) -> asyncio.Handle:  # type: ignore[override]
        handle = _Step(callback, args, self, context)
        self._ready.append(handle)  # type: ignore[attr-defined]
        return handle

    call_soon_threadsafe = call_soon  # type: ignore[assignment]  # there is one thread

    def call_at(self, when: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:  # type: ignore[override]
        timer = _Timer(when, callback, args, self, context)
        heapq.heappush(self._scheduled, timer)  # type: ignore[attr-defined]
        timer._scheduled = True  # type: ignore[attr-defined]
        return timer

    def call_later(self, delay: float, callback: Any, *args: Any, context: Any = None) -> asyncio.TimerHandle:  # type: ignore[override]
        return self.call_at(self.now + delay, callback, *args, context=context)

    def later(self, delay: float, callback: Any, *args: Any) -> asyncio.TimerHandle:
        """``call_later`` for what belongs to no process."""
        return self.call_at(self.now + delay, callback, *args, context=self.outside)

    def resume(self, process: Process) -> None:
        """SIGCONT: what was kept runs now, in its order."""
        process.stopped = False
        kept, process.kept = process.kept, []
        self._ready.extend(kept)  # type: ignore[attr-defined]

    def spawn(self, process: Process, start: Callable[[], Any]) -> "asyncio.Task[Any]":
        """Run the coroutine of ``start()`` as the first task of ``process``."""
        context = contextvars.copy_context()
        context.run(PROCESS.set, process)
        return self.create_task(start(), context=context)

    def stall(self, seconds: float) -> None:
        """From inside work in an executor: its answer takes so much longer."""
        self._stall_s += seconds

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:
        """One piece of work after the other; each has its effect at one instant and answers a little later."""
        process = PROCESS.get()
        chance = process.chance if process else Random(0)
        future = self.create_future()
        begin = max(self.now + chance.uniform(0.0002, 0.003), getattr(executor, "simulated_free", 0.0))
        executor.simulated_free = begin + 1e-4
        self.call_at(begin, self._work, executor, future, func, args, chance)
        return future

    def _work(self, executor: Any, future: Any, func: Any, args: Any, chance: Random) -> None:
        self._stall_s = 0.0
        try:
            result, error = func(*args), None
        except Exception as raised:
            result, error = None, raised
        end = self.now + chance.uniform(0.0002, 0.003) + self._stall_s
        executor.simulated_free = end

        def answer() -> None:
            if not future.done():
                if error is None:
                    future.set_result(result)
                else:
                    future.set_exception(error)

        self.call_at(end, answer)


def _task(loop: asyncio.AbstractEventLoop, coro: Any, context: Any = None) -> Any:
    task: Any = _Task(coro, loop=loop, context=context)
    task._log_destroy_pending = False
    process = context.get(PROCESS) if context is not None else PROCESS.get()
    if process is not None:
        process.tasks.append(task)
        if len(process.tasks) > 500:  # those that are done need not be kept
            process.tasks = [kept for kept in process.tasks if not kept.done()]
    return task


@contextlib.contextmanager
def clocks(loop: VirtualLoop) -> Iterator[None]:
    """Every clock of this Python process shows ``loop``'s time. ``perf_counter`` moves a little with every look, so
    that whoever measures his own time sees it pass.
    """
    looks = 0

    def perf_counter() -> float:
        nonlocal looks
        looks += 1
        return loop.now + 0.003 * looks

    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(time, "monotonic", loop.time))
        stack.enter_context(mock.patch.object(time, "time", lambda: EPOCH_S + loop.now))
        for name in ("streams.engine.task.perf_counter", "streams.engine.turn.perf_counter"):
            stack.enter_context(mock.patch(name, perf_counter))
        yield
