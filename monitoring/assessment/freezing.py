"""Frozen months: written once by a command, read by every later bulletin of that month.

The figures of a month go on moving after it is over: returns come in, held records are settled, officers answer, the
erased lose their dates. What the office went by in a bulletin stays what it was; what came since stands beside it. The
bulletin itself is the office's own paper: what leaves the office is the export (ADR 0028).
"""

from collections import Counter
from datetime import date, datetime
from typing import NamedTuple

from clickhouse_driver import Client

from monitoring.assessment.cells import Cells, Place
from monitoring.assessment.faults import AssessmentFault
from monitoring.assessment.months import last_day

MARK = "frozen"  # a month without any figure is frozen too


class Frozen(NamedTuple):
    """A month as it stood. ``as_of``: the pipeline's last day then."""

    cells: Cells
    as_of: date
    frozen_at: datetime


def frozen(client: Client, first: date, last: date) -> dict[date, Frozen]:
    """The frozen months from ``first`` to ``last``."""
    rows = client.execute(
        "SELECT month, channel, body, city, field, figure, value, as_of, frozen_at FROM assessment_frozen "
        "WHERE month BETWEEN %(first)s AND %(last)s ORDER BY month, channel, body, city, field, figure",
        {"first": first, "last": last},
    )
    found: dict[date, Frozen] = {}
    for month, channel, body, city, field, figure, value, as_of, frozen_at in rows:
        one = found.setdefault(month, Frozen({}, as_of, frozen_at))
        if figure != MARK:
            one.cells.setdefault(Place(channel, body, city, field), Counter())[figure] = value
    return found


def freeze(client: Client, month: date, cells: Cells, as_of: date) -> Frozen:
    """Write the month for good.

    One insert is one block under the month's token, so of two that freeze at once one is dropped whole.

    ``as_of``: the newest day of any row stored; one after the month shows that the sink has come past it.

    Raises AssessmentFault: it is frozen already, is not over, or was frozen by somebody else meanwhile.
    """
    if as_of <= last_day(month):
        raise AssessmentFault(
            f"{month:%Y-%m} 尚未结束，已入库最后一日为 {as_of} / is not over: the newest row stored is of {as_of}"
        )
    if month in frozen(client, month, month):
        raise AssessmentFault(f"{month:%Y-%m} 已定稿，不再更改 / is frozen already and stays as it is")
    rows = [(month, *Place(""), MARK, 1, as_of)]
    rows += [(month, *place, name, n, as_of) for place, numbers in sorted(cells.items()) for name, n in numbers.items()]
    client.execute(
        "INSERT INTO assessment_frozen (month, channel, body, city, field, figure, value, as_of) VALUES",
        rows,
        settings={"insert_deduplication_token": f"{month}"},
    )
    written = frozen(client, month, month).get(month)
    if written is None or written.cells != cells:
        raise AssessmentFault(f"{month:%Y-%m} 已由他人同时定稿 / was frozen by somebody else meanwhile; that stands")
    return written
