"""Events per second of the engine on the counting job, beside a bare aiokafka loop with transactions in the same run.

The bare loop does the same work - fold per key, one output per record, changelog, offsets - in one process with one
producer, without Faust, without tasks, without recovery: the ceiling of this client. Run:

    python tests/engine/bench_engine.py 300000       (or make bench, of which it is a part); the last line is JSON
"""

import asyncio
import json
import secrets
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from engine_harness import Job, Workers, create, examine, fill, fold, lag, read_all, wait_for

from streams.engine.ports import Output
from streams.engine.state import Entry, pack
from streams.local.stack import running


def rate(job: Job) -> float:
    """Outputs per second between the first and the last, by the producer's time stamps."""
    records = [record for found in asyncio.run(read_all(job.bootstrap, job.output)).values() for record in found]
    stamps = [record.timestamp for record in records]
    return len(records) * 1000 / (max(stamps) - min(stamps))


async def bare_loop(job: Job) -> None:
    """Read, fold, write and commit in transactions until the end of the inputs."""
    tps = [TopicPartition(topic, number) for topic in job.inputs for number in range(job.partitions)]
    consumer = AIOKafkaConsumer(
        bootstrap_servers=job.bootstrap,
        group_id=f"{job.prefix}app",
        enable_auto_commit=False,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=job.bootstrap, transactional_id=f"{job.prefix}bare", max_batch_size=256 * 1024
    )
    async with consumer, producer:
        consumer.assign(tps)
        await consumer.seek_to_beginning(*tps)
        ends = await consumer.end_offsets(tps)
        state: dict[bytes, bytes] = {}
        positions: dict[TopicPartition, int] = {}
        while any(positions.get(tp, 0) < end for tp, end in ends.items()):
            await producer.begin_transaction()
            grouped: dict[TopicPartition, list[Output]] = {}
            for tp, records in (await consumer.getmany(timeout_ms=200, max_records=2_000)).items():
                positions[tp] = records[-1].offset + 1
                _count(job, tp.partition, records, state, grouped)
            await _write(producer, grouped)
            await producer.send_offsets_to_transaction(positions, f"{job.prefix}app")
            await producer.commit_transaction()


def _count(
    job: Job, number: int, records: Any, state: dict[bytes, bytes], grouped: dict[TopicPartition, list[Output]]
) -> None:
    dirty = set()
    outputs = grouped.setdefault(TopicPartition(job.output, number), [])
    for record in records:
        record_id = f"{record.topic}:{record.partition}:{record.offset}".encode()
        state[record.key] = fold(state.get(record.key), record_id)
        dirty.add(record.key)
        outputs.append(Output(job.output, record.key, record_id, number))
    log = grouped.setdefault(TopicPartition(job.changelog, number), [])
    log.extend(Output(job.changelog, key, pack(Entry(state[key], None)), number) for key in sorted(dirty))


async def _write(producer: AIOKafkaProducer, grouped: dict[TopicPartition, list[Output]]) -> None:
    sent = []
    for tp, outputs in grouped.items():
        builder = producer.create_batch()
        for output in outputs:
            if builder.append(timestamp=None, key=output.key, value=output.value) is None:
                sent.append(await producer.send_batch(builder, tp.topic, partition=tp.partition))
                builder = producer.create_batch()
                builder.append(timestamp=None, key=output.key, value=output.value)
        sent.append(await producer.send_batch(builder, tp.topic, partition=tp.partition))
    for done in sent:
        await done


def measure(bootstrap: str, records: int) -> dict[str, float]:
    """Both on the same broker, one after the other; the engine's output is checked before its rate counts."""
    base = Job(bootstrap, f"b{secrets.token_hex(3)}.", topics=1, partitions=8, config={"batch_records": 2_000})
    ids = {}
    for name in ("bare", "engine"):
        job = replace(base, prefix=f"{base.prefix}{name}.")
        create(job)
        ids[name] = fill(job, records, keys=5_000)
    bare = replace(base, prefix=f"{base.prefix}bare.")
    asyncio.run(bare_loop(bare))
    engine = replace(base, prefix=f"{base.prefix}engine.")
    with tempfile.TemporaryDirectory() as folder, Workers(engine, Path(folder)) as group:
        group.start()
        wait_for(lambda: lag(engine) == 0, 300, "the engine to finish", group)
    report = examine(engine, ids["engine"])
    if not report.good:
        raise SystemExit(f"the engine's output is wrong, so its rate counts for nothing: {report}")
    return {"engine": rate(engine), "raw": rate(bare)}


def main(records: int) -> None:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), want_clickhouse=False) as stack:
        assert stack.kafka_bootstrap is not None
        rates = measure(stack.kafka_bootstrap, records)
    ratio = rates["engine"] / rates["raw"]
    print(json.dumps({"engine_ratio": {"raw": round(ratio, 3)}, "events_per_second": rates, "records": records}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
