"""``python -m sinks.clickhouse.verify``: is each record of the topics in ClickHouse exactly once? The duplicate alarm.

It believes neither the group's offsets nor tokens: it reads the topics again (committed records only) and compares
offsets with what a plain SELECT returns. Exit 0 if nothing is missing, doubled or strange; 1 otherwise.
"""

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord
from clickhouse_driver import Client

from schemas.codec import Codec
from sinks.clickhouse.__main__ import tables_by_topic
from sinks.clickhouse.blocks import Place, decode
from sinks.clickhouse.columns import Table
from sinks.clickhouse.connection import Unsafe, connect
from sinks.clickhouse.tables import POSITIONS
from streams.settings import Settings
from topics.access import reach

POLL_MS = 500


@dataclass
class Report:
    """One table. Offsets, counted: ``duplicates`` more often than once in the table; ``missing`` below the sink's
    position but not there; ``strange`` there but no such record in the topic; ``waiting`` at or after the position."""

    table: str
    rows: int = 0
    duplicates: int = 0
    missing: int = 0
    strange: int = 0
    waiting: int = 0

    @property
    def good(self) -> bool:
        return not (self.duplicates or self.missing or self.strange)


def count(client: Client, tables: Mapping[str, Table]) -> dict[str, Report]:
    """Rows and duplicates by SQL alone: cheap enough to run every minute."""
    reports = {}
    for name in sorted({table.name for table in tables.values()}):
        found = client.execute(f"SELECT count(), count() - uniqExact(topic, partition, offset) FROM {name}")  # noqa: S608 - declared name
        reports[name] = Report(name, *map(int, found[0]))
    return reports


async def verify(bootstrap: str, client: Client, tables: Mapping[str, Table]) -> list[Report]:
    """Compare ``tables`` (topic -> table) with their topics up to the present end. Reads every topic once."""
    reports = count(client, tables)
    positions = {
        (topic, partition): int(offset)
        for topic, partition, offset in client.execute(
            f"SELECT topic, partition, max(next) FROM {POSITIONS} GROUP BY topic, partition"  # noqa: S608 - a constant
        )
    }
    consumer = AIOKafkaConsumer(
        *sorted(tables),
        **reach(bootstrap),
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        places = sorted(consumer.assignment())
        unread = sorted(set(tables) - {place.topic for place in places})
        if unread:
            raise Unsafe(f"{len(unread)} topics cannot be read, among them {unread[0]}: nothing was verified")
        begin = await consumer.beginning_offsets(places)
        end = await consumer.end_offsets(places)
        todo = {place for place in places if end[place] > begin[place]}
        comparison = Comparison(client, tables, reports, positions, {(p.topic, p.partition): begin[p] for p in places})
        while todo:
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                comparison.compare(records)
            todo = {place for place in todo if await consumer.position(place) < end[place]}
    finally:
        await consumer.stop()
    return list(reports.values())


class Comparison:
    """Runs of consecutive records against the rows of their ranges. ``next``: topic-partition -> first offset not
    compared yet, so that rows between two runs (at commit markers, hidden records) are looked at too."""

    def __init__(
        self,
        client: Client,
        tables: Mapping[str, Table],
        reports: dict[str, Report],
        positions: dict[Place, int],
        next_: dict[Place, int],
    ) -> None:
        self._client, self._tables, self._reports = client, tables, reports
        self._positions, self._next, self._codec = positions, next_, Codec.load()

    def compare(self, records: list[ConsumerRecord]) -> None:
        """One run of one topic-partition; adds what it finds to the table's report."""
        place = (records[0].topic, records[0].partition)
        table, position = self._tables[place[0]], self._positions.get(place, 0)
        wanted = {record.offset for record in records if table.keep(decode(self._codec, table, place, record))}
        found = self._client.execute(
            f"SELECT offset FROM {table.name} WHERE topic = %(topic)s AND partition = %(partition)s "  # noqa: S608 - declared name
            "AND offset BETWEEN %(first)s AND %(last)s",
            {"topic": place[0], "partition": place[1], "first": self._next[place], "last": records[-1].offset},
        )
        self._next[place] = records[-1].offset + 1
        seen = {int(row[0]) for row in found}
        absent = wanted - seen
        report = self._reports[table.name]
        report.waiting += sum(1 for offset in absent if offset >= position)
        report.missing += sum(1 for offset in absent if offset < position)
        report.strange += len(seen - wanted)


def main() -> int:
    settings = Settings()
    if settings.kafka_bootstrap is None or settings.clickhouse_url is None:
        raise SystemExit("no servers given: set KAFKA_BOOTSTRAP and CLICKHOUSE_URL, or start the local stack")
    with connect(settings.clickhouse_url, settings.database) as client:
        reports = asyncio.run(verify(settings.kafka_bootstrap, client, tables_by_topic(settings.prefix)))
    for report in reports:
        print(
            f"{'ok ' if report.good else 'BAD'} {report.table}: {report.rows} rows, {report.duplicates} duplicates, "
            f"{report.missing} missing, {report.strange} strange, {report.waiting} waiting"
        )
    return 0 if all(report.good for report in reports) else 1


if __name__ == "__main__":
    sys.exit(main())
