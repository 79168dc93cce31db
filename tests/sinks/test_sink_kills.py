"""The guarantee under kill -9 of the sink and of ClickHouse, and under a zombie; and that the checker would notice.

These tests kill servers, so they start their own.
"""

import asyncio
import contextlib
import os
import random
import signal
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from sink_stand import SESSION_S, TOPICS, Stand, end

from streams.local.stack import running, status

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    with running(tmp_path_factory.mktemp("servers")) as stack:
        yield stack, stack_folder(tmp_path_factory)


def stack_folder(factory) -> Path:
    return max(factory.getbasetemp().glob("servers*"), key=lambda path: path.stat().st_mtime)


@pytest.fixture
def own(servers, tmp_path, request):
    (stack, folder), name = servers, f"k{abs(hash(request.node.nodeid)) % 10**8}"
    stand = Stand(stack.kafka_bootstrap, stack.clickhouse_url, f"{name}.", name, tmp_path)
    stand.prepare()
    return stand, folder


def kill_database(folder: Path) -> None:
    """kill -9 of the server; its supervisor starts it again."""
    found = next(health for health in status(folder) if health.server == "clickhouse")
    if found.pid is not None:
        os.kill(found.pid, signal.SIGKILL)


async def under_fire(stand: Stand, folder: Path, kills: int, variant: str = "slow") -> None:
    """Produce without pause while the sink dies ``kills`` times and ClickHouse as often, then let it finish.

    A kill counts only in mid-work: each waits until rows arrive again, then for a random moment.
    """
    chance = random.Random(stand.prefix)
    enough = asyncio.Event()
    producing = asyncio.create_task(produce_until(stand, enough))
    sink = stand.start(variant)
    try:
        for number in range(2 * kills):
            await asyncio.to_thread(stand.wait_for, stand.rows() + 1)
            await asyncio.sleep(chance.uniform(0.0, 1.0))
            if number % 2:
                kill_database(folder)
            else:
                sink.kill()
                sink.wait()
                sink = stand.start(variant)
        enough.set()
        await producing
        await asyncio.to_thread(stand.wait_for, stand.rows_wanted, 90)
        await asyncio.sleep(1.5)  # a wrong sink may still be writing
    finally:
        enough.set()
        end(sink)


async def produce_until(stand: Stand, enough: asyncio.Event) -> None:
    while not enough.is_set():
        await stand.produce(600, per_transaction=60, pause_s=0.05)


async def test_two_kills_of_the_sink_and_two_of_the_database(own):
    stand, folder = own
    await under_fire(stand, folder, 2)
    await stand.assert_exactly_once()


@pytest.mark.check
async def test_ten_kills_of_each(own):
    stand, folder = own
    await under_fire(stand, folder, 10)
    await stand.assert_exactly_once()


async def zombie(stand: Stand, variant: str) -> int | None:
    """A sink falls asleep between plan and insert, another takes over and finishes, the first wakes up. Its exit code,
    None while it lives."""
    with stand.sink(variant) as sleeper:
        await stand.produce(1_200, per_transaction=100)
        until = time.monotonic() + 30
        while "asleep" not in stand.log():
            assert time.monotonic() < until, stand.log()
            await asyncio.sleep(0.1)
        with stand.sink():
            await asyncio.to_thread(stand.wait_for, stand.rows_wanted)
            os.kill(sleeper.pid, signal.SIGCONT)
            await stand.produce(400)
            await asyncio.sleep(SESSION_S / 2)  # the zombie inserts, is fenced, and joins anew
            await asyncio.to_thread(stand.wait_for, stand.rows_wanted)
            return sleeper.poll()


async def test_a_zombie_that_wakes_between_plan_and_insert_stores_nothing_twice(own):
    stand, _ = own
    assert await zombie(stand, "sleeper") is None, "a zombie that was fenced goes on as a member"
    await stand.assert_exactly_once()


async def test_lost_answers_store_nothing_twice(own):
    stand, _ = own
    with stand.sink("lost-ack"):
        await stand.produce(1_500)
        await asyncio.to_thread(stand.wait_for, stand.rows_wanted)
    await stand.assert_exactly_once()


async def test_what_a_full_disk_acknowledged_and_did_not_take_is_stored(own):
    stand, _ = own
    with stand.sink("hollow"):
        await stand.produce(1_500)
        await asyncio.to_thread(stand.wait_for, stand.rows_wanted)
    await stand.assert_exactly_once()
    assert "was acknowledged and is gone; storing it again" in stand.log()


@contextlib.asynccontextmanager
async def joined(stand: Stand):
    """A second member of the sink's group that only joins, gets partitions within the time, and leaves."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=stand.bootstrap,
        group_id=f"{stand.prefix}sink-clickhouse",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    consumer.subscribe(topics=[f"{stand.prefix}{name}" for name in TOPICS])
    try:
        async with asyncio.timeout(SESSION_S):
            await consumer.getmany(timeout_ms=60_000)  # comes back with records, so after the assignment
        yield
    finally:
        await consumer.stop()


async def test_a_database_that_hangs_blocks_no_rebalance_and_no_stop(own):
    """ClickHouse is stopped in mid-work (SIGSTOP): a second sink must join, the first must be able to leave."""
    stand, folder = own
    server = next(health.pid for health in status(folder) if health.server == "clickhouse")
    with stand.sink() as first:
        await stand.produce(800)
        await asyncio.to_thread(stand.wait_for, stand.rows_wanted)
        os.kill(server, signal.SIGSTOP)
        try:
            await stand.produce(400)
            await asyncio.sleep(1)
            async with joined(stand):  # another member: the group must settle although the first one hangs
                pass
            first.send_signal(signal.SIGTERM)
            assert first.wait(5) == 0, stand.log()
        finally:
            os.kill(server, signal.SIGCONT)
    with stand.sink():
        await asyncio.to_thread(stand.wait_for, stand.rows_wanted)
    await stand.assert_exactly_once()


async def bad(stand: Stand) -> bool:
    return not all(report.good for report in await stand.reports())


@pytest.mark.check
async def test_of_the_test_without_tokens_the_checker_finds_duplicates_after_lost_answers(own):
    stand, _ = own
    with stand.sink("lost-ack,no-token,no-doubt"):
        await stand.produce(1_500)
        await asyncio.to_thread(stand.wait_for, stand.rows_wanted)
        await asyncio.sleep(2)
    assert await bad(stand)


@pytest.mark.check
async def test_of_the_test_without_tokens_the_checker_finds_what_the_zombie_did(own):
    stand, _ = own
    await zombie(stand, "sleeper,no-token")  # it may live: whether its own count ends it first is chance
    assert await bad(stand)


@pytest.mark.check
async def test_of_the_test_without_the_plan_the_checker_finds_duplicates_after_kills(own):
    stand, folder = own
    await under_fire(stand, folder, 3, "slow,no-plan,no-doubt")  # the count would stop it first
    assert await bad(stand)
