"""Small cells are not told (design rule 8), and cannot be worked out from what is told.

Every figure counts persons and is told as the band of ten in which it lies, by the band's lower end: 20 says 20 to 29.
The first band is not told, and nothing else either that lies in it: nobody, one, nine look the same. What a reader can
then subtract are bands, not numbers:

* a cell hidden beside one that is told: total 40 to 49, the other cell 30 to 39, so anything from 1 to 9 - or, with
  both in one band, from 0 to 9. The upper bound is never below nine: a total's upper end exceeds the lower ends of its
  parts by 9 at least, because all are multiples of ten.
* with many cells the lower ends may add up: only where nine cells and more are told and all are at the top of their
  bands would one hidden cell be known. ``total`` asks that of every table and is not told where any of its hidden cells
  would have a lower bound above one.
* the same holds between two reports, e.g. of the same draft until one day and until the next.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

LEAST = 10  # persons in a cell that is told, and the width of a band


class Table(NamedTuple):
    """One column of a table: the cells told, and how many values its dimension has."""

    told: Sequence[int]
    values: int


def band(persons: int) -> int | None:
    """The lower end of the band of ten; None for the first one.

    >>> band(9), band(10), band(29)
    (None, 10, 20)
    """
    return persons // LEAST * LEAST or None


def total(persons: int, tables: Iterable[Table]) -> int | None:
    """The band of a total over the columns of all tables; None where it is small or would narrow a hidden cell.

    >>> total(24, [Table(told=(10,), values=3)])
    20
    >>> total(180, [Table(told=(10,) * 9, values=10)])
    """
    told = band(persons)
    if told is None or any(_narrows(told, table) for table in tables):
        return None
    return told


def _narrows(told: int, table: Table) -> bool:
    """Whether a hidden cell of the column must hold two persons or more, if all others hold as many as they can."""
    hidden = table.values - len(table.told)
    most = sum(lower + LEAST - 1 for lower in table.told)
    return hidden > 0 and told - most - (LEAST - 1) * (hidden - 1) > 1
