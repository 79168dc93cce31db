"""Whatever stands on an input topic gets exactly one receipt that can be written, and both agents go on."""

import struct
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.flow.flow_stand import CODEC, Stand, listing, person

START = date(2019, 3, 4)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
ANY_DAY = st.one_of(st.none(), st.dates(), st.sampled_from([date.min, date.max, START]))
INPUTS = ("CreditDetermination", "GroundEnding", "RecordCorrection", "CaseEvent", "OfficerFeedback", "PersonConsent")
INPUTS += ("PersonFiling",)

changes = st.fixed_dictionaries(
    {},
    optional={
        **{name: ANY_TEXT for name in ("event_id", "document_no", "document_digest", "item", "body", "basis", "role")},
        **{name: ANY_DAY for name in ("document_date", "effect_date", "conduct_end", "valid_until")},
        "ground": st.one_of(st.none(), st.sampled_from("12345678"), ANY_TEXT),
        "extra_years": st.one_of(st.integers(-(2**31), 2**31 - 1), st.integers(-1, 4)),
        "entity_code": st.one_of(st.none(), ANY_TEXT),
        "prior_notice": st.booleans(),
        "hearing": st.booleans(),
        "simple_procedure": st.booleans(),
    },
)
framed = st.builds(
    lambda schema_id, body: struct.pack(">bI", 0, schema_id) + body,
    st.one_of(st.integers(0, 2**32 - 1), st.sampled_from([CODEC.id_of(record) for record in INPUTS])),
    st.binary(max_size=300),
)


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    return Stand(tmp_path_factory.mktemp("hostile") / "keys").begin(START)


def sends(stand: Stand, topic: str, value: bytes | None) -> dict[str, Any]:
    """The one receipt of the record."""
    answers = [name for name in stand.topics if name.startswith("receipts.")]
    before = {name: len(stand.topics[name]) for name in answers}
    stand.send(topic, value)
    now = [name for name in stand.topics if name.startswith("receipts.")]
    (receipt,) = [CODEC.decode(raw).value for name in now for _, raw in stand.topics[name][before.get(name, 0) :]]
    return receipt


@pytest.mark.parametrize("schema_id", [2**31 - 1, 2**31, 2**32 - 1])
def test_a_schema_id_at_the_end_of_its_32_bits(tmp_path: Path, schema_id: int) -> None:
    stand = Stand(tmp_path / "keys").begin(START)
    receipt = sends(stand, "events.court", struct.pack(">bI", 0, schema_id) + b"abc")
    (fault,) = receipt["faults"]
    assert (fault["code"], fault["seen"]) == ("SCHEMA_UNKNOWN", f"schema id {schema_id}")
    assert receipt["schema_id"] == (schema_id if schema_id < 2**31 else None)
    assert len(stand.read("quarantine")) == 1


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.one_of(framed, st.binary(max_size=300)),
    topic=st.sampled_from(["events.court", "cases.court", "cases.portal"]),
)
def test_any_bytes(stand: Stand, topic: str, value: bytes) -> None:
    assert sends(stand, topic, value)["outcome"] == "rejected"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(1, 5), changed=changes)
def test_a_record_that_can_be_read_and_says_anything(stand: Stand, number: int, changed: dict[str, Any]) -> None:
    assert sends(stand, "events.court", listing(number, START, **changed))["outcome"]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(id_number=st.one_of(st.none(), ANY_TEXT, st.just(person(3))), name=st.one_of(st.none(), ANY_TEXT), ref=ANY_TEXT)
def test_a_subject_that_says_anything(stand: Stand, id_number: str | None, name: str | None, ref: str) -> None:
    for id_type, case_ref in (("citizen", None), ("uscc", None), ("none", ref), ("citizen", ref)):
        subject = {"kind": "person", "id_type": id_type, "id_number": id_number, "name": name, "case_ref": case_ref}
        assert sends(stand, "events.court", listing(1, START, subject=subject))["outcome"]
