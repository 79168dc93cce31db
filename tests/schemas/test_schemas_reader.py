"""Our reader gives fastavro's values, for every schema and values of every shape; what is cut or changed is refused."""

import io
from typing import Any

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from schema_examples import examples, value_of
from test_schemas_mirror import named_types
from test_schemas_writer import WRITABLE, by_fastavro, values

from schemas import reader
from schemas.codec import Codec, SchemaFault

CODEC = Codec.load()


def read_by_fastavro(schema: dict[str, Any], data: bytes) -> Any:
    return fastavro.schemaless_reader(io.BytesIO(data), schema, None)


@pytest.mark.parametrize("record", WRITABLE)
def test_values_are_those_of_fastavro(record: str) -> None:
    schema = CODEC.schema(record)
    named = {f"chengxin.{name}": node for name, node in named_types(schema).items()}
    read = reader.record(schema["fields"])

    @settings(max_examples=40, deadline=None)
    @given(values(schema, named))
    def same(value: dict[str, Any]) -> None:
        data = by_fastavro(schema, value)
        assert read(b"....." + data, 5) == (read_by_fastavro(schema, data), 5 + len(data))

    same()


def test_blocks_with_their_size_are_read_too() -> None:
    """Ours are never written so; Avro lets others."""
    fields = [{"name": "a", "type": {"type": "array", "items": "string"}}, {"name": "b", "type": "int"}]
    data = bytes([3, 8, 2, ord("x"), 2, ord("y"), 2, 2, ord("z"), 0, 4])
    schema = fastavro.parse_schema({"type": "record", "name": "R", "fields": fields}, named_schemas={})
    assert reader.record(fields)(data, 0) == (read_by_fastavro(schema, data), len(data))


def _records() -> list[tuple[str, bytes]]:
    found = {one.record: value_of(one) for one in examples() if one.passes}
    assert found.keys() == CODEC.records()
    return [(record, CODEC.encode(record, value)) for record, value in sorted(found.items())]


@pytest.mark.parametrize(("record", "data"), _records())
def test_what_is_cut_or_longer_is_refused_at_every_byte(record: str, data: bytes) -> None:
    assert CODEC.decode(data).record == record
    for end in range(5, len(data)):
        with pytest.raises(SchemaFault, match="UNREADABLE"):
            CODEC.decode(data[:end])
    with pytest.raises(SchemaFault, match="TRAILING_BYTES"):
        CODEC.decode(data + b"\0")


@pytest.mark.parametrize(("record", "data"), _records())
@given(st.data())
@settings(max_examples=100, deadline=None)
def test_changed_bytes_give_a_fault_or_what_fastavro_reads(record: str, data: bytes, drawn: st.DataObject) -> None:
    at = drawn.draw(st.integers(5, len(data) - 1))
    changed = data[:at] + bytes([drawn.draw(st.integers(0, 255))]) + data[at + 1 :]
    try:
        value = CODEC.decode(changed).value
    except SchemaFault:
        return
    assert value == read_by_fastavro(CODEC.schema(record), changed[5:])


@pytest.mark.parametrize("data", [b"\x81" * 10 + b"\x00", b"\xff" * 11])
def test_a_number_of_more_than_64_bits_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="64"):
        reader.long(data, 0)


@pytest.mark.parametrize("type_", ["float", ["int", "null"], ["null", "int", "string"]])
def test_a_type_we_do_not_use_is_refused_at_once(type_: Any) -> None:
    with pytest.raises(ValueError, match="type"):
        reader.record([{"name": "a", "type": type_}])
