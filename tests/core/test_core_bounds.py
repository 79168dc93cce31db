"""Corrections that show a record must not stand, and the bounds of what one subject's standing may hold."""

from datetime import date

import pytest
from book import LISTING, ORDER, Life, accepted, book, case, correction, determination, ending, unshown
from msgspec import msgpack
from msgspec.structs import replace

from streams.core import limits
from streams.core.checks import BARS, SubjectFacts, check_correction
from streams.core.decisions import (
    Case,
    Decision,
    DecisionKind,
    Due,
    DueState,
    MissedKind,
    Obligation,
    Outcome,
    Receipt,
)
from streams.core.events import (
    Accepted,
    CaseStep,
    Consent,
    ConsentStep,
    Correction,
    Duty,
    Feedback,
    FeedbackState,
    Handling,
    Matter,
    SubjectKind,
    Supervision,
    SupervisionStep,
)
from streams.core.standing import mark
from streams.texts import LONGEST

DAY = date(2026, 11, 2)
MADE = date(2026, 10, 12)
KEY = f"court|1|{LISTING}"
GROWN = SubjectFacts(SubjectKind.PERSON, date(1980, 1, 1))


def barred(said: Correction, offset: int = 90) -> Accepted:
    """The correction as intake passes it on, with the bars it found."""
    return replace(accepted(said, offset), bars=check_correction(said, "court", GROWN, book(), DAY).bars)


def code(receipt: Receipt | None) -> str | None:
    assert receipt is not None
    return receipt.faults[0].code if receipt.faults else None


def only(decisions: tuple[Decision, ...]) -> Decision:
    (decision,) = decisions
    return decision


@pytest.mark.parametrize(
    ("said", "bars"),
    [
        ({"simple_procedure": True}, ("SIMPLE_PROCEDURE",)),
        ({"prior_notice": False, "hearing": False}, ("PRIOR_NOTICE_MISSING", "HEARING_MISSING")),
        ({}, ()),
    ],
)
def test_what_shows_that_a_record_must_not_stand_is_no_fault_of_a_correction(
    said: dict[str, bool], bars: tuple[str, ...]
) -> None:
    checked = check_correction(correction(DAY, determination(MADE, **said)), "court", GROWN, book(), DAY)
    assert (checked.faults, checked.bars) == ((), bars)
    child = SubjectFacts(SubjectKind.PERSON, date(2010, 1, 1))
    checked = check_correction(correction(DAY, determination(MADE)), "court", child, book(), DAY)
    assert (checked.faults, checked.bars) == ((), ("MINOR_SUBJECT",))
    assert set(bars) <= set(BARS)


def test_such_a_correction_ends_the_record_and_lifts_its_measures() -> None:
    life = Life(book(), DAY)
    life.sends(determination(MADE))
    receipt, decisions = life.happens(barred(correction(DAY, determination(MADE, hearing=False))))
    assert code(receipt) is None
    decision = only(decisions)
    assert decision.kind is DecisionKind.CORRECTED and decision.code == "correction_shows_not_recordable"
    assert decision.reasons[-2:] == ("correction_shows_not_recordable", "HEARING_MISSING")
    assert [(one.lift_reason, one.due.day) for one in decision.changed] == [(decision.code, date(2026, 11, 5))]
    life.sends(correction(DAY, determination(MADE)))
    assert life.standing.entries[KEY].ended_on == DAY, "what has ended is reported anew, not brought back"


def test_such_a_correction_that_was_first_keeps_the_record_from_its_measures() -> None:
    life = Life(book(), DAY)
    life.happens(barred(correction(DAY, determination(MADE, hearing=False))))
    assert life.standing.waiting[0].bars == ("HEARING_MISSING",)
    receipt, _ = life.sends(determination(MADE))
    assert code(receipt) is None
    assert life.standing.entries[KEY].ended_reason == "correction_shows_not_recordable"
    assert not life.standing.obligations and not life.standing.waiting


