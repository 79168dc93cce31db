"""What a row costs on its way into ClickHouse: decode, map, insert, as the sink does it, per table.

Run as a program with keys folder, number of events: starts ClickHouse in a folder of its own and prints JSON.
"""

import json
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from bench_events import Events
from bench_job import Job, alone

from sinks.clickhouse import migrate
from sinks.clickhouse.__main__ import tables_by_topic
from sinks.clickhouse.blocks import prepare
from sinks.clickhouse.connection import connect
from sinks.clickhouse.lanes import Limits
from sinks.clickhouse.writer import Database
from streams.local.progress import Silent
from streams.local.stack import running

DATABASE = "bench"


class Raw(NamedTuple):
    """A record as the sink reads it."""

    offset: int
    timestamp: int
    value: bytes | None


def measure(job: Job, database: Database, count: int) -> dict[str, dict[str, float]]:
    """Rows and seconds per table for the outputs of ``count`` events: own work by processor time, inserts by clock."""
    tables, limit = tables_by_topic(""), Limits().block_rows
    records: dict[str, list[Raw]] = defaultdict(list)
    for output in alone(job, Events(job.codec, job.law, job.partitions).make(count)):
        if output.topic in tables:
            found = records[output.topic]
            found.append(Raw(len(found), 1_700_000_000_000, output.value))
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
            return {"events": count, "tables": measure(Job(keys, 8), database, count)}
        finally:
            database.disconnect()


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
