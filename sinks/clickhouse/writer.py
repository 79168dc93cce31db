"""The only place that talks to ClickHouse while the sink runs: one connection, one thread.

The driver blocks and one connection serves one thread, so every call goes through a single worker thread; the event
loop stays free for heartbeats while an insert waits.
"""

import asyncio
import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from clickhouse_driver import Client, errors

from sinks.clickhouse import migrate
from sinks.clickhouse.blocks import Place, Prepared
from sinks.clickhouse.columns import Stub, Table, names
from sinks.clickhouse.connection import connect
from sinks.clickhouse.erasing import Erased
from sinks.clickhouse.plan import Held
from sinks.clickhouse.tables import POSITIONS

CUT_S = 0.05
REWRITE_ROOM = 64 << 20  # bytes left on every disk of ClickHouse before it is asked to rewrite rows
log = logging.getLogger("chengxin.sink")
P = ParamSpec("P")
R = TypeVar("R")

# What repeating cannot cure: the statement does not fit the database. Everything else may pass.
PERMANENT = frozenset(
    {
        errors.ErrorCodes.UNKNOWN_TABLE,
        errors.ErrorCodes.UNKNOWN_DATABASE,
        errors.ErrorCodes.NO_SUCH_COLUMN_IN_TABLE,
        errors.ErrorCodes.THERE_IS_NO_COLUMN,
        errors.ErrorCodes.UNKNOWN_IDENTIFIER,
        errors.ErrorCodes.UNKNOWN_TYPE,
        errors.ErrorCodes.TYPE_MISMATCH,
        errors.ErrorCodes.UNKNOWN_SETTING,
        errors.ErrorCodes.SYNTAX_ERROR,
    }
)


class Passing(Exception):
    """ClickHouse did not answer, or refused for now: the call may or may not have had its effect. Try again."""


class Database:
    """Blocking calls. Every failure drops the connection, so that the next call starts from a clean one."""

    def __init__(self, url: str, database: str, timeout_s: float) -> None:
        self._client: Client = connect(url, database, timeout_s=timeout_s)
        self._name = database

    def check(self) -> None:
        """Refuse an unsafe or foreign database (``Unsafe``)."""
        migrate.check(self._client, self._name)

    def insert(self, block: Prepared, token: str) -> None:
        """Store one block as one part. Repeating it with the same token has no effect once it arrived."""
        self._client.execute(
            f"INSERT INTO {block.table.name} ({', '.join(names(block.table))}) VALUES",
            block.columns,
            columnar=True,
            settings={"insert_deduplication_token": token},
        )

    def count(self, block: Prepared) -> int:
        """Rows of the block's offsets that are in the table."""
        found = self._client.execute(
            f"SELECT count() FROM {block.table.name} WHERE topic = %(topic)s AND partition = %(partition)s "  # noqa: S608 - declared name
            "AND offset BETWEEN %(start)s AND %(end)s",
            {"topic": block.topic, "partition": block.partition, "start": block.block.start, "end": block.block.end},
        )
        return int(found[0][0])

    def record(self, positions: Iterable[tuple[str, int, int]]) -> None:
        """Store (topic, partition, next). Readers take the highest, so repeating or arriving late does no harm."""
        self._client.execute(f"INSERT INTO {POSITIONS} (topic, partition, next) VALUES", list(positions))

    def held(self, places: dict[Place, Table]) -> dict[Place, Held]:
        """What the database has of each topic-partition."""
        recorded = {
            (topic, partition): int(offset)
            for topic, partition, offset in self._client.execute(
                f"SELECT topic, partition, max(next) FROM {POSITIONS} "  # noqa: S608 - a constant
                "WHERE topic IN %(topics)s GROUP BY topic, partition",
                {"topics": [*{topic for topic, _ in places}]},
            )
        }
        return {place: self._held(place, table, recorded.get(place)) for place, table in places.items()}

    def _held(self, place: Place, table: Table, recorded: int | None) -> Held:
        found = self._client.execute(
            f"SELECT max(offset), count() FROM {table.name} WHERE topic = %(topic)s AND partition = %(partition)s "  # noqa: S608 - declared name
            "AND offset >= %(since)s",
            {"topic": place[0], "partition": place[1], "since": recorded or 0},
        )
        highest, count = found[0]
        return Held(recorded, int(highest) if count else None)

    def erase(self, table: Table, erasures: Mapping[str, Erased]) -> int:
        """Turn the rows of erased subjects that are older than their erasure into stubs; how many were found.

        Done before the answer comes, and twice is as good as once: a stub is not found again.
        """
        assert table.stub is not None
        changes = ", ".join(f"{name} = {_literal(value)}" for name, value in table.stub.blank.items())
        found = 0
        for where, given in _older(table.stub, erasures):
            number = int(self._client.execute(f"SELECT count() FROM {table.name} WHERE {where}", given)[0][0])  # noqa: S608 - declared names
            if number:
                self._require_room()
                update = f"ALTER TABLE {table.name} UPDATE {changes} WHERE {where}"
                self._client.execute(update, given, settings={"mutations_sync": 1})
            found += number
        return found

    def _require_room(self) -> None:
        """Of a rewrite that meets a full disk an empty file stays behind, and after its next start ClickHouse can load
        that table no more."""
        left = int(self._client.execute("SELECT min(unreserved_space) FROM system.disks")[0][0])
        if left < REWRITE_ROOM:
            raise Passing(
                f"{left >> 20} MB left on disk, {REWRITE_ROOM >> 20} are needed to rewrite rows of the erased"
            )

    def disconnect(self) -> None:
        self._client.disconnect()

    def cut(self) -> None:
        """Close the socket under a call that runs in another thread: it fails at once instead of at its timeout."""
        wire = self._client.connection.socket
        if wire is not None:
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)


