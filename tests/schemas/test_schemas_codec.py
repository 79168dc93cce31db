"""The codec refuses what is no record, by name, and never raises anything else."""

import json
import shutil
import struct
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from schema_examples import examples, value_of

from schemas.codec import Codec, SchemaFault
from schemas.files import FOLDER, Source, digest, sources
from streams.core.events import Accepted
from streams.wire import from_avro

CODEC = Codec.load()
TICK = CODEC.encode("ClockTick", {"day": date(2019, 1, 2)})
LISTING = next(value_of(e) for e in examples() if e.reason == "listing_of_a_person")
SECRET = LISTING["subject"]["id_number"]


def framed(record: str, body: bytes) -> bytes:
    return struct.pack(">bI", 0, CODEC.id_of(record)) + body


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (None, "EMPTY_VALUE"),
        (b"", "EMPTY_VALUE"),
        (b"\x00" * 1001, "RECORD_TOO_LARGE"),
        (b"\x00\x00\x00\x00", "NOT_FRAMED"),
        (b'{"item": 1}', "NOT_FRAMED"),
        (b"\x00\x00\x00\x03\xe8abc", "SCHEMA_UNKNOWN"),
        (framed("OfficerFeedback", b""), "SCHEMA_NOT_ADMITTED"),
        (TICK[:5], "UNREADABLE"),
        (framed("ClockTick", b"\xff" * 9), "UNREADABLE"),
        (framed("LawActivation", b"\x04\xff\xfe\x00"), "UNREADABLE"),
        (framed("ClockTick", b"\xfe\xff\xff\xff\x0f"), "UNREADABLE"),
        (TICK + b"\x00", "TRAILING_BYTES"),
    ],
)
def test_each_fault_has_its_code(data: bytes | None, code: str) -> None:
    with pytest.raises(SchemaFault) as caught:
        CODEC.decode(data, frozenset({"ClockTick", "LawActivation"}), max_bytes=1000)
    assert caught.value.code == code


def test_size_is_looked_at_before_anything_else() -> None:
    with pytest.raises(SchemaFault, match="RECORD_TOO_LARGE"):
        CODEC.decode(TICK, max_bytes=len(TICK) - 1)
    assert CODEC.decode(TICK, max_bytes=len(TICK)).value == {"day": date(2019, 1, 2)}


def test_an_empty_admission_admits_nothing() -> None:
    with pytest.raises(SchemaFault, match="SCHEMA_NOT_ADMITTED"):
        CODEC.decode(TICK, frozenset())


def test_the_placeholder_symbol_of_an_enum_is_refused() -> None:
    """The default symbol exists for older readers; a sender who writes it says nothing."""
    data = CODEC.encode("CreditDetermination", LISTING | {"subject": LISTING["subject"] | {"kind": "unknown"}})
    with pytest.raises(SchemaFault) as caught:
        CODEC.decode(data)
    assert (caught.value.code, caught.value.seen) == ("UNREADABLE", "subject.kind = unknown")


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(sorted(CODEC.records())), st.binary(max_size=300))
def test_no_bytes_make_it_raise_anything_else(record: str, body: bytes) -> None:
    try:
        CODEC.decode(framed(record, body))
    except SchemaFault as fault:
        assert fault.code in ("UNREADABLE", "TRAILING_BYTES")


@settings(max_examples=500, deadline=None)
@given(st.integers(min_value=0, max_value=400), st.integers(min_value=0, max_value=255), st.booleans())
def test_a_damaged_record_is_read_or_refused_and_never_quoted(at: int, byte: int, cut: bool) -> None:
    data = bytearray(CODEC.encode("CreditDetermination", LISTING))
    at = at % len(data)
    data = data[:at] if cut else data[:at] + bytes([byte]) + data[at + 1 :]
    try:
        CODEC.decode(bytes(data))
    except SchemaFault as fault:
        assert SECRET not in str(fault)
        assert fault.__context__ is None or fault.__suppress_context__, "the decoder's own error may quote payload"


def test_validate_names_the_place_and_quotes_nothing() -> None:
    wrong = LISTING | {"effect_date": SECRET}
    for value in (wrong, LISTING | {"ground": {"number": SECRET}}, LISTING | {"remarks": SECRET}):
        with pytest.raises(ValueError, match=r"CreditDetermination\.v2") as caught:
            CODEC.validate("CreditDetermination", value)
        assert SECRET not in str(caught.value)


