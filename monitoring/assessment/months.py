"""Months as their first days: arithmetic and bounds."""

from datetime import date, timedelta


def after(month: date, months: int = 1) -> date:
    """
    >>> after(date(2026, 12, 1)), after(date(2026, 1, 1), -11)
    (datetime.date(2027, 1, 1), datetime.date(2025, 2, 1))
    """
    number = month.year * 12 + month.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def last_day(month: date) -> date:
    return after(month) - timedelta(days=1)


def twelve(last: date) -> list[date]:
    """The twelve months that end with ``last``."""
    return [after(last, back) for back in range(-11, 1)]
