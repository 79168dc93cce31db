"""On which days departments publish: few days over eight years, most at the end of a month, some close together.

Close pairs are there for records that overtake each other within the thirty ticks they may wait.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import date, timedelta

from streams.sample.dice import Dice

MONTHS_APART = 4
_FIRST_MONTH, _LAST_MONTH = (2018, 6), (2026, 6)
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
_MONTH_END, _OTHER = 4, 1  # how much more a month's end carries
_TRIES = 10_000


class Calendar:
    """The publication days by index, and draws among them."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        ends = [_last_weekday(year, month) for year, month in _months()]
        middles = [_weekday(day.replace(day=dice.between(10, 16))) for day in ends[1::2]]
        self.days: tuple[date, ...] = tuple(sorted({*_FIXED, *ends, *middles}))
        self._weights = {i: _MONTH_END if day in ends else _OTHER for i, day in enumerate(self.days)}

    def chain(self, *gaps: tuple[int, int], until: date = date.max) -> tuple[int, ...]:
        """Indexes of a first day (not after ``until``) and of one more day per gap, each so many days later."""
        first = {index: weight for index, weight in self._weights.items() if self.days[index] <= until}
        for _ in range(_TRIES):
            chosen = [self._dice.weighted(first)]
            for least, most in gaps:
                following = self._within(chosen[-1], least, most)
                if not following:
                    break
                chosen.append(self._dice.weighted({index: self._weights[index] for index in following}))
            else:
                return tuple(chosen)
        raise ValueError(f"no publication days {gaps} apart: change MONTHS_APART or the story's gaps")

    def _within(self, index: int, least: int, most: int) -> range:
        start = self.days[index]
        low = bisect_left(self.days, start + timedelta(days=least))
        return range(low, bisect_right(self.days, start + timedelta(days=most)))


def _months() -> list[tuple[int, int]]:
    first, last = (year * 12 + month - 1 for year, month in (_FIRST_MONTH, _LAST_MONTH))
    return [(number // 12, number % 12 + 1) for number in range(first, last + 1, MONTHS_APART)]


def _last_weekday(year: int, month: int) -> date:
    return _weekday(date(year, month, monthrange(year, month)[1]))


def _weekday(day: date) -> date:
    """The day itself, or the Friday before a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))
