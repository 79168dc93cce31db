"""What was true about a subject on one day, as known on another: decisions are folded, never made again.

Two clocks. *Known* (transaction time): only decisions of ticks up to that day are folded, so what came later cannot be
seen. *At* (valid time): of what was known, an entry is true on a day on which its document was in effect, its term had
not run out and its ground had not fallen - by the date of the document that ended it, however late that was told.
What is erased is shown on no day, whatever was known by then (design 7; 条例 38): only how many decisions there were.

>>> from datetime import date
>>> fold("00" * 16, [], {}, {}.__getitem__, at=date(2019, 1, 1), known=date(2019, 1, 1)).entries
()
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from streams.core.cases import AFTER_THE_END
from streams.core.checks import BARS
from streams.core.correction import NOT_RECORDABLE
from streams.core.decisions import Decision, DecisionKind, Entry, Obligation
from streams.core.events import Accepted, Matter
from streams.core.evolve import evolve
from streams.core.law import LawBook
from streams.core.standing import Standing

_DAY = timedelta(days=1)

# Why an entry is not true on the day asked for; None: it is.
NOT_YET = "not_in_effect_yet"
NEVER = "never_true"  # the document fell from the start, or ought not to stand at all
TERM_OVER = "term_over"
GROUND_FALLEN = "ground_fallen"


class Known(NamedTuple):
    """An entry as known, with ``why_not`` it is true on the day, ``until`` when it was (None: no end is known), and its
    measures as they stood on that day."""

    entry: Entry
    why_not: str | None
    until: date | None
    measures: tuple[Obligation, ...]
    disputed: bool  # as known: an objection, reconsideration or lawsuit about it is pending
    doubted: bool  # as known: something was said against it under another name


class AsOf(NamedTuple):
    """The answer. ``decisions``: how many were known; ``last_known``: day of the last of them; ``law``: its book;
    ``stubs``: how many decisions are erased, on ``erased_on`` for the last time."""

    subject: str
    at: date
    known: date
    entries: tuple[Known, ...]
    waiting: int
    decisions: int
    last_known: date | None
    law: str | None
    stubs: int
    erased_on: date | None


def fold(
    subject: str,
    decisions: Iterable[Decision],
    events: Mapping[str, Accepted],
    law: Callable[[str], LawBook],
    *,
    at: date,
    known: date,
) -> AsOf:
    """``decisions``: those about the subject, in order; ``events``: its accepted records by receipt id."""
    stubs, left = _without_erased(tuple(decisions))
    seen = [decision for decision in left if decision.decided_on <= known]
    history = _walked(subject, seen, at)
    last = seen[-1] if seen else None
    return AsOf(
        subject=subject,
        at=at,
        known=known,
        entries=tuple(_known(entry, history, events, law, at) for entry in history.now.entries.values()),
        waiting=len(history.now.waiting),
        decisions=len(seen),
        last_known=None if last is None else last.decided_on,
        law=None if last is None else last.law_digest,
        stubs=len(stubs),
        erased_on=stubs[-1].decided_on if stubs else None,
    )


class _History(NamedTuple):
    """What decisions leave. ``measures``: by obligation, as on the day asked for, with the record they are about;
    ``ended_by``: the first decision with which a record had ended; ``never``: records that ended otherwise first, and
    are known since to have been wrong from the start."""

    now: Standing
    measures: dict[str, tuple[str, Obligation]]
    ended_by: dict[str, Decision]
    never: set[str]


def _walked(subject: str, seen: Iterable[Decision], at: date) -> _History:
    now = Standing(subject)
    measures: dict[str, tuple[str, Obligation]] = {}
    ended_by: dict[str, Decision] = {}
    never: set[str] = set()
    for decision in seen:
        now = evolve(now, decision)
        _follow(measures, decision, at)
        if decision.entry is not None and decision.entry.ended_on is not None:
            ended_by.setdefault(decision.entry.receipt_id, decision)
        if decision.key is not None and _undone(decision):
            never.add(now.entries[now.key_now(decision.key)].receipt_id)
    return _History(now, measures, ended_by, never)


def _known(
    entry: Entry, history: _History, events: Mapping[str, Accepted], law: Callable[[str], LawBook], at: date
) -> Known:
    """One entry, with why it is not true on the day ``at``."""
    ending = history.ended_by.get(entry.receipt_id)
    until = _until(entry, ending, events)
    annulled = ending is not None and _annulled(entry, law(ending.law_digest))
    why_not = NEVER if annulled or entry.receipt_id in history.never else _why_not(entry, until, at)
    own = tuple(one for record, one in history.measures.values() if record == entry.receipt_id)
    disputed, doubted = history.now.disputed(entry.key), entry.receipt_id in history.now.doubts
    return Known(entry, why_not, until, own, disputed, doubted)


def _without_erased(decisions: tuple[Decision, ...]) -> tuple[tuple[Decision, ...], tuple[Decision, ...]]:
    """Those that an erasure took, itself the last of them, and those that came after."""
    kinds = [decision.kind for decision in decisions]
    cut = len(kinds) - kinds[::-1].index(DecisionKind.ERASED) if DecisionKind.ERASED in kinds else 0
    return decisions[:cut], decisions[cut:]


def _follow(measures: dict[str, tuple[str, Obligation]], decision: Decision, at: date) -> None:
    """Take in what moved the measures until the end of the day ``at``. An officer's answer counts from the day he
    gave it, everything else from the tick of its decision: a proposal is not made before, and lifted from then on."""
    if decision.decided_on <= at and decision.entry is not None:
        for one in decision.raised:
            measures[one.obligation_id] = decision.entry.receipt_id, one
    day = decision.decided_on if decision.feedback is None else decision.feedback.answered_on
    for one in decision.changed if day <= at else ():
        if one.obligation_id in measures:
            measures[one.obligation_id] = measures[one.obligation_id][0], one


def _until(entry: Entry, ending: Decision | None, events: Mapping[str, Accepted]) -> date | None:
    """The last day on which the entry is true, as known; None: no end is known."""
    days = [] if entry.ends_on is None else [entry.ends_on]
    if entry.ended_on is not None:
        days.append(_fell(entry.ended_on, ending, events) - _DAY)
    return min(days, default=None)


def _fell(decided: date, ending: Decision | None, events: Mapping[str, Accepted]) -> date:
    """The day a ground fell: that of the document that says so - an ending's, or of the decision in a case; else that
    of our own decision."""
    if ending is None or ending.kind not in (DecisionKind.ENDED, DecisionKind.REPAIRED):
        return decided
    event = events.get(ending.settles or ending.cause.receipt_id)
    if event is not None and event.case is not None:
        return min(event.case.revoked_on or event.case.day, decided)
    if event is not None and event.ending is not None:
        return min(event.ending.document_date, decided)
    return decided


def _undone(decision: Decision) -> bool:
    """Whether the decision leaves an entry that had ended as it is, and yet says that it never was right: a case upheld
    after the end, or a correction by which the record should not stand at all."""
    if decision.kind is DecisionKind.CASE_CLOSED and decision.code == AFTER_THE_END:
        return decision.case is not None and decision.case.matter is not Matter.REPAIR
    return decision.kind is DecisionKind.CORRECTED and any(code in BARS for code in decision.reasons)


def _annulled(entry: Entry, law: LawBook) -> bool:
    reason = law.endings.get(entry.ended_reason or "")
    return entry.ended_reason == NOT_RECORDABLE or (reason is not None and reason.annuls)


def _why_not(entry: Entry, until: date | None, at: date) -> str | None:
    begins = entry.determination.effect_date
    if begins is None or at < begins:
        return NOT_YET
    if until is None or at <= until:
        return None
    return TERM_OVER if until == entry.ends_on else GROUND_FALLEN
