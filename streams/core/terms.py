"""When an entry ends by itself: the term of its ground and the provincial five years; the earliest stop wins.

That the earliest wins is this project's reading of 条例 38 (docs/adr/0003); the lengths are quoted law. Where a law
sets a period of its own, the five years do not cut it (docs/adr/0009). Where nothing else ends a record and it does not
say when the conduct ended, they count from the document: the conduct cannot have ended later (docs/adr/0012). How long
consecutive terms may run together is asked in ``caps``.
"""

import calendar
from datetime import MAXYEAR, date, timedelta
from typing import NamedTuple

from streams.core.events import Determination
from streams.core.law import Ground, Item, LawBook

OWN_TERM_ENDED = "own_term_ended"  # the ground's own term, where the item names no other reason
DISCLOSURE_ENDED = "disclosure_ended"  # 条例 38: five years from the end of the conduct
DISCLOSURE_YEARS = 5
RECORD_SEALED = "record_sealed"  # from the next day on the law lets no such record stand


class Stop(NamedTuple):
    """One clock: the last day it allows and the reason code of its end."""

    reason: str
    last_day: date


def add_months(day: date, months: int) -> date:
    """The corresponding day ``months`` later, or the last day of that month where there is none (民法典 202).

    >>> add_months(date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > MAXYEAR:
        return date.max  # a birth date typed as 9999 must not stop anybody
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The corresponding day ``years`` later.

    >>> add_years(date(2024, 2, 29), 2)
    datetime.date(2026, 2, 28)
    """
    return add_months(day, 12 * years)


def add_days(day: date, days: int) -> date:
    """``days`` later; the day counted from is not counted itself (民法典 201)."""
    return day + timedelta(days=days) if (date.max - day).days >= days else date.max


def ground_of(law: LawBook, determination: Determination) -> Ground | None:
    """The ground a determination names, as the book knows it."""
    item = law.items.get(determination.item)
    if item is None or determination.ground is None:
        return None
    return item.grounds.get(determination.ground)


def counted_day(ground: Ground, determination: Determination) -> date | None:
    """The day from which the ground's term is counted. Intake refuses a record that lacks it; if a later book counts
    from the end of a conduct that an older record does not state, the document's effect is the day there is."""
    counted = {
        "effect": determination.effect_date,
        "document": determination.document_date,
        "conduct": determination.conduct_end,
    }[ground.counts_from]
    return counted or determination.effect_date


def stop_of(law: LawBook, determination: Determination) -> Stop | None:
    """The clock that stops first, or None for an entry without any end of its own (a duty that is still to be done, or
    for life)."""
    item = law.items.get(determination.item)
    if item is None:
        return None
    ground = ground_of(law, determination)
    stops = []
    own = None if ground is None else _own_last_day(ground, determination)
    if own is not None:
        stops.append(Stop(item.term_ending, own))
    conduct_end = determination.conduct_end
    if conduct_end is None and own is None and not item.continuing:
        conduct_end = determination.document_date or determination.effect_date
    if conduct_end is not None and _five_years_run(item, ground):
        stops.append(Stop(DISCLOSURE_ENDED, add_years(conduct_end, DISCLOSURE_YEARS)))
    if item.stands_until is not None:
        stops.append(Stop(RECORD_SEALED, item.stands_until))
    return min(stops, key=lambda stop: stop.last_day, default=None)


def _own_last_day(ground: Ground, determination: Determination) -> date | None:
    if ground.stated_months is not None:
        return determination.valid_until
    counted = counted_day(ground, determination)
    if counted is None or not ground.fixed_term:
        return None
    years = (ground.term_years or 0) + determination.extra_years
    return add_days(add_months(counted, 12 * years + ground.term_months), ground.term_days)


def _five_years_run(item: Item, ground: Ground | None) -> bool:
    """条例 38 concerns negative information; what a law sets its own period for is excepted."""
    statutory = item.statutory_term and ground is not None and ground.own_term
    return item.info_class == "negative" and not statutory
