"""SQL in every text that ends in ClickHouse or in a question to it: stored as it is, and never run.

The project's own statements are asked, over tables in which one that ran would find or change rows; that it would, is
seen with the driver's escaping taken away.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import clickhouse_driver.client
import pytest
from clickhouse_driver import Client

from monitoring.console.tables import Tables
from sinks.clickhouse.blocks import Prepared
from sinks.clickhouse.connection import connect
from sinks.clickhouse.erasing import Erased
from sinks.clickhouse.plan import Block
from sinks.clickhouse.tables import DECISIONS, OBLIGATIONS
from sinks.clickhouse.verify import Comparison, Report
from sinks.clickhouse.writer import Database
from sinks.portal.inbox import Stored
from streams import querylog
from streams.audit.chain import Entry
from streams.audit.judging import Report as Verdict
from streams.audit.rows import Rows
from streams.audit.seals import Range
from streams.explain.find import NotFound, find
from streams.oracle import rows as oracle
from streams.oracle.history import History
from streams.review import held
from streams.run import watch
from tests.flow.flow_stand import CATALOGUE, CODEC, Stand, determination
from tests.flow.test_flow_filings import AT, filing
from tests.sinks.sink_stored import stored

START = date(2019, 3, 4)
LATER = date(2100, 1, 1)
MANY = 10**6  # more offsets than any topic here has
SQL = (
    "'; DROP TABLE decisions; --",
    "' OR 1=1 --",
    "') OR 1=1 --",
    "'] OR 1=1 --",
    "' = '' OR 1=1) --",
    "' UNION ALL SELECT * FROM system.users --",
    "\\'; DROP TABLE decisions; --",
    "\\' OR 1=1 --",
    "x' AND sleep(3) AND '1'='1",
    "%(prefix)s",
    "{}' || (SELECT 1) || '",
    "/* */ x` FROM decisions WHERE `",
    "x\\",
    "$$; DROP TABLE decisions; $$",
)
TOTALS = "SELECT name, total_rows FROM system.tables WHERE database = currentDatabase() ORDER BY name"
ERASED = "SELECT countIf(erased) FROM decisions UNION ALL SELECT countIf(erased) FROM obligations"


class Here(NamedTuple):
    """Tables with rows in each, and what the agents wrote of which they are made."""

    url: str
    database: str
    client: Client
    stand: Stand


class Ran(Exception):
    """A statement found what it must not."""


def sent(keys: Path) -> Stand:
    """What departments send with SQL in every text field that a record has: of each text a record that is accepted, one
    that is rejected and one that is held; and one paper that a person filed."""
    stand = Stand(keys).begin(START)
    for number, text in enumerate(SQL, 1):
        changes = {"event_id": f"E{text}", "document_no": f"({number}){text}"}
        report(stand, number, **changes)
        report(stand, 100 + number, event_id=f"F{text}", basis=text)
        report(stand, 200 + number, event_id=f"H{text}", document_no="")
    fates = Counter(receipt["outcome"] for receipt in stand.read("receipts.court"))
    assert fates == {"accepted": len(SQL), "rejected": len(SQL), "held": len(SQL)}
    target = {"item": "COURT_DEFAULTER_LISTING", "document_no": f"(1){SQL[0]}"}
    stand.send(AT, filing(stand, target=target, day=START))
    return stand


def report(stand: Stand, number: int, **changes: Any) -> None:
    stand.send("events.court", CODEC.encode("CreditDetermination", {**determination(number, START), **changes}))


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    return sent(tmp_path_factory.mktemp("sql") / "keys")


def filled(url: str, database: str, stand: Stand) -> Here:
    client = connect(url, database)
    stored(stand, client, database)
    client.execute("ALTER TABLE accepted_events UPDATE appended_at = now() WHERE 1 SETTINGS mutations_sync = 1")
    return Here(url, database, client, stand)


@pytest.fixture(scope="module")
def here(clickhouse_url: str, stand: Stand) -> Iterator[Here]:
    database = f"t{secrets.token_hex(4)}"
    with connect(clickhouse_url) as server:
        server.execute(f"CREATE DATABASE {database} ENGINE = Atomic")
        yield filled(clickhouse_url, database, stand)
        server.execute(f"DROP DATABASE {database} SYNC")


def explained(here: Here, text: str) -> int:
    class Asked:
        settings = SimpleNamespace(database=here.database)

        @property
        def bootstrap(self) -> str:
            raise Ran

    try:
        return len(find(Asked(), here.url, text))  # type: ignore[arg-type]
    except NotFound:
        return 0
    except Ran:  # rows of decisions, which would now be read from Kafka
        return 1


def inbox(here: Here, text: str) -> int:
    nobody: Any = SimpleNamespace(reference=lambda subject, channel: "")
    return len(Stored(here.url, here.database, nobody).filed(text))


def owed_in_state(here: Here, text: str) -> int:
    return len(Tables(here.url, here.database).owed(text, ""))


def owed_by(here: Here, text: str) -> int:
    return len(Tables(here.url, here.database).owed("", text))


def block_stored(here: Here, text: str) -> int:
    block = Prepared(text, 0, DECISIONS, Block(0, MANY, ""), [], 0, 0)
    return Database(here.url, here.database, 30).count(block)


def subject_erased(here: Here, text: str) -> int:
    return Database(here.url, here.database, 30).erase(DECISIONS, {text: Erased(LATER, ())})


def obligation_erased(here: Here, text: str) -> int:
    return Database(here.url, here.database, 30).erase(OBLIGATIONS, {"nobody": Erased(LATER, (text,))})


def verified(here: Here, text: str) -> int:
    found = Report(DECISIONS.name)
    _, value = here.stand.topics["decisions"][0]
    record: Any = SimpleNamespace(topic=text, partition=0, offset=MANY, value=value)
    places: dict[tuple[str, int], int] = {(text, 0): 0}
    Comparison(here.client, {text: DECISIONS}, {DECISIONS.name: found}, {}, places).compare([record])
    return found.strange


def audited(here: Here, text: str) -> int:
    found, late = Verdict(), Entry(MANY - 1, 0, b"", b"", False)
    Rows(here.client, text, datetime.now(UTC)).compare(found, Range("decisions", 0, 0, MANY, 1, ""), [late])
    return found.rows


def worked_out_again(here: Here, text: str) -> int:
    desk: Any = SimpleNamespace(prefix=text, codec=CODEC, catalogue=CATALOGUE)
    return len(list(oracle.compare(desk, History([]), here.url, here.database, Counter())))


def counted(here: Here, text: str) -> int:
    return watch._rows(here.client, DECISIONS.name, text)


# What of the project puts a text that somebody gave into a statement; each returns how many rows it found.
ASKED: dict[str, Callable[[Here, str], int]] = {
    "explain, by the id of a decision or receipt": explained,
    "the inbox of a department": inbox,
    "the console's list, by state": owed_in_state,
    "the console's list, by department": owed_by,
    "the sink: what of a block is stored, by topic": block_stored,
    "the sink: rows of the erased, by subject": subject_erased,
    "the sink: rows of the erased, by obligation": obligation_erased,
    "the sink's verification, by topic": verified,
    "rows beside the seals, by topic": audited,
    "verify, by prefix": worked_out_again,
    "the counts of a run, by prefix": counted,
}


def state(client: Client) -> tuple[Any, ...]:
    """Rows by table, and how many are stubs."""
    return client.execute(TOTALS), sorted(client.execute(ERASED))


def test_it_is_stored_as_it_was_sent(here: Here) -> None:
    rows = here.client.execute(
        "SELECT event_id, document_no FROM accepted_events WHERE startsWith(event_id, 'E') ORDER BY source_offset"
    )
    assert rows == [(f"E{text}", f"({number}){text}") for number, text in enumerate(SQL, 1)]
    rejected = here.client.execute("SELECT event_id FROM receipts WHERE outcome = 'rejected' ORDER BY source_offset")
    assert [event for (event,) in rejected] == [f"F{text}" for text in SQL]


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("text", SQL)
def test_in_a_question_it_is_a_value_that_nothing_equals(here: Here, text: str, asked: str) -> None:
    before = state(here.client)
    assert ASKED[asked](here, text) == 0
    assert state(here.client) == before


def test_and_would_be_more_without_the_drivers_escaping(
    clickhouse_url: str, database: str, stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the texts there is one at least for each question that would find rows, or change them."""

    def bare(said: Any) -> Any:
        if isinstance(said, list | tuple):
            brackets = "[{}]" if isinstance(said, list) else "({})"
            return brackets.format(", ".join(str(bare(one)) for one in said))
        return f"'{said}'" if isinstance(said, str) else said

    here = filled(clickhouse_url, database, stand)
    whole = state(here.client)
    monkeypatch.setattr(
        clickhouse_driver.client, "escape_params", lambda given, _: {name: bare(said) for name, said in given.items()}
    )

    def ran(ask: Callable[[Here, str], int], text: str) -> bool:
        try:
            return ask(here, text) > 0
        except Exception:  # the server did not understand what came of it
            here.client.disconnect()
            return False

    deaf = [name for name, ask in ASKED.items() if not any(ran(ask, text) for text in SQL)]
    assert not deaf, "these questions would show nothing, whatever came through"
    assert state(here.client) != whole, "rows were rewritten"


