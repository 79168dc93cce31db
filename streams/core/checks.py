"""Intake's catalogue checks: what is outside the closed catalogue, too early, or about a minor is refused (rules 2-4).

Identifier syntax, case references and the production profile are checked by the identity room, not here. A missing
document number or date is no fault: casework holds such a record.
"""

import re
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from streams.core.check_case import (
    OBLIGATION_ID,
    case_faults,
    consent_faults,
    not_a_digest,
    supervision_faults,
)
from streams.core.check_determination import (
    EARLIEST,
    SubjectFacts,
    determination_faults,
    implausible,
    is_digest,
    known_item,
    warnings_of,
)
from streams.core.decisions import Fault
from streams.core.events import (
    Consent,
    Correction,
    Determination,
    Ending,
    Feedback,
    FeedbackState,
    Payload,
    PersonCase,
    Supervision,
    Target,
)
from streams.core.index import Index
from streams.core.law import Item, LawBook
from streams.core.shown import one_of, shown

__all__ = [
    "Checked",
    "SubjectFacts",
    "check",
    "check_case",
    "check_consent",
    "check_correction",
    "check_determination",
    "check_ending",
    "check_feedback",
    "check_supervision",
]

# What must not be recorded, but once it is there, must not be kept there by refusing the correction that shows it.
BARS = ("MINOR_SUBJECT", "SIMPLE_PROCEDURE", "PRIOR_NOTICE_MISSING", "HEARING_MISSING")
_REASON = re.compile(r"[a-z][a-z_]{0,39}")
_REFUSING = (FeedbackState.REFUSED, FeedbackState.NOT_APPLICABLE)


class Checked(Struct, frozen=True):
    """Faults reject the record; warnings (codes) only go with its receipt."""

    faults: tuple[Fault, ...] = ()
    warnings: tuple[str, ...] = ()
    bars: tuple[str, ...] = ()  # of a correction: why the record it corrects must not stand at all


def check(payload: Payload, channel: str, subject: SubjectFacts, law: LawBook, today: date) -> Checked:
    """Check what a department sent, whatever it is."""
    match payload:
        case Determination():
            found = check_determination(payload, channel, subject, law, today)
        case Ending():
            found = check_ending(payload, channel, law, today)
        case Correction():
            found = check_correction(payload, channel, subject, law, today)
        case Feedback():
            found = check_feedback(payload, channel, law, today)
        case PersonCase():
            found = check_case(payload, channel, law, today)
        case Consent():
            found = check_consent(payload, subject, law, today)
        case Supervision():
            found = check_supervision(payload, channel, law, today)
    return found


def check_determination(d: Determination, channel: str, subject: SubjectFacts, law: LawBook, today: date) -> Checked:
    """Check 认定 of ``channel`` about ``subject`` against the book on ``today``. All faults found, in a fixed order."""
    return Checked(determination_faults(d, channel, subject, law, today), warnings_of(d))


def check_ending(e: Ending, channel: str, law: LawBook, today: date) -> Checked:
    """Check 终止. An item that has left the catalogue is no reason to refuse the end of its records: then the reason
    only has to be a code, and casework asks whether there is such a record."""
    item = law.items.get(e.target.item)
    faults = _incomplete(e.target) or _provider_faults(item, channel, law)
    if item is None and not _REASON.fullmatch(e.reason):
        faults.append(Fault("REASON_UNKNOWN", "reason", shown(e.reason), "a code"))
    if item is not None and (e.reason not in item.endings or e.reason not in law.endings):
        faults.append(Fault("REASON_UNKNOWN", "reason", shown(e.reason), one_of(item.endings)))
    faults.extend(_date_faults("document_date", e.document_date, today))
    if e.document_digest is not None and not is_digest(e.document_digest):
        faults.append(not_a_digest("document_digest", e.document_digest))
    return Checked(tuple(faults))


