"""Writes ``calendar/<year>.yaml`` from chinesecalendar, which follows the State Council's yearly holiday notices.

The book keeps the days as data, so that a worker's decisions do not change with the version of a library.
``python -m streams.law.holidays 2027`` writes one further year once the library knows it.
"""

import sys
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import chinese_calendar

FOLDER = Path(__file__).parent / "calendar"


class Deviations(NamedTuple):
    """What differs from Monday to Friday in one year."""

    days_off: tuple[date, ...]  # Monday to Friday, off
    days_worked: tuple[date, ...]  # Saturday or Sunday, worked


def deviations(year: int) -> Deviations:
    """The days of ``year`` that the library knows to differ. Raises NotImplementedError for a year it lacks."""
    start = date(year, 1, 1)
    days = [start + timedelta(days=n) for n in range((date(year + 1, 1, 1) - start).days)]
    return Deviations(
        tuple(day for day in days if day.weekday() < 5 and not chinese_calendar.is_workday(day)),
        tuple(day for day in days if day.weekday() >= 5 and chinese_calendar.is_workday(day)),
    )


def text(year: int) -> str:
    """The YAML file of ``year``."""
    found = deviations(year)
    lines = [
        f"# Written by streams/law/holidays.py from chinesecalendar {version('chinesecalendar')}.",
        f"year: {year}",
        "source: 国务院办公厅关于节假日安排的通知, as coded by chinesecalendar; the notice itself was not read",
    ]
    for name, days in found._asdict().items():
        lines.append(f"{name}:" if days else f"{name}: []")
        lines += [f"  - {day.isoformat()}" for day in days]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        (FOLDER / f"{int(argument)}.yaml").write_text(text(int(argument)), encoding="utf-8")
