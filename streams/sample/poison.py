"""Bytes that are no record, and records where they do not belong: each gets its receipt, none stops a partition."""

import struct
from collections.abc import Iterator

from schemas.writer import varint
from streams.sample.desk import Desk
from streams.sample.fates import rejected
from streams.sample.faults import sound
from streams.sample.stories import Story

TOO_LARGE = 1_000_001  # bytes; one more than intake reads
HUGE = 5_000_000
_NEVER_AN_ID = 2_000_000_000
_BEYOND_IDS = 0xFFFFFFFF
_NESTED = 400_000


def unreadable(desk: Desk) -> None:
    """On every kind of channel the same: the outcome does not depend on who sends it."""
    for code, note, value in bad_bytes(desk):
        (day,) = desk.calendar.chain()
        channel = "court" if desk.dice.chance(40) else desk.dice.one_of(tuple(desk.catalogue.channels))
        desk.send_bytes(day, value, rejected(code), note, channel=channel)


def bad_bytes(desk: Desk) -> Iterator[tuple[str, str, bytes | None]]:
    """Code, what it is, bytes."""
    case, _ = sound(desk)
    person = case.party
    whole = desk.encode("poison", person, case.paper)
    own = _frame(desk.codec.id_of("CreditDetermination"))
    yield "EMPTY_VALUE", "null value", None
    yield "EMPTY_VALUE", "no bytes", b""
    yield "RECORD_TOO_LARGE", "a byte more than intake reads", _padded(whole, TOO_LARGE)
    yield "NOT_FRAMED", "shorter than the frame", b"\x00\x00"
    yield "NOT_FRAMED", "another magic byte", b"\x01" + whole[1:]
    yield "NOT_FRAMED", "text instead of a record", b'{"item": "COURT_DEFAULTER_LISTING"}'
    yield "NOT_FRAMED", "random bytes", b"\xff" + desk.dice.some_bytes(200)
    yield "SCHEMA_UNKNOWN", "a schema id never given", _frame(_NEVER_AN_ID) + whole[5:]
    yield "SCHEMA_UNKNOWN", "a schema id of more than 31 bits", _frame(_BEYOND_IDS) + whole[5:]
    yield "SCHEMA_UNKNOWN", "a schema that would contain itself, nested deep", _frame(_NEVER_AN_ID) + b"\x02" * _NESTED
    yield "SCHEMA_NOT_ADMITTED", "a tick by a department", _frame(desk.codec.id_of("ClockTick")) + b"\x00"
    yield "SCHEMA_NOT_ADMITTED", "lists of billions in a record of ours", _lists_of_billions(desk)
    yield "UNREADABLE", "the frame alone", own
    yield "UNREADABLE", "truncated", whole[: len(whole) // 2]
    yield "UNREADABLE", "a length that lies", own + varint(2**62) + b"x"
    yield "UNREADABLE", "a length below zero", own + varint(-(2**62)) + b"x" * 1_000
    yield "UNREADABLE", "a number without an end", own + b"\xff" * 100_000
    yield "UNREADABLE", "nested deep behind a sound frame", own + b"\x04" * _NESTED
    yield "UNREADABLE", "random bytes behind a sound frame", own + b"\xff" * 12 + desk.dice.some_bytes(200)
    unknown = desk.encode("poison", person._replace(kind="unknown"), case.paper)
    yield "UNREADABLE", "a symbol that is never written", unknown
    yield "TRAILING_BYTES", "bytes behind the record", whole + b"\x00"
    yield "TRAILING_BYTES", "two records in one message", whole + whole


def misplaced(desk: Desk) -> None:
    """Sound records on topics that do not admit them."""
    fate = rejected("SCHEMA_NOT_ADMITTED")
    for family, channel in (("feedback", "police"), ("cases", "court")):
        case, day = sound(desk)
        value = desk.encode("misplaced", case.party, case.paper)
        desk.send_bytes(day, value, fate, f"a listing on {family}", channel=channel, family=family)


def huge(desk: Desk) -> None:
    """Five megabytes: the topics take it, intake says no."""
    case, day = sound(desk)
    value = _padded(desk.encode("poison", case.party, case.paper), HUGE)
    desk.send_bytes(day, value, rejected("RECORD_TOO_LARGE"), "five megabytes")


def _frame(schema_id: int) -> bytes:
    return struct.pack(">bI", 0, schema_id)


def _padded(value: bytes, size: int) -> bytes:
    return value + bytes(size - len(value))


def _lists_of_billions(desk: Desk) -> bytes:
    """A receipt that claims more faults than there are bytes in the world; a department may send no receipts at all."""
    none = {"receipt_id": "", "outcome": "rejected", "source_topic": "", "source_partition": 0, "source_offset": 0}
    whole = desk.codec.encode("Receipt", {**none, "faults": [], "warnings": []})
    return whole[:-3] + varint(4_000_000_000) + b"\x00" * 1_000


POISON: tuple[Story, ...] = (unreadable, misplaced)
LARGEST: tuple[Story, ...] = (huge,)
