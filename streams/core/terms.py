"""When an entry ends by itself: the term of its ground and the provincial five years; the earliest stop wins.

That the earliest wins is this project's reading of 条例 38 (docs/adr); the lengths are quoted law.
"""

import calendar
from datetime import MAXYEAR, date
from typing import NamedTuple

from streams.core.events import Determination
from streams.core.law import Ground, LawBook

TERM_ENDED = "term_ended"  # the ground's own term, e.g. 法释〔2013〕17号 art. 2
DISCLOSURE_ENDED = "disclosure_ended"  # 条例 38: five years from the end of the conduct
DISCLOSURE_YEARS = 5


class Stop(NamedTuple):
    """One clock: the last day it allows and the reason code of its end."""

    reason: str
    last_day: date


def add_years(day: date, years: int) -> date:
    """The corresponding day ``years`` later, or the last day of that month where there is none (民法典 202).

    >>> add_years(date(2024, 2, 29), 2)
    datetime.date(2026, 2, 28)
    """
    year = day.year + years
    if year > MAXYEAR:
        return date.max  # a birth date typed as 9999 must not stop anybody
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def ground_of(law: LawBook, determination: Determination) -> Ground | None:
    """The ground a determination names, as the book knows it."""
    item = law.items.get(determination.item)
    if item is None or determination.ground is None:
        return None
    return item.grounds.get(determination.ground)


def stop_of(law: LawBook, determination: Determination) -> Stop | None:
    """The clock that stops first, or None for an entry without any end of its own (ground 1 of the court list)."""
    stops = []
    ground = ground_of(law, determination)
    if ground is not None and ground.term_years is not None and determination.effect_date is not None:
        years = ground.term_years + determination.extra_years
        stops.append(Stop(TERM_ENDED, add_years(determination.effect_date, years)))
    item = law.items.get(determination.item)
    if determination.conduct_end is not None and item is not None and item.info_class == "negative":
        stops.append(Stop(DISCLOSURE_ENDED, add_years(determination.conduct_end, DISCLOSURE_YEARS)))
    return min(stops, key=lambda stop: stop.last_day, default=None)


def expiry_reason(law: LawBook, determination: Determination) -> str:
    """Which clock ended an entry."""
    stop = stop_of(law, determination)
    return TERM_ENDED if stop is None else stop.reason
