"""One worker on a real broker: it reads, counts, commits, and stops when told."""

import signal
from pathlib import Path

import pytest
from engine_harness import Job, Workers, create, examine, fill, lag, wait_for

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("state", ["memory", "disk"])
def test_counts_exactly_once_and_goes_on_after_a_restart(
    kafka_bootstrap: str, prefix: str, tmp_path: Path, state: str
) -> None:
    job = Job(kafka_bootstrap, prefix, config={"state": state})
    create(job)
    ids = fill(job, 3_000)
    with Workers(job, tmp_path) as workers:
        first = workers.start()
        wait_for(lambda: lag(job) == 0, 40, "first lot", workers)
        first.send_signal(signal.SIGTERM)
        assert first.wait(20) == 0, workers.logs()
        workers.alive.remove(first)
        ids |= fill(job, 2_000, seed=2)
        workers.start()
        wait_for(lambda: lag(job) == 0, 40, "second lot", workers)
    assert examine(job, ids).good
