"""The calendar files against the library they were written from, and the days as the core reads them."""

from datetime import date

import chinese_calendar
import pytest

from streams.law import holidays
from streams.law.loader import load

YEARS = range(2018, 2027)


@pytest.mark.parametrize("year", YEARS)
def test_file_is_what_the_library_says(year: int) -> None:
    assert (holidays.FOLDER / f"{year}.yaml").read_text(encoding="utf-8") == holidays.text(year)


def test_the_years_are_there_and_no_others() -> None:
    assert set(load().working_days) == {str(year) for year in YEARS}


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2020, 1, 31), False),  # added by the extension of the Spring Festival
        (date(2020, 1, 19), True),  # a Sunday worked
        (date(2026, 10, 1), False),
        (date(2026, 10, 10), True),  # a Saturday worked
        (date(2026, 11, 23), True),
    ],
)
def test_days_of_the_book(day: date, working: bool) -> None:
    days = load().working_days[str(day.year)]
    text = f"{day:%m-%d}"
    found = f"+{text}" in days or (day.weekday() < 5 and f"-{text}" not in days)
    assert found is working
    assert chinese_calendar.is_workday(day) is working


def test_a_year_the_library_lacks_is_no_guess() -> None:
    with pytest.raises(NotImplementedError):
        holidays.deviations(2050)
