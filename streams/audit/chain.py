"""The hash chain of one topic-partition: pure, over what a reader of committed records sees.

An entry is what is kept of a record for ever: place, time and digests. The record itself may expire, be compacted away
or be erased; its entry then still has its link in the chain.
"""

import struct
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from streams.oracle.history import Message

DIGEST = 32  # bytes
KEY = 16  # bytes kept of a key's digest: keys are ids of 128 bits
_LENGTH = struct.Struct(">q")
_PLACE = struct.Struct(">qq?")  # offset, time, tombstone
_NOTHING = _LENGTH.pack(-1)  # null is not the empty value
_ENTRY, _LINK = b"\x00", b"\x01"  # no leaf can pass for a link


class Entry(NamedTuple):
    """One record. ``at``: append time in ms; ``key``: of its key, where a later record of the key may overtake it."""

    offset: int
    at: int
    content: bytes
    key: bytes
    tombstone: bool


def entry(message: Message, compacted: bool) -> Entry:
    """What is kept of a record; ``compacted``: of a topic that keeps the last record of each key."""
    content = sha256(_framed(message.key) + _framed(message.value) + _headers(message.headers)).digest()
    key = sha256(message.key or b"").digest()[:KEY] if compacted else b""
    return Entry(message.offset, message.timestamp_ms, content, key, message.value is None)


def start(topic: str, partition: int) -> bytes:
    """The chain of a partition before its first record."""
    return sha256(_framed(topic.encode()) + _LENGTH.pack(partition)).digest()


def linked(head: bytes, entries: Iterable[Entry]) -> bytes:
    """The chain after ``entries``.

    >>> a, b = (Entry(n, 0, bytes(32), b"", False) for n in (1, 2))
    >>> linked(linked(start("t", 0), [a]), [b]) == linked(start("t", 0), [a, b]) != linked(start("t", 0), [b, a])
    True
    """
    for one in entries:
        leaf = sha256(_ENTRY + _PLACE.pack(one.offset, one.at, one.tombstone) + one.content + one.key).digest()
        head = sha256(_LINK + head + leaf).digest()
    return head


def _framed(data: bytes | None) -> bytes:
    """Length first, so that nothing of one field can pass for the next one's."""
    return _NOTHING if data is None else _LENGTH.pack(len(data)) + data


def _headers(headers: Sequence[tuple[str, bytes]]) -> bytes:
    return b"".join(_framed(name.encode()) + _framed(value) for name, value in headers)
