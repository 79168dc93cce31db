"""Our writer gives fastavro's bytes: for every schema, over values of every shape."""

import io
from datetime import date
from types import SimpleNamespace
from typing import Any

import fastavro
import msgspec
import pytest
from fastavro.validation import validate
from hypothesis import given, settings
from hypothesis import strategies as st
from schema_examples import examples, value_of
from test_schemas_mirror import INTERNAL, named_types

from schemas import writer
from schemas.codec import Codec

CODEC = Codec.load()
WRITABLE = sorted(CODEC.records() - {"QueryLogged"})  # the one with an instant; written by hand, as a dict
_PRIMITIVE = {
    "string": st.text(max_size=200),
    "int": st.integers(-(1 << 31), (1 << 31) - 1),
    "long": st.integers(-(1 << 63), (1 << 63) - 1),
    "boolean": st.booleans(),
    "bytes": st.binary(max_size=300),
}


def values(node: Any, named: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Any value of an Avro type, as fastavro takes it."""
    if isinstance(node, list):
        return st.none() | values(node[1], named)
    if isinstance(node, str):
        node = named.get(node, {"type": node})
    kind = node["type"]
    if node.get("logicalType") == "date":
        return st.dates(min_value=date(1, 1, 1))
    if kind == "record":
        return st.fixed_dictionaries({field["name"]: values(field["type"], named) for field in node["fields"]})
    if kind == "enum":
        return st.sampled_from(node["symbols"])
    if kind == "array":
        return st.lists(values(node["items"], named), max_size=3)
    if kind == "map":
        return st.dictionaries(st.text(max_size=9), values(node["values"], named), max_size=3)
    return _PRIMITIVE[kind]


def as_object(value: Any, node: Any, named: dict[str, Any]) -> Any:
    """The same value with attributes where the schema has a record."""
    if isinstance(node, list):
        return None if value is None else as_object(value, node[1], named)
    if isinstance(node, str):
        node = named.get(node, {"type": node})
    if node["type"] == "record":
        inner = {field["name"]: as_object(value[field["name"]], field["type"], named) for field in node["fields"]}
        return SimpleNamespace(**inner)
    if node["type"] == "array":
        return tuple(as_object(one, node["items"], named) for one in value)
    return value


def by_fastavro(schema: dict[str, Any], value: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, value)
    return out.getvalue()


@pytest.mark.parametrize("record", WRITABLE)
def test_bytes_are_those_of_fastavro(record: str) -> None:
    schema = CODEC.schema(record)
    named = {f"chengxin.{name}": node for name, node in named_types(schema).items()}
    write = writer.record(schema["fields"])

    @settings(max_examples=40, deadline=None)
    @given(values(schema, named))
    def same(value: dict[str, Any]) -> None:
        assert write(as_object(value, schema, named)) == by_fastavro(schema, value)

    same()


def test_examples_of_our_structs_are_framed_alike() -> None:
    seen = set()
    for example in examples():
        if example.passes and example.record in INTERNAL:
            value = value_of(example)
            struct = msgspec.convert(value, INTERNAL[example.record])
            plain = msgspec.to_builtins(struct, builtin_types=(date, bytes))
            assert CODEC.encode(example.record, struct) == CODEC.encode(example.record, plain)
            seen.add(example.record)
    assert seen == set(INTERNAL)


def test_runs_of_fields_put_together_are_the_record() -> None:
    fields = [field["name"] for field in CODEC.schema("ObligationChange")["fields"]]
    first, last = fields[0], fields[-1]
    cut = fields.index("previous_version")
    value = SimpleNamespace(**{name: _sample(name) for name in fields})
    head, one, tail = (
        CODEC.run("ObligationChange", *run)(value)
        for run in ((first, fields[cut - 1]), (fields[cut],) * 2, (fields[cut + 1], last))
    )
    assert head + one + tail == CODEC.run("ObligationChange", first, last)(value)
    plain = {**vars(value), "due": vars(value.due)}
    assert CODEC.frame("ObligationChange") + head + one + tail == CODEC.encode("ObligationChange", plain)
    del plain["previous_version"]
    assert CODEC.frame("ObligationCurrent") + head + tail == CODEC.encode("ObligationCurrent", plain)


def _sample(name: str) -> Any:
    given: dict[str, Any] = {
        "memorandum_version": 2,
        "version": 3,
        "previous_version": 2,
        "basis": ("A", "B"),
        "explanation": (),
        "binding": True,
        "disputed": False,
        "doubted": True,
        "incentive": False,
        "state": "proposed",
        "subject_kind": "person",
        "since": date(2026, 1, 2),
        "day": date(1969, 12, 31),
        "ends_on": None,
        "lift_reason": None,
        "due": SimpleNamespace(state="set", day=date(2059, 9, 19)),
    }
    return given.get(name, f"测试 {name}")


_ENUM = {"type": "enum", "name": "E", "symbols": ["a"]}
_ARRAY = {"type": "array", "items": "string"}
_MAP = {"type": "map", "values": "string"}
_DAY = {"type": "int", "logicalType": "date"}
_RECORD = {"type": "record", "name": "S", "fields": [{"name": "b", "type": "int"}, {"name": "c", "type": "int"}]}
_WRONG: list[tuple[Any, list[Any]]] = [
    ("string", [1, None, b"x", True]),
    ("bytes", ["x", None, [1, 2], 1]),
    ("boolean", [None, 0, 1, "", "x"]),
    ("int", [None, "1", True, 1.0, 1.5, 1e9, 1 << 31, -(1 << 31) - 1, 1 << 64]),
    ("long", [None, "1", True, 1.5, 1 << 63, -(1 << 63) - 1]),
    (_ENUM, [None, "b", 1]),
    (_ARRAY, [None, "", "abc", 0, False, 1, {}, {"a": "b"}, [1], ("a", None)]),
    (_MAP, [None, "", "abc", 0, [], (), [("a", "b")], {"a": 1}, {1: "a"}]),
    (_DAY, [None, 1.5]),
    (_RECORD, [None, 1]),
]
_OF_ANOTHER_TYPE = (TypeError, AttributeError)
_KINDS = (*_OF_ANOTHER_TYPE, ValueError, OverflowError)


@pytest.mark.parametrize(("type_", "value"), [(type_, value) for type_, wrong in _WRONG for value in wrong])
def test_a_wrong_value_is_refused_as_fastavro_refuses_it(type_: Any, value: Any) -> None:
    """Where fastavro's writer lets a value pass as another one, its own validation is the measure."""
    schema = {"type": "record", "name": "R", "fields": [{"name": "a", "type": type_}]}
    assert not validate({"a": value}, fastavro.parse_schema(schema), raise_errors=False)
    try:
        by_fastavro(schema, {"a": value})
        kinds: tuple[type[Exception], ...] = _KINDS
    except _KINDS as error:
        kinds = _OF_ANOTHER_TYPE if isinstance(error, _OF_ANOTHER_TYPE) else (type(error),)
    with pytest.raises(kinds):
        writer.record(schema["fields"])(SimpleNamespace(a=value))
    if value is not None:
        with pytest.raises(_KINDS):
            writer.record([{"name": "a", "type": ["null", type_]}])(SimpleNamespace(a=value))


@pytest.mark.parametrize("type_", ["string", ["null", "string"], {"type": "array", "items": "string"}])
def test_texts_that_repeat_are_written_alike_and_kept_within_a_bound(type_: Any) -> None:
    schema = fastavro.parse_schema(
        {"type": "record", "name": "R", "fields": [{"name": "rule", "type": type_}]}, named_schemas={}
    )
    write = writer.record(schema["fields"])
    for number in range(writer._KEPT + 2):
        value = (f"条 {number}",) if isinstance(type_, dict) else f"条 {number}"
        for _ in "once", "again":
            assert write(SimpleNamespace(rule=value)) == by_fastavro(schema, {"rule": value})
    assert max(len(writer._TEXTS), len(writer._SOME_TEXTS)) <= writer._KEPT
    for wrong in ("a", (1,), {1}) if isinstance(type_, dict) else (1, b"x", ["a"]):
        with pytest.raises(_KINDS):
            write(SimpleNamespace(rule=wrong))


@pytest.mark.parametrize("type_", ["float", ["int", "null"], ["null", "int", "string"], "chengxin.Nowhere"])
def test_a_type_we_do_not_use_is_refused_at_once(type_: Any) -> None:
    with pytest.raises(ValueError, match="type"):
        writer.record([{"name": "a", "type": type_}])


def test_a_name_that_is_no_name_goes_into_no_source() -> None:
    with pytest.raises(ValueError, match="name"):
        writer.record([{"name": "a)", "type": "string"}, {"name": "b", "type": "string"}])


def test_an_instant_is_left_to_fastavro() -> None:
    with pytest.raises(ValueError, match="timestamp"):
        writer.record(CODEC.schema("QueryLogged")["fields"])
