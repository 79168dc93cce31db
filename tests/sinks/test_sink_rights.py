"""ClickHouse's rights come from the tables: no personal column is shown, and every statement is one a server takes."""

import inspect
import re
from datetime import UTC, datetime

import pytest

from monitoring.exporter import tables as exporter
from monitoring.labels import Vocabulary
from monitoring.meters import Meters
from sinks.clickhouse import migrate, rights
from sinks.clickhouse.__main__ import tables_by_topic
from sinks.clickhouse.columns import types
from sinks.clickhouse.connection import connect
from sinks.clickhouse.rights import READ_COLUMNS
from sinks.clickhouse.tables import OBLIGATIONS, OBLIGATIONS_CURRENT_COLUMNS, TABLES
from streams import obligations, review
from streams.audit.chain import Entry
from streams.audit.judging import Report
from streams.audit.rows import Rows
from streams.audit.seals import Range
from topics.catalogue import Catalogue

CATALOGUE = Catalogue.load()
ALL = {access.account: access for access in rights.accesses(CATALOGUE, "chengxin", "")}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_no_shown_column_is_one_that_an_erasure_blanks_or_an_id(table) -> None:
    shown = rights.impersonal(table)
    blank = set(table.stub.blank) - {"erased"} if table.stub else set()
    assert not blank & set(shown)
    assert not [name for name in shown if name.endswith(("_id", "_ids", "_no", "digest")) and name not in KNOWN_CODES]
    assert not {"offset", "source_offset", "partition", "subject"} & set(shown)
    assert not [name for name in shown if types(table)[name] in ("String", "Nullable(String)", "Array(String)")]
    assert len(shown) > 8  # what is left still says something


KNOWN_CODES = {"law_digest", "schema_id"}  # of the law book, of the schema: about no record


def test_the_migration_is_what_the_tables_give() -> None:
    text = (migrate.FOLDER / "0008_impersonal_views.sql").read_text(encoding="utf-8")
    for statement in rights.views():
        assert statement in text, "columns changed: write the next migration"


@pytest.mark.parametrize("account", [rights.DASHBOARDS, rights.CONSOLE])
def test_who_watches_may_select_and_nothing_else_and_no_whole_table(account: str) -> None:
    for grant in ALL[account].grants:
        assert grant.startswith("SELECT")
        table = grant.rpartition(".")[2]
        assert table.startswith("impersonal_") or grant.startswith("SELECT(")
        assert not re.search(r"\b(subject|document_no|entity_code|case_no|event_id|decision_id|receipt_id)\b", grant)


def test_the_portal_finds_where_a_decision_stands_and_counts_codes_and_sees_no_more_of_it() -> None:
    place, counted = [grant for grant in ALL["portal"].grants if grant.endswith("decisions")]
    assert place.startswith("SELECT(decision_id, cause_receipt_id, topic, partition, offset, ordinal, erased) ON ")
    told = set(counted.removeprefix("SELECT(").partition(")")[0].split(", "))
    assert told <= set(rights.impersonal(next(table for table in TABLES if table.name == "decisions")))
    (of_obligations,) = [grant for grant in ALL["portal"].grants if grant.endswith("obligations")]
    told = set(of_obligations.removeprefix("SELECT(").partition(")")[0].split(", "))
    assert told - set(rights.impersonal(OBLIGATIONS)) == {"obligation_id"}
    assert ALL["portal"].rows["obligations"] == "1"  # else the departments' policies would hide every row


def test_the_portal_sees_of_what_came_only_what_it_sent() -> None:
    assert ALL["portal"].rows["accepted_events"] == f"source_topic = '{CATALOGUE.name('filings')}'"


def test_who_explains_finds_where_a_decision_stands_and_not_what_it_says() -> None:
    (place,) = ALL["explain"].grants
    assert place == next(grant for grant in ALL["portal"].grants if grant.endswith("decisions"))


ASKED = {"operators": (review, obligations), "exporter": (exporter, obligations)}


@pytest.mark.parametrize("account", ASKED)
def test_who_asks_little_may_read_what_it_asks_and_no_column_more(account: str) -> None:
    words = set(re.findall(r"\w+", " ".join(map(inspect.getsource, ASKED[account]))))
    for table, columns in READ_COLUMNS[account].items():
        assert set(columns) <= words, f"{account} asks no {set(columns) - words} of {table}"
    assert not [grant for grant in ALL[account].grants if grant.endswith("*") or "INSERT" in grant]


