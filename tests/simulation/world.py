"""Two workers and two sinks on a simulated broker and database, departments that publish, and what strikes them."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import Any

from aiokafka.errors import KafkaError
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from sinks.clickhouse.lanes import Limits
from streams.engine.config import EngineConfig
from tests.simulation import faults as plans
from tests.simulation.broker import Broker
from tests.simulation.database import Tables
from tests.simulation.faults import Fault
from tests.simulation.loop import Process, VirtualLoop
from tests.simulation.parts import PARTITIONS, SOURCES, STORED, Sent, answer, parts, script, stored
from tests.simulation.wire import Network
from tests.simulation.worker import Worker, make_sink

GROUP = "app"
WORKERS, SINKS = ["worker-1", "worker-2"], ["sink-1", "sink-2"]
ACTIVE_S = 12.0  # records come and faults strike within this
PATIENCE_S = 240.0  # after the last fault: by then everything is worked off, or something stands still
LIMITS = Limits(block_rows=8, linger_s=0.3, backoff_s=0.2, backoff_max_s=2.0, insert_timeout_s=10.0)
CONFIG: dict[str, Any] = {
    "app_id": GROUP,
    "bootstrap": "simulated:9092",
    "session_timeout_s": 6.0,
    "request_timeout_s": 8.0,
    "batch_records": 7,
    "stream_buffer": 2,
    "max_records_per_transaction": 5,
    "transaction_timeout_ms": 20_000,
    "stop_grace_s": 2.0,
}


class World:
    """Everything of one run. ``failure``: the first thing that went wrong; ``trace``: what happened, unless quiet."""

    def __init__(self, loop: VirtualLoop, seed: int, faults: Iterable[Fault], quiet: bool) -> None:
        self.loop = loop
        self.seed = seed
        self._quiet = quiet
        self.trace: list[str] = []
        self.struck: Counter[str] = Counter()
        self.failure: str | None = None
        self._waiting = sorted(faults, key=lambda fault: fault.at)  # for an opportunity
        self._passed: Counter[int] = Counter()
        self._until = max([ACTIVE_S, *(fault.at + fault.span for fault in self._waiting)])
        chance = Random(f"world:{seed}")
        self.broker = Broker(loop, chance, parts().topics())
        self.network = Network(loop, self.broker, chance, self._request)
        self.network.failure = self.fail  # type: ignore[method-assign]
        self.tables = Tables(loop, lambda: self._opportunity("database", plans.INSERTS))
        self.processes: dict[str, Process] = {}
        self._running: dict[str, Any] = {}
        self.dead: list[Process] = []
        self._answered = 0
        self._sequence: Counter[tuple[str, int]] = Counter()

    # --- the run ----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        sent = script(self.seed, ACTIVE_S)
        for one in sent:
            self.loop.later(one.at, self._publish, one)
        for at in (0.5, 0.7):
            self.loop.later(ACTIVE_S * at, self._answer)
        for fault in self._waiting:
            self.loop.later(fault.at, self._arm, fault)
        for name in (*WORKERS, *SINKS):
            self._start(name)
        while self.failure is None and not self._settled():
            if self.loop.now > self._until + PATIENCE_S:
                self.fail(f"stands still: {self._open()}")
            await self._sleep(0.5)

    async def _sleep(self, seconds: float) -> None:
        done = self.loop.create_future()
        self.loop.later(seconds, done.set_result, None)
        await done

    def _settled(self) -> bool:
        return self.loop.now > self._until and not self._open()

    def _open(self) -> list[str]:
        """What is not worked off, or not stored."""
        found = []
        offsets = self.broker.group(GROUP).offsets
        for topic in (*SOURCES, "accepted"):
            for partition in range(PARTITIONS):
                log, at = self.broker.log((topic, partition)), offsets.get((topic, partition), (0, ""))[0]
                if log.open or at < log.end:
                    found.append(f"{topic}:{partition} {at} of {log.end}")
        if self.broker.undecided():
            found.append("a transaction is not decided everywhere")
        for topic in STORED:
            for partition in range(self.broker.topics[topic]):
                place = (topic, partition)
                last = self.broker.log(place).last_visible()
                if last >= self.tables.positions.get(place, 0):
                    found.append(f"rows of {topic}:{partition} {self.tables.positions.get(place, 0)} of {last + 1}")
        return found

    def note(self, text: str) -> None:
        if not self._quiet:
            self.trace.append(f"{self.loop.now:8.3f} s  {text}")

    def fail(self, error: BaseException | str) -> None:
        if self.failure is None:
            self.failure = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
            self.note(f"FAILED: {self.failure}")

    # --- what departments do ----------------------------------------------------------------------------------------

    def _publish(self, sent: Sent) -> None:
        log = self.broker.log((sent.topic, sent.partition))
        now = int(1000 * self.loop.now)
        if not sent.hidden:
            builder = DefaultRecordBatchBuilder(2, 0, False, -1, -1, -1, 1 << 20)
            builder.append(0, now, b"k", sent.value, [])
            log.append(bytes(builder.build()), now)
            return
        sequence = self._sequence[sent.topic, sent.partition]
        self._sequence[sent.topic, sent.partition] += 1
        builder = DefaultRecordBatchBuilder(2, 0, True, 1, 0, sequence, 1 << 20)
        builder.append(0, now, b"k", sent.value, [])
        log.append(bytes(builder.build()), now)
        log.mark(1, 0, False, now)

    def _answer(self) -> None:
        """Officers confirm what they see so far; each proposal once."""
        for number, (_, _, _, value, _) in enumerate(self.broker.log(("sanctions.hr", 0)).committed()):
            if number >= self._answered and value is not None:
                made = answer(value, number)
                self._publish(Sent(0.0, "feedback.hr", number % PARTITIONS, made))
                self._answered = number + 1

    # --- processes --------------------------------------------------------------------------------------------------

    def _start(self, name: str) -> None:
        if name in self.processes and self.processes[name].alive:
            return
        process = Process(name, str(self.seed))
        process.chance = Random(f"{self.seed}:{name}:{len(self.dead)}")
        self.processes[name] = process
        self.note(f"{name} starts")

        async def main() -> None:
            try:
                running = self._running[name] = self._make(name)
                await running.run()
                self.note(f"{name} stopped in order")
            except (Exception, asyncio.CancelledError) as error:
                self._ended(process, error)
            else:
                self._ended(process, None)

        self.loop.spawn(process, main)

    def _make(self, name: str) -> Any:
        if name in SINKS:
            return make_sink(self.tables, stored(), parts().desk.codec, LIMITS)
        process = self.processes[name]

        def ended(error: BaseException) -> None:
            self._ended(process, error)

        config = EngineConfig(**CONFIG)
        strike = lambda: self._opportunity(name, plans.BATCHES)  # noqa: E731
        return Worker(config, parts().agents(), ended, strike)

    def _ended(self, process: Process, error: BaseException | None) -> None:
        """A process is over by itself. Kafka and the network may end it; anything else is a bug."""
        if error is not None:
            self.note(f"{process.name} ends: {error!r}")
            if not _passing(error):
                self.fail(f"{process.name}: {error!r} {error.__cause__ or ''}")
        self._bury(process, 1.0)

    def _bury(self, process: Process, pause_s: float) -> None:
        if process.alive:
            process.alive = False
            process.countdown = None
            self.network.died(process)
            self.dead.append(process)
            self.loop.later(pause_s, self._start, process.name)

    # --- faults -----------------------------------------------------------------------------------------------------

    def _arm(self, fault: Fault) -> None:
        if fault.kind == "broker away":
            self._struck(fault)
            self.network.broker_away(fault.span)
        elif fault.kind == "cut":
            self._struck(fault)
            self.network.cut(fault.target, fault.span)
        elif fault.kind == "database away":
            self._struck(fault)
            self.tables.away = True
            self.loop.later(fault.span, setattr, self.tables, "away", False)
        elif fault.kind in plans.DEADLY and not fault.api:
            self._aim(fault)

    def _aim(self, fault: Fault) -> None:
        process = self.processes[fault.target]
        if process.alive and process.countdown is None:
            process.countdown = fault.skip
            process.strike = lambda: self._hit(process, fault)

    def _hit(self, process: Process, fault: Fault) -> None:
        self._struck(fault)
        if fault.kind == "crash":
            self._bury(process, fault.span / 4)
        elif fault.kind == "freeze":
            process.stopped = True
            self.loop.later(fault.span, self._thaw, process)
        else:
            self._running[process.name].stop()

    def _thaw(self, process: Process) -> None:
        self.note(f"{process.name} wakes")
        self.loop.resume(process)

    def _struck(self, fault: Fault) -> None:
        self.struck[fault.kind] += 1
        self.note(f"FAULT {fault.kind} at {fault.target}{' after ' + fault.api if fault.api else ''}")

    def _opportunity(self, target: str, kinds: tuple[str, ...], api: str = "") -> Fault | None:
        """The fault whose time has come and that has let enough opportunities pass."""
        for number, fault in enumerate(self._waiting):
            if fault.at > self.loop.now:
                return None
            if fault.kind in kinds and fault.target == target and fault.api == api:
                self._passed[id(fault)] += 1
                deadly = fault.kind in plans.DEADLY
                if deadly or self._passed[id(fault)] > fault.skip:
                    del self._waiting[number]
                    if not deadly:
                        self._struck(fault)
                    return fault
        return None

    def _request(self, process: str, api: str) -> Fault | None:
        if api in ("EndTxn", "InitProducerId", "OffsetCommit", "JoinGroup", "TxnOffsetCommit"):
            self.note(f"{process} sends {api}")
        deadly = self._opportunity(process, plans.DEADLY, api)
        if deadly is not None:
            self._aim(deadly)
        return self._opportunity(process, plans.REQUESTS, api)

    # --- the end ----------------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """Throw away what is left of all processes. Their coroutines are closed on a loop that runs nothing, where
        whatever their ``finally`` blocks still try comes to nothing.
        """
        self._quiet = True
        for process in (*self.dead, *self.processes.values()):
            process.alive = False
            tasks, process.tasks, process.kept = process.tasks, [], []
            for task in tasks:
                coroutine, tries = task.get_coro(), 0
                while not task.done() and coroutine.cr_frame is not None and tries < 10:
                    tries += 1
                    with contextlib.suppress(BaseException):
                        coroutine.close()


def _passing(error: BaseException) -> bool:
    return isinstance(error, KafkaError | OSError | TimeoutError)
