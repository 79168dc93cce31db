"""Erased subjects in a real ClickHouse: rows rewritten where they lie, never stored again, and they still count."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from sink_records import DAY, change, decision, encode, plain

from schemas.codec import Codec
from sinks.clickhouse import migrate, writer
from sinks.clickhouse.blocks import prepare
from sinks.clickhouse.columns import Erasures
from sinks.clickhouse.connection import connect
from sinks.clickhouse.erasing import Erased, Erasing
from sinks.clickhouse.lanes import Limits
from sinks.clickhouse.storing import Storing
from sinks.clickhouse.tables import ACCEPTED_EVENTS, DECISIONS, ERASABLE, OBLIGATIONS
from sinks.clickhouse.writer import Database, Passing

pytestmark = pytest.mark.servers
CODEC = Codec.load()
LATER = DAY + timedelta(days=1)
OBLIGATION = plain(decision(3))["raised"][0]["obligation_id"]
GONE = {"token3": Erased(LATER, (OBLIGATION,))}
KNOWN = Erasures({"token3": LATER}, {OBLIGATION})


class Raw:
    def __init__(self, offset, value):
        self.offset, self.timestamp, self.value = offset, 1_559_520_000_000, value


def blocks(**more):
    """One block of each table: events, decisions and changes about token1 to token5."""
    families = {"accepted": ACCEPTED_EVENTS, "decisions": DECISIONS}
    for family, table in families.items():
        raws = [Raw(number, encode(CODEC, family, number)) for number in range(1, 6)]
        yield prepare(CODEC, table, (f"t.{family}", 0), 1, raws, **more)
    raws = [Raw(number, CODEC.encode("ObligationChange", change(number))) for number in range(1, 6)]
    yield prepare(CODEC, OBLIGATIONS, ("t.sanctions.railway", 0), 1, raws, **more)


@pytest.fixture
def client(clickhouse_url, database):
    with connect(clickhouse_url, database) as client:
        migrate.apply(client, database)
        yield client


@pytest.fixture
def sink_database(clickhouse_url, database, client):
    opened = Database(clickhouse_url, database, 10)
    yield opened
    opened.disconnect()


def everything(client):
    found = {}
    for table in ERASABLE:
        columns = ", ".join(["offset", *(column.name for column in table.columns)])
        found[table.name] = client.execute(f"SELECT {columns} FROM {table.name} ORDER BY offset")
    return found


def test_rows_become_the_stubs_that_would_be_stored_today_and_all_still_count(client, sink_database):
    for block in blocks():
        sink_database.insert(block, block.token)
    assert client.execute("SELECT count() FROM decisions WHERE subject = 'token3'") == [(1,)]
    assert {table.name: sink_database.erase(table, GONE) for table in ERASABLE} == {
        "accepted_events": 1,
        "decisions": 1,
        "obligations": 1,
    }
    rewritten = everything(client)
    assert {name: len(rows) for name, rows in rewritten.items()} == dict.fromkeys(rewritten, 5)
    for name in ("accepted_events", "decisions"):
        assert client.execute(f"SELECT count() FROM {name} WHERE subject = 'token3'") == [(0,)]
        assert client.execute(f"SELECT sum(erased) FROM {name}") == [(1,)]
    assert client.execute("SELECT key, cause_event_id, item FROM decisions WHERE erased") == [
        (None, None, "COURT_DEFAULTER_LISTING")
    ]
    assert client.execute("SELECT count() FROM obligations_current") == [(4,)]
    assert [sink_database.erase(table, GONE) for table in ERASABLE] == [0, 0, 0], "once is as good as twice"
    for table in ERASABLE:
        client.execute(f"TRUNCATE TABLE {table.name}")
    for block in blocks(erasures=KNOWN):
        sink_database.insert(block, f"{block.token}+")
    assert everything(client) == rewritten


def test_no_row_is_rewritten_on_a_disk_that_is_nearly_full(client, sink_database, monkeypatch):
    for block in blocks():
        sink_database.insert(block, "a token")
    asked = "SELECT count() FROM system.mutations WHERE database = currentDatabase()"
    before, rewrites = everything(client), client.execute(asked)
    monkeypatch.setattr(writer, "REWRITE_ROOM", 1 << 62)
    for table in ERASABLE:
        with pytest.raises(Passing, match="left on disk"):
            sink_database.erase(table, GONE)
    assert everything(client) == before
    assert client.execute(asked) == rewrites


async def test_a_rewrite_that_is_refused_is_counted_and_made_again(monkeypatch):
    """No server: whether the database takes it is the only thing in question."""
    seen, taken = [], []

    class Refusing:
        database = SimpleNamespace(erase=None)

        async def call(self, work, table, chunk):
            if not taken:
                taken.append(table)
                raise Passing("no space left on device")
            taken.append(table)
            return len(chunk)

    erasing = Erasing("127.0.0.1:1", "erasures", CODEC)
    erasing._all = dict(GONE)
    erasing.look_again()
    storing = Storing(
        None, Refusing(), CODEC, Limits(backoff_s=0), erasing=erasing, observer=SimpleNamespace(retried=seen.append)
    )
    assert not await storing.erase() and seen == ["erasures"] and erasing.next_chunk() == GONE
    assert await storing.erase() and len(taken) == 1 + len(ERASABLE) and not erasing.next_chunk()


@pytest.mark.parametrize(("day", "number"), [(DAY, 0), (LATER, 1)])
def test_only_what_is_older_than_the_erasure_goes(client, sink_database, day, number):
    for block in blocks():
        sink_database.insert(block, block.token)
    assert sink_database.erase(DECISIONS, {"token3": Erased(day, ())}) == number
