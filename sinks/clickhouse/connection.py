"""One native connection to ClickHouse with the settings the guarantee rests on.

Every setting that could turn deduplication off, or move an insert behind the caller's back, is set by hand: the
defaults changed between server versions (async_insert is on since 26.2).
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from clickhouse_driver import Client

from sinks.clickhouse.columns import DEDUPLICATION_WINDOW

MAX_BLOCK_ROWS = 1_000_000  # below the server's insert block size, so that one block stays one part

SETTINGS: Mapping[str, str | int] = {
    "async_insert": 0,
    "wait_for_async_insert": 1,
    "insert_deduplicate": 1,
    "deduplicate_insert": "enable",
    "deduplicate_blocks_in_dependent_materialized_views": 1,
}


class Unsafe(Exception):
    """The server is not set up so that the guarantee holds; says what and how to cure it."""


def connect(url: str, database: str = "", connect_timeout_s: float = 5, timeout_s: float = 30) -> Client:
    """A client for ``clickhouse://user:password@host:port``; connects with its first query.

    ``timeout_s`` bounds every answer. An empty ``database`` is the user's default one.
    """
    client = Client.from_url(url if urlsplit(url).scheme else f"clickhouse://{url}")
    client.connection.database = database or client.connection.database
    client.connection.connect_timeout = connect_timeout_s
    client.connection.send_receive_timeout = timeout_s
    client.settings = {**client.settings, **SETTINGS}
    return client


def check_settings(client: Client) -> None:
    """Raise Unsafe unless the server really works with SETTINGS (a profile may forbid or constrain them)."""
    wanted = {name: str(value) for name, value in SETTINGS.items()}
    seen = dict(client.execute("SELECT name, value FROM system.settings WHERE name IN %(names)s", {"names": [*wanted]}))
    for name, value in wanted.items():
        if seen.get(name) != value:
            raise Unsafe(
                f"ClickHouse setting {name} is {seen.get(name, 'unknown to this server')}, the sink needs {value}: "
                "allow the sink's user to set it (constraints of its profile), or use a server from 26.2 on."
            )
    rows = int(client.execute("SELECT toUInt64(getSetting('max_insert_block_size'))")[0][0])
    if rows < MAX_BLOCK_ROWS:
        raise Unsafe(
            f"ClickHouse setting max_insert_block_size is {rows}, below {MAX_BLOCK_ROWS}: an insert could be cut in "
            "two parts with one token. Raise it for the sink's user."
        )


def check_window(name: str, create_query: str) -> None:
    """Raise Unsafe unless the table, by its CREATE statement, deduplicates and is not partitioned."""
    if f"non_replicated_deduplication_window = {DEDUPLICATION_WINDOW}" not in create_query:
        raise Unsafe(
            f"table {name} does not remember {DEDUPLICATION_WINDOW} blocks: ALTER TABLE {name} MODIFY SETTING "
            f"non_replicated_deduplication_window = {DEDUPLICATION_WINDOW}"
        )
    if "PARTITION BY" in create_query:
        raise Unsafe(
            f"table {name} is partitioned: one insert would become several parts. Create it by the migrations."
        )