def held_for_room(life: Life, event: Accepted) -> None:
    """The record is held for lack of room, as often as it comes, and leaves nothing in the standing."""
    before = replace(life.standing, last_day=None, held_on=None)
    for _ in range(2):
        receipt, decisions = life.happens(event)
        assert receipt is not None and receipt.outcome is Outcome.HELD
        assert (code(receipt), only(decisions).code) == (limits.OVERFLOW, limits.OVERFLOW)
        assert only(decisions).waiting is None
    assert replace(life.standing, last_day=None, held_on=None) == before


def filled(**fields: object) -> Life:
    """A subject with one listing on record, and the given parts of its standing filled up."""
    life = Life(unshown(), DAY)
    life.sends(determination(MADE))
    life.standing = replace(life.standing, **fields)
    return life


def copies(life: Life) -> dict[str, object]:
    entry = life.standing.entries[KEY]
    return {f"court|{n}|{LISTING}": replace(entry, key=f"court|{n}|{LISTING}") for n in range(1, limits.ENTRIES + 1)}


def obligations(life: Life) -> dict[str, tuple[Obligation, ...]]:
    (one,) = life.standing.obligations[KEY]
    return {KEY: (one, *(replace(one, obligation_id=f"{n:032x}") for n in range(1, limits.OBLIGATIONS)))}


SEEN = {f"{n:032x}": f"{n:032x}" for n in range(limits.RECORDS)}


def test_a_full_standing_takes_no_further_determination() -> None:
    life = filled()
    life.standing = replace(life.standing, entries=copies(life))
    held_for_room(life, accepted(determination(MADE, number="new"), 50))


def test_a_correction_without_room_is_held_but_one_that_ends_passes() -> None:
    life = filled(seen=SEEN)
    held_for_room(life, accepted(correction(DAY, determination(MADE, ground="2")), 50))
    _, decisions = life.happens(barred(correction(DAY, determination(MADE, simple_procedure=True))))
    assert only(decisions).kind is DecisionKind.CORRECTED and life.standing.entries[KEY].ended_on == DAY


def test_no_room_for_more_measures_holds_what_would_raise_them() -> None:
    life = filled()
    life.standing = replace(life.standing, obligations=obligations(life))
    held_for_room(life, accepted(determination(MADE, number="new"), 50))
    held_for_room(life, accepted(correction(DAY, determination(MADE, ground="2")), 51))


def test_what_ends_and_what_an_officer_answers_always_passes() -> None:
    life = filled(seen=SEEN)
    (one,) = life.standing.obligations[KEY]
    answer = Feedback(one.obligation_id, FeedbackState.CONFIRMED, None, "T001", DAY)
    receipt, _ = life.sends(answer, channel=one.executor)
    assert receipt is not None and receipt.outcome is Outcome.ACCEPTED
    receipt, decisions = life.sends(ending(DAY))
    assert receipt is not None and receipt.outcome is Outcome.ACCEPTED
    assert only(decisions).kind is DecisionKind.ENDED


CONSENT = Consent(ConsentStep.GIVEN, "credit_bureau", "credit_reporting", DAY, "d" * 64)


def test_without_room_a_case_is_decided_and_none_is_begun() -> None:
    """Of cases upheld about what is over there is no end: a sender could make the standing outgrow its record."""
    life = filled()
    life.sends(case(DAY, case_no="C1"))
    life.standing = replace(life.standing, seen=SEEN)
    held_for_room(life, accepted(case(DAY, case_no="C2"), 50))
    receipt, decisions = life.sends(case(DAY, CaseStep.REJECTED, case_no="C1"))
    assert code(receipt) is None and only(decisions).kind is DecisionKind.CASE_CLOSED
    receipt, decisions = life.sends(case(DAY, CaseStep.UPHELD, case_no="C3"))
    assert code(receipt) is None and only(decisions).kind is DecisionKind.ENDED
    held_for_room(life, accepted(case(DAY, CaseStep.UPHELD, case_no="C4"), 51))


