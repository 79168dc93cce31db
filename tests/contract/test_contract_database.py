"""ClickHouse as the sink relies on it: blocks, tokens, positions."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from schemas.codec import Codec
from sinks.clickhouse import migrate
from sinks.clickhouse.blocks import Prepared, prepare
from sinks.clickhouse.connection import connect
from sinks.clickhouse.plan import Held
from sinks.clickhouse.tables import DECISIONS, RECEIPTS
from sinks.clickhouse.writer import Database
from tests.contract.conftest import BOTH
from tests.simulation.database import SimulatedDatabase, Tables
from tests.simulation.loop import VirtualLoop
from tests.sinks.sink_records import encode

CODEC = Codec.load()
PLACE = ("t.receipts.court", 0)


class Stand(NamedTuple):
    database: Any
    another: Callable[[], Any]  # client of the same server
    lose_rows: Callable[[], Any]  # of the table, and not its tokens
    rows: Callable[[], int]


class Raw:
    def __init__(self, offset: int, value: bytes) -> None:
        self.offset, self.timestamp, self.value = offset, 1_559_520_000_000, value


def block_of(count: int, start: int = 0, first: int = 0) -> Prepared:
    raws = [Raw(start + number, encode(CODEC, "receipts", first + number)) for number in range(count)]
    return prepare(CODEC, RECEIPTS, PLACE, start, raws)


@pytest.fixture(params=BOTH)
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    if request.param == "simulated":
        tables = Tables(VirtualLoop(), lambda: None)
        rows = tables.rows.setdefault("receipts", [])
        yield Stand(
            SimulatedDatabase(tables),
            lambda: SimulatedDatabase(tables),
            rows.clear,
            lambda: len(tables.rows["receipts"]),
        )
        return
    url, name = request.getfixturevalue("clickhouse_url"), request.getfixturevalue("database")
    with connect(url, name) as client:
        migrate.apply(client, name)
        made = Database(url, name, 30)
        yield Stand(
            made,
            lambda: Database(url, name, 30),
            lambda: client.execute("ALTER TABLE receipts DELETE WHERE 1 SETTINGS mutations_sync = 2"),
            lambda: client.execute("SELECT count() FROM receipts")[0][0],
        )
        made.disconnect()


def test_a_repeated_block_is_stored_once_also_from_another_connection(stand: Stand) -> None:
    block = block_of(50)
    stand.database.insert(block, block.token)
    stand.database.insert(block, block.token)
    stand.another().insert(block, block.token)
    assert stand.rows() == 50
    stand.database.insert(block, "another token")
    assert stand.rows() == 100, "it is the token that counts, not the content"


def test_a_token_without_its_rows_drops_the_block_and_counting_shows_it(stand: Stand) -> None:
    """What a kill between noting the token and storing the rows leaves behind: only counting finds it."""
    block = block_of(10)
    stand.database.insert(block, block.token)
    stand.lose_rows()
    stand.database.insert(block, block.token)
    assert stand.database.count(block) == 0
    stand.database.insert(block, block.token + "+")
    assert stand.database.count(block) == 10


def test_only_rows_of_the_block_are_counted(stand: Stand) -> None:
    for block in (block_of(5), block_of(5, start=5), block_of(5, start=10)):
        stand.database.insert(block, block.token)
    assert stand.database.count(block_of(5, start=5)) == 5
    assert stand.database.count(block_of(3, start=4)) == 3


def test_what_is_held(stand: Stand) -> None:
    places = {PLACE: RECEIPTS, ("t.decisions", 3): DECISIONS}
    database = stand.database
    assert database.held(places) == dict.fromkeys(places, Held(None, None))
    database.record([(*PLACE, 0)])
    assert database.held(places)[PLACE] == Held(0, None)
    block = block_of(5)
    database.insert(block, block.token)
    assert database.held(places)[PLACE] == Held(0, 4)
    database.record([(*PLACE, 5), ("t.decisions", 3, 9)])
    database.record([(*PLACE, 3)])  # a late, older position does no harm
    assert database.held(places) == {PLACE: Held(5, None), ("t.decisions", 3): Held(9, None)}
