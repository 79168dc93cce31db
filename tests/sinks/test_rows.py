"""Records to columns: golden rows for every table, and what must never be in them."""

import json

import pytest
from sink_records import accepted, change, decision, encode, plain, receipt, tick

from schemas.codec import Codec
from sinks.clickhouse.blocks import Unreadable, from_metadata, prepare, to_metadata
from sinks.clickhouse.columns import Stored, names, rows
from sinks.clickhouse.plan import Block
from sinks.clickhouse.tables import ACCEPTED_EVENTS, BY_FAMILY, DECISIONS, OBLIGATIONS, RECEIPTS, TABLES
from streams.core.events import Correction, Ending, EventKind, Feedback, FeedbackState, Target
from topics.catalogue import Catalogue

CODEC = Codec.load()


class Raw:
    def __init__(self, offset, value):
        self.offset, self.timestamp, self.value = offset, 1_559_520_000_000 + offset, value


def row(table, record, value):
    """One record, through its bytes, as name -> cell; None where the table passes over it."""
    read = CODEC.decode(CODEC.encode(record, value)).value
    made = rows(table, [Stored("t.x", 3, 17, 1_559_520_000_000, read)])
    cells = [column[0] for column in made if column]
    return dict(zip(names(table), cells, strict=True)) if cells else None


def differs(found, expected):
    return {name: found[name] for name in expected if found[name] != expected[name]}


def test_an_accepted_determination():
    found = row(ACCEPTED_EVENTS, "Accepted", plain(accepted(5)))
    assert (found["topic"], found["partition"], found["offset"], found["appended_at"]) == (
        "t.x",
        3,
        17,
        1_559_520_000_000,
    )
    assert not differs(
        found,
        {
            "kind": "determination",
            "channel": "court",
            "source_offset": 5,
            "subject": "token5",
            "subject_kind": "person",
            "warnings": ["REGION_CODE_UNKNOWN"],
            "item": "COURT_DEFAULTER_LISTING",
            "ground": "2",
            "extra_years": 0,
            "ending_reason": None,
            "feedback_state": None,
        },
    )
    assert found["document_date"].isoformat() == "2019-06-03"


def test_an_accepted_ending_correction_and_feedback():
    base = {"determination": None, "department_tokens": {}}
    day = accepted(1).intake_day
    target = Target("(2019)鲁01执1号", "COURT_DEFAULTER_LISTING")
    ending = accepted(1, kind=EventKind.ENDING, ending=Ending(target, "performed", None, day, None), **base)
    found = row(ACCEPTED_EVENTS, "Accepted", plain(ending))
    assert not differs(found, {"target_item": target.item, "ending_reason": "performed", "item": None})

    replacement = accepted(1).determination
    correction = Correction(target, "(2019)鲁01执监1号", day, "e" * 64, replacement)
    found = row(
        ACCEPTED_EVENTS, "Accepted", plain(accepted(1, kind=EventKind.CORRECTION, correction=correction, **base))
    )
    assert not differs(found, {"target_document_no": target.document_no, "item": replacement.item, "ground": "2"})

    feedback = Feedback("0" * 32, FeedbackState.REFUSED, "WRONG_PERSON", "staff-7", day)
    found = row(ACCEPTED_EVENTS, "Accepted", plain(accepted(1, kind=EventKind.FEEDBACK, feedback=feedback, **base)))
    assert not differs(found, {"feedback_state": "refused", "feedback_reason": "WRONG_PERSON", "answered_on": day})


def test_ticks_are_nobodys_event():
    assert row(ACCEPTED_EVENTS, "Accepted", plain(tick(1))) is None


def test_a_decision():
    found = row(DECISIONS, "Decision", plain(decision(9)))
    assert not differs(
        found,
        {
            "decision_id": f"{9:032x}",
            "kind": "recorded",
            "cause_kind": "determination",
            "severity": "serious",
            "severity_reasons": ["LIST_DECISION"],
            "raised": [f"{9:032x}", f"{10:032x}"],
            "changed": [],
            "considered_rules": ["M-141.v1/7"],
            "considered_reasons": ["executor_none"],
            "notice_kinds": ["listed"],
        },
    )


def test_a_decision_without_an_entry():
    found = row(DECISIONS, "Decision", plain(decision(9)) | {"entry": None, "code": "TARGET_NOT_SEEN", "kind": "held"})
    assert not differs(found, {"item": None, "severity": None, "severity_reasons": [], "code": "TARGET_NOT_SEEN"})


