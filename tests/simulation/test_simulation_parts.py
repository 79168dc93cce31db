"""The parts of the simulation, each by itself: what it must be able to do to a process, and what it must refuse."""

import asyncio
import logging
from random import Random
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.protocol.offset import OffsetRequest_v2
from aiokafka.protocol.produce import ProduceRequest_v3
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from tests.simulation import faults
from tests.simulation.broker import Broker, CannotImitate
from tests.simulation.database import SimulatedDatabase, Tables
from tests.simulation.faults import Fault, shrink
from tests.simulation.loop import Deadlock, Process, VirtualLoop, clocks
from tests.simulation.wire import Network


@pytest.fixture
def loop() -> Any:
    made = VirtualLoop()
    yield made
    made.close()


def test_a_killed_process_runs_no_step_more_and_no_finally(loop: VirtualLoop) -> None:
    seen: list[str] = []
    process = Process("p", "1")

    async def work() -> None:
        try:
            for number in range(9):
                seen.append(str(number))
                await asyncio.sleep(1)
        finally:
            seen.append("finally")

    task = loop.spawn(process, work)

    async def kill() -> None:
        await asyncio.sleep(2.5)
        process.alive = False
        await asyncio.sleep(20)

    loop.run_until_complete(kill())
    assert (seen, task.done()) == (["0", "1", "2"], False)
    process.tasks.clear()
    task.get_coro().close()


def test_a_stopped_process_goes_on_where_it_stood_and_time_has_passed(loop: VirtualLoop) -> None:
    seen: list[tuple[str, float]] = []
    process = Process("p", "1")

    async def work(name: str, pause: float) -> None:
        for _ in range(2):
            await asyncio.sleep(pause)
            seen.append((name, round(loop.now, 3)))

    loop.spawn(process, lambda: work("a", 1))
    loop.spawn(process, lambda: work("b", 2))

    async def stop() -> None:
        await asyncio.sleep(0.5)
        process.stopped = True
        await asyncio.sleep(10)
        loop.resume(process)
        await asyncio.sleep(5)

    loop.run_until_complete(stop())
    assert seen == [("a", 10.5), ("b", 10.5), ("a", 11.5), ("b", 12.5)]


def test_a_fault_strikes_between_two_steps(loop: VirtualLoop) -> None:
    process, seen = Process("p", "1"), []
    process.countdown, process.strike = 3, lambda: setattr(process, "alive", False)

    async def work() -> None:
        for number in range(9):
            seen.append(number)
            await asyncio.sleep(0)

    task = loop.spawn(process, work)
    loop.run_until_complete(asyncio.sleep(1))
    assert seen == [0, 1, 2]
    process.tasks.clear()
    task.get_coro().close()


def test_waiting_for_ever_is_said(loop: VirtualLoop) -> None:
    with pytest.raises(Deadlock):
        loop.run_until_complete(loop.create_future())


def test_every_clock_shows_virtual_time(loop: VirtualLoop) -> None:
    import time

    async def work() -> tuple[float, float]:
        began = time.monotonic()
        async with asyncio.timeout(5000):
            await asyncio.sleep(3600)
        return began, time.monotonic()

    with clocks(loop):
        began, ended = loop.run_until_complete(work())
    assert ended - began == pytest.approx(3600, abs=0.01)


def test_a_plan_is_shrunk_to_what_it_takes() -> None:
    plan = [*faults.plan(3, ["w"], ["s"], 10.0), Fault("crash", "w", 1.0), Fault("cut", "w", 2.0)]
    needed = plan[-2:]
    assert shrink(plan, lambda fewer: all(one in fewer for one in needed)) == needed
    assert faults.plan(3, ["w"], ["s"], 10.0) == plan[:-2]


def broker(loop: VirtualLoop) -> Broker:
    return Broker(loop, Random(1), {"t": 1})


def test_what_the_broker_cannot_imitate_it_refuses(loop: VirtualLoop) -> None:
    class DescribeGroupsRequest_v0:
        RESPONSE_TYPE = None

    compressed = DefaultRecordBatchBuilder(2, 1, False, -1, -1, -1, 1000)
    compressed.append(0, 0, b"k", b"v" * 100, [])
    unknown: list[Any] = [
        DescribeGroupsRequest_v0(),
        OffsetRequest_v2(-1, 0, [("t", [(0, 1_500_000_000_000)])]),
        ProduceRequest_v3(None, -1, 1000, [("t", [(0, bytes(compressed.build()))])]),
        OffsetRequest_v2(-1, 0, [("another", [(0, -1)])]),
    ]
    for request in unknown:
        with pytest.raises(CannotImitate):
            broker(loop).handle(request, "c", lambda answer: None)


def test_an_idempotent_producer_without_transactions_is_refused(loop: VirtualLoop, monkeypatch: Any) -> None:
    network = Network(loop, broker(loop), Random(1), lambda process, api: None)
    refused: list[BaseException] = []
    network.failure = refused.append  # type: ignore[method-assign,assignment]
    monkeypatch.setattr("aiokafka.client.create_conn", network.connect)
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)

    async def start() -> None:
        producer = AIOKafkaProducer(bootstrap_servers="simulated:9092", enable_idempotence=True, request_timeout_ms=500)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(producer.start(), 2)
        await producer.client.close()
        producer._closed = True

    with clocks(loop):
        loop.run_until_complete(start())
    assert isinstance(refused[0], CannotImitate)


def test_the_database_refuses_what_it_does_not_know(loop: VirtualLoop) -> None:
    database: Any = SimulatedDatabase(Tables(loop, lambda: None))
    with pytest.raises(CannotImitate):
        database.erase(None, {})
    with pytest.raises(CannotImitate):
        database.optimize()
