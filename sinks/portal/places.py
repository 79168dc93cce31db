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
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from sinks.portal.following import PATIENCE_S, Behind, Follower, Polled, consumer
from streams.reader import Reader
from streams.wire import subject_partition

_FETCH_MS = 5_000
_SCHEMA = """
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = OFF;
PRAGMA temp_store = MEMORY;
CREATE TABLE place (topic TEXT, key BLOB, partition INTEGER, offset INTEGER, appended_ms INTEGER);
CREATE INDEX place_key ON place (topic, key, appended_ms);
"""
_ALL = "SELECT partition, offset, appended_ms FROM place WHERE topic = ? AND key = ? ORDER BY partition, offset"
_NEWEST = (
    "SELECT partition, offset, appended_ms FROM place WHERE topic = ? AND key = ?"
    " ORDER BY appended_ms DESC, partition DESC, offset DESC LIMIT ?"
)
_HOW_MANY = "SELECT count(*) FROM place WHERE topic = ? AND key = ?"


class Found(NamedTuple):
    """One record about somebody, with the broker's time of appending."""

    value: bytes
    appended_ms: int


class Part(NamedTuple):
    """Some of the records about somebody, in order of time. ``total``: how many there are in all."""

    found: list[Found]
    total: int


class Archive(Protocol):
    """The newest committed records by key; a compacted topic gives the last of each, none after its tombstone."""

    def about(self, family: str, key: str) -> list[Found]:
        """Records of the subject's partition of ``family`` under ``key``, a token or one followed by ``:``, in order.

        :raises Behind:
        """
        ...

    def newest(self, family: str, keys: Iterable[str], most: int, skip: int = 0) -> Part:
        """Of the records of all partitions of ``family`` under one of ``keys``, ``most`` before the ``skip`` newest.

        :raises Behind:
        """
        ...


class Places:
    """The index over the topics of one deployment. Safe between threads, one question at a time."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        self._reader = reader
        self._lock = threading.Lock()
        self._db = private(folder, _SCHEMA)
        self._follower = Follower(reader)
        self._fetcher: KafkaConsumer | None = None

    def about(self, family: str, key: str) -> list[Found]:
        """See ``Archive``."""
        topic = self._reader.topic(family)
        place = TopicPartition(topic, subject_partition(key[:32], self._reader.partitions))
        with self._followed(family, [place]):
            return self._fetch(topic, self._db.execute(_ALL, (topic, key.encode())).fetchall())

    def newest(self, family: str, keys: Iterable[str], most: int, skip: int = 0) -> Part:
        """See ``Archive``. However many there are, no more than ``most`` are fetched: whoever looks often, or is looked
        at often, keeps nobody waiting."""
        topic = self._reader.topic(family)
        with self._followed(family, self._follower.places(family)):
            total, rows = 0, []
            for key in keys:
                total += self._db.execute(_HOW_MANY, (topic, key.encode())).fetchone()[0]
                rows += self._db.execute(_NEWEST, (topic, key.encode(), skip + most)).fetchall()
            rows.sort(key=lambda row: (row[2], row[0], row[1]), reverse=True)
            return Part(self._fetch(topic, rows[skip : skip + most][::-1]), total)

    def warm(self, families: Iterable[str]) -> None:
        """Bring the index up to the ends once, before the first question. Raises Behind."""
        for family in families:
            with self._followed(family, self._follower.places(family)):
                pass

    def close(self) -> None:
        with self._lock:
            self._drop()
            self._db.close()

    @contextmanager
    def _followed(self, family: str, places: list[TopicPartition]) -> Iterator[None]:
        """The index is at the end of ``places``, and stays this question's until it is answered. Raises Behind."""
        compacted = self._reader.catalogue.families[family].cleanup == "compact"
        with self._lock:
            try:
                self._follower.follow(places, lambda polled: self._index(polled, compacted))
                yield
            except KafkaError as fault:
                self._drop()
                raise Behind(f"{family}: {type(fault).__name__}") from fault

    def _index(self, polled: Polled, compacted: bool) -> None:
        with self._db:  # all of a poll or nothing
            self._db.execute("BEGIN")
            for place, records in polled.items():
                self._take(place, records, compacted)

    def _take(self, place: TopicPartition, records: list, compacted: bool) -> None:  # type: ignore[type-arg]
        rows = [(place.topic, r.key, place.partition, r.offset, r.timestamp) for r in records if r.key]
        if compacted:
            self._db.executemany("DELETE FROM place WHERE topic = ? AND key = ?", [row[:2] for row in rows])
            alive = {r.key: r.offset for r in records if r.key}
            gone = {r.key for r in records if r.key and r.value is None and alive[r.key] == r.offset}
            rows = [row for row in rows if alive[row[1]] == row[3] and row[1] not in gone]
        self._db.executemany("INSERT INTO place VALUES (?, ?, ?, ?, ?)", rows)

    def _fetch(self, topic: str, rows: list[tuple[int, int, int]]) -> list[Found]:
        """Each record from its place: partition, offset, time. What retention has taken since is passed over."""
        if not rows:
            return []
        if self._fetcher is None:
            self._fetcher = consumer(self._reader, max_poll_records=1, max_partition_fetch_bytes=64 << 10)
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

    def _drop(self) -> None:
        """Give up connections; what is indexed stays, and the next question opens anew."""
        self._follower.drop()
        fetcher, self._fetcher = self._fetcher, None
        if fetcher is not None:
            fetcher.close()


def private(folder: Path, schema: str) -> sqlite3.Connection:
    """A database of this process alone, in no folder that anybody can open."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix="places-", suffix=".sqlite", dir=folder)
    os.close(handle)
    found = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
    found.executescript(schema)
    Path(name).unlink()
    return found
