"""What the views need of law book and catalogue, as small tables: working days, codes, items, bodies.

One load has one number; its row in ``assessment_loads`` comes last, and the views read the highest number there, so a
load that died half way is seen by nobody.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from clickhouse_driver import Client

from streams.core.index import Index
from streams.core.law import Body, LawBook
from streams.core.working_days import is_working_day

_DAY = timedelta(days=1)
OUTSIDE = "-"  # field of an item outside the 11
_CITY_LEVELS = ("city", "county")


class WorkingDay(NamedTuple):
    """``passed``: working days of its run up to this day and with it. A run lasts while calendars follow each other."""

    day: date
    run: int
    passed: int


class Reference(NamedTuple):
    """Rows of the four tables."""

    days: tuple[WorkingDay, ...]
    codes: tuple[tuple[str, str], ...]  # code, class
    items: tuple[tuple[str, str], ...]  # item, field or OUTSIDE
    bodies: tuple[tuple[str, str], ...]  # body, region code of its city or ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr(tuple(self)).encode()).hexdigest()


def reference(book: LawBook, classes: Mapping[str, str]) -> Reference:
    """What ``book`` and the classes of its codes say; bodies are the book's own."""
    return Reference(
        days=tuple(working_days(Index.of(book))),
        codes=tuple(sorted(classes.items())),
        items=tuple((code, item.field or OUTSIDE) for code, item in sorted(book.items.items())),
        bodies=tuple((code, city_of(body)) for code, body in sorted(book.bodies.items())),
    )


def working_days(index: Index) -> Iterator[WorkingDay]:
    """Every day of the calendars, and the day before each run begins, on which none has passed."""
    run, before = 0, None
    passed = 0
    for year in sorted(index.calendars):
        day = date(year, 1, 1)
        if before != year - 1:
            run, passed = run + 1, 0
            yield WorkingDay(day - _DAY, run, passed)
        while day.year == year:
            passed += bool(is_working_day(index, day))
            yield WorkingDay(day, run, passed)
            day += _DAY
        before = year


def city_of(body: Body) -> str:
    """Region code of the city a body of a city or county belongs to; "" for a body of the province or above."""
    return f"{body.region[:4]}00" if body.level in _CITY_LEVELS else ""


def cities_of_channels(book: LawBook) -> dict[str, str]:
    """Channel -> the one city all its bodies belong to: the city platforms. Others are in none."""
    found: dict[str, set[str]] = {}
    for body in book.bodies.values():
        found.setdefault(body.channel, set()).add(city_of(body))
    return {channel: next(iter(cities)) for channel, cities in found.items() if len(cities) == 1 and "" not in cities}


def fill(client: Client, wanted: Reference) -> int:
    """Make ``wanted`` what the views read, unless it is already; returns the number of the load."""
    newest = client.execute("SELECT load, digest FROM assessment_loads ORDER BY load DESC LIMIT 1")
    load, digest = newest[0] if newest else (0, "")
    if digest == wanted.digest:
        return int(load)
    load += 1
    for table, rows in (
        ("assessment_working_days (load, day, run, passed)", wanted.days),
        ("assessment_codes (load, code, class)", wanted.codes),
        ("assessment_items (load, item, field)", wanted.items),
        ("assessment_bodies (load, body, city)", wanted.bodies),
    ):
        client.execute(f"INSERT INTO {table} VALUES", [(load, *row) for row in rows])
    client.execute("INSERT INTO assessment_loads (load, digest) VALUES", [(load, wanted.digest)])
    return int(load)
