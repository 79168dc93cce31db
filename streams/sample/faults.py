"""One readable record per thing a department can get wrong. Each names the code its receipt must lead with."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from streams.sample.case import Case, of_item, opened
from streams.sample.cast import Party, born_eighteen_before
from streams.sample.desk import COURT, Desk, changed
from streams.sample.fates import rejected
from streams.sample.stories import LISTING, ORDER, Story

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
    ("VALID_UNTIL_OUTSIDE", {"ground": "2", "extra_years": 0, "valid_until": date(2027, 1, 1)}),  # the text sets it
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


def sound(desk: Desk, item: str = LISTING) -> tuple[Case, int]:
    """A record about a person, of which one thing may now be spoilt."""
    case, (day,) = opened(desk, of_item(item), kind="person")
    case.paper = changed(case.paper, role=None, entity_code=None)
    return case, day


def faulty_documents(desk: Desk) -> None:
    for item, faults in ((LISTING, _LISTING), (ORDER, _ORDER)):
        for code, fields in faults:
            case, day = sound(desk, item)
            case.report(day, rejected(code), f"faulty: {', '.join(fields)}", changed(case.paper, **fields))


def faulty_dates(desk: Desk) -> None:
    def send(code: str, note: str, **fields: date | None) -> None:
        case.report(day, rejected(code), note, changed(case.paper, **{"conduct_end": None, **fields}))

    case, day = sound(desk, ORDER)
    today = desk.day(day)
    send("NOT_IN_EFFECT", "in effect from tomorrow", document_date=today, effect_date=today + _DAY)
    send("DATE_ORDER", "in effect before it was made", document_date=today, effect_date=today - _DAY)
    conduct = {"document_date": today - 2 * _DAY, "effect_date": today, "conduct_end": today - _DAY}
    send("DATE_ORDER", "the conduct ends after the decision about it", **conduct)
    send("DATE_IMPLAUSIBLE", "made tomorrow", document_date=today + _DAY, effect_date=None)
    before_item = date(2015, 7, 21)
    send("ITEM_NOT_IN_FORCE", "made a day before the text", document_date=before_item, effect_date=before_item)


def subject_not_allowed(desk: Desk) -> None:
    case, day = sound(desk, ORDER)
    case.party = desk.cast.unit()
    case.report(day, rejected("SUBJECT_KIND_NOT_ALLOWED"), "order against a unit as such")


def minor(desk: Desk) -> None:
    for item in (LISTING, ORDER):
        case, day = sound(desk, item)
        paper = changed(case.paper, conduct_end=None)
        assert paper.document_date is not None
        case.party = desk.cast.person(born=born_eighteen_before(paper.document_date) + _DAY)
        case.report(day, rejected("MINOR_SUBJECT"), "a day short of eighteen", paper)
    case, day = sound(desk)
    case.party = desk.cast.person(born=date(9999, 12, 31))
    case.report(day, rejected("MINOR_SUBJECT"), "of age after the last year there is")


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
    code = rejected("IDENTIFIER_INVALID")
    for what, party in wrong:
        case, day = sound(desk)
        case.party = party
        case.report(day, code, f"faulty identifier: {what}")
    case, day = sound(desk)
    case.party = desk.cast.name_alone()
    case.correct(day, case.paper, code, "correction by a name alone")


def _other_check(number: str) -> str:
    return number[:-1] + ("1" if number[-1] == "0" else "0")


def reference_invalid(desk: Desk) -> None:
    """A reference that is none, and one of the right form that no key of ours made."""
    for reference in ("no-reference", desk.dice.some_bytes(32).hex()):
        case, day = sound(desk)
        party = Party("person", "none", None, None)
        event_id = f"{COURT}-{desk.number():06d}"
        value = desk.encode(event_id, party, case.ending(day, "performed"), case_ref=reference)
        note = "ending by a reference that is not ours"
        desk.send_bytes(day, value, rejected("CASE_REF_INVALID"), note, event_id=event_id)


def event_id_missing(desk: Desk) -> None:
    for event_id in ("", "   "):
        case, day = sound(desk)
        value = desk.encode(event_id, case.party, case.paper)
        desk.send_bytes(day, value, rejected("EVENT_ID_MISSING"), "no event id", event_id=event_id or None)


FAULTS: tuple[Story, ...] = (
    faulty_documents,
    faulty_dates,
    subject_not_allowed,
    minor,
    identifier_invalid,
    reference_invalid,
    event_id_missing,
)
