"""What is told of a comparison: figures in bands, by table, with everything that makes it the same again.

The report holds no token and no name; whoever runs the same comparison gets the same bytes and so the same digest.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from streams.whatif.bands import LEAST, Table, band, total
from streams.whatif.places import DIMENSIONS, TABLES, Places
from streams.whatif.stood import DIRECTIONS

if TYPE_CHECKING:  # who shows a report works none out
    from streams.whatif.partition import Cell, Found


class Reign(Struct, frozen=True):
    """A law book that was in force, from which day on."""

    law: str
    from_day: date


class Row(Struct, frozen=True):
    """A value of a dimension with its figures; None: under ten persons."""

    code: str
    name: str
    persons: dict[str, int | None]


class Piece(Struct, frozen=True):
    """How far a partition of ``accepted`` was read: up to which offset, and the SHA-256 of all values before it."""

    end: int
    print: str


class Report(Struct, frozen=True):
    """A what-if. ``differs``: whether anything differs at all; ``tables`` in bands of ten persons, ``totals`` too, of
    measures."""

    draft: str
    title: str
    compared_with: tuple[Reign, ...]  # what was in force between the two days
    announced: str | None  # the law book announced last at the time, whether in force or not
    from_day: date
    to_day: date
    records: int
    history: tuple[Piece, ...]  # by partition
    differs: bool
    totals: dict[str, int | None]
    tables: dict[str, tuple[Row, ...]]
    under: int = LEAST

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes."""
        return hashlib.sha256(dump(self)).hexdigest()


def dump(report: Report) -> bytes:
    """Canonical JSON: keys sorted, no spaces."""
    return msgspec.json.encode(report, order="sorted")


def line(report: Report) -> str:
    """The report as one line of JSON, its digest with it."""
    fields: dict[str, Any] = {"digest": report.digest, **msgspec.to_builtins(report)}
    return msgspec.json.encode(fields).decode()


def figures(found: "Iterable[Found]", places: Places) -> tuple[bool, dict[str, int | None], dict[str, tuple[Row, ...]]]:
    """Whether anything differs, the totals, the tables. Partitions share no person, so their counts add up. There is no
    total of what others see: to be in public and to have a place of honour are not one thing to be added."""
    cells: Counter[Cell] = Counter()
    everybody: Counter[str] = Counter()
    for one in found:
        cells.update(one.persons)
        everybody.update(one.everybody)
    tables = {dimension: _rows(dimension, cells, places) for dimension in TABLES}
    totals: dict[str, int | None] = {
        direction: total(everybody[direction], [_column(direction, name, tables[name], places) for name in DIMENSIONS])
        for direction in DIRECTIONS
    }
    return bool(cells), totals, tables


def _rows(dimension: str, cells: "Mapping[Cell, int]", places: Places) -> tuple[Row, ...]:
    """Rows with a figure that is told, the largest first. A row without any is not listed, so that it cannot be told
    from one in which there is nobody."""
    values = sorted({value for _, name, value in cells if name == dimension})
    rows = [
        Row(
            value,
            places.name(dimension, value),
            {direction: band(cells.get((direction, dimension, value), 0)) for direction in DIRECTIONS},
        )
        for value in values
    ]
    return tuple(sorted(filter(_told, rows), key=lambda row: (-max(filter(None, row.persons.values())), row.code)))


def _told(row: Row) -> bool:
    return any(figure is not None for figure in row.persons.values())


def _column(direction: str, dimension: str, rows: Sequence[Row], places: Places) -> Table:
    told = [figure for row in rows if (figure := row.persons[direction]) is not None]
    return Table(told, max(len(places.names[dimension]), len(told)))
