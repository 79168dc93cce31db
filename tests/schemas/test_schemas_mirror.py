"""The schemas mirror the core's values: nothing a struct holds is lost on the wire, and no input has room for prose."""

from datetime import date
from typing import Any

import msgspec
import pytest
from schema_examples import examples, value_of

from schemas.codec import Codec
from streams.core.decisions import Decision, Obligation, Receipt
from streams.core.events import (
    Accepted,
    Consent,
    Correction,
    Determination,
    Ending,
    Feedback,
    PersonCase,
    Supervision,
)
from streams.filed import Filing

CODEC = Codec.load()
INPUTS = {
    "CreditDetermination": Determination,
    "GroundEnding": Ending,
    "RecordCorrection": Correction,
    "OfficerFeedback": Feedback,
    "CaseEvent": PersonCase,
    "PersonConsent": Consent,
    "SupervisionEvent": Supervision,
}
INTERNAL = {"PersonFiling": Filing, "Accepted": Accepted, "Decision": Decision, "Receipt": Receipt}


def named_types(node: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    if isinstance(node, list):
        for child in node:
            found |= named_types(child)
    elif isinstance(node, dict):
        if node.get("type") in ("record", "enum"):
            found[node["name"].removeprefix("chengxin.")] = node
        for child in node.values():
            found |= named_types(child)
    return found


def same_shape(info: Any, node: Any, named: dict[str, Any], place: str) -> None:
    """Assert that the Avro type ``node`` says of ``place`` what msgspec says of the struct."""
    if isinstance(info, msgspec.inspect.UnionType):
        assert node[0] == "null", place
        (inner,) = [t for t in info.types if not isinstance(t, msgspec.inspect.NoneType)]
        same_shape(inner, node[1], named, place)
        return
    if isinstance(node, str):
        node = named.get(node.removeprefix("chengxin."), {"type": node})
    kind = node.get("logicalType", node["type"])
    if isinstance(info, msgspec.inspect.StructType):
        assert (kind, node["name"]) == ("record", f"chengxin.{info.cls.__name__}"), place
        assert_fields(info, node, named)
    elif isinstance(info, msgspec.inspect.EnumType):
        assert node["symbols"] == [*(m.value for m in info.cls), "unknown"], place
    elif isinstance(info, msgspec.inspect.VarTupleType):
        assert kind == "array", place
        same_shape(info.item_type, node["items"], named, place)
    elif isinstance(info, msgspec.inspect.DictType):
        assert (kind, node["values"]) == ("map", "string"), place
    else:
        wanted = {"StrType": ("string",), "IntType": ("int", "long"), "BoolType": ("boolean",), "DateType": ("date",)}
        assert kind in wanted[type(info).__name__], place


def assert_fields(info: Any, node: dict[str, Any], named: dict[str, Any], extra: frozenset[str] = frozenset()) -> None:
    types = {field["name"]: field["type"] for field in node["fields"]}
    assert types.keys() - extra == {field.name for field in info.fields}, node["name"]
    for field in info.fields:
        same_shape(field.type, types[field.name], named, f"{node['name']}.{field.name}")


@pytest.mark.parametrize("record", INTERNAL)
def test_an_internal_record_is_its_struct(record: str) -> None:
    schema = CODEC.schema(record)
    assert_fields(msgspec.inspect.type_info(INTERNAL[record]), schema, named_types(schema))


@pytest.mark.parametrize("record", INPUTS)
def test_an_input_is_its_struct_with_event_id_and_subject(record: str) -> None:
    schema = CODEC.schema(record)
    extra = frozenset({"event_id"} if record == "SupervisionEvent" else {"event_id", "subject"})
    assert_fields(msgspec.inspect.type_info(INPUTS[record]), schema, named_types(schema), extra)


@pytest.mark.parametrize("record", ["ObligationChange", "ObligationCurrent"])
def test_an_executor_gets_the_whole_obligation_and_no_central_token(record: str) -> None:
    schema = CODEC.schema(record)
    fields = {field["name"] for field in schema["fields"]}
    obligation = msgspec.inspect.type_info(Obligation)
    assert_fields(obligation, schema, named_types(schema), frozenset(fields - {f.name for f in obligation.fields}))
    assert not fields & {"subject", "token", "name", "name_check", "id_number", "identity"}


def test_change_and_current_say_the_same() -> None:
    change, current = (
        {field["name"]: field for field in CODEC.schema(record)["fields"]}
        for record in ("ObligationChange", "ObligationCurrent")
    )
    assert change.keys() - current.keys() == {"previous_version"}
    assert all(change[name] == field for name, field in current.items())


def test_structs_come_back_from_the_wire() -> None:
    for example in examples():
        if example.passes and example.record in INTERNAL:
            struct = msgspec.convert(value_of(example), INTERNAL[example.record])
            plain = msgspec.to_builtins(struct, builtin_types=(date, bytes))
            decoded = CODEC.decode(CODEC.encode(example.record, plain))
            assert msgspec.convert(decoded.value, INTERNAL[example.record]) == struct


def test_no_input_has_room_for_prose() -> None:
    """Every text field of an input is a code, a number, a digest or the name; a new one must be argued for here."""
    codes = {"item", "body", "basis", "ground", "role", "reason", "entity_code", "officer", "obligation_id", "event_id"}
    codes |= {"recipient", "purpose", "channel"}
    documents = {"document_no", "document_digest", "case_no", "order_no"}
    identity = {"id_number", "name", "case_ref"}
    texts = set()
    for record in (*INPUTS, "PersonFiling"):
        for named in named_types(CODEC.schema(record)).values():
            for field in named.get("fields", []):
                if field["type"] in ("string", ["null", "string"]):
                    texts.add(field["name"])
    assert texts == codes | documents | identity


def test_no_record_holds_a_score_of_a_person() -> None:
    for record in CODEC.records():
        for named in named_types(CODEC.schema(record)).values():
            names = {field["name"] for field in named.get("fields", [])}
            assert not names & {"score", "rating", "grade", "rank", "points"}, record
