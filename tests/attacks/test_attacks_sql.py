"""SQL in every text that ends in ClickHouse or in a question to it: stored as it is, and never run."""

import secrets
from datetime import date

import pytest
from clickhouse_driver import Client

from sinks.clickhouse.connection import connect
from streams.explain import NotFound
from streams.querylog import _ID
from streams.review import held
from tests.flow.flow_stand import CODEC, Stand, determination
from tests.sinks.sink_stored import stored

START = date(2019, 3, 4)
SQL = (
    "'; DROP TABLE decisions; --",
    "' OR 1=1 --",
    "' UNION ALL SELECT * FROM system.users --",
    "\\'; DROP TABLE decisions; --",
    "x' AND sleep(3) AND '1'='1",
    "%(prefix)s",
    "{}' || (SELECT 1) || '",
    "/* */ x` FROM decisions WHERE `",
    "x\\",
    "$$; DROP TABLE decisions; $$",
)


@pytest.fixture(scope="module")
def client(clickhouse_url: str, tmp_path_factory: pytest.TempPathFactory) -> Client:
    """What departments sent with SQL in every text field that a record has, stored as the sink does."""
    stand = Stand(tmp_path_factory.mktemp("sql") / "keys").begin(START)
    for number, text in enumerate(SQL, 1):
        changes = {"event_id": f"E{text}", "document_no": f"({number}){text}"}
        stand.send("events.court", CODEC.encode("CreditDetermination", {**determination(number, START), **changes}))
        said = {**determination(100 + number, START), "event_id": f"F{text}", "basis": text}
        stand.send("events.court", CODEC.encode("CreditDetermination", said))
    assert {receipt["outcome"] for receipt in stand.read("receipts.court")} == {"accepted", "rejected"}
    database = f"t{secrets.token_hex(4)}"
    with connect(clickhouse_url) as server:
        server.execute(f"CREATE DATABASE {database} ENGINE = Atomic")
    with connect(clickhouse_url, database) as made:
        stored(stand, made, database)
        yield made
        made.execute(f"DROP DATABASE {database} SYNC")


def test_it_is_stored_as_it_was_sent(client: Client) -> None:
    rows = client.execute("SELECT event_id, document_no FROM accepted_events ORDER BY source_offset")
    assert rows == [(f"E{text}", f"({number}){text}".replace("(", "(")) for number, text in enumerate(SQL, 1)]
    rejected = client.execute("SELECT event_id FROM receipts WHERE outcome = 'rejected' ORDER BY source_offset")
    assert [event for (event,) in rejected] == [f"F{text}" for text in SQL]


@pytest.mark.parametrize("text", SQL)
def test_in_a_question_it_is_a_value_that_nothing_equals(client: Client, text: str) -> None:
    before = client.execute(
        "SELECT name, total_rows FROM system.tables WHERE database = currentDatabase() ORDER BY name"
    )
    assert held(client, text, None) == held(client, None, text) == held(client, text, text) == ()
    assert client.execute("SELECT count() FROM decisions WHERE decision_id = %(id)s", {"id": text}) == [(0,)]
    assert client.execute("SELECT %(text)s", {"text": text}) == [(text,)]
    after = client.execute(
        "SELECT name, total_rows FROM system.tables WHERE database = currentDatabase() ORDER BY name"
    )
    assert after == before


@pytest.mark.parametrize("text", SQL)
def test_an_id_that_is_none_is_asked_of_no_table(text: str) -> None:
    """``explain`` and ``standing`` take 32 hexadecimal characters and put nothing else on the log or into a query."""
    assert _ID.fullmatch(text) is None and issubclass(NotFound, Exception)
