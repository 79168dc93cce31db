"""Where the records about somebody lie in a topic: an index by key, brought up to the topic's end at every question.

What is told is read from the committed log itself: nothing that a decision has ended is still shown because a copy is
behind (ADR 0024). The index is private to the process and unlinked as soon as it is open, as the engine's store is:
pseudonyms of people lie nowhere on a disk after the portal has gone, and it is made again from the topics.
"""

import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from streams.reader import Reader
from streams.wire import subject_partition
from topics.access import reach

PATIENCE_S = 60.0  # for one question to bring the index up to the end; the first one after a start finds it there
_POLL_MS = 200
_FETCH_MS = 5_000
_SCHEMA = """
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = OFF;
PRAGMA temp_store = MEMORY;
CREATE TABLE place (topic TEXT, key BLOB, partition INTEGER, offset INTEGER, appended_ms INTEGER);
CREATE INDEX place_key ON place (topic, key);
"""


class Behind(Exception):
    """The topics cannot be read to their end now; nothing is answered from what is older."""


class Found(NamedTuple):
    """One record about somebody, with the broker's time of appending."""

    value: bytes
    appended_ms: int


class Archive(Protocol):
    """The newest committed records by key; a compacted topic gives the last of each, none after its tombstone."""

    def about(self, family: str, key: str) -> list[Found]:
        """Records of the subject's partition of ``family`` under ``key``, a token or one followed by ``:``, in order.

        :raises Behind:
        """
        ...

    def any_of(self, family: str, keys: Iterable[str]) -> list[Found]:
        """Records of all partitions of ``family`` under one of ``keys``, in order of time. Raises Behind."""
        ...


class Places:
    """The index over the topics of one deployment. Safe between threads, one question at a time."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        self._reader = reader
        self._lock = threading.Lock()
        self._next: dict[TopicPartition, int] = {}
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix="places-", suffix=".sqlite", dir=folder)
        os.close(handle)
        self._db = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
        self._db.executescript(_SCHEMA)
        Path(name).unlink()
        self._follower: KafkaConsumer | None = None
        self._fetcher: KafkaConsumer | None = None

    def about(self, family: str, key: str) -> list[Found]:
        """See ``Archive``."""
        topic = self._reader.topic(family)
        place = TopicPartition(topic, subject_partition(key[:32], self._reader.partitions))
        return self._ask(family, [place], [key.encode()])

    def any_of(self, family: str, keys: Iterable[str]) -> list[Found]:
        """See ``Archive``."""
        spec = self._reader.catalogue.families[family].partitions.of(self._reader.settings.scale)
        places = [TopicPartition(self._reader.topic(family), number) for number in range(spec)]
        found = self._ask(family, places, [key.encode() for key in keys])
        return sorted(found, key=lambda one: one.appended_ms)

    def warm(self, families: Iterable[str]) -> None:
        """Bring the index up to the ends once, before the first question. Raises Behind."""
        for family in families:
            self.any_of(family, ())

    def close(self) -> None:
        with self._lock:
            self._drop()
            self._db.close()

    def _ask(self, family: str, places: list[TopicPartition], keys: list[bytes]) -> list[Found]:
        compacted = self._reader.catalogue.families[family].cleanup == "compact"
        with self._lock:
            try:
                self._follow(places, compacted)
                return [one for key in keys for one in self._fetch(places[0].topic, key)]
            except KafkaError as fault:
                self._drop()
                raise Behind(f"{family}: {type(fault).__name__}") from fault

    def _follow(self, places: list[TopicPartition], compacted: bool) -> None:
        if self._follower is None:
            self._follower = self._consumer(max_poll_records=10_000, fetch_max_bytes=32 << 20)
        follower, deadline = self._follower, time.monotonic() + PATIENCE_S
        ends, firsts = follower.end_offsets(places), follower.beginning_offsets(places)
        left = [place for place in places if max(self._next.get(place, 0), firsts[place]) < ends[place]]
        follower.assign(left)
        for place in left:
            follower.seek(place, max(self._next.get(place, 0), firsts[place]))
        while left:
            if time.monotonic() > deadline:
                raise Behind(f"{left[0].topic}:{left[0].partition} does not come to its end")
            polled = follower.poll(timeout_ms=_POLL_MS)
            reached = {place: follower.position(place) for place in follower.assignment()}
            with self._db:  # all of a poll or nothing, and the positions with it
                self._db.execute("BEGIN")
                for place, records in polled.items():
                    self._take(place, records, compacted)
            self._next.update(reached)
            left = [place for place in left if self._next[place] < ends[place]]

    def _take(self, place: TopicPartition, records: list, compacted: bool) -> None:  # type: ignore[type-arg]
        rows = [(place.topic, r.key, place.partition, r.offset, r.timestamp) for r in records if r.key]
        if compacted:
            self._db.executemany("DELETE FROM place WHERE topic = ? AND key = ?", [row[:2] for row in rows])
            alive = {r.key: r.offset for r in records if r.key}
            gone = {r.key for r in records if r.key and r.value is None and alive[r.key] == r.offset}
            rows = [row for row in rows if alive[row[1]] == row[3] and row[1] not in gone]
        self._db.executemany("INSERT INTO place VALUES (?, ?, ?, ?, ?)", rows)

    def _fetch(self, topic: str, key: bytes) -> list[Found]:
        """Each record from its place. What retention has taken since is passed over."""
        query = (
            "SELECT partition, offset, appended_ms FROM place WHERE topic = ? AND key = ? ORDER BY partition, offset"
        )
        rows = self._db.execute(query, (topic, key)).fetchall()
        if not rows:
            return []
        if self._fetcher is None:
            self._fetcher = self._consumer(max_poll_records=1, max_partition_fetch_bytes=64 << 10)
        places = [TopicPartition(topic, partition) for partition in {partition for partition, *_ in rows}]
        self._fetcher.assign(places)
        firsts = self._fetcher.beginning_offsets(places)
        found = []
        for partition, offset, appended in rows:
            place = TopicPartition(topic, partition)
            value = self._read(self._fetcher, place, offset) if offset >= firsts[place] else None
            if value is not None:
                found.append(Found(value, appended))
        return found

    @staticmethod
    def _read(fetcher: KafkaConsumer, place: TopicPartition, offset: int) -> bytes | None:
        fetcher.pause(*fetcher.assignment())
        fetcher.resume(place)
        fetcher.seek(place, offset)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            for records in fetcher.poll(timeout_ms=_FETCH_MS).values():
                found = records[0]
                value: bytes | None = found.value if found.offset == offset else None
                return value
        raise Behind(f"{place.topic}:{place.partition}:{offset} cannot be read")

    def _consumer(self, **how: int) -> KafkaConsumer:
        return KafkaConsumer(
            **reach(self._reader.bootstrap),
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            request_timeout_ms=10_000,
            bootstrap_timeout_ms=10_000,
            **how,
        )

    def _drop(self) -> None:
        """Give up connections; what is indexed stays, and the next question opens anew."""
        follower, fetcher, self._follower, self._fetcher = self._follower, self._fetcher, None, None
        for consumer in (follower, fetcher):
            if consumer is not None:
                consumer.close()
