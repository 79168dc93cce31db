"""Offsets that Kafka forgot, records that Kafka deleted: nothing is done twice, nothing passed over in silence."""

import asyncio
import signal
from pathlib import Path

import pytest
from engine_harness import Job, Workers, create, examine, fill, lag, read_all, wait_for
from kafka import KafkaAdminClient
from kafka import TopicPartition as Place

from streams.engine.errors import EngineError
from streams.engine.progress import Known, Progress, begin
from streams.engine.state import OFFSETS_KEY

ONE = {"topics": 1, "partitions": 1}


@pytest.mark.parametrize(
    ("group", "kept", "start"),
    [(5, 7, 7), (7, 5, 7), (None, 7, 7), (7, None, 7), (None, None, 3)],
    ids=["behind", "moved-forward", "expired", "older-changelog", "fresh"],
)
def test_begins_at_the_later_of_what_is_known(group: int | None, kept: int | None, start: int) -> None:
    progress = Progress({} if kept is None else {"t": kept})
    assert begin("task", 0, {"t": Known(group, 3, 9)}, progress, accept_loss=False) == {"t": start}


@pytest.mark.parametrize(("group", "kept"), [(5, None), (None, 5), (4, 5)])
def test_a_loss_is_refused_or_accepted(group: int | None, kept: int | None) -> None:
    progress = Progress({} if kept is None else {"t": kept})
    known = {"t": Known(group, 8, 9)}
    with pytest.raises(EngineError, match=r"t:0 offsets 5 to 7\. Cure: .* accept_loss"):
        begin("task", 0, known, progress, accept_loss=False)
    assert begin("task", 0, known, progress, accept_loss=True) == {"t": 8}
    moved = {"t": Known(8, 8, 9)}  # by an operator, with Kafka's own tools
    assert begin("task", 0, moved, progress, accept_loss=False) == {"t": 8}


def test_a_topic_created_anew_is_refused_or_read_from_its_first_offset() -> None:
    known = {"t": Known(None, 0, 2)}
    with pytest.raises(EngineError, match="t:0 ends at 2, but offset 5 is committed"):
        begin("task", 0, known, Progress({"t": 5}), accept_loss=False)
    assert begin("task", 0, known, Progress({"t": 5}), accept_loss=True) == {"t": 0}


def stop(group: Workers) -> None:
    (worker,) = group.alive
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0, group.logs()
    group.alive.remove(worker)


def delete_before(job: Job, offset: int) -> None:
    admin = KafkaAdminClient(bootstrap_servers=job.bootstrap)
    admin.delete_records({Place(job.inputs[0], 0): offset})
    admin.close()


@pytest.mark.servers
def test_expired_group_offsets_repeat_nothing(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    job = Job(kafka_bootstrap, prefix, partitions=2)
    create(job)
    ids = fill(job, 2_000)
    with Workers(job, tmp_path) as group:
        group.start()
        wait_for(lambda: lag(job) == 0, 40, "the first lot", group)
        stop(group)
        admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
        admin.delete_groups([job.engine_config().app_id])  # what the broker does when they expire
        admin.close()
        assert lag(job) >= 2_000
        ids |= fill(job, 500, seed=-1)
        group.start()
        wait_for(lambda: lag(job) == 0, 40, "the second lot", group)
        assert "by the changelog; the group knew None" in group.logs()
    report = examine(job, ids)
    assert report.good, report


@pytest.mark.servers
def test_records_deleted_while_a_worker_is_down(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    job = Job(kafka_bootstrap, prefix, **ONE)
    create(job)
    fill(job, 300)
    delete_before(job, 100)  # before anybody came: no loss of this task
    with Workers(job, tmp_path) as group:
        group.start()
        wait_for(lambda: lag(job) == 0, 40, "the rest", group)
        assert "begins at its first offset, 100" in group.logs()
        stop(group)
        fill(job, 200, seed=2)
        delete_before(job, 400)
        refused = group.start()
        assert refused.wait(40) == 70
        group.alive.remove(refused)
        assert f"{job.inputs[0]}:0 offsets 300 to 399. Cure" in group.logs()
        assert lag(job) == 200
        group.start(config={"accept_loss": True})
        wait_for(lambda: lag(job) == 0, 40, "the rest after the loss", group)
    report = examine(job, {f"{job.inputs[0]}:0:{offset}" for offset in (*range(100, 300), *range(400, 500))})
    assert report.good, report


@pytest.mark.servers
@pytest.mark.parametrize("accept", [False, True])
def test_records_deleted_under_a_living_task(kafka_bootstrap: str, prefix: str, tmp_path: Path, accept: bool) -> None:
    config = {"max_records_per_transaction": 50, "batch_records": 50, "fetch_bytes": 4096, "accept_loss": accept}
    job = Job(kafka_bootstrap, prefix, spin_us=2_000, config=config, **ONE)
    create(job)
    ids = fill(job, 5_000)
    with Workers(job, tmp_path) as group:
        worker = group.start()
        wait_for(lambda: lag(job) < 5_000, 40, "work to begin", group)
        delete_before(job, 4_500)
        if accept:
            wait_for(lambda: lag(job) == 0, 60, "the end", group)
            assert "The loss is accepted" in group.logs()
        else:
            assert worker.wait(60) == 70
            group.alive.remove(worker)
            assert "to 4499. Cure: restore them, or accept" in group.logs()
            assert lag(job) > 500
    report = examine(job, ids)
    assert report.missing
    assert not (report.duplicates or report.unknown or report.out_of_order or report.wrong_state), report


@pytest.mark.servers
def test_an_unfinished_record_comes_first_after_a_restart(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    job = Job(kafka_bootstrap, prefix, topics=8, partitions=1, flags=str(tmp_path), die_in=f"{prefix}in.07")
    create(job)
    seed = 0
    with Workers(job, tmp_path) as group:
        while f"{job.die_in}:0:0" not in fill(job, 1, seed=seed):
            seed += 1
        worker = group.start()
        assert worker.wait(40) == 9, group.logs()
        group.alive.remove(worker)
        done = len(asyncio.run(read_all(job.bootstrap, job.output))[0])
        fill(job, 500, seed=-1)
        group.start()
        wait_for(lambda: lag(job) == 0, 40, "the end", group)
    outputs = asyncio.run(read_all(job.bootstrap, job.output))[0]
    assert outputs[done].value.decode() == f"{job.die_in}:0:0"


@pytest.mark.servers
def test_an_idle_task_keeps_where_it_stands(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> None:
    """Also in topics that never held a record, and behind markers: later deletion must be told from a loss."""
    job = Job(kafka_bootstrap, prefix, partitions=1)
    create(job)
    with Workers(job, tmp_path) as group:
        group.start()
        wait_for(lambda: bool(asyncio.run(read_all(job.bootstrap, job.changelog))[0]), 40, "the first record", group)
    (record,) = asyncio.run(read_all(job.bootstrap, job.changelog))[0]
    assert record.key == OFFSETS_KEY
    assert record.value[8:] == b'{"offsets":{"%s":0,"%s":0},"unfinished":null}' % tuple(
        topic.encode() for topic in job.inputs
    )