def test_an_unknown_record_name_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError, match=r"schemas/ids\.yaml"):
        CODEC.encode("CreditScore", {})
    with pytest.raises(KeyError, match=r"ClockTick\.v9"):
        CODEC.schema("ClockTick", 9)


@pytest.fixture
def next_version(tmp_path: Path) -> Path:
    """A copy of the schemas in which ClockTick has a second version with an optional field."""
    shutil.copytree(FOLDER / "avro", tmp_path / "avro")
    first = next(s for s in sources() if s.record == "ClockTick")
    note = {"name": "note", "type": ["null", "string"], "default": None, "doc": "Added later."}
    second = Source("ClockTick", 2, first.schema | {"fields": [*first.schema["fields"], note]})
    (tmp_path / "avro" / "ClockTick.v2.avsc").write_text(json.dumps(second.schema), encoding="utf-8")
    rows = yaml.safe_load((FOLDER / "ids.yaml").read_text(encoding="utf-8"))
    rows["schemas"].append({"id": len(rows["schemas"]) + 1, "schema": second.name, "digest": digest(second.schema)})
    (tmp_path / "ids.yaml").write_text(yaml.safe_dump(rows), encoding="utf-8")
    return tmp_path


def test_an_older_version_is_read_as_the_newest(next_version: Path) -> None:
    codec = Codec.load(next_version)
    decoded = codec.decode(TICK)
    assert (decoded.version, decoded.value) == (1, {"day": date(2019, 1, 2), "note": None})
    newer = codec.encode("ClockTick", {"day": date(2019, 1, 2), "note": "n"})
    assert codec.decode(newer).version == 2
    assert codec.encode("ClockTick", {"day": date(2019, 1, 2)}, version=1) == TICK
    with pytest.raises(SchemaFault, match="SCHEMA_UNKNOWN"):
        CODEC.decode(newer)


def test_a_published_schema_that_changed_is_not_loaded(next_version: Path) -> None:
    file = next_version / "avro" / "ClockTick.v1.avsc"
    file.write_text(file.read_text(encoding="utf-8").replace('"day"', '"date"'), encoding="utf-8")
    with pytest.raises(ValueError, match=r"ClockTick\.v1\.avsc.*restore it"):
        Codec.load(next_version)


def test_under_a_ceiling_nothing_is_written_that_the_last_release_cannot_read() -> None:
    """In a rolling upgrade: of a record with an older version that one, from a dict or a struct; all is read."""
    newest = Codec.load()
    below = Codec.load(ceiling=newest.id_of("LawActivation", 2) - 1)
    value = {"digest": "a" * 64, "from_day": date(2026, 11, 28), "what_if": "b" * 64, "without_what_if": None}
    written = below.decode(below.encode("LawActivation", value))
    assert (written.version, newest.decode(newest.encode("LawActivation", value)).version) == (1, 2)
    assert written.value == {**value, "what_if": None}, "what version 1 cannot say is left out"
    assert below.decode(newest.encode("LawActivation", value)).value == value, "reading has no ceiling"
    at_it = Codec.load(ceiling=newest.id_of("LawActivation", 2))
    assert at_it.encode("LawActivation", value) == newest.encode("LawActivation", value)
    young = Codec.load(ceiling=newest.id_of("LawActivation") - 1)
    tick = young.encode("ClockTick", {"day": date(2026, 11, 28)})
    assert Codec.load(ceiling=0).encode("ClockTick", {"day": date(2026, 11, 28)}) == tick, "it has no older version"


def test_a_struct_is_written_below_the_ceiling_too() -> None:
    below = Codec.load(ceiling=CODEC.id_of("Accepted", 2))
    found = [e for e in examples() if (e.record, e.version, e.passes) == ("Accepted", 3, True)]
    assert found
    for example in found:
        whole = CODEC.decode(CODEC.encode("Accepted", value_of(example))).value
        event = from_avro(whole, Accepted)
        if event.kind in ("case", "consent", "supervision"):
            continue  # version 2 has no symbol for it: the writer's bug, and a worker stops before commit
        lowered = below.encode("Accepted", event)
        assert lowered == CODEC.lowered(CODEC.encode("Accepted", event), 2)
        assert CODEC.decode(lowered).version == 2
