"""A day passes, or another law book comes into force: what has run out ends, what rests on nothing is lifted."""

from datetime import date, timedelta

from msgspec.structs import replace

from streams.core.correction import reterm
from streams.core.decisions import (
    ENDING_GIVEN_UP,
    Case,
    Considered,
    DecisionKind,
    DueState,
    Entry,
    Obligation,
    ObligationState,
    Waiting,
)
from streams.core.docket import Docket
from streams.core.ending import Closing, close, expire
from streams.core.law import LawBook, Rule
from streams.core.lifting import CLOSED_BY_OFFICER, lift, lifting_due, standing
from streams.core.measures import INACTIVE, NO_LONGER_IN_FORCE, NOT_IN_BOOK, judge, propose, why_not_in_force
from streams.core.overdue import decide_overdue
from streams.core.repair import REPAIRED, statutory
from streams.core.retention import ALL_CLOCKS_OVER, over_on
from streams.core.terms import RECORD_SEALED
from streams.core.time_limits import case_due, correction_due

TICKS_WAITED = 30  # one tick a day, missed days one by one: thirty ticks are thirty days
BASIS_ENDED = "basis_ended"  # the rule's own window is over
RULE_WITHDRAWN = "rule_withdrawn"  # the book in force no longer has the rule, or has it switched off
RULE_APPLIES = "rule_applies"
CALENDAR_ARRIVED = "calendar_arrived"
LAW_CHANGED = "law_changed"  # another last day, nothing else
TARGET_NEVER_SEEN = "TARGET_NEVER_SEEN"


def pass_day(docket: Docket) -> None:
    """All decisions that the day, or the book, brings about for this subject; none if nothing is due."""
    for entry in tuple(docket.standing.entries.values()):
        _seal(docket, entry)
    for entry in tuple(docket.standing.entries.values()):
        if entry.ended_on is None and entry.ends_on is not None and entry.ends_on < docket.today:
            expire(docket, entry)
    for key in tuple(docket.standing.repaired):
        _end_repaired(docket, docket.standing.entries[key])
    for entry in tuple(docket.standing.entries.values()):
        _apply_law(docket, entry)
        _fill_cases(docket, entry)
    for waiting in docket.standing.waiting:
        if given_up_on(waiting) <= docket.today:
            docket.add(
                DecisionKind.REVIEW,
                code=TARGET_NEVER_SEEN,
                settles=waiting.receipt_id,
                reasons=(TARGET_NEVER_SEEN,),
            )
    decide_overdue(docket)
    docket.disclose()
    _erase(docket)


def _seal(docket: Docket, entry: Entry) -> None:
    """A book that lets no such record stand after a day binds those recorded under earlier books too."""
    item = docket.law.items.get(entry.determination.item)
    last = None if item is None else item.stands_until
    if entry.ended_on is not None or last is None or (entry.ends_on is not None and entry.ends_on <= last):
        return
    docket.add(
        DecisionKind.LAW_APPLIED,
        code=RECORD_SEALED,
        key=entry.key,
        entry=replace(entry, ends_on=last),
        changed=reterm(docket.standing.obligations.get(entry.key, ()), docket.law.rules, last),
        reasons=(RECORD_SEALED,),
    )


def _end_repaired(docket: Docket, entry: Entry) -> None:
    """A repaired entry lives on only while the book says that a law sets its own period."""
    if entry.ended_on is None and not statutory(docket.law, entry):
        close(docket, entry, Closing(DecisionKind.ENDED, REPAIRED))


def _erase(docket: Docket) -> None:
    """The last decision about a subject whose clocks are all over."""
    over = over_on(docket.law, docket.standing)
    if over is not None and over <= docket.today:
        docket.add(DecisionKind.ERASED, code=ALL_CLOCKS_OVER, reasons=(ALL_CLOCKS_OVER,))


def given_up_on(waiting: Waiting) -> date:
    """The day whose tick is the thirtieth in vain."""
    return waiting.since + timedelta(days=TICKS_WAITED)


def unsupported(law: LawBook, obligation: Obligation, day: date) -> str | None:
    """Why the book no longer supports a standing obligation on ``day``; None while it does. Whom the rule reached is
    not judged again: that was decided when the obligation was raised."""
    rule = law.rules.get(obligation.rule)
    if rule is None:
        return NOT_IN_BOOK
    if not rule.active:
        return rule.inactive_reason or INACTIVE
    return why_not_in_force(rule, day)


def begun(entry: Entry, applying: tuple[Rule, ...], obligations: tuple[Obligation, ...]) -> tuple[Rule, ...]:
    """Of the applying rules those for standing cases that this entry has no obligation of."""
    if entry.record_only == ENDING_GIVEN_UP:
        return ()
    answered = {one.rule for one in obligations if standing(one) or one.state in CLOSED_BY_OFFICER}
    return tuple(rule for rule in applying if rule.reach == "standing_cases" and rule.rule_id not in answered)


