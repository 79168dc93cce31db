"""办理期限: until when a body decides a case, and how late a provider reports that its document fell (条例 39, 40)."""

from datetime import date, timedelta

from streams.core.decisions import Due, DueState, Entry, Waiting
from streams.core.docket import Docket
from streams.core.events import Handling, Matter
from streams.core.index import Index
from streams.core.law import TimeLimit
from streams.core.working_days import NO_TERM_IN_TEXT, due_after

REPORT_CHANGE = "report_change"
COURT_CORRECTION = "court_correction"
PROVIDER_LATE = "provider_late"
COURT = "court"  # line of work with rules of its own (法释〔2013〕17号 art. 12)
_OBJECTION = {
    Handling.OWN: "objection_own",
    Handling.OTHER_UNIT: "objection_other_unit",
    Handling.CREDIT_BUREAU: "objection_credit_bureau",
}


def of_a_court(index: Index, entry: Entry) -> bool:
    """Whether the entry's document is a court's."""
    body = index.law.bodies.get(entry.determination.body)
    return (entry.channel if body is None else body.sector) == COURT


def case_due(index: Index, entry: Entry, matter: Matter, handling: Handling, received: date) -> Due:
    """Until when a case received on ``received`` is decided; a term that no text read sets is not invented."""
    code = None
    if of_a_court(index, entry) and handling is not Handling.CREDIT_BUREAU:
        code = {Matter.OBJECTION: "court_objection", Matter.RECONSIDERATION: "court_reconsideration"}.get(matter)
    elif matter is Matter.OBJECTION:
        code = _OBJECTION[handling]
    return _due(index, None if code is None else index.law.limits.get(code), received)


def correction_due(index: Index, entry: Entry, amended_on: date) -> Due:
    """Until when the provider sends the correction that its body decided on ``amended_on``; a court by its own rule."""
    limits = index.law.limits
    own = limits.get(COURT_CORRECTION) if of_a_court(index, entry) else None
    return _due(index, own or limits.get(REPORT_CHANGE), amended_on)


def days_late(index: Index, fell_on: date, reported_on: date) -> int | None:
    """Days after the last of the provider's 3 working days (条例 40). None where it was in time, where the rule was not
    in force, or where a calendar is lacking: then nobody is said to be late."""
    due = _due(index, index.law.limits.get(REPORT_CHANGE), fell_on)
    if due.day is None or reported_on <= due.day:
        return None
    return (reported_on - due.day).days


def late_days(docket: Docket, fell_on: date, settles: Waiting | None) -> int | None:
    """How late the record is that says so; one that waited for its target came when it began to wait."""
    return days_late(docket.index, fell_on, docket.today if settles is None else settles.since)


def _due(index: Index, limit: TimeLimit | None, start: date) -> Due:
    if limit is None:
        return NO_TERM_IN_TEXT
    instrument = index.law.instruments[limit.instrument]
    if start < (instrument.in_force_from or start) or start > (instrument.in_force_to or start):
        return NO_TERM_IN_TEXT
    if limit.days is not None:
        return Due(DueState.SET, start + timedelta(days=limit.days))
    return due_after(index, start, limit.working_days)