def test_without_room_a_consent_is_taken_back_once() -> None:
    life = filled()
    life.sends(CONSENT)
    life.standing = replace(life.standing, seen=SEEN)
    receipt, _ = life.sends(replace(CONSENT, step=ConsentStep.WITHDRAWN))
    assert code(receipt) is None and life.standing.consents[0].withdrawn_on == DAY
    again = replace(CONSENT, step=ConsentStep.WITHDRAWN, document_digest="e" * 64)
    held_for_room(life, accepted(again, 50))


def test_without_room_only_what_settles_an_order_is_an_answer() -> None:
    life = Life(book(), DAY)
    order = Supervision(SupervisionStep.ORDERED, "O1", "org", DAY, Duty.PROVE_LIFTING, DAY)
    life.sends(order, channel="credit")
    life.standing = replace(life.standing, seen=SEEN)
    answer = Supervision(SupervisionStep.ANSWERED, "O1", "org", DAY, officer="T1")
    held_for_room(life, accepted(answer, 50, channel="org"))
    receipt, _ = life.sends(replace(answer, done=True), channel="org")
    assert code(receipt) is None and life.standing.orders["O1"].done


def test_no_more_than_so_many_records_wait_or_have_waited() -> None:
    life = Life(book(), DAY)
    for number in range(limits.WAITING):
        life.sends(ending(DAY, number=f"n{number}"))
    assert len(life.standing.waiting) == limits.WAITING
    held_for_room(life, accepted(ending(DAY, number="one more"), 999))
    life.ticks(date(2026, 12, 2))
    assert not life.standing.waiting and len(life.standing.given_up) == limits.WAITING
    held_for_room(life, accepted(ending(DAY, number="one more"), 999))


def test_records_that_are_only_held_fill_nothing_beyond_the_bound() -> None:
    life = filled(seen=SEEN)
    held_for_room(life, accepted(determination(MADE, number=""), 50))
    held_for_room(life, accepted(determination(MADE, number="9"), 51, name="another"))


def test_a_standing_filled_to_every_bound_fits_into_a_changelog_record() -> None:
    """Numbers as long as intake lets pass, of three bytes a character."""
    life = Life(book(), DAY)
    number, item = "案" * (LONGEST - 5), ORDER
    for n in range(limits.ENTRIES):
        said = determination(MADE, item, f"{number}{n}", role="legal_representative", entity_code="91110000600037341L")
        life.sends(said)
    for n in range(limits.WAITING):
        life.sends(correction(DAY, determination(MADE, number=f"{number}w{n}"), number=f"{number}w{n}"))
    answers = {f"{n:032x}": f"{n:032x}" for n in range(limits.RECORDS + 3 * limits.OBLIGATIONS)}
    entry = next(iter(life.standing.entries.values()))
    due = Due(DueState.SET, DAY)
    cases = [
        Case(f"{number}{n}", Matter.OBJECTION, CaseStep.AMENDED, f"{n:032x}", DAY, Handling.OTHER_UNIT, due, due)
        for n in range(limits.RECORDS)  # each is a record, as is each correction of a number: no standing has both
    ]
    missed = {mark(MissedKind.CORRECTION, one.case_no, entry): DAY for one in cases}
    receipts = [one.receipt_id for one in life.standing.entries.values()]
    marks = {"doubts": dict(zip(receipts, receipts, strict=True)), "corrected": dict.fromkeys(receipts, DAY)}
    marks["versions"] = {f"{n:032x}": 1 << 30 for n in range(2 * limits.ENTRIES)}  # in public, at the bureau
    whole = replace(life.standing, seen=answers, cases={entry.key: tuple(cases)}, missed=missed, **marks)
    assert len(whole.entries) == limits.ENTRIES and len(whole.waiting) == limits.WAITING
    assert len(msgpack.encode(whole)) < 7_400_000
    moved = {f"court|{number}m{n}|{item}": f"court|{number}{n}|{item}" for n in range(limits.RECORDS)}
    assert len(msgpack.encode(replace(whole, cases={}, missed={}, moved=moved))) < 7_000_000
