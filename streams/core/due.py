"""The next day on which a tick has work for a subject: a tick never scans, it asks a due index."""

from collections.abc import Iterator
from datetime import date, timedelta

from streams.core import disclosure, overdue
from streams.core.decisions import Entry
from streams.core.index import Index
from streams.core.law import LawBook
from streams.core.lifting import standing
from streams.core.measures import earlier, judge
from streams.core.passage import begun, given_up_on
from streams.core.retention import over_on
from streams.core.standing import Standing

_DAY = timedelta(days=1)


def next_day(now: Standing, law: LawBook, today: date) -> date | None:
    """The earliest day whose tick decides something about this subject under ``law``, or None if none will.

    ``today``: the last tick this subject was seen at. Rules that begin on it or before were asked about by then.
    Ask again after every decision, and for every subject when the book changes. A book's change itself is no tick.
    No tick before the subject's last decision decides anything (see ``decide``).
    """
    days = [given_up_on(waiting) for waiting in now.waiting]
    days.extend(overdue.days(now))
    index = Index.of(law)
    for entry in now.entries.values():
        if entry.ended_on is None:
            days.extend(_days_of(now, entry, index, today))
    shown, over = disclosure.next_day(index, now, today), over_on(law, now)
    due = earlier(min(days, default=None), earlier(shown, over))
    return None if due is None else max(due, now.last_day or due)


def _days_of(now: Standing, entry: Entry, index: Index, today: date) -> Iterator[date]:
    if entry.ends_on is not None:
        yield entry.ends_on + _DAY
    obligations = now.obligations.get(entry.key, ())
    for obligation in obligations:
        rule = index.law.rules.get(obligation.rule)
        if standing(obligation) and rule is not None and rule.in_force_to is not None:
            yield rule.in_force_to + _DAY
    if now.begins_nothing(entry):
        return
    for rule in index.rules_of.get(entry.determination.item, ()):
        day = rule.in_force_from
        if rule.reach != "standing_cases" or day is None or day <= today:
            continue
        if begun(entry, judge(index, entry.determination, entry.subject_kind, day).applying, obligations):
            yield day
