"""Watching a run from outside, as a reader of committed records: receipts, ticks, offsets, rows."""

import time
from collections import Counter
from collections.abc import Callable
from datetime import date

from kafka import KafkaConsumer, TopicPartition

from sinks.clickhouse.connection import connect
from sinks.clickhouse.tables import TABLES
from streams.app import Parts
from streams.oracle import history

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
        self._consumer = KafkaConsumer(
            bootstrap_servers=parts.bootstrap,
            group_id=f"{parts.settings.prefix}chengxin",  # to ask for the group's offsets; it never joins or commits
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
        for place in self._places:
            tick = self._tick_at.get(place.partition)
            if tick is None or tick[0] < day:
                return False
            committed = self._consumer.committed(place)
            if committed is None or committed <= tick[1]:
                return False
        return True

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
            for record in records:
                came += 1
                value = self._parts.codec.decode(record.value, max_bytes=1 << 24).value
                if place.topic != self._accepted:
                    self.outcomes[value["outcome"]] += 1
                elif value["tick"] is not None:
                    self._tick_at[place.partition] = (value["tick"]["day"], record.offset)
        return came


def until_stored(parts: Parts, url: str, alive: Callable[[], None], patience_s: float = 120) -> dict[str, int]:
    """Wait until ClickHouse holds a row for every record that makes one; returns rows by table."""
    wanted = _rows_wanted(parts)
    client = connect(url, parts.settings.database)
    try:
        deadline = time.monotonic() + patience_s
        while True:
            where = {"prefix": parts.settings.prefix}
            rows = {
                name: client.execute(f"SELECT count() FROM `{name}` WHERE startsWith(topic, %(prefix)s)", where)[0][0]  # noqa: S608 own names
                for name in wanted
            }
            if all(rows[name] >= wanted[name] for name in wanted):
                return rows
            alive()
            if time.monotonic() > deadline:
                raise Stalled(f"ClickHouse holds {rows}, the topics {wanted}")
            time.sleep(0.3)
    finally:
        client.disconnect()


def _rows_wanted(parts: Parts) -> dict[str, int]:
    topics = {
        table.name: [
            parts.catalogue.name(family, channel)
            for family in table.families
            for channel in parts.catalogue.channels_of(family) or (None,)
        ]
        for table in TABLES
    }
    read = history.read(parts.bootstrap, [name for names in topics.values() for name in names], parts.settings.prefix)
    wanted = {}
    for table in TABLES:
        values = (parts.codec.decode(m.value, max_bytes=1 << 24).value for n in topics[table.name] for m in read.of(n))
        wanted[table.name] = sum(table.keep(value) for value in values)
    return wanted
