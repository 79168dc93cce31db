"""Tables against topics on a real ClickHouse: a row missing, doubled, altered, or of nothing."""

from collections import Counter
from pathlib import Path

import pytest
from clickhouse_driver import Client
from oracle_history import START, messages, play

from sinks.clickhouse import migrate
from sinks.clickhouse.columns import Stored, names
from sinks.clickhouse.columns import rows as columns_of
from sinks.clickhouse.connection import connect
from sinks.clickhouse.tables import BY_FAMILY, TABLES
from streams.oracle.difference import Difference
from streams.oracle.history import History
from streams.oracle.rows import compare
from tests.flow.flow_stand import CATALOGUE, CODEC, Stand

pytestmark = pytest.mark.servers


class Tables:
    """What the sink would have stored of a history, in a database of its own."""

    def __init__(self, stand: Stand, url: str, database: str) -> None:
        self.stand, self.url, self.database = stand, url, database
        self.history = History(messages(stand))
        client = connect(url)
        migrate.apply(client, database)
        client.disconnect()
        for family, table in BY_FAMILY.items():
            for channel in CATALOGUE.channels_of(family) or (None,):
                found = self.history.of(CATALOGUE.name(family, channel))
                stored = [Stored(m.topic, m.partition, m.offset, 1, CODEC.decode(m.value).value) for m in found]
                if stored:
                    into = f"INSERT INTO {table.name} ({', '.join(names(table))}) VALUES"
                    with self.client() as inside:
                        inside.execute(into, columns_of(table, stored), columnar=True)

    def client(self) -> Client:
        return connect(self.url, self.database)

    def sql(self, statement: str) -> None:
        with self.client() as client:
            client.execute(statement)

    def differences(self) -> list[Difference]:
        found = compare(self.stand.desk, self.history, self.url, self.database, Counter())
        return [difference for difference in found if difference is not None]

    def count(self) -> int:
        return sum(1 for _ in compare(self.stand.desk, self.history, self.url, self.database, Counter()))


@pytest.fixture
def tables(tmp_path: Path, clickhouse_url: str, database: str) -> Tables:
    return Tables(play(Stand(tmp_path / "keys").begin(START)), clickhouse_url, database)


def test_rows_as_the_records_say_match(tables: Tables) -> None:
    assert tables.differences() == []
    ticks = sum(event["kind"] in ("tick", "law") for event in tables.stand.read("accepted"))
    families = [CATALOGUE.owner_of(topic)[0] for topic in tables.stand.topics for _ in tables.stand.topics[topic]]
    assert tables.count() == sum(family in BY_FAMILY for family in families) - ticks


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_a_row_lost_doubled_altered_or_invented_is_named(tables: Tables, table: str) -> None:
    first = f"(topic, partition, offset) IN (SELECT topic, partition, min(offset) FROM {table} GROUP BY ALL LIMIT 1)"
    alone = "SETTINGS insert_deduplicate = 0"

    tables.sql(f"INSERT INTO {table} SELECT * FROM {table} WHERE {first} {alone}")
    (twice,) = tables.differences()
    assert twice.where.startswith(f"{table} (") and (twice.expected, twice.seen) == ("one row", "two rows")

    tables.sql(f"DELETE FROM {table} WHERE {first}")
    (lost,) = tables.differences()
    assert lost.where == twice.where and (lost.expected, lost.seen) == ("one row", "no row")

    tables.sql(f"INSERT INTO {table} SELECT * REPLACE (offset + 1000 AS offset) FROM {table} LIMIT 1 {alone}")
    invented = [difference for difference in tables.differences() if difference != lost]
    assert [(one.expected, one.seen) for one in invented] == [("no row", "a row")]
    tables.sql(f"DELETE FROM {table} WHERE offset >= 1000")

    digest = "law_digest" if table != "accepted_events" else "content_digest"
    tables.sql(f"ALTER TABLE {table} UPDATE {digest} = 'ff' WHERE 1 SETTINGS mutations_sync = 2")
    altered = [difference for difference in tables.differences() if difference != lost]
    assert altered and all(one.where.endswith(f"column {digest}") and one.seen == "'ff'" for one in altered)
