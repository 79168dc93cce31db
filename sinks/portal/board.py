"""What is in public now: entries of ``publication`` joined with their masked forms of ``displays``, page by page.

The topics say all there is to say: casework decides who is shown, by which State rule and until when, and a tombstone
ends an entry. Each question first brings both topics to their committed end, so that what has ended is gone from the
next answer on. An entry whose term is over is not shown though its tick is late, and none without the masked form that
its rule shows: an erasure takes that form first. Nobody can be looked for.
"""

import threading
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from kafka.errors import KafkaError

from schemas.codec import Codec
from sinks.portal.following import Behind, Follower, Polled
from sinks.portal.places import private
from streams.reader import Reader

PAGE = 50  # entries of one page
FAMILIES = ("publication", "displays")
_SCHEMA = """
PRAGMA journal_mode = MEMORY;
PRAGMA synchronous = OFF;
PRAGMA temp_store = MEMORY;
CREATE TABLE entry (key BLOB PRIMARY KEY, list TEXT, since TEXT, last_day TEXT, display BLOB, value BLOB);
CREATE INDEX entry_order ON entry (list, since DESC, key);
CREATE TABLE display (key BLOB PRIMARY KEY, value BLOB);
"""
_FROM = """
FROM entry LEFT JOIN display ON display.key = entry.display
WHERE list = ? AND (last_day IS NULL OR last_day >= ?) AND (entry.display IS NULL OR display.key IS NOT NULL)
"""
_COUNT = "SELECT count(*)" + _FROM
_PAGE = "SELECT entry.value, display.value" + _FROM + "ORDER BY since DESC, entry.key LIMIT ? OFFSET ?"


class Entry(NamedTuple):
    """One entry as its rule shows it; None: the rule does not show it. ``name``, ``number``: masked."""

    rule: str
    name: str | None
    number: str | None
    item: str | None
    ground: str | None
    body: str | None
    document_no: str | None
    document_date: date | None
    since: date
    last_day: date | None
    disputed: bool


class Listed(NamedTuple):
    """A page of a list, those shown last first; ``total``: entries of all pages."""

    entries: list[Entry]
    total: int


class Board(Protocol):
    def listed(self, name: str, day: date, page: int) -> Listed:
        """Page ``page``, from 1, of list ``name`` (exposure, honours) as it stands on ``day``. Raises Behind."""
        ...


class Topics:
    """The board of one deployment. Safe between threads, one question at a time."""

    def __init__(self, reader: Reader, folder: Path) -> None:
        self._codec = reader.codec
        self._lock = threading.Lock()
        self._db = private(folder, _SCHEMA)
        self._follower = Follower(reader)
        self._publication = reader.topic("publication")
        self._places = [place for family in FAMILIES for place in self._follower.places(family)]

    def listed(self, name: str, day: date, page: int) -> Listed:
        """See ``Board``."""
        with self._lock:
            try:
                self._follower.follow(self._places, self._take)
            except KafkaError as fault:
                self._follower.drop()
                raise Behind(f"publication: {type(fault).__name__}") from fault
            asked = (name, day.isoformat())
            (total,) = self._db.execute(_COUNT, asked).fetchone()
            rows = self._db.execute(_PAGE, (*asked, PAGE, (page - 1) * PAGE)).fetchall()
        return Listed([told(self._codec, *row) for row in rows], total)

    def warm(self, day: date) -> None:
        """Come to the ends once, before the first question. Raises Behind."""
        self.listed("exposure", day, 1)

    def close(self) -> None:
        with self._lock:
            self._follower.drop()
            self._db.close()

    def _take(self, polled: Polled) -> None:
        with self._db:  # all of a poll or nothing
            self._db.execute("BEGIN")
            for place, records in polled.items():
                keep = self._entry if place.topic == self._publication else self._display
                for record in records:
                    keep(record.key, record.value)

    def _entry(self, key: bytes, value: bytes | None) -> None:
        if value is None:
            self._db.execute("DELETE FROM entry WHERE key = ?", (key,))
            return
        said = self._codec.decode(value, frozenset({"PublicEntry"})).value
        last = None if said["last_day"] is None else said["last_day"].isoformat()
        display = None if said["display"] is None else said["display"].encode()
        row = (key, said["list"], said["since"].isoformat(), last, display, value)
        self._db.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?, ?)", row)

    def _display(self, key: bytes, value: bytes | None) -> None:
        if value is None:
            self._db.execute("DELETE FROM display WHERE key = ?", (key,))
        else:
            self._db.execute("INSERT OR REPLACE INTO display VALUES (?, ?)", (key, value))


def told(codec: Codec, entry: bytes, display: bytes | None) -> Entry:
    """The entry with of its masked form what its rule shows."""
    said: dict[str, Any] = codec.decode(entry, frozenset({"PublicEntry"})).value
    masked = {} if display is None else codec.decode(display, frozenset({"MaskedIdentity"})).value
    return Entry(
        **{field: said[field] for field in Entry._fields if field not in ("name", "number")},
        name=masked.get("name") if said["shows_name"] else None,
        number=masked.get("number") if said["shows_number"] else None,
    )
