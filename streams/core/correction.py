"""更正: an entry says something else than the document. Its content is replaced and its measures are decided again."""

from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from streams.core import limits
from streams.core.caps import capped_stop
from streams.core.decisions import (
    ENDING_GIVEN_UP,
    OVERTAKEN,
    Considered,
    DecisionKind,
    Entry,
    Fault,
    Obligation,
    Outcome,
    Receipt,
    Waiting,
)
from streams.core.docket import LISTED, Docket, tells_person
from streams.core.events import Correction, Determination, EventKind, stated
from streams.core.ids import content_digest, entry_key
from streams.core.law import Rule
from streams.core.lifting import CLOSED_BY_OFFICER, lift, standing, told_again
from streams.core.measures import barred_by_item, earlier, judge, propose
from streams.core.repair import REPAIRED, is_ban, statutory
from streams.core.severity import classify
from streams.core.terms import Stop
from streams.core.time_limits import PROVIDER_LATE, late_days

NOT_RECORDABLE = "correction_shows_not_recordable"  # e.g. by the corrected dates the person was a minor
CORRECTED = "corrected"  # why an obligation is lifted that the corrected content does not justify
TERM_ALREADY_ENDED = "term_already_ended"  # its own term is over: it raises nothing


class Redone(NamedTuple):
    """The measures of an entry after a correction, compared with those before."""

    raised: tuple[Obligation, ...]
    lifted: tuple[Obligation, ...]
    changed: tuple[Obligation, ...]
    considered: tuple[Considered, ...]


def decide_correction(docket: Docket) -> Receipt:
    """Corrects the entry of the same channel that the record names; waits where that entry is not here yet."""
    event = docket.event
    correction = event.correction
    assert correction is not None
    lacks = incomplete(correction)
    if lacks is not None:
        return docket.hold(lacks)
    key = docket.standing.key_now(entry_key(event.channel, correction.target.document_no, correction.target.item))
    entry = docket.standing.entries.get(key)
    if entry is None:
        return docket.hold(
            Fault("TARGET_NOT_SEEN", "target.document_no"),
            docket.waiting(correction=correction),
        )
    taken = _taken(docket, entry, correction)
    if taken is not None:
        fault = Fault("CONTENT_CHANGED", "replacement.document_no", None, "another document number")
        return docket.receipt(Outcome.NEEDS_CORRECTION, (fault,), taken.receipt_id)
    ends = bool(event.bars) and entry.ended_on is None
    if limits.records_full(docket.standing) and not ends:
        return docket.hold(Fault(limits.OVERFLOW))
    correct(docket, entry, correction)
    return docket.receipt(Outcome.ACCEPTED)


def incomplete(correction: Correction) -> Fault | None:
    """What the correction or the document as corrected lacks."""
    new = correction.replacement
    parts = {
        "document_no": correction.document_no,
        "replacement.document_no": new.document_no,
        "replacement.document_date": new.document_date,
        "replacement.effect_date": new.effect_date,
    }
    lacking = tuple(name for name, value in parts.items() if not stated(value))
    return Fault("DOCUMENT_INCOMPLETE", lacking[0], None, ", ".join(lacking)) if lacking else None


def _taken(docket: Docket, entry: Entry, correction: Correction) -> Entry | None:
    """Another entry that bears the corrected document number, or once did."""
    new_key = entry_key(entry.channel, correction.replacement.document_no, correction.replacement.item)
    there = docket.standing.key_now(new_key)
    return None if there == entry.key else docket.standing.entries.get(there)


def correct(docket: Docket, entry: Entry, correction: Correction, settles: Waiting | None = None) -> None:
    """The decision CORRECTED. An entry that has ended stays ended; only its content changes. One that the corrected
    content shows should never have been recorded ends with it."""
    settled = None if settles is None else settles.receipt_id
    if settles is not None and _taken(docket, entry, correction) is not None:
        code = "CONTENT_CHANGED"
        docket.add(DecisionKind.HELD, code=code, key=entry.key, settles=settled, reasons=(code,))
        return
    bars = docket.event.bars if settles is None else settles.bars
    new = _replaced(docket, entry, correction.replacement, settles is not None)
    if bars and new.ended_on is None:
        new = replace(new, record_only=NOT_RECORDABLE, ended_on=docket.today, ended_reason=NOT_RECORDABLE)
    if new.ended_on is None and entry.key in docket.standing.repaired and not statutory(docket.law, new):
        new = replace(new, ended_on=docket.today, ended_reason=REPAIRED)  # what a law's own period kept alive is over
    redone = _redo(docket, entry, new, looked_at=settles is None)
    late = late_days(docket, correction.document_date, settles)
    docket.add(
        DecisionKind.CORRECTED,
        code=new.record_only,
        key=entry.key,
        entry=new,
        settles=settled,
        raised=redone.raised,
        lifted=redone.lifted,
        changed=redone.changed,
        told=(LISTED,) if tells_person(new) and not tells_person(entry) else (),
        considered=redone.considered,
        days_late=late,
        reasons=(
            CORRECTED,
            *([] if late is None else [PROVIDER_LATE]),
            *new.severity.reasons,
            *(() if new.record_only is None else (new.record_only,)),
            *bars,
        ),
    )


