"""How long the partitions of a killed worker stand still, with a state that has to be read again first."""

import asyncio
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from engine_harness import Job, Workers, create, read_all, wait_for
from kafka import KafkaProducer

from streams.engine.state import Entry, pack

pytestmark = [pytest.mark.servers, pytest.mark.check]
SUBJECTS, VALUE_BYTES = 400_000, 500  # the dead worker's half has to be restored
SESSION_S = 6.0
BOUND_S = 10.0  # from the detection, which is the end of the session


async def remember(job: Job) -> None:
    """A changelog as years of work leave it; keys that no record of the test touches."""
    value = pack(Entry(os.urandom(VALUE_BYTES), None))
    async with AIOKafkaProducer(bootstrap_servers=job.bootstrap, max_batch_size=1 << 19) as producer:
        sent = [
            await producer.send(job.changelog, value, key=b"subject-%d" % number, partition=number % job.partitions)
            for number in range(SUBJECTS)
        ]
        await asyncio.gather(*sent)


@contextmanager
def feeding(job: Job) -> Iterator[None]:
    """A record a partition, ten times a second."""
    ending = threading.Event()

    def feed() -> None:
        producer = KafkaProducer(bootstrap_servers=job.bootstrap)
        while not ending.wait(0.1):
            for partition in range(job.partitions):
                producer.send(job.inputs[0], b"payload", key=b"key", partition=partition)
        producer.close()

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def moments(job: Job) -> dict[int, list[float]]:
    """When the outputs of each partition were written, by the broker's clock."""
    found = asyncio.run(read_all(job.bootstrap, job.output))
    return {partition: [record.timestamp / 1000 for record in records] for partition, records in found.items()}


@pytest.mark.parametrize("state", ["memory", "disk"])
def test_partitions_go_on_soon_after_the_death_is_noticed(
    kafka_bootstrap: str, prefix: str, tmp_path: Path, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    job = Job(kafka_bootstrap, prefix, config={"session_timeout_s": SESSION_S, "state": state}, partitions=8, topics=20)
    create(job)
    asyncio.run(remember(job))
    with Workers(job, tmp_path) as group, feeding(job):
        first = group.start()
        group.start()

        def all_work(since: float) -> bool:
            return all(times and times[-1] > since for times in moments(job).values())

        wait_for(lambda: all_work(0), 90, "every partition's first output", group)
        time.sleep(10)  # both have their share
        killed = time.time()
        group.kill(first)
        wait_for(lambda: all_work(killed + SESSION_S), 60, "every partition's next output", group)
    stood = {}
    for partition, times in moments(job).items():
        after = [at for at in times if at > killed + 1.0]  # what was committed as it died may come a moment later
        stood[partition] = min(after) - killed
    waited = max(stood.values()) - SESSION_S
    assert len([seconds for seconds in stood.values() if seconds > SESSION_S / 2]) >= job.partitions // 2
    assert waited < BOUND_S, stood
    with capsys.disabled():
        print(json.dumps({"state": state, "subjects": SUBJECTS // 2, "on_again_after_detection_s": round(waited, 1)}))