def check_correction(c: Correction, channel: str, subject: SubjectFacts, law: LawBook, today: date) -> Checked:
    """Check 更正: its target, its own document, and its replacement as a determination of the same item. A replacement
    that shows that the record must not stand is no fault but a bar: casework ends the record."""
    faults = _target_faults(c.target, channel, law)
    if c.replacement.item != c.target.item:
        seen, expected = shown(c.replacement.item), shown(c.target.item)
        faults.append(Fault("CORRECTION_CHANGES_ITEM", "replacement.item", seen, expected))
    faults.extend(_date_faults("document_date", c.document_date, today))
    if not is_digest(c.document_digest):
        faults.append(not_a_digest("document_digest", c.document_digest))
    inner = () if faults else determination_faults(c.replacement, channel, subject, law, today)
    faults.extend(replace(fault, field=f"replacement.{fault.field}") for fault in inner if fault.code not in BARS)
    bars = tuple(fault.code for fault in inner if fault.code in BARS)
    return Checked(tuple(faults), warnings_of(c.replacement), bars)


def check_feedback(f: Feedback, channel: str, law: LawBook, today: date) -> Checked:
    """Check 反馈. Whether the obligation is there and this channel's own is casework's question."""
    faults = []
    if not OBLIGATION_ID.fullmatch(f.obligation_id):
        faults.append(Fault("OBLIGATION_ID_INVALID", "obligation_id", f"<{len(f.obligation_id)} characters>", "32 hex"))
    if not f.officer.strip():
        faults.append(Fault("OFFICER_MISSING", "officer", "<empty>", "the department's own staff reference"))
    if f.reason is None and f.state in _REFUSING:
        faults.append(Fault("REFUSAL_REASON_MISSING", "reason", "<empty>", one_of(tuple(law.refusals))))
    allowed = tuple(law.refusals) if f.state in _REFUSING else ()
    if f.reason is not None and f.reason not in allowed:
        faults.append(Fault("REFUSAL_REASON_UNKNOWN", "reason", shown(f.reason), one_of(allowed)))
    faults.extend(_date_faults("answered_on", f.answered_on, today))
    return Checked(tuple(faults))


def check_case(c: PersonCase, channel: str, law: LawBook, today: date) -> Checked:
    """Check 案件 of the body that issued the target's document."""
    faults = _incomplete(c.target) or _provider_faults(law.items.get(c.target.item), channel, law)
    return Checked((*faults, *case_faults(c, law, today)))


def check_consent(c: Consent, subject: SubjectFacts, law: LawBook, today: date) -> Checked:
    """Check 同意."""
    return Checked(tuple(consent_faults(c, subject, law, today)))


def check_supervision(s: Supervision, channel: str, law: LawBook, today: date) -> Checked:
    """Check 督导."""
    return Checked(tuple(supervision_faults(s, channel, law, today)))


def _target_faults(target: Target, channel: str, law: LawBook) -> list[Fault]:
    """What is wrong with the target of a correction, whose item must still be in the catalogue."""
    if faults := _incomplete(target):
        return faults
    found: Item | Fault = known_item(target.item, "target.item", law)
    return [found] if isinstance(found, Fault) else _provider_faults(found, channel, law)


def _incomplete(target: Target) -> list[Fault]:
    empty = [name for name in ("document_no", "item") if not getattr(target, name).strip()]
    return [Fault("TARGET_INCOMPLETE", f"target.{empty[0]}", "<empty>", ", ".join(empty))] if empty else []


def _provider_faults(item: Item | None, channel: str, law: LawBook) -> list[Fault]:
    """Some body that reports through the channel must be a listed provider: which one it was, the target tells."""
    if item is None or not Index.of(law).sectors_of.get(channel, frozenset()).isdisjoint(item.providers):
        return []
    return [Fault("PROVIDER_NOT_LISTED", "target.item", channel, one_of(item.providers))]


def _date_faults(field: str, day: date, today: date) -> list[Fault]:
    return [] if EARLIEST <= day <= today else [implausible(field, day, today)]
