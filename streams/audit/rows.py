"""Rows of ClickHouse beside the seals: each sealed record of a stored topic in its place once, and no row without one.

Places and append times are compared, also of records that Kafka has no longer and of stubs of the erased. What a row
says is compared with its record by ``chengxin verify``, as long as there is one.
"""

from collections.abc import Sequence
from datetime import datetime

from clickhouse_driver import Client

from sinks.clickhouse.__main__ import tables_by_topic
from sinks.clickhouse.tables import POSITIONS
from streams.audit.chain import Entry
from streams.audit.judging import LATE_MS, Report
from streams.audit.seals import Range


class Rows:
    """The tables of one deployment."""

    def __init__(self, client: Client, prefix: str, now: datetime) -> None:
        self._client, self._prefix, self._now = client, prefix, int(now.timestamp() * 1000)
        self._tables = {topic: table for topic, table in tables_by_topic(prefix).items()}
        asked = f"SELECT topic, partition, max(next) FROM {POSITIONS} GROUP BY topic, partition"  # noqa: S608 a constant
        self._stored = {(topic, partition): int(offset) for topic, partition, offset in client.execute(asked)}

    def compare(self, report: Report, sealed: Range, entries: Sequence[Entry]) -> None:
        """One range. Rows the sink has not come to yet are not asked for, unless they are late: how far it has come is
        what ClickHouse says, and whoever takes rows away can take that back too."""
        topic = self._prefix + sealed.topic
        table, stored = self._tables.get(topic), self._stored.get((topic, sealed.partition), 0)
        late = [one.offset + 1 for one in entries if self._now - one.at > LATE_MS]
        end = min(sealed.next, max([stored, *late]))
        if table is None or end <= sealed.first:
            return
        asked = (
            f"SELECT offset, toUnixTimestamp64Milli(appended_at) FROM {table.name} WHERE topic = %(topic)s "  # noqa: S608 declared
            "AND partition = %(partition)s AND offset >= %(first)s AND offset < %(end)s"
        )
        given = {"topic": topic, "partition": sealed.partition, "first": sealed.first, "end": end}
        rows = sorted((int(offset), int(at)) for offset, at in self._client.execute(asked, given))
        wanted = sorted((one.offset, one.at) for one in entries if one.offset < end)
        report.rows += len(rows)
        where = f"{table.name} {sealed.topic} {sealed.partition}"
        for offset, _ in sorted(set(wanted) - set(rows)):
            report.add(
                "row", f"{where} offset {offset}", "no row, or one of another time", "the row of a sealed record"
            )
        for offset, _ in sorted(set(rows) - set(wanted)):
            report.add("row", f"{where} offset {offset}", "a row", "none, or one of another time")
        if len(rows) != len(set(rows)):
            report.add("row", where, f"{len(rows) - len(set(rows))} rows twice", "once")