def _apply_law(docket: Docket, entry: Entry) -> None:
    """One decision LAW_APPLIED for the entry if the book moves any of its obligations."""
    law, today = docket.law, docket.today
    before = docket.standing.obligations.get(entry.key, ())
    fallen = {one.obligation_id: why for one in before if standing(one) and (why := unsupported(law, one, today))}
    lifted = _fallen(docket, before, fallen)
    filled = _filled(docket, before)
    raised: tuple[Obligation, ...] = ()
    changed: tuple[Obligation, ...] = ()
    new = entry
    if entry.ended_on is None:
        judged = judge(docket.index, entry.determination, entry.subject_kind, today)
        rules = () if docket.standing.begins_nothing(entry) else begun(entry, judged.applying, before)
        raised = tuple(propose(law, rule, docket.next_id(), entry.ends_on, today) for rule in rules)
        kept = tuple(one for one in before if one.obligation_id not in fallen)
        changed = reterm(kept, law.rules, entry.ends_on)
        new = _record_only(entry, raised, lifted, kept)
    if not (lifted or filled or raised or changed):
        return
    reasons = _reasons(lifted, raised, filled)
    docket.add(
        DecisionKind.LAW_APPLIED,
        code=reasons[0],
        key=entry.key,
        entry=new,
        raised=raised,
        lifted=lifted,
        changed=filled + changed,
        considered=tuple(Considered(one.rule, fallen[one.obligation_id]) for one in lifted),
        reasons=reasons,
    )


def _fallen(docket: Docket, before: tuple[Obligation, ...], why: dict[str, str]) -> tuple[Obligation, ...]:
    """The obligations named in ``why``, lifted: because the rule's own end has come, or because the book dropped it."""
    fallen = (one for one in before if one.obligation_id in why)
    return tuple(
        lifted
        for one in fallen
        for lifted in lift(
            docket.index,
            (one,),
            BASIS_ENDED if why[one.obligation_id] == NO_LONGER_IN_FORCE else RULE_WITHDRAWN,
            docket.today,
        )
    )


def _reasons(
    lifted: tuple[Obligation, ...], raised: tuple[Obligation, ...], filled: tuple[Obligation, ...]
) -> tuple[str, ...]:
    lifting = dict.fromkeys(one.lift_reason for one in lifted if one.lift_reason is not None)
    happened = (*lifting, *([RULE_APPLIES] if raised else []), *([CALENDAR_ARRIVED] if filled else []))
    return happened or (LAW_CHANGED,)


def _record_only(
    entry: Entry, raised: tuple[Obligation, ...], lifted: tuple[Obligation, ...], kept: tuple[Obligation, ...]
) -> Entry:
    """The entry with the reason why it raises nothing any more, or without the reason that no longer holds."""
    if raised:
        return entry if entry.record_only is None else replace(entry, record_only=None)
    if lifted and not any(map(standing, kept)):
        return replace(entry, record_only=BASIS_ENDED)
    return entry


def _fill_cases(docket: Docket, entry: Entry) -> None:
    """Cases whose due day waited for a calendar that the book now has."""
    for case in docket.standing.cases.get(entry.key, ()):
        filled = _with_calendar(docket, entry, case)
        if filled != case:
            docket.add(
                DecisionKind.LAW_APPLIED,
                code=CALENDAR_ARRIVED,
                key=entry.key,
                case=filled,
                reasons=(CALENDAR_ARRIVED,),
            )


def _with_calendar(docket: Docket, entry: Entry, case: Case) -> Case:
    """The case with the due days that the book's calendars now give."""
    if case.pending and case.due.state is DueState.AWAITING_CALENDAR:
        return replace(case, due=case_due(docket.index, entry, case.matter, case.handling, case.since))
    if case.correction_due is not None and case.correction_due.state is DueState.AWAITING_CALENDAR:
        return replace(case, correction_due=correction_due(docket.index, entry, case.since))
    return case


def _filled(docket: Docket, obligations: tuple[Obligation, ...]) -> tuple[Obligation, ...]:
    """Liftings still to be proved whose due day waited for a calendar that the book now has."""
    filled = []
    for obligation in obligations:
        waits = obligation.state is ObligationState.LIFTING and obligation.due.state is DueState.AWAITING_CALENDAR
        if not waits or obligation.lift_reason is None:
            continue
        due = lifting_due(docket.index, obligation.lift_reason, obligation.since)
        if due.state is not DueState.AWAITING_CALENDAR:
            filled.append(replace(obligation, due=due, version=obligation.version + 1))
    return tuple(filled)
