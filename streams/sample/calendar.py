"""On which days departments publish: few days over eight years, most at the end of a month, some close together.

Close pairs are there for records that overtake each other within the thirty ticks they may wait.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import date, timedelta

from streams.sample.dice import Dice
from streams.sample.mix import Mix

_FIRST_MONTH, _LAST_MONTH = (2018, 6), (2026, 10)
# First and last day; both sides of the cut-over (2020-12-07) and the day it was published; both sides of the new
# severity scale (2026-04-01).
_FIXED = (
    date(2018, 6, 25),
    date(2020, 12, 4),
    date(2020, 12, 7),
    date(2020, 12, 18),
    date(2026, 3, 31),
    date(2026, 4, 1),
    date(2026, 11, 20),
)


LAST_DAY = _FIXED[-1]


class NoDays(ValueError):
    """The calendar has no days for a story; the message says which were looked for."""


class Calendar:
    """The publication days by index, and draws among them. ``months_apart``: between month ends on which departments
    publish; the month's middle of every second of them is there too."""

    def __init__(self, dice: Dice, mix: Mix, months_apart: int) -> None:
        self._dice = dice
        ends = {_last_weekday(year, month) for year, month in _months(months_apart)}
        middles = {
            _weekday(day.replace(day=dice.between(10, 16))) for day in sorted(ends)[1 :: 3 if months_apart == 1 else 2]
        }
        self.days: tuple[date, ...] = tuple(sorted({*_FIXED, *ends, *middles}))
        self._weights = {
            index: mix.months[day.month - 1] * (mix.month_end if day in ends else 1)
            for index, day in enumerate(self.days)
        }
        self._begins: dict[tuple[tuple[int, int], ...], tuple[frozenset[int], ...]] = {}

    def chain(self, *gaps: tuple[int, int], since: date = date.min, until: date = date.max) -> tuple[int, ...]:
        """Indexes of a first day between ``since`` and ``until`` and of one more day per gap, each so many days later.

        :raises NoDays: there are no such days.
        """
        fits = self._fitting(gaps)
        options = [index for index in fits[0] if since <= self.days[index] <= until]
        if not options:
            raise NoDays(f"no publication days {gaps} apart from {since} to {until}: change the story's gaps")
        chosen = [self._one_of(options)]
        for gap, fitting in zip(gaps, fits[1:], strict=True):
            chosen.append(self._one_of([index for index in self._within(chosen[-1], *gap) if index in fitting]))
        return tuple(chosen)

    def _fitting(self, gaps: tuple[tuple[int, int], ...]) -> tuple[frozenset[int], ...]:
        """For each place of a chain the days from which the rest of it can be had."""
        if gaps not in self._begins:
            fits = [frozenset(range(len(self.days)))]
            for gap in reversed(gaps):
                fits.insert(0, frozenset(i for i in fits[-1] if not fits[0].isdisjoint(self._within(i, *gap))))
            self._begins[gaps] = tuple(fits)
        return self._begins[gaps]

    def _one_of(self, options: list[int]) -> int:
        return self._dice.weighted({index: self._weights[index] for index in sorted(options)})

    def every_day(self) -> tuple[int, ...]:
        return tuple(range(len(self.days)))

    def _within(self, index: int, least: int, most: int) -> range:
        start = self.days[index]
        low = bisect_left(self.days, start + timedelta(days=least))
        return range(low, bisect_right(self.days, start + timedelta(days=most)))


def _months(apart: int) -> list[tuple[int, int]]:
    first, last = (year * 12 + month - 1 for year, month in (_FIRST_MONTH, _LAST_MONTH))
    return [(number // 12, number % 12 + 1) for number in range(first, last + 1, apart)]


def _last_weekday(year: int, month: int) -> date:
    return _weekday(date(year, month, monthrange(year, month)[1]))


def _weekday(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))
