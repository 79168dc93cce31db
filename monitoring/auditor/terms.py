"""The auditor's own derivation of the last day of an entry, from the law files and the dates of the document.

Sources: 法释〔2017〕7号 art. 2 (two years, one to three more), 民法典 201 and 202 (the day counted from is not counted;
a term in months or years ends on the corresponding day, else on the month's last one), 条例 38 (five years from the end
of the conduct, unless a law sets its own period; where nothing ends a record, from the document); the earliest stop
wins. Caps: docs/adr/0010.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple

from monitoring.auditor.lawbook import Ground, Law

PROVINCIAL_YEARS = 5
FULL_AGE = 18
_DAY = timedelta(days=1)
Fields = dict[str, Any]  # a ``Determination`` of the Avro schema


class Period(NamedTuple):
    """From the day of legal effect to the last day of its own term or the day it was ended; date.max = open."""

    first: date
    last: date


def corresponding_day(start: date, years: int, months: int = 0) -> date:
    """The same day so many years and months later; what the month lacks falls back to its last day, and what lies
    beyond the calendar (numbers people write by mistake) to the calendar's last one.

    >>> corresponding_day(date(2020, 2, 29), 2)
    datetime.date(2022, 2, 28)
    >>> corresponding_day(date(2020, 8, 31), 0, 6)
    datetime.date(2021, 2, 28)
    """
    month = start.month + months
    year = start.year + years + (month - 1) // 12
    month = (month - 1) % 12 + 1
    if year > date.max.year:
        return date.max
    for day in range(start.day, 27, -1):
        try:
            return date(year, month, day)
        except ValueError:
            continue
    return date(year, month, start.day)


def of_age(birth: date) -> date:
    """The 18th birthday (民法典 17). Born on 29 February: 1 March where the year has no such day, for only then are
    18 years full.

    >>> of_age(date(2004, 2, 29))
    datetime.date(2022, 3, 1)
    """
    grown_up = corresponding_day(birth, FULL_AGE)
    if grown_up == date.max or grown_up.day == birth.day:
        return grown_up
    return grown_up + _DAY


def last_day(law: Law, determination: Fields, chain: Iterable[Period] = ()) -> date | None:
    """Last day of an entry with this content; None = no end by itself. ``chain``: the periods of the subject's other
    entries of the item's cap group."""
    item, own = law.items[determination["item"]], uncapped_day(law, determination)
    if item.cap is None or determination["effect_date"] is None:
        return own
    most = cap_day(determination["effect_date"], item.cap.years, chain)
    return most if own is None else min(own, most)


def uncapped_day(law: Law, determination: Fields) -> date | None:
    """Last day of an entry of its own, whatever it follows; None = no end by itself."""
    item = law.items[determination["item"]]
    ground = item.ground(determination["ground"])
    ends = []
    own = None if ground is None else _own(ground, determination)
    if own is not None:
        ends.append(own)
    conduct_end, by_law = determination["conduct_end"], item.statutory_term and ground is not None and _set(ground)
    if own is None and conduct_end is None and not item.continuing:
        conduct_end = determination["document_date"] or determination["effect_date"]
    if item.info_class == "negative" and conduct_end is not None and not by_law:
        ends.append(corresponding_day(conduct_end, PROVINCIAL_YEARS))
    if item.stands_until is not None:
        ends.append(item.stands_until)
    return min(ends) if ends else None


def _own(ground: Ground, determination: Fields) -> date | None:
    if ground.stated_months is not None:
        stated: date | None = determination["valid_until"]
        return stated
    start = counted_from(ground, determination)
    if start is None or not ground.fixed:
        return None
    years = (ground.term_years or 0) + determination["extra_years"]
    end = corresponding_day(start, years, ground.term_months)
    return end + timedelta(ground.term_days) if (date.max - end).days > ground.term_days else date.max


def _set(ground: Ground) -> bool:
    return ground.fixed or ground.life or ground.stated_months is not None


def counted_from(ground: Ground, determination: Fields) -> date | None:
    """The day the term is counted from; a document that does not say when the conduct ended counts from its effect."""
    day = {"document": "document_date", "conduct": "conduct_end"}.get(ground.counts_from, "effect_date")
    found: date | None = determination[day] or determination["effect_date"]
    return found


def stated_bounds(ground: Ground, determination: Fields) -> Period | None:
    """Between which days the last day that the document states must lie. A term written to end on the day before the
    corresponding one is the least."""
    start = counted_from(ground, determination)
    if ground.stated_months is None or start is None:
        return None
    least, most = (corresponding_day(start, 0, months) for months in ground.stated_months)
    return Period(least - _DAY, most)


def cap_day(effect: date, years: int, others: Iterable[Period]) -> date:
    """Until when a term that begins on ``effect`` may run at most: ``years`` from the beginning of its chain. A chain
    goes on with what begins on the day after at the latest, and not after the day of its cap.

    >>> two = Period(date(2020, 1, 1), date(2022, 1, 1))
    >>> cap_day(date(2022, 1, 2), 5, [two]), cap_day(date(2022, 1, 3), 5, [two])
    (datetime.date(2025, 1, 1), datetime.date(2027, 1, 3))
    """
    begun, until = effect, effect
    for number, period in enumerate(sorted([*(one for one in others if one.first <= effect), Period(effect, effect)])):
        broken = (period.first - until).days > 1 or period.first > corresponding_day(begun, years)
        if number == 0 or broken:
            begun = until = period.first
        until = max(until, min(period.last, corresponding_day(begun, years)))
    return corresponding_day(begun, years)
