"""Figures of a month by place: the smallest cells, read from the views, from which every table is added up.

A place is a channel with a body, its city and a field; what tells no body or field has "" there. Each figure of a
record is in one cell, so that adding the cells of a city, a field or the province counts nothing twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from clickhouse_driver import Client

from monitoring.assessment.rates import CASE_COLUMNS


class Place(NamedTuple):
    channel: str
    body: str = ""
    city: str = ""  # region code; of a city's body, or of a platform that is one city's
    field: str = ""


Cells = dict[Place, Counter[str]]


class Source(NamedTuple):
    """A view, its key columns and the figures taken from it."""

    view: str
    key: tuple[str, ...]
    figures: tuple[str, ...]


_PLACE = ("channel", "body", "city", "field")
SOURCES = (
    Source(
        "assessment_received",
        ("channel",),
        (
            "supplied",
            "stored",
            "rejected",
            "held",
            "needs_correction",
            "duplicate",
            "readable",
            "complete",
            "compliant",
        ),
    ),
    Source("assessment_stored", _PLACE, ("passed", "taken", "on_time", "late", "no_calendar", "no_day")),
    Source("assessment_feedback", _PLACE, ("asked", "answered", "days", "fallen")),
    Source("assessment_cases", (*_PLACE, "matter"), CASE_COLUMNS),
)


def read(client: Client, first: date, last: date, platforms: Mapping[str, str]) -> dict[date, Cells]:
    """Cells of every month from ``first`` to ``last``. ``platforms``: channel -> the city it is a platform of."""
    found: dict[date, Cells] = {}
    for source in SOURCES:
        columns = ", ".join(("month", *source.key, *source.figures))
        query = f"SELECT {columns} FROM {source.view} WHERE month BETWEEN %(first)s AND %(last)s"  # noqa: S608 - own names
        for row in client.execute(query, {"first": first, "last": last}):
            key = dict(zip(source.key, row[1:], strict=False))
            matter = key.pop("matter", "")
            place = located(Place(**key), platforms)
            numbers = row[1 + len(source.key) :]
            names = [f"{matter}_{name}" if matter else name for name in source.figures]
            add(found.setdefault(row[0], {}), place, dict(zip(names, map(int, numbers), strict=True)))
    return found


def arrived(client: Client, month: date) -> dict[tuple[str, str], int]:
    """(channel, item) -> documents of ``month`` that have arrived by now."""
    query = "SELECT channel, item, arrived FROM assessment_arrived WHERE month = %(month)s"
    return {(channel, item): number for channel, item, number in client.execute(query, {"month": month})}


def located(place: Place, platforms: Mapping[str, str]) -> Place:
    """What names no body belongs to the city whose platform sent it, if one did."""
    return place if place.body else place._replace(city=platforms.get(place.channel, ""))


def add(cells: Cells, place: Place, numbers: Mapping[str, int]) -> None:
    """Add what is not 0."""
    some = {name: number for name, number in numbers.items() if number}
    if some:
        cells.setdefault(place, Counter()).update(some)


def total(cells: Cells) -> Counter[str]:
    """Everything added up."""
    found: Counter[str] = Counter()
    for numbers in cells.values():
        found.update(numbers)
    return found


def by(cells: Cells, key: Callable[[Place], str], wanted: Iterable[str] = ()) -> dict[str, Counter[str]]:
    """Cells added up by ``key``, those of an empty key left out; ``wanted`` keys are there in any case, and first."""
    found: dict[str, Counter[str]] = {one: Counter() for one in wanted}
    for place, numbers in sorted(cells.items()):
        if name := key(place):
            found.setdefault(name, Counter()).update(numbers)
    return found


def within(cells: Cells, city: str | None) -> Cells:
    """The cells of one city; all of them for None."""
    return cells if city is None else {place: numbers for place, numbers in cells.items() if place.city == city}
