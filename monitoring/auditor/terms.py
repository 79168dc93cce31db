"""The auditor's own derivation of the last day of an entry, from the law files and the dates of the document.

Sources: 法释〔2017〕7号 art. 2 (two years, one to three more), 民法典 202 (a term in years ends on the corresponding
day, else on the month's last one), 条例 38 (five years from the end of the conduct); the earliest stop wins.
"""

from datetime import date, timedelta
from typing import Any

from monitoring.auditor.lawfiles import Law

PROVINCIAL_YEARS = 5
FULL_AGE = 18


def corresponding_day(start: date, years: int) -> date:
    """The same day ``years`` later; 29 February of a common year falls back to the month's last day, and what lies
    beyond the calendar (numbers people write by mistake) to its last one.

    >>> corresponding_day(date(2020, 2, 29), 2)
    datetime.date(2022, 2, 28)
    """
    if start.year + years > date.max.year:
        return date.max
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, start.month + 1, 1) - timedelta(days=1)


def of_age(birth: date) -> date:
    """The 18th birthday (民法典 17). Born on 29 February: 1 March where the year has no such day, for only then are
    18 years full.

    >>> of_age(date(2004, 2, 29))
    datetime.date(2022, 3, 1)
    """
    grown_up = corresponding_day(birth, FULL_AGE)
    if grown_up == date.max or grown_up.day == birth.day:
        return grown_up
    return grown_up + timedelta(days=1)


def last_day(law: Law, determination: dict[str, Any]) -> date | None:
    """Last day of an entry with this content (a ``Determination`` of the Avro schema); None = no end by itself."""
    item = law.items[determination["item"]]
    ends = []
    ground = item.grounds.get(determination["ground"] or "")
    if ground is not None and ground.term_years is not None and determination["effect_date"] is not None:
        ends.append(corresponding_day(determination["effect_date"], ground.term_years + determination["extra_years"]))
    if item.info_class == "negative" and determination["conduct_end"] is not None:
        ends.append(corresponding_day(determination["conduct_end"], PROVINCIAL_YEARS))
    return min(ends) if ends else None
