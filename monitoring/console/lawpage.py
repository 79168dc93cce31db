"""The law book as the console shows it: every text that sets measures along one line of time, and its clauses."""

from datetime import date
from typing import NamedTuple

from streams.core.law import LawBook, Rule, Scale
from streams.law import loader
from streams.law.files import read_folder
from streams.law.report import papers
from streams.law.report.papers import Version

FIRST_YEAR = 2013
_NAMES, _YEAR, _ROW, _HEAD = 230, 56, 26, 28  # SVG units


class Span(NamedTuple):
    """One version on the line of time. Without a first day that was verified it begins nowhere, and is drawn hollow."""

    name: str
    begins: date | None
    ends: date | None
    x: float
    width: float
    y: float
    active: bool
    incentive: bool


class Timeline(NamedTuple):
    """``years``: with their place; ``today``: the place of the day it is drawn for."""

    width: float
    height: float
    spans: tuple[Span, ...]
    years: tuple[tuple[int, float], ...]
    today: float
    cut_over: float


class Laws:
    """The book of this release, read once."""

    def __init__(self) -> None:
        self.book: LawBook = loader.load()
        self.versions: dict[str, Version] = {
            one.name: one for one in papers.versions(read_folder(loader.FOLDER, []), self.book)
        }

    def timeline(self, day: date) -> Timeline:
        """Versions by the day they begin; those without any day at the end."""
        last = max(day.year + 2, *(one.in_force_to.year + 1 for one in self.versions.values() if one.in_force_to))
        shown = sorted(self.versions.values(), key=lambda one: (one.in_force_from or date.max, one.name))
        width = _NAMES + (last - FIRST_YEAR) * _YEAR
        spans = tuple(_span(one, row, day, width) for row, one in enumerate(shown))
        years = tuple((year, _place(date(year, 1, 1))) for year in range(FIRST_YEAR, last))
        height = _HEAD + len(spans) * _ROW + 8
        return Timeline(width, height, spans, years, _place(day), _place(self.book.cut_over))

    def scales(self) -> tuple[Scale, ...]:
        return tuple(sorted(self.book.scales, key=lambda one: one.in_force_from or date.min))

    def why(self, rule: Rule) -> str:
        """Why a rule raises nothing, in the words of the book; empty for one that does."""
        code = rule.inactive_reason
        return "" if code is None else self.book.reasons.get(code, code)


def _place(day: date) -> float:
    return _NAMES + max(0.0, (day - date(FIRST_YEAR, 1, 1)).days / 365.25 * _YEAR)


def _span(one: Version, row: int, day: date, width: float) -> Span:
    begins, ends = one.in_force_from, one.in_force_to
    x = _place(begins) if begins is not None else _NAMES
    right = _place(ends) if ends is not None else width
    empty = begins is None and ends is None
    return Span(
        one.name, begins, ends, x, 0.0 if empty else max(3.0, right - x), _HEAD + row * _ROW,
        bool(one.in_force(day)), one.incentive,
    )  # fmt: skip
