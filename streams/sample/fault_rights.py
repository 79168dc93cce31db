"""What bodies get wrong in cases, consents and orders."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from streams.core.events import CaseStep, Consent, ConsentStep, Handling, SupervisionStep
from streams.core.events import Matter as About
from streams.sample import papers, words
from streams.sample.case import Case, made, of_item
from streams.sample.desk import Desk, Want
from streams.sample.fates import rejected
from streams.sample.faults import sound
from streams.sample.matters import Matter
from streams.sample.stories import LISTING, Story

_BY_LEVEL = date(2026, 4, 1)
_CASES: tuple[tuple[str, About, CaseStep, Mapping[str, Any]], ...] = (
    ("CASE_NO_MISSING", About.OBJECTION, CaseStep.OPENED, {"case_no": "  "}),
    ("HANDLING_NOT_ALLOWED", About.LAWSUIT, CaseStep.OPENED, {"handling": Handling.OTHER_UNIT}),
    ("STEP_NOT_ALLOWED", About.REPAIR, CaseStep.AMENDED, {}),
    ("CONDITION_NOT_ALLOWED", About.OBJECTION, CaseStep.REJECTED, {"duties_done": True}),
)
_CONSENTS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("RECIPIENT_UNKNOWN", {"recipient": "partner_of_nobody"}),
    ("PURPOSE_NOT_LISTED", {"purpose": "MARKETING"}),
)
_ORDERS: tuple[tuple[str, str | None, Mapping[str, Any]], ...] = (
    ("ORDER_INCOMPLETE", None, {"order_no": " "}),
    ("ORDER_INCOMPLETE", None, {"due_on": None}),
    ("DEPARTMENT_UNKNOWN", None, {"channel": "nowhere"}),
    ("SUPERVISOR_NOT_LISTED", "court", {}),
)


def faulty_cases(desk: Desk) -> None:
    for code, matter, step, fields in _CASES:
        case, day = sound(desk)
        case.step(day, matter, step, rejected(code), note="faulty", **fields)


def faulty_repairs(desk: Desk) -> None:
    """A decision to grant says that every condition is met; only negative information is repaired."""
    case, day = _on_a_day(desk, of_item(LISTING), _BY_LEVEL)
    fate = rejected("REPAIR_CONDITIONS_MISSING")
    case.step(day, About.REPAIR, CaseStep.UPHELD, fate, note="without the promise", public_promise=False)
    case, day = _on_a_day(desk, _incentive, date.min)
    case.step(day, About.REPAIR, CaseStep.OPENED, rejected("REPAIR_NOT_NEGATIVE"), note="of an honour")


def _incentive(matter: Matter) -> bool:
    return matter.item.info_class != "negative"


def _on_a_day(desk: Desk, want: Want, since: date) -> tuple[Case, int]:
    matter, (day,) = desk.matter(want, since=since)
    return made(desk, matter, day, desk.cast.person()), day


def faulty_consents(desk: Desk) -> None:
    for code, fields in _CONSENTS:
        (day,) = desk.calendar.chain()
        said = Consent(ConsentStep.GIVEN, *words.BUREAU, desk.day(day), papers.digest(f"declaration {desk.number()}"))
        said = msgspec.structs.replace(said, **fields)
        desk.send(day, desk.cast.person(), said, rejected(code), "faulty consent", channel=words.SUPERVISOR)


def faulty_orders(desk: Desk) -> None:
    for code, channel, fields in _ORDERS:
        (day,) = desk.calendar.chain()
        said = words.order(desk, day, "railway", f"督测{desk.number()}号")
        said = msgspec.structs.replace(said, **fields)
        words.supervise(desk, day, said, rejected(code), channel=channel, note="faulty order")
    (day,) = desk.calendar.chain()
    blank = msgspec.structs.replace(words.answer(desk, day, "railway", "督测0号", done=True), officer=" ")
    assert blank.step is SupervisionStep.ANSWERED
    words.supervise(desk, day, blank, rejected("OFFICER_MISSING"), note="answer of nobody")


WRONGED: tuple[Story, ...] = (faulty_cases, faulty_repairs, faulty_consents, faulty_orders)
