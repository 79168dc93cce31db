"""Migrations on a real server: dry run, apply, drift, and refusals of an unsafe database."""

import pytest
from clickhouse_driver import Client
from typer.testing import CliRunner

from sinks.clickhouse import columns, migrate, tables
from sinks.clickhouse.connection import SETTINGS, Unsafe, check_settings, connect
from streams.cli.migrate import app

pytestmark = pytest.mark.servers


@pytest.fixture
def client(clickhouse_url, database):
    with connect(clickhouse_url, database) as client:
        yield client


LAST = len(migrate.load())
ALTERED = (tables.ACCEPTED_EVENTS, tables.DECISIONS, tables.OBLIGATIONS)


def test_the_files_are_what_the_columns_declare():
    """Until a table changes by ALTER, its CREATE in 0001 is generated; then only the drift test below is left."""
    folder = migrate.FOLDER
    text = (folder / "0001_tables.sql").read_text(encoding="utf-8")
    for table in tables.TABLES:
        if table in ALTERED:
            continue
        assert columns.create(table) in text, f"columns of {table.name} changed: write the next migration"
    assert tables.CREATE_POSITIONS.strip() in text
    assert tables.OBLIGATIONS_CURRENT in (folder / "0006_doubts_and_event_ids.sql").read_text(encoding="utf-8")


def test_all_migrations_together_make_the_declared_columns(client, database):
    migrate.apply(client, database)
    for table in tables.TABLES:
        assert migrate.drift(client, database, table) == []
    migrate.check(client, database)


def test_applying_twice_changes_nothing_and_a_torn_one_is_finished(client, database):
    first = migrate.load()[0]
    client.execute(first.statements[0])  # died after the first statement, before the ledger
    assert [migration.number for migration in migrate.apply(client, database)] == list(range(1, LAST + 1))
    assert migrate.apply(client, database) == []


def test_the_database_is_created_atomic(clickhouse_url, database):
    fresh = f"{database}_new"
    with Client.from_url(clickhouse_url) as client:
        try:
            migrate.apply(client, fresh)
            engine = client.execute("SELECT engine FROM system.databases WHERE name = %(n)s", {"n": fresh})
            assert engine == [("Atomic",)]
        finally:
            client.execute(f"DROP DATABASE IF EXISTS {fresh} SYNC")
    with pytest.raises(ValueError, match="letters"):
        migrate.create_database("x; DROP DATABASE y")


def test_a_changed_file_and_a_younger_database_are_refused(client, database):
    migrate.apply(client, database)
    known = migrate.load()
    with pytest.raises(migrate.MigrationFault, match="other content"):
        migrate.pending(client, database, [known[0]._replace(checksum="0"), *known[1:]])
    with pytest.raises(migrate.MigrationFault, match="upgrade"):
        migrate.pending(client, database, known[:1])


def test_misnamed_files_and_gaps_are_refused(tmp_path):
    (tmp_path / "0001_a.sql").write_text("SELECT 1;\n")
    (tmp_path / "0003_b.sql").write_text("SELECT 1;\n")
    with pytest.raises(migrate.MigrationFault, match="without gap"):
        migrate.load(tmp_path)
    (tmp_path / "0003_b.sql").rename(tmp_path / "two.sql")
    with pytest.raises(migrate.MigrationFault, match="NNNN"):
        migrate.load(tmp_path)


def test_the_sink_refuses_a_database_without_its_guards(client, database):
    with pytest.raises(Unsafe, match="chengxin migrate"):
        migrate.check(client, database)
    migrate.apply(client, database)
    client.execute("ALTER TABLE decisions MODIFY SETTING non_replicated_deduplication_window = 5")
    with pytest.raises(Unsafe, match="decisions does not remember 10000 blocks"):
        migrate.check(client, database)
    client.execute("ALTER TABLE decisions MODIFY SETTING non_replicated_deduplication_window = 10000")
    client.execute("ALTER TABLE decisions ADD COLUMN mood String")
    with pytest.raises(Unsafe, match="mood is String, declared nowhere"):
        migrate.check(client, database)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_sink_refuses_a_server_that_overrides_a_setting(client, name):
    check_settings(client)
    client.settings = {key: value for key, value in client.settings.items() if key != name} | {
        name: "disable" if name == "deduplicate_insert" else 1 - int(SETTINGS[name])
    }
    with pytest.raises(Unsafe, match=name):
        check_settings(client)


def test_a_partitioned_table_is_refused(client, database):
    migrate.apply(client, database)
    statement = columns.create(tables.RECEIPTS).rstrip(";\n")
    client.execute("DROP TABLE receipts SYNC")
    client.execute(statement.replace("ORDER BY", "PARTITION BY toYYYYMM(appended_at)\nORDER BY"))
    with pytest.raises(Unsafe, match="partitioned"):
        migrate.check(client, database)


def test_the_command_prints_first_and_applies_on_demand(clickhouse_url, database, monkeypatch):
    monkeypatch.setenv("CLICKHOUSE_URL", clickhouse_url)
    monkeypatch.setenv("CHENGXIN_DATABASE", database)
    dry = CliRunner().invoke(app, [])
    assert dry.exit_code == 0
    assert "CREATE TABLE IF NOT EXISTS receipts" in dry.output
    assert f"{LAST} pending" in dry.output
    assert f"{LAST} pending" in CliRunner().invoke(app, []).output, "a dry run changes nothing"
    assert f"applied {LAST}" in CliRunner().invoke(app, ["--apply"]).output
    assert "up to date" in CliRunner().invoke(app, []).output
    with connect(clickhouse_url, database) as client:
        client.execute("ALTER TABLE schema_migrations UPDATE checksum = 'x' WHERE 1 SETTINGS mutations_sync = 1")
    refused = CliRunner().invoke(app, ["--apply"])
    assert refused.exit_code == 2
    monkeypatch.delenv("CLICKHOUSE_URL")
    assert CliRunner().invoke(app, []).exit_code == 2
