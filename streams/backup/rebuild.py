"""ClickHouse made again from Kafka: an empty database, and the sink reads every topic from its beginning.

Nothing of ClickHouse is backed up. Whoever is erased comes out as a stub, because the sink reads ``erasures`` first.
Frozen months of the assessment are in no topic: their table stays where it is.
"""

import asyncio
import time
from collections.abc import Callable

from clickhouse_driver import Client
from kafka import KafkaConsumer, TopicPartition

from sinks.clickhouse import migrate, verify
from sinks.clickhouse.__main__ import tables_by_topic
from sinks.clickhouse.connection import connect
from sinks.clickhouse.tables import SINK_GROUP
from streams.addresses import Addresses
from streams.backup.bundle import BackupFault
from streams.run.children import Children
from streams.settings import Settings
from topics import admin
from topics.access import reach

FROZEN = "assessment_frozen"
LOOK_S = 2.0
PATIENCE_S = 180.0


def rebuild(
    settings: Settings, addresses: Addresses, *, replace: bool, lose_expired: bool, say: Callable[[str], None]
) -> list[verify.Report]:
    """Make the tables anew, let a sink fill them, compare them with the topics; returns the comparison.

    ``replace``: drop a database that holds rows; ``lose_expired``: even rows whose records Kafka no longer has.

    :raises BackupFault: a sink runs, or rows would go that were not given up.
    """
    if members := admin.members(addresses.kafka, settings.prefix + SINK_GROUP):
        raise BackupFault(f"{members} 个汇入进程在运行，须先停止 / sinks run: stop them first")
    client = connect(addresses.clickhouse)
    try:
        _require_given_up(client, settings, addresses.kafka, replace, lose_expired)
        empty(client, settings.database)
        migrate.apply(client, settings.database)
    finally:
        client.disconnect()
    say("重新汇入 / the sink reads every topic from its beginning")
    with Children(settings, addresses) as children:
        children.start("rebuild-sink", "streams.cli.main", "sink")
        return _filled(settings, addresses, children, say)


def empty(client: Client, database: str) -> None:
    """Drop everything of the database but the frozen months; the migrations find their table there."""
    standing = client.execute("SELECT name FROM system.tables WHERE database = %(d)s", {"d": database})
    if (FROZEN,) not in standing:
        client.execute(f"DROP DATABASE IF EXISTS `{database}` SYNC")
        return
    for (name,) in standing:
        if name != FROZEN:
            client.execute(f"DROP TABLE `{database}`.`{name}` SYNC")  # views too


def _require_given_up(client: Client, settings: Settings, kafka: str, replace: bool, lose_expired: bool) -> None:
    tables = tables_by_topic(settings.prefix)
    names = {table.name for table in tables.values()}
    standing = client.execute("SELECT name FROM system.tables WHERE database = %(d)s", {"d": settings.database})
    here = sorted(names & {name for (name,) in standing})
    rows = sum(client.execute(f"SELECT count() FROM `{settings.database}`.{name}")[0][0] for name in here)  # noqa: S608 own names
    if rows and not replace:
        raise BackupFault(f"{settings.database}: 已有 {rows} 行 / holds {rows} rows; with --replace they are made anew")
    gone = 0
    for (topic, partition), first in _firsts(kafka, list(tables)).items():
        if first and tables[topic].name in here:
            query = (
                f"SELECT count() FROM `{settings.database}`.{tables[topic].name} "  # noqa: S608 own names
                "WHERE topic = %(topic)s AND partition = %(partition)s AND offset < %(first)s"
            )
            gone += client.execute(query, {"topic": topic, "partition": partition, "first": first})[0][0]
    if gone and not lose_expired:
        raise BackupFault(
            f"{gone} 行在 Kafka 中已过保存期，重建后将丢失 / {gone} rows are of records that Kafka no longer has: "
            "copy the database first, or give them up with --lose-expired"
        )


def _firsts(bootstrap: str, topics: list[str]) -> dict[tuple[str, int], int]:
    consumer = KafkaConsumer(**reach(bootstrap))
    try:
        there = consumer.topics()
        places = [TopicPartition(t, p) for t in topics if t in there for p in consumer.partitions_for_topic(t)]
        return {(place.topic, place.partition): first for place, first in consumer.beginning_offsets(places).items()}
    finally:
        consumer.close()


def _filled(
    settings: Settings, addresses: Addresses, children: Children, say: Callable[[str], None]
) -> list[verify.Report]:
    """Wait until rows come no more, then compare; again, while records still wait."""
    tables, moved, last = tables_by_topic(settings.prefix), time.monotonic(), -1
    client = connect(addresses.clickhouse, settings.database)
    try:
        while True:
            time.sleep(LOOK_S)
            children.check()
            rows = sum(report.rows for report in verify.count(client, tables).values())
            if rows != last:
                moved, last = time.monotonic(), rows
                say(f"{rows:,} rows")
                continue
            reports = asyncio.run(verify.verify(addresses.kafka, client, tables))
            late = time.monotonic() - moved > PATIENCE_S
            if late or not any(report.waiting for report in reports):
                return reports
    finally:
        client.disconnect()
