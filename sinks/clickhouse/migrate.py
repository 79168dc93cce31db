"""Numbered SQL files, applied once each, with their checksums kept in the database.

ClickHouse has no transaction over DDL, so every statement of a migration must be repeatable (IF NOT EXISTS,
OR REPLACE): a migration that died half way is simply run again. A file that was applied never changes.
"""

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from clickhouse_driver import Client

from sinks.clickhouse import tables
from sinks.clickhouse.columns import Table, types
from sinks.clickhouse.connection import Unsafe, check_settings, check_window

FOLDER = Path(__file__).parent / "migrations"
_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_LEDGER = """CREATE TABLE IF NOT EXISTS schema_migrations
(
    number UInt32,
    name String,
    checksum String,
    applied_at DateTime DEFAULT now()
)
ENGINE = MergeTree
ORDER BY number"""


def ledger() -> str:
    """The table that remembers what was applied."""
    return _LEDGER


class MigrationFault(Exception):
    """Files and database disagree; says which and what to do."""


class Migration(NamedTuple):
    number: int
    name: str
    checksum: str  # sha-256 of the file
    statements: tuple[str, ...]


def load(folder: Path = FOLDER) -> list[Migration]:
    """All migrations in order. Raises MigrationFault for a misnamed file or a gap in the numbers."""
    found = []
    for file in sorted(folder.glob("*.sql")):
        match = _FILE.fullmatch(file.name)
        if match is None:
            raise MigrationFault(f"{file.name}: name it NNNN_what_it_does.sql")
        text = file.read_text(encoding="utf-8")
        statements = tuple(part.strip() for part in re.split(r";[ \t]*(?:\n|$)", text) if part.strip())
        checksum = hashlib.sha256(text.encode()).hexdigest()
        found.append(Migration(int(match[1]), match[2], checksum, statements))
    if [migration.number for migration in found] != list(range(1, len(found) + 1)):
        raise MigrationFault(f"numbers in {folder.name}/ must run 1, 2, 3 ... without gap or repetition")
    return found


def create_database(name: str) -> str:
    """Atomic by name: some servers' default databases are of another engine. ValueError for an odd name."""
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"database name {name!r}: letters, digits and _ only")
    return f"CREATE DATABASE IF NOT EXISTS {name} ENGINE = Atomic"


def applied(client: Client, database: str) -> dict[int, str]:
    """Number to checksum of what the database has; empty where it, or its ledger, does not exist."""
    known = client.execute(
        "SELECT count() FROM system.tables WHERE database = %(database)s AND name = 'schema_migrations'",
        {"database": database},
    )
    if not known[0][0]:
        return {}
    return dict(client.execute(f"SELECT number, checksum FROM {database}.schema_migrations"))  # noqa: S608 - our name


def pending(client: Client, database: str, migrations: list[Migration] | None = None) -> list[Migration]:
    """Migrations the database lacks, in order; changes nothing. ``client`` may be connected to any database.

    Raises MigrationFault where an applied file differs or the database is younger than this release.
    """
    known = load() if migrations is None else migrations
    done = applied(client, database)
    for migration in known:
        if done.get(migration.number, migration.checksum) != migration.checksum:
            raise MigrationFault(
                f"migration {migration.number:04}_{migration.name} was applied to {database} with other content: "
                "restore the file and put the change into the next number"
            )
    strange = sorted(set(done) - {migration.number for migration in known})
    if strange:
        raise MigrationFault(f"{database} has migrations {strange} that this release does not know: upgrade it")
    return [migration for migration in known if migration.number not in done]


def apply(client: Client, database: str, migrations: list[Migration] | None = None) -> list[Migration]:
    """Create the database where it lacks, run what is pending, return it. Safe to repeat after any failure."""
    client.execute(create_database(database))
    todo = pending(client, database, migrations)
    # USE holds for the connection: statements name no database, so that one file serves them all.
    client.execute(f"USE {database}")
    client.execute(_LEDGER)
    for migration in todo:
        for statement in migration.statements:
            client.execute(statement)
        row = (migration.number, migration.name, migration.checksum)
        client.execute("INSERT INTO schema_migrations (number, name, checksum) VALUES", [row])
    return todo


def check(client: Client, database: str) -> None:
    """Refuse to run (Unsafe) unless engine, settings, windows and every column are what the sink is built on."""
    missing = [f"{migration.number:04}_{migration.name}" for migration in pending(client, database)]
    if missing:
        raise Unsafe(f"database {database} lacks migrations {', '.join(missing)}: run chengxin migrate --apply")
    engine = client.execute("SELECT engine FROM system.databases WHERE name = %(name)s", {"name": database})[0][0]
    if engine != "Atomic":
        raise Unsafe(f"database {database} has engine {engine}, the sink needs Atomic: create it by chengxin migrate")
    check_settings(client)
    statements = dict(
        client.execute(
            "SELECT name, create_table_query FROM system.tables WHERE database = %(name)s AND engine = 'MergeTree'",
            {"name": database},
        )
    )
    for table in tables.TABLES:
        check_window(table.name, statements.get(table.name, ""))
        difference = drift(client, database, table)
        if difference:
            raise Unsafe(f"table {database}.{table.name} is not what this release writes: {'; '.join(difference)}")


def drift(client: Client, database: str, table: Table) -> list[str]:
    """Differences between the declared columns and the table, one sentence each; empty if they agree."""
    seen = dict(
        client.execute(
            "SELECT name, type FROM system.columns WHERE database = %(database)s AND table = %(table)s",
            {"database": database, "table": table.name},
        )
    )
    wanted = types(table)
    return [
        f"{name} is {seen.get(name, 'missing')}, declared {wanted.get(name, 'nowhere')}"
        for name in sorted(wanted.keys() | seen.keys())
        if seen.get(name) != wanted.get(name)
    ]
