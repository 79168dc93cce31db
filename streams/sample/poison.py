"""Bytes that are no record, and records where they do not belong: each gets its receipt, none stops a partition."""

import struct
from collections.abc import Iterator

from streams.sample.desk import Desk
from streams.sample.fates import rejected
from streams.sample.papers import listing
from streams.sample.stories import Story

TOO_LARGE = 1_200_000
_NEVER_AN_ID = 2_000_000_000
_HUGE_LENGTH = bytes([0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])  # Avro's long, near 2**62


def _frame(schema_id: int) -> bytes:
    return struct.pack(">bI", 0, schema_id)


def unreadable(desk: Desk) -> None:
    """On every kind of channel the same: the outcome does not depend on who sends it."""
    for code, note, value in _bytes(desk):
        (day,) = desk.calendar.chain()
        channel = "court" if desk.dice.chance(60) else desk.dice.one_of(tuple(desk.catalogue.channels))
        desk.send_bytes(day, value, rejected(code), note, channel=channel)


def _bytes(desk: Desk) -> Iterator[tuple[str, str, bytes | None]]:
    (day,) = desk.calendar.chain()
    person, paper = desk.cast.person(), listing(desk, day)
    sound = desk.encode("poison", person, paper)
    own = desk.codec.id_of("CreditDetermination")
    yield "EMPTY_VALUE", "null value", None
    yield "EMPTY_VALUE", "no bytes", b""
    yield "RECORD_TOO_LARGE", "more than a million bytes", sound + bytes(TOO_LARGE - len(sound))
    yield "NOT_FRAMED", "shorter than the frame", b"\x00\x00"
    yield "NOT_FRAMED", "another magic byte", b"\x01" + sound[1:]
    yield "NOT_FRAMED", "text instead of a record", b'{"item": "COURT_DEFAULTER_LISTING"}'
    yield "NOT_FRAMED", "random bytes", b"\xff" + desk.dice.some_bytes(200)
    yield "SCHEMA_UNKNOWN", "a schema id never given", _frame(_NEVER_AN_ID) + sound[5:]
    yield "SCHEMA_NOT_ADMITTED", "a tick by a department", _frame(desk.codec.id_of("ClockTick")) + b"\x00"
    yield "UNREADABLE", "the frame alone", _frame(own)
    yield "UNREADABLE", "truncated", sound[: len(sound) // 2]
    yield "UNREADABLE", "a length that lies", _frame(own) + _HUGE_LENGTH + b"x"
    yield "UNREADABLE", "random bytes behind a sound frame", _frame(own) + b"\xff" * 12 + desk.dice.some_bytes(200)
    yield "UNREADABLE", "a symbol that is never written", desk.encode("poison", person._replace(kind="unknown"), paper)
    yield "TRAILING_BYTES", "bytes behind the record", sound + b"\x00"
    yield "TRAILING_BYTES", "two records in one message", sound + sound


def misplaced(desk: Desk) -> None:
    """Sound records on topics that do not admit them."""
    fate = rejected("SCHEMA_NOT_ADMITTED")
    for family, channel in (("feedback", "police"), ("cases", "court")):
        (day,) = desk.calendar.chain()
        value = desk.encode("misplaced", desk.cast.person(), listing(desk, day))
        desk.send_bytes(day, value, fate, f"a listing on {family}", channel=channel, family=family)


POISON: tuple[Story, ...] = (unreadable, misplaced)