def test_a_record_that_is_held_leaves_the_list_by_its_own_id_alone(here: Here, tmp_path: Path) -> None:
    """``review`` compares texts of records with each other; every second one is sent again as it should be."""
    assert len(held(here.client)) == len(SQL)
    stand = sent(tmp_path / "keys")
    for number, text in list(enumerate(SQL, 1))[::2]:
        report(stand, 300 + number, event_id=f"H{text}")
    with connect(here.url) as server:
        server.execute(f"CREATE DATABASE {here.database}_again ENGINE = Atomic")
    try:
        again = filled(here.url, f"{here.database}_again", stand)
        left = {one.receipt_id for one in held(again.client)}
        waiting = [one for one in stand.read("receipts.court") if one["receipt_id"] in left]
        assert [one["event_id"] for one in waiting] == [f"H{text}" for text in SQL[1::2]]
    finally:
        here.client.execute(f"DROP DATABASE {here.database}_again SYNC")


@pytest.mark.parametrize("text", SQL)
def test_of_a_reason_or_a_channel_nothing_is_held(here: Here, text: str) -> None:
    assert held(here.client, text) == held(here.client, None, text) == ()


@pytest.mark.parametrize("where", ["decision_id", "subject"])
@pytest.mark.parametrize("text", SQL)
def test_an_id_that_is_none_is_asked_of_no_table(monkeypatch: pytest.MonkeyPatch, text: str, where: str) -> None:
    """``explain`` and ``standing`` take 32 hexadecimal characters: of anything else the log holds that it was none."""
    kept: list[querylog.Query] = []

    class Log:
        def __init__(self, _: object) -> None: ...
        def __enter__(self) -> "Log":
            return self

        def __exit__(self, *_: object) -> None: ...
        def write(self, query: querylog.Query) -> None:
            kept.append(query)

    monkeypatch.setattr(querylog, "QueryLog", Log)
    question = querylog.Query("T-1", "audit", "explain", f"{where} {text}", **{where: text})
    nothing: Any = None
    with pytest.raises(querylog.Refused):
        querylog.record(nothing, question, lambda _: None)
    (logged,) = kept
    assert (logged.refused, logged.decision_id, logged.subject) == ("NO_ID", None, None)
    assert text not in logged
    assert logged.content == "no id"
