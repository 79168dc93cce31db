"""Bytes that fastavro forgives and other readers take for something else: they are no record, in no version of it."""

import io
import tracemalloc
from typing import Any

import fastavro
import pytest
from schema_examples import examples, value_of

from schemas.codec import Codec, SchemaFault
from schemas.writer import varint

CODEC = Codec.load()
LEAST, MOST = -(1 << 31), (1 << 31) - 1


def determination(version: int) -> dict[str, Any]:
    """A passing example of one version, with the only int that departments write."""
    found = [one for one in examples() if (one.record, one.version) == ("CreditDetermination", version) and one.passes]
    return value_of(found[0]) | {"extra_years": 0}


def with_int(number: int, version: int) -> bytes:
    """The record with ``number`` for its int, whatever that is: before and after it the bytes stay."""
    value = determination(version)
    one, two = (CODEC.encode("CreditDetermination", value | {"extra_years": years}, version) for years in (0, 1))
    (at,) = [place for place, pair in enumerate(zip(one, two, strict=True)) if pair[0] != pair[1]]
    return one[:at] + varint(number) + one[at + 1 :]


def by_fastavro(data: bytes, version: int) -> Any:
    return fastavro.schemaless_reader(io.BytesIO(data[5:]), CODEC.schema("CreditDetermination", version), None)


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("number", [LEAST, -1, MOST])
def test_an_int_of_32_bits_is_written_and_read(number: int, version: int) -> None:
    data = CODEC.encode("CreditDetermination", determination(version) | {"extra_years": number}, version)
    assert data == with_int(number, version)
    assert CODEC.decode(data).value["extra_years"] == number


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("number", [LEAST - 1, MOST + 1, 1 << 40, -(1 << 63), (1 << 63) - 1])
def test_an_int_of_more_than_32_bits_is_neither_written_nor_read(number: int, version: int) -> None:
    with pytest.raises(OverflowError, match="extra_years: an int of more than 32 bits"):
        CODEC.encode("CreditDetermination", determination(version) | {"extra_years": number}, version)
    data = with_int(number, version)
    assert by_fastavro(data, version)["extra_years"] == number, "fastavro refuses it by itself now"
    with pytest.raises(SchemaFault, match="UNREADABLE"):
        CODEC.decode(data)


@pytest.mark.parametrize("length", [11, 40])
def test_a_number_without_end_is_no_record(length: int) -> None:
    short = with_int(1, 2)
    at = next(place for place, pair in enumerate(zip(short, with_int(0, 2), strict=True)) if pair[0] != pair[1])
    data = short[:at] + b"\xff" * (length - 1) + b"\x01" + short[at + 1 :]
    by_fastavro(data, 2)
    with pytest.raises(SchemaFault, match="UNREADABLE"):
        CODEC.decode(data)


@pytest.mark.parametrize(
    ("field", "before", "instead"),
    [("conduct_end", None, 1), ("simple_procedure", False, 2), ("subject.kind", "entity", 1)],
    ids=["branch", "truth", "symbol"],
)
def test_a_second_way_to_say_the_same_is_no_record(field: str, before: Any, instead: int) -> None:
    """A branch or symbol counted from the end, a truth of 2. ``instead``: the byte that says it."""
    value = determination(2)
    place, _, name = field.rpartition(".")
    inner = value[place] if place else value
    inner[name] = before
    data = CODEC.encode("CreditDetermination", value)
    inner[name] = {"conduct_end": value["document_date"], "simple_procedure": True, "subject.kind": "person"}[field]
    other = CODEC.encode("CreditDetermination", value)
    at = next(place for place, pair in enumerate(zip(data, other, strict=False)) if pair[0] != pair[1])
    changed = other[:at] + bytes([instead]) + other[at + 1 :]
    by_fastavro(changed, 2)
    with pytest.raises(SchemaFault, match="UNREADABLE"):
        CODEC.decode(changed)


def test_long_texts_of_others_are_not_kept() -> None:
    """Codes are kept by their bytes, for they repeat; a department may write what it likes in their place."""
    value = determination(2)
    CODEC.decode(CODEC.encode("CreditDetermination", value))
    sent = [CODEC.encode("CreditDetermination", value | {"item": f"{number:05}" * 20_000}) for number in range(50)]
    tracemalloc.start()
    try:
        for data in sent:
            CODEC.decode(data)
        left = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert left < 200_000
