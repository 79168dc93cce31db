"""Workers killed at random moments: every input gives exactly one output and the state is the fold of the log."""

import random
import time
from pathlib import Path

import pytest
from engine_harness import Job, Report, Workers, create, examine, fill, lag, wait_for

pytestmark = pytest.mark.servers


def run_with_kills(job: Job, folder: Path, records: int, kills: int, workers: int = 2) -> Report:
    """Each kill waits for progress since the last one, so that it meets a working group, then a random moment."""
    create(job)
    ids = fill(job, records)
    chance = random.Random(records + kills)
    step = records // (kills + 2)
    after = [records - step * (number + 1) for number in range(kills)]
    with Workers(job, folder) as group:
        for _ in range(workers):
            group.start()
        for left in after:
            wait_for(lambda left=left: lag(job) <= left, 120, f"the kill when {left} are left", group)
            time.sleep(chance.uniform(0, 0.5))
            group.kill(chance.choice(group.alive))
            group.start()
        wait_for(lambda: lag(job) == 0, 180, "the end", group)
    return examine(job, ids)


def test_two_kills(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    config = {"max_records_per_transaction": 200, "inbox_bytes": 50_000}  # less than one batch: fetching stops and goes
    job = Job(kafka_bootstrap, prefix, topics=50, partitions=8, spin_us=1_000, config=config)
    report = run_with_kills(job, tmp_path, records=20_000, kills=2)
    assert report.good, report
    assert report.seen == 20_000


@pytest.mark.check
def test_ten_kills(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    job = Job(
        kafka_bootstrap, prefix, topics=50, partitions=8, spin_us=1_000, config={"max_records_per_transaction": 200}
    )
    report = run_with_kills(job, tmp_path, records=100_000, kills=12)
    assert report.good, report
    assert report.seen == 100_000


@pytest.mark.check
def test_three_kills_with_the_state_on_disk(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    """Each next owner rebuilds its private file from the changelog; nothing of the dead one's is read."""
    config = {"max_records_per_transaction": 200, "state": "disk"}
    job = Job(kafka_bootstrap, prefix, topics=50, partitions=8, spin_us=1_000, config=config)
    report = run_with_kills(job, tmp_path, records=20_000, kills=3)
    assert report.good, report
    assert report.seen == 20_000
    assert list((tmp_path / "state").iterdir()) == []  # it was used, and no killed worker left a file
