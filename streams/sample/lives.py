"""How long a record lives at least and at most, by arithmetic of the sample's own: months have 28 to 31 days.

The stories need to know whether what they send meets a record alive or over. They keep a margin instead of asking the
core for the day, so that what they promise is not what the core says anyway.
"""

from calendar import monthrange
from datetime import date, timedelta

from streams.core.events import Determination
from streams.core.law import Ground, Item

_LEAST_MONTH, _MOST_MONTH = 28, 31
_DISCLOSURE_YEARS = 5  # 条例 38
_EVER = date(2200, 1, 1)


def alive_until(item: Item, paper: Determination) -> date:
    """A day on which the record is certainly not over yet."""
    ground = _ground(item, paper)
    ends = [_EVER]
    if ground is not None:
        ends.append(_own(ground, paper, _LEAST_MONTH))
    conduct_end = paper.conduct_end
    if conduct_end is None and not item.continuing:
        conduct_end = paper.document_date  # at the latest
    if item.info_class == "negative" and conduct_end is not None:
        ends.append(conduct_end + timedelta(days=365 * _DISCLOSURE_YEARS))
    if item.stands_until is not None:
        ends.append(item.stands_until)
    if item.cap is not None and paper.effect_date is not None:
        ends.append(paper.effect_date + timedelta(days=365 * item.cap.years))
    return min(ends)


def over_after(item: Item, paper: Determination) -> date:
    """A day on which the record is certainly over, far away where it has no end of its own."""
    ground = _ground(item, paper)
    return _EVER if ground is None else _own(ground, paper, _MOST_MONTH)


def most_days(ground: Ground | None) -> int | None:
    """Days that the ground's own term lasts at most; None where it sets none."""
    if ground is None or not (ground.fixed_term or ground.stated_months):
        return None
    if ground.stated_months is not None:
        return ground.stated_months[1] * _MOST_MONTH
    return _days(ground, 0, _MOST_MONTH)


def least_days(ground: Ground | None) -> int:
    """Days that the ground's own term lasts at least."""
    if ground is None or not (ground.fixed_term or ground.stated_months):
        return (_EVER - date(2018, 1, 1)).days
    if ground.stated_months is not None:
        return ground.stated_months[0] * _LEAST_MONTH - 1
    return _days(ground, 0, _LEAST_MONTH)


def months_later(day: date, months: int) -> date:
    """The corresponding day, or the last of a month that has none."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def counted(ground: Ground, paper: Determination) -> date | None:
    """The day from which the document's term runs."""
    return {"effect": paper.effect_date, "document": paper.document_date, "conduct": paper.conduct_end}[
        ground.counts_from
    ]


def _ground(item: Item, paper: Determination) -> Ground | None:
    return None if paper.ground is None else item.grounds[paper.ground]


def _own(ground: Ground, paper: Determination, month: int) -> date:
    if paper.valid_until is not None:
        return paper.valid_until
    begins = counted(ground, paper)
    if begins is None or not ground.fixed_term:
        return _EVER
    return begins + timedelta(days=_days(ground, paper.extra_years, month))


def _days(ground: Ground, extra_years: int, month: int) -> int:
    months = 12 * ((ground.term_years or 0) + extra_years) + ground.term_months
    return months * month + ground.term_days
