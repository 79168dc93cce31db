"""Bytes made to hurt: lengths and counts that lie. Each is refused for its own few bytes of work and memory, never for
those it claims. Memory is measured, not time: a decoder that believed a count would have to put the items somewhere.
"""

import struct
import tracemalloc
from typing import Any

import pytest
from schema_examples import examples, value_of

from schemas.codec import Codec, SchemaFault
from schemas.writer import varint
from topics.catalogue import Catalogue

CODEC = Codec.load()
DEPARTMENTS = sorted(
    {record for family in ("events", "feedback", "cases", "filings") for record in Catalogue.load().admitted(family)}
)
NUMBERS = (2**62, 2**63 - 1, 4_000_000_000, -1, -5, -(2**31), -(2**62), -(2**63))
ITEMS = (
    2_000  # tracemalloc asks for the line of every allocation: about a millisecond in a reader as long as Decision's
)
SLACK = 128 * 1024  # bytes: fault texts, the first growth of a list


def peak_of(data: bytes, expected: str | None) -> int:
    """Bytes of memory that decoding took at most."""
    tracemalloc.start()
    try:
        CODEC.decode(data)
        seen = None
    except SchemaFault as fault:
        seen = fault.code
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert seen in ({"UNREADABLE", "TRAILING_BYTES"} if expected is None else {expected})
    return peak


def framed(record: str, body: bytes) -> bytes:
    return struct.pack(">bI", 0, CODEC.id_of(record)) + body


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("record", DEPARTMENTS)
def test_a_length_that_lies(record: str, number: int) -> None:
    """The first field of every record of a department is a text."""
    data = framed(record, varint(number) + b"x" * 900_000)
    assert peak_of(data, "UNREADABLE") < 3 * len(data) + SLACK


@pytest.mark.parametrize("record", DEPARTMENTS)
@pytest.mark.parametrize("byte", [b"\xff", b"\x80", b"\x04", b"\x7f"])
def test_a_million_times_the_same_byte(record: str, byte: bytes) -> None:
    data = framed(record, byte * 999_000)
    assert peak_of(data, None) < 3 * len(data) + SLACK


def _count_at(record: str, value: dict[str, Any], name: str, empty: list[Any] | dict[str, Any]) -> bytes:
    """What stands before the count of the list or map ``name``."""
    without = CODEC.encode(record, {**value, name: empty})
    marked = CODEC.encode(record, {**value, name: value[name]})
    return without[: next(at for at, (one, other) in enumerate(zip(without, marked, strict=False)) if one != other)]


def _own_lists() -> list[tuple[str, str, dict[str, Any]]]:
    """Each list and map of our own records once, with an example in which it holds something."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for example in examples():
        if not example.passes or example.record in DEPARTMENTS:
            continue
        value = value_of(example)
        counted = {
            field["name"]
            for field in CODEC.schema(example.record)["fields"]
            if isinstance(field["type"], dict) and field["type"]["type"] in ("array", "map")
        }
        for name in counted & value.keys():
            if value[name]:
                found.setdefault((example.record, name), value)
    return [(record, name, value) for (record, name), value in sorted(found.items(), key=lambda one: one[0])]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    ("record", "name", "value"), _own_lists(), ids=lambda part: part if isinstance(part, str) else ""
)
def test_a_count_that_lies(record: str, name: str, value: dict[str, Any], number: int) -> None:
    """Of records that only our own programs write; with and without a size behind a negative count."""
    CODEC.decode(CODEC.encode(record, value))  # the first of a record makes its reader
    before = _count_at(record, value, name, [] if isinstance(value[name], list) else {})
    assert len(before) > 20
    zeros = b"\x00" * ITEMS
    for behind in (zeros, varint(2**62) + zeros, b""):
        data = before + varint(number) + behind
        assert peak_of(data, None) < 150 * len(data) + SLACK  # an item of four bytes becomes a dict


def test_departments_send_no_lists_at_all() -> None:
    """So that what they send can never become much more than it is."""

    def kinds(node: Any) -> set[str]:
        if isinstance(node, list):
            return {kind for one in node for kind in kinds(one)}
        if not isinstance(node, dict):
            return {node}
        inner = [field["type"] for field in node.get("fields", ())]
        return {str(node["type"])} | {kind for one in inner for kind in kinds(one)}

    for record in DEPARTMENTS:
        found = kinds(CODEC.schema(record))
        assert "array" not in found and "map" not in found, record
        assert "string" in found