def _record_only(docket: Docket, entry: Entry, determination: Determination, settled: bool) -> str | None:
    """A department that corrects an entry now has looked at it again; a correction that waited has not, and neither
    has one that gives the entry a number about which something waited in vain."""
    new_key = entry_key(entry.channel, determination.document_no, determination.item)
    unheard = new_key != entry.key and new_key in docket.standing.given_up
    if unheard or (settled and entry.record_only == ENDING_GIVEN_UP):
        return ENDING_GIVEN_UP
    return judge(docket.index, determination, entry.subject_kind, docket.today).record_only


def _replaced(docket: Docket, entry: Entry, determination: Determination, settled: bool) -> Entry:
    """The entry with its new content: severity, end and digest follow from it."""
    law, today = docket.law, docket.today
    others = (one for one in docket.standing.entries.values() if one.key != entry.key)
    stop = capped_stop(law, determination, others)
    name_check = docket.event.name_check or docket.standing.name_check
    new = replace(
        entry,
        key=entry_key(entry.channel, determination.document_no, determination.item),
        content_digest=content_digest(
            EventKind.DETERMINATION, entry.channel, docket.standing.subject, name_check, determination
        ),
        determination=determination,
        severity=classify(law, determination, barred_by_item(law, determination, entry.subject_kind), today),
        record_only=_record_only(docket, entry, determination, settled),
        ends_on=None if stop is None else stop.last_day,
    )
    if new.ended_on is not None:
        return replace(new, record_only=entry.record_only)
    if not docket.raising:
        new = replace(new, record_only=new.record_only or OVERTAKEN)
    return _ended_if_over(new, stop, today)


def _ended_if_over(entry: Entry, stop: Stop | None, today: date) -> Entry:
    if stop is None or stop.last_day >= today:
        return entry
    return replace(entry, record_only=TERM_ALREADY_ENDED, ended_on=today, ended_reason=stop.reason)


def _redo(docket: Docket, entry: Entry, new: Entry, looked_at: bool) -> Redone:
    """Still justified: stays, with its new end. No longer justified: lifted. Newly justified: raised - except where
    an officer has refused that rule for this entry. ``looked_at``: by its department now, which ends a doubt, and the
    departments that were told of it are told so. On a repaired entry nothing begins but the ban as the corrected
    content orders it, in the place of one that this lifts: no repair ends a ban whose period a law sets."""
    before = docket.standing.obligations.get(entry.key, ())
    judged = judge(docket.index, new.determination, new.subject_kind, docket.today)
    live = new.ended_on is None and new.record_only is None
    rules = {rule.rule_id: rule for rule in judged.applying} if live else {}
    fallen = tuple(one for one in before if standing(one) and one.rule not in rules)
    answered = {one.rule for one in before if standing(one) or one.state in CLOSED_BY_OFFICER}
    now = docket.standing
    doubted = not looked_at and entry.receipt_id in now.doubts
    only_bans = entry.key in now.repaired
    begins_nothing = doubted or (only_bans and not any(is_ban(docket.index, one) for one in fallen))
    changed = reterm(before, rules, new.ends_on)
    if looked_at and live and entry.receipt_id in now.doubts:
        moved = {one.obligation_id for one in (*changed, *fallen)}
        changed += told_again(one for one in before if one.obligation_id not in moved)
    return Redone(
        raised=tuple(
            propose(docket.law, rule, docket.next_id(), new.ends_on, docket.today)
            for rule in rules.values()
            if rule.rule_id not in answered and not begins_nothing and (not only_bans or is_ban(docket.index, rule))
        ),
        lifted=lift(docket.index, fallen, new.ended_reason or CORRECTED, docket.today),
        changed=changed,
        considered=judged.considered,
    )


def reterm(
    obligations: tuple[Obligation, ...], rules: dict[str, Rule], ground_ends: date | None
) -> tuple[Obligation, ...]:
    """The standing obligations of ``rules`` whose last day is another than it was, with the new one."""
    changed = []
    for obligation in obligations:
        rule = rules.get(obligation.rule)
        if rule is None or not standing(obligation):
            continue
        ends_on = earlier(ground_ends, rule.in_force_to)
        if ends_on != obligation.ends_on:
            changed.append(replace(obligation, ends_on=ends_on, version=obligation.version + 1))
    return tuple(changed)
