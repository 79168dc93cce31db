"""Tests of the kill test: each guarantee switched off must be seen by the checker, or the checker proves nothing."""

import signal
from dataclasses import replace
from pathlib import Path

import pytest
from engine_harness import Job, Report, Workers, create, examine, fill, lag, wait_for
from test_engine_kills import run_with_kills

pytestmark = [pytest.mark.servers, pytest.mark.check]


def test_acks_on_is_noticed(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    """Faust's commits run ahead of the transactions: what was in the inbox of a killed worker is lost."""
    job = Job(kafka_bootstrap, prefix, topics=4, partitions=4, spin_us=500, variant="acks-on")
    report = run_with_kills(job, tmp_path, records=20_000, kills=2)
    assert not report.good


def test_round_robin_is_noticed(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    """Three workers that share a task's topics fence each other: records wait without end."""
    job = Job(kafka_bootstrap, prefix, topics=5, partitions=8, spin_us=500, variant="round-robin")
    create(job)
    ids = fill(job, 40_000)
    with Workers(job, tmp_path) as group:
        for _ in range(3):
            group.start()
        with pytest.raises(AssertionError, match="not within"):
            wait_for(lambda: lag(job) == 0, 40, "the end", group)
    report = examine(job, ids)
    assert not report.good


def test_gaps_taken_are_noticed(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    """The disorder of ``test_engine_faults.test_disorder_inside_faust_loses_nothing`` without the inbox's rule."""
    job = Job(kafka_bootstrap, prefix, variant="gaps-taken", config={"batch_records": 50})
    create(job)
    ids = fill(job, 10_000)
    with Workers(job, tmp_path) as group:
        group.start()
        wait_for(lambda: lag(job) == 0, 90, "the end", group)
    assert examine(job, ids).missing > 0


def zombie(job: Job, folder: Path, successor: str) -> Report:
    """A worker freezes before a commit, a second takes over and lets it go on in the middle of its own start."""
    flags = folder / "flags"
    flags.mkdir()
    job = replace(job, flags=str(flags))
    create(job)
    ids = fill(job, 4_000)
    with Workers(job, folder) as group:
        first = group.start(variant="frozen")
        wait_for((flags / "frozen").exists, 60, "the first worker to freeze", group)
        group.start(variant=successor)
        wait_for(lambda: len(list(flags.glob("paused-*"))) == job.partitions, 60, "the second to pause", group)
        first.send_signal(signal.SIGCONT)
        wait_for((flags / "thawed").exists, 30, "the frozen commit to be decided", group)
        wait_for(lambda: lag(job) == 0, 60, "the end", group)
    return examine(job, ids)


def a_slow_job(bootstrap: str, prefix: str) -> Job:
    return Job(bootstrap, prefix, partitions=1, spin_us=100, config={"max_records_per_transaction": 200})


def test_a_zombie_commit_after_the_fence_does_no_harm(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    report = zombie(a_slow_job(kafka_bootstrap, prefix), tmp_path, "successor")
    assert report.good, report


def test_offsets_asked_before_the_fence_are_noticed(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    report = zombie(a_slow_job(kafka_bootstrap, prefix), tmp_path, "asked-first")
    assert report.duplicates > 0
