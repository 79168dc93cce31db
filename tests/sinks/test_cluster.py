"""The variant of the migrations for a cluster: nothing runs here, but a real server parses all of it."""

import re

import pytest
from clickhouse_driver.errors import ServerException
from typer.testing import CliRunner

from sinks.clickhouse import cluster, migrate, tables
from sinks.clickhouse.columns import DEDUPLICATION_WINDOW
from sinks.clickhouse.connection import connect
from streams.cli.migrate import app

ASSESSMENT = ("loads", "working_days", "codes", "items", "bodies", "frozen")  # tables that the sink does not write
ALL = list(cluster.statements("province", "chengxin", migrate.load()))


def test_every_statement_reaches_every_server_and_names_its_database() -> None:
    assert len(ALL) == 2 + sum(len(migration.statements) for migration in migrate.load())
    for statement in ALL:
        assert statement.count(" ON CLUSTER province") == 1, statement
        assert re.search(r" (chengxin|chengxin\.\w+) ON CLUSTER ", statement), statement


def test_no_table_is_left_that_one_server_alone_would_hold() -> None:
    made = [statement for statement in ALL if "CREATE TABLE" in statement]
    assert len(made) == len(tables.TABLES) + 2 + len(ASSESSMENT)
    for statement in made:
        (engine,) = re.findall(r"ENGINE = (\w+)\(([^)]*)\)", statement)
        assert engine[0] in ("ReplicatedMergeTree", "ReplicatedReplacingMergeTree")
        assert engine[1].startswith("'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'")
        assert "non_replicated" not in statement and "PARTITION BY" not in statement
    windows = [
        statement for statement in made if f"replicated_deduplication_window = {DEDUPLICATION_WINDOW}" in statement
    ]
    assert len(windows) == len(tables.TABLES) + 1  # and the frozen months


def test_views_read_the_tables_of_their_database() -> None:
    views = [statement for statement in ALL if "VIEW" in statement]
    assert views
    for statement in views:
        read = set(re.findall(r"(?:FROM|JOIN) (\w[\w.]*)", statement))
        assert read and all(name.startswith("chengxin.") for name in read), statement


@pytest.mark.parametrize("odd", ["", "a b", "a; DROP TABLE x", "1a"])
def test_an_odd_name_is_refused(odd: str) -> None:
    with pytest.raises(ValueError, match="letters"):
        list(cluster.statements(odd, "chengxin", []))
    with pytest.raises(ValueError, match="letters"):
        list(cluster.statements("province", odd, []))


def test_a_kind_of_statement_nobody_thought_of_is_refused() -> None:
    with pytest.raises(ValueError, match="no variant"):
        cluster.variant("DROP TABLE decisions", "province", "chengxin")


@pytest.mark.servers
def test_a_real_server_parses_all_of_it_and_would_find_a_mistake(clickhouse_url: str) -> None:
    with connect(clickhouse_url) as client:
        for statement in ALL:
            parsed = client.execute(f"EXPLAIN AST {statement}")
            assert parsed[0][0].split()[0] in ("CreateQuery", "AlterQuery"), statement
        for statement in ALL:
            with pytest.raises(ServerException, match="Syntax error"):
                client.execute(f"EXPLAIN AST {statement.replace(' ON CLUSTER ', ' ON CLUSTR ')}")


@pytest.mark.servers
def test_the_command_prints_and_never_applies(
    clickhouse_url: str, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLICKHOUSE_URL", clickhouse_url)
    monkeypatch.setenv("CHENGXIN_DATABASE", database)
    done = CliRunner().invoke(app, ["--cluster", "province"])
    assert done.exit_code == 0 and f"CREATE TABLE IF NOT EXISTS {database}.decisions ON CLUSTER province" in done.output
    assert "not run here" in done.output
    assert CliRunner().invoke(app, ["--cluster", "province", "--apply"]).exit_code == 2
    with connect(clickhouse_url, database) as client:
        assert client.execute("SHOW TABLES") == []
