"""统计: documents by field, year and city, measures and cases by year - small cells hidden (design rule 8). Pure.

Tables of the same things share their totals, so they are given to ``suppressed`` together: what one hides the others
do not tell. A hidden cell is None everywhere, and says nothing but that it may be small.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from monitoring.assessment.reference import city_of
from monitoring.assessment.suppress import TOTAL, Key, Line, cube, lines, suppressed
from sinks.portal.figures import Counts
from streams.core.law import LawBook

OUTSIDE = "-"  # a field: an item outside the 11; a city: bodies of the province and above
Words = tuple[str, str]  # Chinese, English
STATES: dict[str, Words] = {
    "proposed": ("建议，待确认", "proposed, not confirmed"),
    "confirmed": ("已确认", "confirmed by an officer"),
    "in_effect": ("已实施", "in effect"),
    "refused": ("不予执行", "refused by an officer"),
    "not_applicable": ("不适用", "not applicable"),
    "over": ("依据终止，已解除", "lifted: its ground has fallen"),
}
_OVER = ("lifting", "lifted")  # lifting takes legal effect at once
CASES: dict[str, Words] = {
    "objection|opened": ("提出异议", "objection filed"),
    "objection|upheld": ("异议成立", "objection upheld"),
    "objection|amended": ("异议办结，予以更正", "objection: record amended"),
    "objection|rejected": ("异议不成立", "objection rejected"),
    "repair|opened": ("申请信用修复", "repair applied for"),
    "repair|upheld": ("准予修复", "repair granted"),
    "repair|rejected": ("不准予修复", "repair refused"),
}
LEVELS: dict[str, Words] = {
    "serious": ("严重", "serious"),
    "ordinary": ("一般", "ordinary"),
    "minor": ("轻微", "minor"),
    "none": ("不评定", "not graded"),
}


class Axis(NamedTuple):
    """One side of a table: codes with their names, in order."""

    code: str
    words: Words
    members: Mapping[str, Words]


class Table(NamedTuple):
    """``cells``: (row, column) -> number, None where hidden; TOTAL stands for all of a side."""

    code: str
    words: Words
    rows: Axis
    columns: Axis
    cells: Mapping[tuple[str, str], int | None]


class Statistics(NamedTuple):
    """``as_of``: end of the last frozen month; None: none is frozen yet."""

    as_of: date | None
    tables: tuple[Table, ...]

    def table(self, code: str) -> Table:
        return next(one for one in self.tables if one.code == code)


class View(NamedTuple):
    """A table to make of leaves: which axis is its rows and which its columns."""

    code: str
    words: Words
    rows: int
    columns: int


_DOCUMENTS = (
    View("field_year", ("记入的文书：重点领域和年度", "documents recorded, by field and year"), 0, 1),
    View("city_year", ("记入的文书：地区和年度", "documents recorded, by city and year"), 2, 1),
    View("field_city", ("记入的文书：地区和重点领域", "documents recorded, by city and field"), 2, 0),
    View("severity_year", ("记入的文书：严重程度和年度", "documents recorded, by severity and year"), 3, 1),
)
_PUNISHING = (
    View("sanctions_year", ("惩戒措施建议：年度和现状", "punitive measures proposed, by year and state"), 1, 2),
    View("sanctions_field", ("惩戒措施建议：重点领域和现状", "punitive measures proposed, by field and state"), 0, 2),
)
_REWARDING = (View("rewards_year", ("激励措施建议：年度和现状", "incentives proposed, by year and state"), 1, 2),)
_CASES = (View("cases_year", ("异议和信用修复：年度", "objections and repairs, by year"), 0, 1),)


def statistics(counts: Counts, book: LawBook, cities: Mapping[str, str]) -> Statistics:
    """Every table. ``cities``: names by region code."""
    fields = Axis("field", ("重点领域", "field"), {**_alike(book.fields), OUTSIDE: ("其他", "outside the 11 fields")})
    years = Axis("year", ("年度", "year"), _years(counts))
    places = Axis("city", ("地区", "city"), {**_alike(cities), OUTSIDE: ("省级及以上单位", "province and above")})
    levels = Axis("severity", ("严重程度", "severity"), LEVELS)
    states = Axis("state", ("现状", "as it stands"), STATES)
    steps = Axis("case", ("事项", "case"), CASES)
    documents: Counter[Key] = Counter()
    for one in counts.recorded:
        city = city_of(book.bodies[one.body]) if one.body in book.bodies else OUTSIDE
        place, level = city if city in cities else OUTSIDE, one.severity if one.severity in LEVELS else "none"
        documents[_field(one.item, book), str(one.year), place, level] += one.number
    measures: dict[bool, Counter[Key]] = {False: Counter(), True: Counter()}
    for made in counts.proposed:
        state = "over" if made.state in _OVER else made.state
        measures[made.incentive][_field(made.item, book), str(made.year), state] += made.number
    cases: Counter[Key] = Counter()
    for filed in counts.cases:
        if (step := f"{filed.matter}|{filed.step}") in CASES:
            cases[step, str(filed.year)] += filed.number
    return Statistics(
        counts.as_of,
        (
            *tables(documents, (fields, years, places, levels), _DOCUMENTS),
            *tables(measures[False], (fields, years, states), _PUNISHING),
            *tables(measures[True], (fields, years, states), _REWARDING),
            *tables(cases, (steps, years), _CASES),
        ),
    )


def tables(leaves: Mapping[Key, int], axes: tuple[Axis, ...], views: Iterable[View]) -> list[Table]:
    """The tables of ``views`` over the same leaves, hidden together."""
    cells: dict[Key, int] = {}
    through: list[Line] = []
    wanted = tuple(views)
    for view in wanted:
        sides = [tuple(axis.members) if at in (view.rows, view.columns) else () for at, axis in enumerate(axes)]
        summed: Counter[Key] = Counter()
        for leaf, number in leaves.items():
            summed[tuple(one if side else TOTAL for one, side in zip(leaf, sides, strict=True))] += number
        cells |= cube(summed, sides)
        through += lines(sides)
    shown = suppressed(cells, through)
    return [_table(view, axes, shown) for view in wanted]


def _table(view: View, axes: tuple[Axis, ...], shown: Mapping[Key, int | None]) -> Table:
    rows, columns = axes[view.rows], axes[view.columns]
    cells = {}
    for row in (*rows.members, TOTAL):
        for column in (*columns.members, TOTAL):
            at = {view.rows: row, view.columns: column}
            cells[row, column] = shown[tuple(at.get(number, TOTAL) for number in range(len(axes)))]
    return Table(view.code, view.words, rows, columns, cells)


def _field(item: str, book: LawBook) -> str:
    found = book.items.get(item)
    return OUTSIDE if found is None or found.field is None else found.field


def _years(counts: Counts) -> dict[str, Words]:
    """From the first year of which there is anything to the last, none left out."""
    parts = (counts.recorded, counts.proposed, counts.cases)
    found = {one.year for part in parts for one in part}
    return {str(year): (f"{year}年", str(year)) for year in range(min(found), max(found) + 1)} if found else {}


def _alike(names: Mapping[str, str]) -> dict[str, Words]:
    return {code: (name, name) for code, name in names.items()}
