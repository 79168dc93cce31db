"""What ClickHouse really does with a block, a token and a lost row; each is a stone the guarantee stands on."""

import asyncio
import time

import pytest
from sink_records import change, encode

from schemas.codec import Codec
from sinks.clickhouse import migrate
from sinks.clickhouse.blocks import prepare
from sinks.clickhouse.connection import connect
from sinks.clickhouse.plan import Held
from sinks.clickhouse.tables import OBLIGATIONS, RECEIPTS
from sinks.clickhouse.writer import Database, Passing, Writer

pytestmark = pytest.mark.servers
CODEC = Codec.load()
PLACE = ("t.receipts.court", 0)


class Raw:
    def __init__(self, offset, value):
        self.offset, self.timestamp, self.value = offset, 1_559_520_000_000, value


def block_of(count, start=0, first=0):
    raws = [Raw(start + number, encode(CODEC, "receipts", first + number)) for number in range(count)]
    return prepare(CODEC, RECEIPTS, PLACE, start, raws)


@pytest.fixture
def client(clickhouse_url, database):
    with connect(clickhouse_url, database) as client:
        migrate.apply(client, database)
        yield client


@pytest.fixture
def sink_database(clickhouse_url, database, client):
    made = Database(clickhouse_url, database, 30)
    yield made
    made.disconnect()


def count(client, table="receipts"):
    return client.execute(f"SELECT count() FROM {table}")[0][0]


def test_a_block_of_the_largest_size_is_one_part(sink_database, client, database):
    client.execute("SYSTEM STOP MERGES receipts")
    block = block_of(20_000)
    sink_database.insert(block, block.token)
    parts = client.execute(
        "SELECT count(), sum(rows) FROM system.parts WHERE database = %(d)s AND table = 'receipts' AND active",
        {"d": database},
    )
    assert parts == [(1, 20_000)]


def test_retention_does_not_move_the_place_to_resume_from(sink_database, client):
    block = block_of(5)
    sink_database.insert(block, block.token)
    sink_database.record([(*PLACE, 5)])
    client.execute("ALTER TABLE receipts DELETE WHERE 1 SETTINGS mutations_sync = 2")
    client.execute("OPTIMIZE TABLE sink_positions FINAL")
    assert sink_database.held({PLACE: RECEIPTS})[PLACE] == Held(5, None)


def test_the_current_view_takes_the_newest_version_whole(sink_database, client):
    """Version 2 has no due day any more: the older day must not shine through."""
    versions = [
        change(1, 1, due={"state": "set", "day": change(1)["day"]}, lift_reason=None),
        change(1, 3, state="lifted", lift_reason="performed"),
        change(1, 2, state="lifting", lift_reason="revoked"),
        change(2, 1),
    ]
    raws = [Raw(number, CODEC.encode("ObligationChange", value)) for number, value in enumerate(versions)]
    block = prepare(CODEC, OBLIGATIONS, ("t.sanctions.railway", 0), 0, raws)
    sink_database.insert(block, block.token)
    fields = "version, state, lift_reason, due_state, due_day, measure"
    first, second = client.execute(f"SELECT {fields} FROM obligations_current ORDER BY obligation_id")
    assert first == (3, "lifted", "performed", "not_in_text", None, "NO_HIGH_SPEED_RAIL")
    assert second[:3] == (1, "proposed", None)
    assert count(client, "obligations") == 4


async def test_a_server_that_is_away_is_a_passing_fault_and_a_missing_table_is_not(sink_database, client):
    away = Writer(Database("clickhouse://x@127.0.0.1:9", "x", 1))
    with pytest.raises(Passing):
        await away.call(away.database.record, [("t", 0, 1)])
    away.close()
    writer = Writer(sink_database)
    client.execute("DROP TABLE sink_positions SYNC")
    with pytest.raises(Exception, match="sink_positions") as error:
        await writer.call(sink_database.record, [("t", 0, 1)])
    assert not isinstance(error.value, Passing)
    writer.close()


async def test_closing_does_not_wait_for_a_silent_server(sink_database):
    writer = Writer(sink_database)
    asleep = asyncio.ensure_future(writer.call(sink_database._client.execute, "SELECT sleep(3) FROM numbers(1)"))
    await asyncio.sleep(0.3)
    began = time.monotonic()
    writer.close()
    assert time.monotonic() - began < 1.5
    with pytest.raises(Passing):
        await asleep
