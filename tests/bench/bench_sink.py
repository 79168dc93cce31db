"""What a row costs on its way into ClickHouse: decode, map, insert, as the sink does it, per table. Beside it the same
blocks put in by the bare driver, and as lists of rows, which is how one writes it first.

Run as a program with keys folder, number of events: starts ClickHouse in a folder of its own and prints JSON.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench_events import Events
from bench_job import Job, alone

from sinks.clickhouse import migrate
from sinks.clickhouse.__main__ import tables_by_topic
from sinks.clickhouse.blocks import Prepared, prepare
from sinks.clickhouse.columns import names
from sinks.clickhouse.connection import connect
from sinks.clickhouse.lanes import Limits
from sinks.clickhouse.writer import Database, Writer
from streams.local.progress import Silent
from streams.local.stack import running

DATABASE = "bench"


class Raw(NamedTuple):
    """A record as the sink reads it."""

    offset: int
    timestamp: int
    value: bytes | None


def records_of(job: Job, count: int) -> dict[str, list[Raw]]:
    """The outputs of ``count`` events that go into tables, by topic."""
    tables = tables_by_topic("")
    records: dict[str, list[Raw]] = defaultdict(list)
    for output in alone(job, Events(job.codec, job.law, job.partitions).make(count)):
        if output.topic in tables:
            found = records[output.topic]
            found.append(Raw(len(found), 1_700_000_000_000, output.value))
    return records


def measure(job: Job, database: Database, count: int) -> dict[str, dict[str, float]]:
    """Rows and seconds per table for the outputs of ``count`` events: own work by processor time, inserts by clock."""
    tables, limit, records = tables_by_topic(""), Limits().block_rows, records_of(job, count)
    spent: dict[str, dict[str, float]] = {}
    for topic, raws in records.items():
        table = tables[topic]
        cost = spent.setdefault(table.name, {"records": 0, "rows": 0, "prepare_s": 0.0, "insert_s": 0.0})
        for start in range(0, len(raws), limit):
            began = time.process_time()
            block = prepare(job.codec, table, (topic, 0), start, raws[start : start + limit])
            cost["prepare_s"] += time.process_time() - began
            began = time.perf_counter()
            database.insert(block, block.token)
            cost["insert_s"] += time.perf_counter() - began
            cost["records"] += len(raws[start : start + limit])
            cost["rows"] += block.rows
    return spent


def blocks(job: Job, count: int) -> list[Prepared]:
    """All blocks of the outputs of ``count`` events."""
    tables, limit, records = tables_by_topic(""), Limits().block_rows, records_of(job, count)
    return [
        prepare(job.codec, tables[topic], (topic, 0), start, raws[start : start + limit])
        for topic, raws in records.items()
        for start in range(0, len(raws), limit)
    ]


async def contest(found: list[Prepared], database: Database, client: Any, rounds: int) -> dict[str, float]:
    """Rows per second of the three ways, the same blocks in turn; the driver's own deduplication off."""
    writer = Writer(database)
    plain = {"insert_deduplicate": 0, "deduplicate_insert": "disable"}
    listed = {id(block): list(zip(*block.columns, strict=True)) for block in found}
    spent: dict[str, list[float]] = {"writer": [], "driver": [], "row_lists": []}
    for number in range(rounds):
        round_: dict[str, float] = dict.fromkeys(spent, 0.0)
        for block in found:
            into = f"INSERT INTO {block.table.name} ({', '.join(names(block.table))}) VALUES"
            began = time.perf_counter()
            await writer.call(database.insert, block, f"{block.token} {number}")
            wrote = time.perf_counter()
            client.execute(into, block.columns, columnar=True, settings=plain)
            bare = time.perf_counter()
            client.execute(into, listed[id(block)], settings=plain)
            for name, seconds in zip(spent, (wrote - began, bare - wrote, time.perf_counter() - bare), strict=True):
                round_[name] += seconds
        for name, seconds in round_.items():
            spent[name].append(seconds)
    rows = sum(block.rows for block in found)
    return {name: rows / median(rounds_) for name, rounds_ in spent.items()}


def main(keys: Path, count: int) -> dict[str, object]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), want_kafka=False, progress=Silent()) as stack,
    ):
        assert stack.clickhouse_url is not None
        client = connect(stack.clickhouse_url)
        migrate.apply(client, DATABASE)
        client.disconnect()
        database = Database(stack.clickhouse_url, DATABASE, Limits().insert_timeout_s)
        try:
            measure(Job(keys, 8), database, max(200, count // 10))  # warm: connection, dictionaries, first parts
            tables = measure(Job(keys, 8), database, count)
            client = connect(stack.clickhouse_url, DATABASE)
            rates = asyncio.run(contest(blocks(Job(keys, 8), min(count, 3_000)), database, client, 3))
            client.disconnect()
            return {"events": count, "tables": tables, "rows_per_second": rates}
        finally:
            database.disconnect()


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