@pytest.mark.parametrize(
    ("account", "table", "column"),
    [
        ("operators", "accepted_events", "consent_recipient"),
        ("operators", "accepted_events", "entity_code"),
        ("operators", "decisions", "severity"),
        ("operators", "receipts", "source_topic"),
        ("operators", "assessment_frozen", "value"),
        ("exporter", "accepted_events", "subject"),
        ("exporter", "receipts", "receipt_id"),
        ("exporter", "decisions", "cause_receipt_id"),
        ("sealer", "decisions", "subject"),
        ("sealer", "accepted_events", "document_no"),
        ("sealer", "obligations", "obligation_id"),
        ("sealer", "assessment_frozen", "value"),
    ],
)
def test_what_an_account_has_no_work_with_it_is_not_given(account: str, table: str, column: str) -> None:
    of_table = [grant for grant in ALL[account].grants if grant.endswith(f".{table}")]
    assert not [grant for grant in of_table if not grant.startswith("SELECT(")]  # never a table whole
    assert not [grant for grant in of_table if column in re.findall(r"\w+", grant)]


@pytest.mark.parametrize("account", READ_COLUMNS)
def test_what_is_given_is_enough(clickhouse_url: str, database: str, account: str) -> None:
    """Every statement runs where the granted columns are all there is."""
    with connect(clickhouse_url) as client:
        client.execute(f"CREATE DATABASE IF NOT EXISTS {database} ENGINE = Atomic")
        client.execute(f"USE {database}")
        for name, columns in _granted(account).items():
            listed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
            client.execute(f"CREATE TABLE {name} ({listed}) ENGINE = Memory")
        if account == "operators":
            assert review.held(client) == () and obligations.sheet(client).day is None
        elif account == "exporter":
            exporter.look_at_tables(client, Meters(Vocabulary()))
        else:
            report, compared = Report(), Rows(client, "", datetime.now(UTC))
            for topic in tables_by_topic(""):
                compared.compare(report, Range(topic, 0, 0, 1, 1, ""), [Entry(0, 0, b"", b"", tombstone=False)])
            assert {one.kind for one in report.findings} == {"row"}  # each asked, and missed its row


def _granted(account: str) -> dict[str, dict[str, str]]:
    """Columns with their types, by table, of every grant on the database."""
    found: dict[str, dict[str, str]] = {}
    known = {table.name: types(table) for table in TABLES}
    known["obligations_current"] = {c: known["obligations"][c] for c in OBLIGATIONS_CURRENT_COLUMNS}
    known["sink_positions"] = {"topic": "String", "partition": "UInt32", "next": "UInt64"}
    for grant in ALL[account].grants:
        what, _, where = grant.partition(" ON chengxin.")
        if where:
            columns = re.findall(r"\w+", what.removeprefix("SELECT")) or list(known[where])
            found[where] = {column: known[where][column] for column in columns}
    return found


def test_only_the_sink_writes_and_nobody_drops() -> None:
    for account, access in ALL.items():
        for grant in access.grants:
            writes = re.search(r"INSERT|ALTER|DROP|CREATE|TRUNCATE|ALL", grant)
            assert not writes or account == "sink" or grant == "INSERT ON chengxin.assessment_*"
            assert not re.search(r"DROP|CREATE|TRUNCATE|DELETE|ALL", grant)


def test_a_department_sees_rows_of_its_own_topics_alone() -> None:
    railway = ALL["channel_railway"]
    assert railway.rows == {
        "receipts": "topic IN ('receipts.railway')",
        "obligations": "topic IN ('sanctions.railway', 'rewards.railway')",
    }
    assert ALL["channel_court"].rows.keys() == {"receipts"}  # it executes nothing
    for code in CATALOGUE.channels:
        access = ALL[rights.of_channel(code)]
        limited = {grant.rpartition(".")[2] for grant in access.grants} - {rights.CURRENT}
        assert limited == access.rows.keys()


def test_a_prefix_reaches_the_conditions() -> None:
    access = next(one for one in rights.accesses(CATALOGUE, "x", "run1.") if one.account == "channel_court")
    assert access.rows == {"receipts": "topic IN ('run1.receipts.court')"}


def test_every_statement_is_one_a_server_can_read(clickhouse_url: str) -> None:
    """Read and written back, not run: the embedded engine keeps no users."""
    statements = list(rights.statements(list(ALL.values()), "chengxin"))
    assert len(statements) > len(ALL)
    with connect(clickhouse_url) as client:
        for statement in statements:
            (written,) = client.execute("SELECT formatQuerySingleLine(%(q)s)", {"q": statement})[0]
            assert written.startswith(statement.split()[0])
    assert OBLIGATIONS.name in " ".join(statements)
