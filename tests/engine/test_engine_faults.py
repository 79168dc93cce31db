"""What goes wrong around a task: bugs, a silent or dying broker, disorder inside Faust, workers that come and go."""

import asyncio
import os
import signal
import time
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from engine_harness import Job, Workers, create, examine, fill, lag, wait_for

from streams.local.stack import running, status

pytestmark = pytest.mark.servers


def test_a_bug_stops_the_process_before_commit(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    job = Job(kafka_bootstrap, prefix, topics=1, partitions=1)
    create(job)
    ids = fill(job, 300)
    with Workers(job, tmp_path) as group:
        broken = group.start(bug_at=150, config={"max_records_per_transaction": 100})
        assert broken.wait(40) == 70, group.logs()
        group.alive.remove(broken)
        assert "a bug, on purpose" in group.logs()
        assert 150 <= lag(job) <= 200  # the transaction of record 150 was not committed, nothing after it either
        group.start()
        wait_for(lambda: lag(job) == 0, 40, "the cured worker", group)
    assert examine(job, ids).good


def test_asking_for_offsets_does_not_end_the_reading(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    """Faust asked for each topic-partition's offset before it let records flow, and after a request time-out never read
    again, alive and a member of the group: what stopped a worker that was left alone with all partitions."""
    config = {"request_timeout_s": 6.5}
    job = Job(kafka_bootstrap, prefix, topics=5, partitions=2, variant="slow-offsets", config=config)
    create(job)
    ids = fill(job, 100)
    with Workers(job, tmp_path) as group:
        group.start()
        wait_for(lambda: lag(job) == 0, 25, "the end", group)
    assert examine(job, ids).good


@pytest.mark.check
def test_disorder_inside_faust_loses_nothing(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    job = Job(kafka_bootstrap, prefix, variant="disordered", config={"batch_records": 50})
    create(job)
    ids = fill(job, 10_000)
    with Workers(job, tmp_path) as group:
        group.start()
        wait_for(lambda: lag(job) == 0, 90, "the end", group)
    assert examine(job, ids).good


@pytest.mark.check
def test_workers_come_and_go_in_order(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    """Hand-over without a death: nobody waits for a session to expire, and nothing is fenced."""
    job = Job(kafka_bootstrap, prefix, topics=3, partitions=8, spin_us=500)
    create(job)
    ids = fill(job, 16_000, transactional=True)
    with Workers(job, tmp_path) as group:
        first = group.start()
        wait_for(lambda: lag(job) < 14_000, 40, "the first to work", group)
        group.start()
        wait_for(lambda: lag(job) < 8_000, 60, "both to work", group)
        first.send_signal(signal.SIGTERM)
        assert first.wait(20) == 0
        group.alive.remove(first)
        wait_for(lambda: lag(job) == 0, 60, "the second to finish", group)
        assert "fenced" not in group.logs()
    assert examine(job, ids).good


def test_a_task_fenced_by_nobody_who_stays_goes_on(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    """A zombie fences the owner and is gone: the group still names the owner, so it starts again by itself."""
    job = Job(kafka_bootstrap, prefix, topics=1, partitions=2, spin_us=500)
    create(job)
    ids = fill(job, 10_000)

    async def fence() -> None:
        name = job.engine_config().transactional_id("count", 0)
        async with AIOKafkaProducer(bootstrap_servers=job.bootstrap, transactional_id=name):
            pass

    with Workers(job, tmp_path) as group:
        group.start()
        wait_for(lambda: lag(job) < 9_000, 40, "work to begin", group)
        asyncio.run(fence())
        wait_for(lambda: lag(job) == 0, 60, "the end", group)
        assert "fenced by another producer" in group.logs()
    assert examine(job, ids).good


@pytest.mark.check
@pytest.mark.parametrize("how", ["killed", "silent"])
def test_a_broker_that_fails_is_waited_for_in_place(prefix: str, tmp_path: Path, how: str) -> None:
    """killed: restarted by its supervisor. silent: stopped for longer than a request may take."""
    folder = tmp_path / "stack"
    with running(folder, want_clickhouse=False) as stack:
        assert stack.kafka_bootstrap is not None
        config = {"request_timeout_s": 8.0, "transaction_timeout_ms": 30_000, "max_records_per_transaction": 200}
        job = Job(stack.kafka_bootstrap, prefix, partitions=2, spin_us=500, config=config)
        create(job)
        ids = fill(job, 20_000)
        with Workers(job, tmp_path) as group:
            group.start()
            wait_for(lambda: lag(job) < 18_000, 40, "work to begin", group)
            (broker,) = [health.pid for health in status(folder) if health.server == "kafka"]
            assert broker is not None
            if how == "killed":
                os.kill(broker, signal.SIGKILL)
            else:
                os.kill(broker, signal.SIGSTOP)
                time.sleep(12)
                os.kill(broker, signal.SIGCONT)
            wait_for(lambda: lag(job) == 0, 120, "the end", group)
        assert examine(job, ids).good


@pytest.mark.check
def test_a_new_input_topic_waits_for_a_restart_of_all(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    """A worker that knows a topic the others do not would own half of a task: it refuses, the others go on."""
    old, new = (Job(kafka_bootstrap, prefix, topics=count, partitions=4, spin_us=200) for count in (2, 3))
    create(new)
    ids = fill(new, 12_000)
    with Workers(old, tmp_path) as group:
        first = group.start()
        wait_for(lambda: lag(old) < 7_900, 40, "the first to work", group)
        ahead = group.start(topics=3)
        assert ahead.wait(60) == 70, group.logs()
        group.alive.remove(ahead)
        assert "stop every worker, then start them" in group.logs()
        wait_for(lambda: lag(old) == 0, 60, "the first to go on", group)
        first.send_signal(signal.SIGTERM)
        assert first.wait(20) == 0
        group.alive.remove(first)
        group.start(topics=3)
        group.start(topics=3)
        wait_for(lambda: lag(new) == 0, 60, "the new topic", group)
    assert examine(new, ids).good
