"""Watching a run from outside, as a reader of committed records: receipts, ticks, offsets, rows."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from clickhouse_driver import Client
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from sinks.clickhouse.columns import Table, erased, everything
from sinks.clickhouse.connection import connect
from sinks.clickhouse.tables import TABLES
from streams import flow
from streams.app import Parts
from streams.oracle import History, read_all
from streams.oracle.rows import erasures_of
from topics.access import reach

_POLL_MS = 50


class Stalled(Exception):
    """Nothing moved for too long; the message says what was waited for."""


class Watch:
    """Follows receipts and ``accepted`` while records are published. ``alive`` raises if a process died."""

    def __init__(self, parts: Parts, alive: Callable[[], None], patience_s: float = 120) -> None:
        self._parts = parts
        self._alive = alive
        self._patience_s = patience_s
        self.outcomes: Counter[str] = Counter()
        self._tick_at: dict[int, tuple[date, int]] = {}  # accepted partition -> last tick and its offset
        self._accepted = parts.messages.topic("accepted")
        names = [parts.messages.topic("receipts", c) for c in parts.catalogue.channels_of("receipts")]
        self._group = f"{parts.settings.prefix}{flow.APP}"
        self._admin = KafkaAdminClient(**reach(parts.bootstrap))
        self._consumer = KafkaConsumer(
            **reach(parts.bootstrap),
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        places = [TopicPartition(n, p) for n in names for p in self._consumer.partitions_for_topic(n)]
        self._places = [TopicPartition(self._accepted, p) for p in range(parts.partitions)]
        self._consumer.assign([*places, *self._places])
        self._consumer.seek_to_beginning()

    def close(self) -> None:
        self._consumer.close()
        self._admin.close()

    @property
    def receipts(self) -> int:
        return self.outcomes.total()

    def until_receipts(self, wanted: int, moved: Callable[[], None]) -> None:
        """Wait until ``wanted`` receipts are committed; ``moved`` is called whenever some came."""
        self._until(lambda: self.receipts >= wanted, f"{wanted} receipts", moved)

    def until_day(self, day: date, moved: Callable[[], None]) -> None:
        """Wait until casework has committed past the tick of ``day`` on every partition."""
        self._until(lambda: self._past(day), f"casework past the tick of {day}", moved)

    def _past(self, day: date) -> bool:
        if len(self._tick_at) < len(self._places) or any(tick < day for tick, _ in self._tick_at.values()):
            return False
        committed = self._admin.list_group_offsets({self._group: self._places})[self._group]
        return all(committed[place].offset > self._tick_at[place.partition][1] for place in self._places)

    def _until(self, done: Callable[[], bool], what: str, moved: Callable[[], None]) -> None:
        last = time.monotonic()
        while True:
            came = self._take()
            if came:
                last = time.monotonic()
                moved()
            if done():
                return
            self._alive()
            if time.monotonic() - last > self._patience_s:
                raise Stalled(f"{what}: nothing moved for {self._patience_s:.0f} s; receipts so far {self.receipts}")

    def _take(self) -> int:
        came = 0
        for place, records in self._consumer.poll(timeout_ms=_POLL_MS, max_records=5_000).items():
            came += len(records)
            if place.topic == self._accepted:
                self._note_last_tick(place.partition, records)
            else:
                self.outcomes.update(self._decoded(record)["outcome"] for record in records)
        return came

    def _note_last_tick(self, partition: int, records: list[ConsumerRecord]) -> None:
        """Only ticks and law events have no subject for a key; years of ticks may come at once, the last one counts."""
        for record in reversed(records):
            tick = None if record.key else self._decoded(record)["tick"]
            if tick is not None:
                self._tick_at[partition] = (tick["day"], record.offset)
                return

    def _decoded(self, record: ConsumerRecord) -> dict[str, Any]:
        return self._parts.codec.decode(record.value, max_bytes=1 << 24).value


def until_stored(
    parts: Parts, url: str, alive: Callable[[], None], patience_s: float = 120, history: History | None = None
) -> dict[str, int]:
    """Wait until ClickHouse holds a row for every record that makes one, and nothing but a stub of whoever is erased;
    returns rows by table. ``history``: what the topics hold, for a caller who has read them already."""
    history = history or read_all(parts)
    wanted, stubs = _rows_wanted(parts, history), _stubs_wanted(parts, history)
    client = connect(url, parts.settings.database)
    try:
        rows, last = dict.fromkeys(wanted, 0), time.monotonic()
        while True:
            before, rows = rows, {name: _rows(client, name, parts.settings.prefix) for name in wanted}
            stubbed = {name: _rows(client, name, parts.settings.prefix, " AND erased") for name in stubs}
            if all(rows[name] >= wanted[name] for name in wanted) and stubbed == stubs:
                return rows
            alive()
            if rows != before:
                last = time.monotonic()
            if time.monotonic() - last > patience_s:
                raise Stalled(f"ClickHouse holds {rows}, the topics {wanted}; nothing moved for {patience_s:.0f} s")
            time.sleep(0.3)
    finally:
        client.disconnect()


def _rows(client: Client, table: str, prefix: str, which: str = "") -> int:
    query = f"SELECT count() FROM `{table}` WHERE startsWith(topic, %(prefix)s){which}"  # noqa: S608 own names
    number: int = client.execute(query, {"prefix": prefix})[0][0]
    return number


def _topics(parts: Parts, table: Table) -> list[str]:
    channels_of, name = parts.catalogue.channels_of, parts.catalogue.name
    return [name(family, channel) for family in table.families for channel in channels_of(family) or (None,)]


def _stubs_wanted(parts: Parts, history: History) -> dict[str, int]:
    erasures = erasures_of(parts.codec, history)
    return {
        table.name: sum(
            erased(table, parts.codec.decode(message.value, max_bytes=1 << 24).value, erasures)
            for name in _topics(parts, table)
            for message in history.of(name)
        )
        for table in TABLES
        if table.stub is not None and erasures.subjects
    }


def _rows_wanted(parts: Parts, history: History) -> dict[str, int]:
    wanted = {}
    for table in TABLES:
        names = _topics(parts, table)
        if table.keep is everything:
            wanted[table.name] = sum(len(history.of(name)) for name in names)
        else:
            values = (parts.codec.decode(m.value, max_bytes=1 << 24).value for name in names for m in history.of(name))
            wanted[table.name] = sum(map(table.keep, values))
    return wanted
