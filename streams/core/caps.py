"""How long consecutive terms may run together: the terms of one group end at the latest N years after the first of an
unbroken chain began. The reading, and what a late record does not change, stand in docs/adr/0010."""

from collections.abc import Iterable
from datetime import date, timedelta

from streams.core.decisions import Entry
from streams.core.events import Determination
from streams.core.law import LawBook
from streams.core.terms import OWN_TERM_ENDED, Stop, add_years, stop_of

CAP_REACHED = "cap_reached"
_DAY = timedelta(days=1)


def capped_stop(law: LawBook, determination: Determination, others: Iterable[Entry]) -> Stop | None:
    """The clock that stops first, the cap of its group included. ``others``: the subject's other entries."""
    own = stop_of(law, determination)
    item = law.items.get(determination.item)
    if item is None or item.cap is None or determination.effect_date is None:
        return own
    group, years = item.cap.group, item.cap.years
    periods = [period for entry in others if (period := _period(law, entry, group)) is not None]
    cap = Stop(CAP_REACHED, add_years(_chain_began(periods, determination.effect_date, years), years))
    return cap if own is None or cap.last_day < own.last_day else own


def expiry_reason(law: LawBook, entry: Entry) -> str:
    """Which clock ends an entry that has a last day."""
    own = stop_of(law, entry.determination)
    item = law.items.get(entry.determination.item)
    earlier = entry.ends_on is not None and (own is None or entry.ends_on < own.last_day)
    if item is not None and item.cap is not None and earlier:
        return CAP_REACHED
    return OWN_TERM_ENDED if own is None else own.reason


def _period(law: LawBook, entry: Entry, group: str) -> tuple[date, date] | None:
    """First and last day of an entry of ``group``; None if it is none, or fell from the start."""
    item = law.items.get(entry.determination.item)
    start = entry.determination.effect_date
    if item is None or item.cap is None or item.cap.group != group or start is None or _annulled(law, entry):
        return None
    return start, _ran_to(law, entry)


def _ran_to(law: LawBook, entry: Entry) -> date:
    """The last day of the term an entry has of its own, or the day something else ended it. What a cap took off it is
    worked out from its chain again: what was known when it came must not part the terms that follow it."""
    own = stop_of(law, entry.determination)
    term = date.max if own is None else own.last_day
    if entry.ended_on is None or entry.ended_reason == CAP_REACHED:
        return term
    return min(term, entry.ended_on)


def _annulled(law: LawBook, entry: Entry) -> bool:
    ending = law.endings.get(entry.ended_reason or "")
    return ending is not None and ending.annuls


def _chain_began(periods: list[tuple[date, date]], effect: date, years: int) -> date:
    """The first day of the chain to which a term that begins on ``effect`` belongs: each term of a chain begins on the
    day after the one before at the latest, and while the cap allows it to have any effect."""
    first = last = None
    for start, end in sorted([*(period for period in periods if period[0] <= effect), (effect, effect)]):
        if first is None or last is None or start - _DAY > last or start > add_years(first, years):
            first, last = start, start
        last = max(last, min(end, add_years(first, years)))
    assert first is not None
    return first