def test_an_obligation():
    found = row(OBLIGATIONS, "ObligationChange", change(4, version=2, state="lifting", lift_reason="performed"))
    assert not differs(
        found,
        {
            "obligation_id": f"{4:032x}",
            "version": 2,
            "previous_version": 1,
            "state": "lifting",
            "executor": "railway",
            "due_state": "not_in_text",
            "due_day": None,
            "lift_reason": "performed",
            "binding": True,
        },
    )


def test_a_receipt():
    found = row(RECEIPTS, "Receipt", plain(receipt(6)))
    assert not differs(
        found,
        {
            "outcome": "rejected",
            "channel": "court",
            "fault_codes": ["IDENTIFIER_INVALID", "DATE_ORDER"],
            "fault_fields": ["subject.id_number", ""],
            "warning_codes": [],
            "event_id": None,
        },
    )


@pytest.mark.parametrize(("outcome", "kept"), [("rejected", "E-7"), ("accepted", None), ("held", None)])
def test_the_channels_number_of_a_record_stands_once(outcome, kept):
    """Of what was taken in it stands in accepted_events, where the erasure of its subject takes it."""
    value = {**plain(receipt(6)), "outcome": outcome, "event_id": "E-7"}
    assert row(RECEIPTS, "Receipt", value)["event_id"] == kept
    assert row(ACCEPTED_EVENTS, "Accepted", plain(accepted(5)))["event_id"] == "e5"
    assert ACCEPTED_EVENTS.stub.blank["event_id"] is None


@pytest.mark.parametrize(
    ("table", "record", "value"),
    [
        (ACCEPTED_EVENTS, "Accepted", plain(accepted(1))),
        (DECISIONS, "Decision", plain(decision(1))),
        (OBLIGATIONS, "ObligationChange", change(1)),
        (RECEIPTS, "Receipt", plain(receipt(1))),
    ],
)
def test_nothing_about_a_person_but_the_token(table, record, value):
    """The made-up records carry a name check, a department's token, a case reference and a masked number."""
    text = json.dumps(row(table, record, value), default=str)
    for secret in ("n" * 64, "r" * 32, "c" * 40, "99****"):
        assert secret not in text


def test_every_family_of_the_catalogue_carries_what_its_table_expects():
    catalogue = Catalogue.load()
    for family, table in BY_FAMILY.items():
        assert catalogue.admitted(family) == {table.record}
    assert {table.name for table in TABLES} == {"accepted_events", "decisions", "obligations", "receipts"}


def block(records, start=10, table=RECEIPTS):
    return prepare(CODEC, table, ("t.receipts.court", 0), start, records)


def test_the_token_is_bound_to_place_and_content():
    records = [Raw(10, encode(CODEC, "receipts", 1)), Raw(12, encode(CODEC, "receipts", 2))]
    one = block(records)
    assert one.token.startswith("receipts:t.receipts.court:0:10-12:")
    assert one.token == block(records).token
    assert one.token != block([records[0], Raw(12, encode(CODEC, "receipts", 3))]).token
    assert one.token != block([Raw(11, records[0].value), records[1]]).token
    assert (one.rows, one.block.start, one.block.end) == (2, 10, 12)


def test_a_block_of_ticks_has_no_rows_and_still_an_end():
    made = prepare(CODEC, ACCEPTED_EVENTS, ("t.accepted", 0), 0, [Raw(4, encode(CODEC, "accepted", 10))])
    assert (made.rows, made.block.end) == (0, 4)


@pytest.mark.parametrize("value", [None, b"", b"junk", encode(CODEC, "decisions", 1)])
def test_an_unreadable_record_is_a_bug_and_says_where(value):
    with pytest.raises(Unreadable, match=r"t\.receipts\.court partition 0 offset 10.*Nothing was skipped"):
        block([Raw(10, value)])


def test_metadata_travels_and_strange_metadata_is_refused():
    plan = Block(1, 10**12, "ab" * 16)
    assert from_metadata(to_metadata(plan)) == plan
    assert len(to_metadata(plan)) < 200
    assert from_metadata("") is None
    assert from_metadata(None) is None
    for strange in ("x", "{}", '{"v": 2, "start": 1, "end": 2, "digest": ""}', "[]"):
        with pytest.raises(ValueError, match="no plan of this sink"):
            from_metadata(strange)
