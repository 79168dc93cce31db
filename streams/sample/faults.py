"""One readable record per thing a department can get wrong. Each names the code its receipt must lead with."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from streams.core.events import Correction, Determination, Ending, Feedback, FeedbackState, Target
from streams.sample.cast import Party, born_eighteen_before
from streams.sample.desk import COURT, Desk, changed
from streams.sample.fates import rejected
from streams.sample.papers import LISTING, ORDER, correction, ending, listing, order
from streams.sample.stories import Story

_DAY = timedelta(days=1)
_SHORT_CODE = "9199000012345678"
_NOT_A_CODE = "91990000MATEST000A"

# What is changed in a sound record, and the code that follows.
_LISTING: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("BODY_UNKNOWN", {"body": "SD-COURT-990000"}),
    ("WRONG_CHANNEL", {"body": "SD-POLICE"}),
    ("ITEM_UNKNOWN", {"item": "COURT_FINE"}),
    ("SIMPLE_PROCEDURE", {"simple_procedure": True}),
    ("PRIOR_NOTICE_MISSING", {"prior_notice": False}),
    ("PRIOR_NOTICE_MISSING", {"prior_notice": False, "hearing": False, "ground": None}),  # three faults, one receipt
    ("HEARING_MISSING", {"hearing": False}),
    ("BASIS_NOT_LISTED", {"basis": "M-141"}),
    ("BASIS_NOT_LISTED", {"basis": "R-UNKNOWN"}),
    ("GROUND_MISSING", {"ground": None, "extra_years": 0}),
    ("GROUND_UNKNOWN", {"ground": "7", "extra_years": 0}),
    ("TERM_NOT_ALLOWED", {"ground": "1", "extra_years": 1}),
    ("TERM_NOT_ALLOWED", {"ground": "2", "extra_years": 4}),
    ("TERM_NOT_ALLOWED", {"ground": "2", "extra_years": -1}),
    ("ROLE_NOT_LISTED", {"role": "shareholder"}),
    ("DIGEST_INVALID", {"document_digest": "0" * 63}),
    ("DIGEST_INVALID", {"document_digest": "A" * 64}),
    ("TEXT_NOT_ALLOWED", {"document_no": "〔2020〕鲁执990000198001010020号"}),  # an identity hidden in a number
    ("TEXT_NOT_ALLOWED", {"document_no": "〔2020〕鲁执\n1号"}),
    ("TEXT_NOT_ALLOWED", {"document_no": "长" * 129}),
)
_ORDER: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("GROUND_UNKNOWN", {"ground": "1"}),  # an order has no grounds
    ("TERM_NOT_ALLOWED", {"extra_years": 2}),
    ("ROLE_NOT_LISTED", {"role": "supervisor", "entity_code": _NOT_A_CODE}),
    ("ENTITY_CODE_MISSING", {"role": "legal_representative"}),
    ("ENTITY_CODE_INVALID", {"role": "actual_controller", "entity_code": _NOT_A_CODE}),
    ("ENTITY_CODE_INVALID", {"role": "actual_controller", "entity_code": _SHORT_CODE}),
)
_FEEDBACK: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("OBLIGATION_ID_INVALID", {"obligation_id": "1"}),
    ("OFFICER_MISSING", {"officer": "  "}),
    ("REFUSAL_REASON_MISSING", {"state": FeedbackState.REFUSED}),
    ("REFUSAL_REASON_MISSING", {"state": FeedbackState.NOT_APPLICABLE}),
    ("REFUSAL_REASON_UNKNOWN", {"state": FeedbackState.REFUSED, "reason": "too_busy"}),
    ("REFUSAL_REASON_UNKNOWN", {"reason": "not_proportionate"}),  # a confirmation takes no reason
)


def faulty_listings(desk: Desk) -> None:
    _each(desk, _LISTING, listing)


def faulty_orders(desk: Desk) -> None:
    _each(desk, _ORDER, order)


def _each(
    desk: Desk, faults: tuple[tuple[str, Mapping[str, Any]], ...], paper: Callable[[Desk, int], Determination]
) -> None:
    for code, fields in faults:
        (day,) = desk.calendar.chain()
        note = f"faulty: {', '.join(fields)}"
        desk.send(day, desk.cast.person(), changed(paper(desk, day), **fields), rejected(code), note)


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


def faulty_dates(desk: Desk) -> None:
    def send(code: str, note: str, **fields: date | None) -> None:
        paper = changed(order(desk, day), **{"conduct_end": None, **fields})
        desk.send(day, desk.cast.person(), paper, rejected(code), note)

    (day,) = desk.calendar.chain()
    today = desk.day(day)
    send("NOT_IN_EFFECT", "in effect from tomorrow", document_date=today, effect_date=today + _DAY)
    send("DATE_ORDER", "in effect before it was made", document_date=today, effect_date=today - _DAY)
    conduct = {"document_date": today - 2 * _DAY, "effect_date": today, "conduct_end": today - _DAY}
    send("DATE_ORDER", "the conduct ends after the decision about it", **conduct)
    send("DATE_IMPLAUSIBLE", "made tomorrow", document_date=today + _DAY, effect_date=None)
    before_item = date(2015, 7, 21)
    send("ITEM_NOT_IN_FORCE", "made a day before the text", document_date=before_item, effect_date=before_item)


def subject_not_allowed(desk: Desk) -> None:
    (day,) = desk.calendar.chain()
    code = rejected("SUBJECT_KIND_NOT_ALLOWED")
    desk.send(day, desk.cast.unit(), order(desk, day), code, "order against a unit as such")


def minor(desk: Desk) -> None:
    for make in (listing, order):
        (day,) = desk.calendar.chain()
        paper = changed(make(desk, day), conduct_end=None)
        assert paper.document_date is not None
        child = desk.cast.person(born=born_eighteen_before(paper.document_date) + _DAY)
        desk.send(day, child, paper, rejected("MINOR_SUBJECT"), "a day short of eighteen")
    (day,) = desk.calendar.chain()
    unborn = desk.cast.person(born=date(9999, 12, 31))
    desk.send(day, unborn, listing(desk, day), rejected("MINOR_SUBJECT"), "of age after the last year there is")


def identifier_invalid(desk: Desk) -> None:
    person, unit = desk.cast.person(), desk.cast.unit()
    assert person.number is not None and unit.number is not None
    wrong: tuple[tuple[str, Party], ...] = (
        ("check character", person._replace(number=_other_check(person.number))),
        ("birth date", person._replace(number="990000198002300016")),
        ("fifteen digits", person._replace(number="990000800101001")),
        ("unit's check character", unit._replace(number=_other_check(unit.number))),
        ("kind of number", person._replace(id_type="uscc", number=unit.number)),
        ("neither number nor name", Party("person", "none", None, "  ")),
    )
    for what, party in wrong:
        (day,) = desk.calendar.chain()
        desk.send(day, party, listing(desk, day), rejected("IDENTIFIER_INVALID"), f"faulty identifier: {what}")
    (day,) = desk.calendar.chain()
    never_sent = listing(desk, day)
    fixed = correction(desk, day, never_sent, never_sent)
    nameless = desk.cast.name_alone()
    desk.send(day, nameless, fixed, rejected("IDENTIFIER_INVALID"), "correction by a name alone")


def _other_check(number: str) -> str:
    return number[:-1] + ("1" if number[-1] == "0" else "0")


def reference_invalid(desk: Desk) -> None:
    """A reference that is none, and one of the right form that no key of ours made."""
    for reference in ("no-reference", desk.dice.some_bytes(32).hex()):
        (day,) = desk.calendar.chain()
        party = Party("person", "none", None, None)
        ended = ending(desk, day, listing(desk, day), "performed")
        event_id = f"{COURT}-{desk.number():06d}"
        value = desk.encode(event_id, party, ended, case_ref=reference)
        note = "ending by a reference that is not ours"
        desk.send_bytes(day, value, rejected("CASE_REF_INVALID"), note, event_id=event_id)


def event_id_missing(desk: Desk) -> None:
    for event_id in ("", "   "):
        (day,) = desk.calendar.chain()
        value = desk.encode(event_id, desk.cast.person(), listing(desk, day))
        desk.send_bytes(day, value, rejected("EVENT_ID_MISSING"), "no event id", event_id=event_id or None)


def faulty_changes(desk: Desk) -> None:
    """Endings and corrections."""
    (day,) = desk.calendar.chain()
    paper, tomorrow = listing(desk, day), desk.day(day) + _DAY
    ended = ending(desk, day, paper, "revoked")
    fixed = correction(desk, day, paper, changed(paper, conduct_end=None))
    other_item = changed(order(desk, day), document_no=paper.document_no)
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
        desk.send(day, desk.cast.person(), change, rejected(code), f"faulty {type(change).__name__.lower()}")


def _with(change: Ending | Correction, **fields: object) -> Ending | Correction:
    return msgspec.structs.replace(change, **fields)


def other_channels(desk: Desk) -> None:
    """No other channel has an item yet: its own is not in the catalogue, the courts' is not its to report."""
    for channel in desk.catalogue.channels:
        if channel == COURT:
            continue
        (day,) = desk.calendar.chain()
        body = next(body.code for body in desk.catalogue.bodies.values() if body.channel == channel)
        own = changed(order(desk, day), item=f"{channel.upper()}_PENALTY", body=body)
        note = "an item that is not in the catalogue"
        desk.send(day, desk.cast.person(), own, rejected("ITEM_UNKNOWN"), note, channel=channel)
    for channel, item in (("police", LISTING), ("market", ORDER)):
        (day,) = desk.calendar.chain()
        body = next(body.code for body in desk.catalogue.bodies.values() if body.channel == channel)
        paper = changed(listing(desk, day) if item == LISTING else order(desk, day), body=body)
        code = rejected("PROVIDER_NOT_LISTED")
        desk.send(day, desk.cast.person(), paper, code, "a court's record on another channel", channel=channel)
        ended = ending(desk, day, paper, "revoked")
        desk.send(
            day, desk.cast.person(), ended, code, "an ending of a court's record on another channel", channel=channel
        )


FAULTS: tuple[Story, ...] = (
    faulty_listings,
    faulty_orders,
    faulty_dates,
    subject_not_allowed,
    minor,
    identifier_invalid,
    reference_invalid,
    event_id_missing,
    faulty_changes,
    faulty_answers,
    other_channels,
)
