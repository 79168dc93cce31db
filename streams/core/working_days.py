"""Working days by the State Council's calendar, data of the law book: the 3 working days of 法释 art. 10, 条例 40."""

from datetime import date, timedelta

from streams.core.decisions import Due, DueState
from streams.core.index import Index

NO_TERM_IN_TEXT = Due(DueState.NOT_IN_TEXT)


def is_working_day(index: Index, day: date) -> bool | None:
    """Whether offices work on ``day``; None where the book has no calendar of that year."""
    calendar = index.calendars.get(day.year)
    if calendar is None:
        return None
    if day in calendar.on:
        return True
    return day.weekday() < 5 and day not in calendar.off


def due_after(index: Index, start: date, working_days: int | None) -> Due:
    """The last day of a term of ``working_days`` that begins on the day after ``start`` (民法典 201).

    None working days: no text sets a term. A year without calendar gives AWAITING_CALENDAR, never a guess.
    """
    if working_days is None:
        return NO_TERM_IN_TEXT
    day = start
    left = working_days
    while left > 0:
        day += timedelta(days=1)
        working = is_working_day(index, day)
        if working is None:
            return Due(DueState.AWAITING_CALENDAR)
        left -= working
    return Due(DueState.SET, day)
