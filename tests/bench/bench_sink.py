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
_PLAIN = {"insert_deduplicate": 0, "deduplicate_insert": "disable"}


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


async def contest(found: list[Prepared], database: Database, client: Any, rounds: int) -> dict[str, Any]:
    """Rows per second of the three ways, the same blocks; who comes first moves on with every block. The driver's own
    deduplication off. ``turning_share``: of the time of lists of rows, what making columns of them takes.
    """
    writer = Writer(database)
    listed = {id(block): list(zip(*block.columns, strict=True)) for block in found}

    async def by_writer(block: Prepared, number: int) -> None:
        await writer.call(database.insert, block, f"{block.token} {number}")

    async def by_driver(block: Prepared, _: int) -> None:
        client.execute(_into(block), block.columns, columnar=True, settings=_PLAIN)

    async def by_rows(block: Prepared, _: int) -> None:
        client.execute(_into(block), listed[id(block)], settings=_PLAIN)

    ways = [("writer", by_writer), ("driver", by_driver), ("row_lists", by_rows)]
    spent: dict[str, list[float]] = {name: [0.0] * rounds for name, _ in ways}
    for number in range(rounds):
        for block in found:
            ways.append(ways.pop(0))
            for name, insert in ways:
                began = time.perf_counter()
                await insert(block, number)
                spent[name][number] += time.perf_counter() - began
    rows = sum(block.rows for block in found)
    return {
        "rows_per_second": {name: rows / median(seconds) for name, seconds in spent.items()},
        "turning_share": _turned(list(listed.values())) / median(spent["row_lists"]),
    }


def _into(block: Prepared) -> str:
    return f"INSERT INTO {block.table.name} ({', '.join(names(block.table))}) VALUES"


def _turned(listed: list[list[tuple[Any, ...]]]) -> float:
    """Seconds in which lists of rows become columns: all that a writer of columns can save beside them."""
    began = time.perf_counter()
    for rows in listed:
        list(zip(*rows, strict=True))
    return time.perf_counter() - began


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
            found = asyncio.run(contest(blocks(Job(keys, 8), min(count, 3_000)), database, client, 3))
            client.disconnect()
            return {"events": count, "tables": tables, **found}
        finally:
            database.disconnect()


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