def _older(stub: Stub, erasures: Mapping[str, Erased]) -> Iterator[tuple[str, dict[str, object]]]:
    """Conditions, with their parameters, that find the rows to be stubs."""
    if stub.day is None:
        obligations = [one for erased in erasures.values() for one in erased.obligations]
        if obligations:
            yield "obligation_id IN %(obligations)s AND NOT erased", {"obligations": obligations}
        return
    # One condition for all days: each rewrite goes through a table's parts, and the erased of a chunk have many days.
    before = "toDate(transform(subject, %(subjects)s, %(days)s, '1970-01-01'))"
    where = f"subject IN %(subjects)s AND {stub.day} < {before} AND NOT ({stub.spared_sql})"
    yield where, {"subjects": list(erasures), "days": [erased.day.isoformat() for erased in erasures.values()]}


def _literal(value: object) -> str:
    """A blank of a stub as ClickHouse writes it."""
    known = {"None": "NULL", "True": "true", "": "''", "[]": "[]"}
    return known[str(value)]


class Writer:
    """Runs blocking work in the sink's one thread, in the order of the calls."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="clickhouse")
        self._running = threading.Lock()  # held while a call is under way

    async def call(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """``work(...)`` in the thread. Raises Passing for what may pass; other errors as they are (bugs)."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._guarded, work, args, kwargs)

    async def call_until_answered(self, work: Callable[[], R], pause_s: float) -> R:
        """The same, repeated while ClickHouse does not answer: at start, before any partition is owned."""
        while True:
            try:
                return await self.call(work)
            except Passing as error:
                log.warning("ClickHouse: %s", error)
                await asyncio.sleep(pause_s)

    def _guarded(self, work: Callable[..., R], args: tuple[object, ...], kwargs: dict[str, object]) -> R:
        try:
            with self._running:
                return work(*args, **kwargs)
        except Exception as error:
            self.database.disconnect()
            if isinstance(error, errors.ServerException) and error.code in PERMANENT:
                raise
            if isinstance(error, errors.ServerException | errors.NetworkError | OSError | EOFError):
                # The first line only: what follows is the server's stack.
                raise Passing(f"{type(error).__name__}: {str(error).splitlines()[:1]}") from error
            if isinstance(error, errors.UnexpectedPacketFromServerError | errors.UnknownPacketFromServerError):
                raise Passing(type(error).__name__) from error
            raise

    def close(self) -> None:
        """End at once, also while a call waits for a server that does not answer.

        Cut again and again: the driver answers a lost connection by opening the next one.
        """
        self._thread.shutdown(wait=False, cancel_futures=True)
        while self._running.locked():
            self.database.cut()
            time.sleep(CUT_S)
        self.database.disconnect()
