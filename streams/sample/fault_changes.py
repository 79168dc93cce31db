"""What departments get wrong in endings, corrections and answers."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from streams.core.events import Correction, Ending, Feedback, FeedbackState, Target
from streams.sample import papers
from streams.sample.desk import Desk, changed
from streams.sample.fates import rejected
from streams.sample.faults import sound
from streams.sample.stories import LISTING, ORDER, Story

_DAY = timedelta(days=1)
_FEEDBACK: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("OBLIGATION_ID_INVALID", {"obligation_id": "1"}),
    ("OFFICER_MISSING", {"officer": "  "}),
    ("REFUSAL_REASON_MISSING", {"state": FeedbackState.REFUSED}),
    ("REFUSAL_REASON_MISSING", {"state": FeedbackState.NOT_APPLICABLE}),
    ("REFUSAL_REASON_UNKNOWN", {"state": FeedbackState.REFUSED, "reason": "too_busy"}),
    ("REFUSAL_REASON_UNKNOWN", {"reason": "not_proportionate"}),  # a confirmation takes no reason
)


def faulty_answers(desk: Desk) -> None:
    for code, fields in _FEEDBACK:
        (day,) = desk.calendar.chain()
        answer = msgspec.structs.replace(_answer(desk, day), **fields)
        channel = desk.dice.one_of(desk.catalogue.channels_of("feedback"))
        desk.send(day, desk.cast.person(), answer, rejected(code), f"faulty: {', '.join(fields)}", channel=channel)
    (day,) = desk.calendar.chain()
    early = msgspec.structs.replace(_answer(desk, day), answered_on=desk.day(day) + _DAY)
    desk.send(day, desk.cast.person(), early, rejected("DATE_IMPLAUSIBLE"), "answered tomorrow", channel="railway")


def _answer(desk: Desk, day: int) -> Feedback:
    return Feedback(desk.dice.some_bytes(16).hex(), FeedbackState.CONFIRMED, None, "TEST-0001", desk.day(day))


def faulty_changes(desk: Desk) -> None:
    """Endings and corrections."""
    case, day = sound(desk)
    other, _ = sound(desk, ORDER)
    paper, tomorrow = case.paper, desk.day(day) + _DAY
    ended = case.ending(day, "revoked")
    fixed = papers.correction(case.office(day), paper, changed(paper, document_digest=papers.digest("as served")))
    other_item = changed(other.paper, document_no=paper.document_no, body=paper.body)
    elsewhere = changed(paper, body="SD-COURT-990000")
    wrong: tuple[tuple[str, Ending | Correction], ...] = (
        ("REASON_UNKNOWN", _with(ended, reason="forgiven")),
        ("REASON_UNKNOWN", _with(ended, reason="order_performed")),  # of the other item
        ("TARGET_INCOMPLETE", _with(ended, target=Target("", LISTING))),
        ("TARGET_INCOMPLETE", _with(fixed, target=Target(paper.document_no, " "))),
        ("ITEM_UNKNOWN", _with(fixed, target=Target(paper.document_no, "COURT_FINE"))),
        ("DATE_IMPLAUSIBLE", _with(ended, document_date=date(1926, 11, 2))),
        ("DATE_IMPLAUSIBLE", _with(ended, document_date=tomorrow)),
        ("DATE_IMPLAUSIBLE", _with(fixed, document_date=tomorrow)),
        ("DIGEST_INVALID", _with(ended, document_digest="sha256")),
        ("DIGEST_INVALID", _with(fixed, document_digest="")),
        ("CORRECTION_CHANGES_ITEM", _with(fixed, replacement=other_item)),
        ("BODY_UNKNOWN", _with(fixed, replacement=elsewhere)),
    )
    for code, change in wrong:
        case.party = desk.cast.person()
        case.again(day, change, rejected(code), f"faulty {type(change).__name__.lower()}")


def _with(change: Ending | Correction, **fields: object) -> Ending | Correction:
    return msgspec.structs.replace(change, **fields)


CHANGES: tuple[Story, ...] = (faulty_answers, faulty_changes)
