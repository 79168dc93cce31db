"""The book over a grid of dates: every day from 2013 to 2031, and each boundary with the day before and after."""

from datetime import date, timedelta

import pytest

from streams.core.law import LawBook
from streams.law.loader import load
from streams.law.report.dates import conflicts, days_of, gaps, holds, scales_on

GRID = [date(2013, 1, 1) + timedelta(days=n) for n in range(19 * 365)]


@pytest.fixture(scope="module")
def book() -> LawBook:
    return load()


def test_no_gap_and_no_conflict_on_any_day(book: LawBook) -> None:
    assert gaps(book, GRID) == ()
    assert conflicts(book, GRID) == ()


def test_the_report_looks_at_every_day_on_which_something_changes(book: LawBook) -> None:
    days = days_of(book)
    assert {date(2020, 12, 6), date(2020, 12, 7), date(2026, 3, 31), date(2026, 4, 1)} <= set(days)
    assert (days[0], days[-1]) == (date(2013, 1, 1), date(2031, 12, 31))
    assert gaps(book) == conflicts(book) == ()


@pytest.mark.parametrize(
    ("day", "levels"),
    [
        (date(2026, 3, 31), ("ordinary", "serious")),
        (date(2026, 4, 1), ("minor", "ordinary", "serious")),
        (date(2026, 4, 2), ("minor", "ordinary", "serious")),
    ],
)
def test_scale_changes_with_order_36(book: LawBook, day: date, levels: tuple[str, ...]) -> None:
    assert [scale.levels for scale in scales_on(book, day)] == [levels]


def test_serious_needs_a_list_decision(book: LawBook) -> None:
    conditions = {rule.when for scale in book.scales for rule in scale.rules if rule.level == "serious"}
    assert conditions == {"list_decision"}


def rule_holds(book: LawBook, rule_id: str, day: date) -> bool:
    return holds(book.rules[rule_id], day)


def test_no_memorandum_carries_a_rule_from_the_cut_over_on(book: LawBook) -> None:
    for day in GRID:
        if day < book.cut_over:
            continue
        for rule in book.rules.values():
            if rule.active and rule_holds(book, rule.rule_id, day):
                grades = {book.instruments[code].basis_grade for code in rule.basis}
                assert grades & {"law", "regulation", "central_policy"}, (rule.rule_id, day)


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        ("M-141.v1/10", date(2016, 1, 27), False),
        ("M-141.v1/10", date(2016, 1, 28), True),
        ("M-141.v1/10", date(2020, 12, 6), True),
        ("M-141.v1/10", date(2020, 12, 7), False),
        ("CONSUMPTION-2015.v1/9", date(2015, 7, 21), False),
        ("CONSUMPTION-2015.v1/9", date(2015, 7, 22), True),
        ("CIVIL-SERVICE-2018.v1/26-4", date(2019, 5, 31), False),
        ("CIVIL-SERVICE-2018.v1/26-4", date(2019, 6, 1), True),
    ],
)
def test_boundaries(book: LawBook, rule: str, day: date, expected: bool) -> None:
    assert rule_holds(book, rule, day) is expected
