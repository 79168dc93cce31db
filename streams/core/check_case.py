"""Intake's checks of 案件, 同意 and 督导. Whether a case is open, or an order there, is casework's question."""

import re
from collections.abc import Iterator
from datetime import date

from streams.core.check_determination import EARLIEST, SubjectFacts, full_age_on, implausible, is_digest
from streams.core.decisions import Fault
from streams.core.events import (
    CaseStep,
    Consent,
    ConsentStep,
    Handling,
    Matter,
    PersonCase,
    SubjectKind,
    Supervision,
    SupervisionStep,
)
from streams.core.index import Index
from streams.core.law import Item, LawBook
from streams.core.repair import CONDITIONS, scheme_on
from streams.core.shown import one_of, shown
from streams.core.terms import add_years

OBLIGATION_ID = re.compile(r"[0-9a-f]{32}")
BUREAU = "credit_bureau"  # recipient of a consent beside the partners of offers.yaml
CREDIT_REPORTING = "credit_reporting"  # what the bureau collects for (征信业管理条例 13)
_ORDER_YEARS = (
    10  # a later due day is a slip of the keyboard; years beyond 2299 are no day of a table, and 9999 has no morrow
)
_SUPERVISOR = "credit"  # line of work that supervises (the office of the province's joint meeting sits there)


def case_faults(c: PersonCase, law: LawBook, today: date) -> Iterator[Fault]:
    """What is wrong with a step of a case beside its target. An item that has left the catalogue is no reason to refuse
    a step about its records."""
    item = law.items.get(c.target.item)
    if not c.case_no.strip():
        yield Fault("CASE_NO_MISSING", "case_no", "<empty>", "the body's own number of the case")
    if c.handling is not Handling.OWN and c.matter is not Matter.OBJECTION:
        yield Fault("HANDLING_NOT_ALLOWED", "handling", c.handling.value, Handling.OWN.value)
    if c.matter is Matter.REPAIR and c.step is CaseStep.AMENDED:
        yield Fault("STEP_NOT_ALLOWED", "step", c.step.value, "opened | upheld | rejected | withdrawn")
    if c.document_digest is not None and not is_digest(c.document_digest):
        yield not_a_digest("document_digest", c.document_digest)
    if not EARLIEST <= c.day <= today:
        yield implausible("day", c.day, today)
    elif c.revoked_on is not None and not EARLIEST <= c.revoked_on <= c.day:
        yield implausible("revoked_on", c.revoked_on, c.day)
    yield from _repair_faults(c, item, law)


def _repair_faults(c: PersonCase, item: Item | None, law: LawBook) -> Iterator[Fault]:
    """The conditions that the rules of the decision's date ask for, each found met by the body that decided."""
    granted = c.matter is Matter.REPAIR and c.step is CaseStep.UPHELD
    if c.matter is Matter.REPAIR and item is not None and item.info_class != "negative":
        yield Fault("REPAIR_NOT_NEGATIVE", "target.item", item.info_class, "negative")
    met = [name for name in CONDITIONS if getattr(c, name)]
    if met and not granted:
        yield Fault("CONDITION_NOT_ALLOWED", met[0], "True", "False")
    scheme = scheme_on(law, c.day) if granted else None
    lacking = [name for name in (() if scheme is None else scheme.conditions) if name not in met]
    if lacking:
        yield Fault("REPAIR_CONDITIONS_MISSING", lacking[0], "False", ", ".join(lacking))


def consent_faults(c: Consent, subject: SubjectFacts, law: LawBook, today: date) -> Iterator[Fault]:
    """PIPL 13-15: a person of age (PIPL 28, 31 protect the others) consents to one recipient and purpose."""
    purposes = _purposes(c.recipient, law)
    if subject.kind is not SubjectKind.PERSON:
        yield Fault("SUBJECT_KIND_NOT_ALLOWED", "subject.kind", subject.kind.value, SubjectKind.PERSON.value)
    minor = subject.birth_date is not None and c.day < full_age_on(subject.birth_date)
    if minor and c.step is ConsentStep.GIVEN:
        yield Fault("MINOR_SUBJECT", "subject.id_number", None, "18 years or older")
    if not purposes:
        yield Fault("RECIPIENT_UNKNOWN", "recipient", shown(c.recipient), f"{BUREAU}, a partner of offers.yaml")
    elif c.purpose not in purposes:
        yield Fault("PURPOSE_NOT_LISTED", "purpose", shown(c.purpose), one_of(purposes))
    if not EARLIEST <= c.day <= today:
        yield implausible("day", c.day, today)
    if not is_digest(c.document_digest):
        yield not_a_digest("document_digest", c.document_digest)


def _purposes(recipient: str, law: LawBook) -> tuple[str, ...]:
    """What a recipient may be given a person for: a partner for each of its offers, the bureau for its reports."""
    if recipient == BUREAU:
        return (CREDIT_REPORTING,)
    return tuple(offer.code for offer in law.offers.values() if offer.partner == recipient)


def supervision_faults(s: Supervision, channel: str, law: LawBook, today: date) -> Iterator[Fault]:
    """An order by whoever may supervise that department; an answer by the department itself."""
    if not s.order_no.strip():
        yield Fault("ORDER_INCOMPLETE", "order_no", "<empty>", "the number of the order")
    if s.channel not in Index.of(law).sectors_of:
        yield Fault("DEPARTMENT_UNKNOWN", "channel", shown(s.channel), "a channel of bodies.yaml")
    if not EARLIEST <= s.day <= today:
        yield implausible("day", s.day, today)
    yield from _order_faults(s, channel, law) if s.step is SupervisionStep.ORDERED else _answer_faults(s, channel)


def _order_faults(s: Supervision, channel: str, law: LawBook) -> Iterator[Fault]:
    if not _may_order(channel, s.channel, law):
        yield Fault("SUPERVISOR_NOT_LISTED", "channel", shown(s.channel), "a department this channel supervises")
    if s.duty is None or s.due_on is None:
        field = "duty" if s.duty is None else "due_on"
        yield Fault("ORDER_INCOMPLETE", field, "<empty>", "duty, due_on")
    elif s.due_on < s.day:
        yield Fault("DATE_ORDER", "due_on", shown(s.due_on), f">= {s.day}")
    elif s.due_on > (latest := add_years(s.day, _ORDER_YEARS)):
        yield Fault("DATE_IMPLAUSIBLE", "due_on", shown(s.due_on), f"{s.day}..{latest}")
    if s.obligation_id is not None and not OBLIGATION_ID.fullmatch(s.obligation_id):
        yield Fault("OBLIGATION_ID_INVALID", "obligation_id", f"<{len(s.obligation_id)} characters>", "32 hex")


def _answer_faults(s: Supervision, channel: str) -> Iterator[Fault]:
    if s.channel != channel:
        yield Fault("WRONG_CHANNEL", "channel", channel, shown(s.channel))
    if not s.officer.strip():
        yield Fault("OFFICER_MISSING", "officer", "<empty>", "the department's own staff reference")


def _may_order(by: str, to: str, law: LawBook) -> bool:
    """The provincial credit office orders every department, a city's credit office those of its own channel."""
    offices = [body for body in law.bodies.values() if body.channel == by and body.sector == _SUPERVISOR]
    return any(body.level == "province" for body in offices) or (bool(offices) and by == to)


def not_a_digest(field: str, seen: str) -> Fault:
    """The fault of a text that should be a sha-256."""
    return Fault("DIGEST_INVALID", field, f"<{len(seen)} characters>", "64 lower-case hex characters (sha-256)")
