"""Counts for everybody, from ClickHouse: codes, years and numbers, no person and no id. Small cells are hidden later,
in ``statistics``; nothing shows these raw.

They stand as of the end of the last month that the assessing office has frozen: who asks again and again would else see
the totals around a hidden cell move, and so that a record came in. Each decision names its day and no erasure takes
what is counted, so a month's end gives the same counts whenever it is asked for (ADR 0031).
"""

import threading
import time
from collections.abc import Callable
from datetime import date
from typing import NamedTuple, Protocol

from clickhouse_driver import Client
from clickhouse_driver.errors import Error

from monitoring.assessment.months import last_day
from sinks.clickhouse.connection import connect

KEPT_S = 60.0  # everybody may ask, so the tables are counted at most so often
FROZEN = "SELECT max(month), count() FROM assessment_frozen WHERE figure = 'frozen'"
RECORDED = """
SELECT toYear(decided_on), toString(item), toString(body), ifNull(toString(ground), ''), toString(severity), count()
FROM decisions WHERE decided_on <= %(until)s AND kind = 'recorded' AND item IS NOT NULL GROUP BY 1, 2, 3, 4, 5
"""
PROPOSED = """
SELECT year, item, measure, incentive, state, count()
FROM
(
    SELECT toYear(min(day)) AS year, toString(any(item)) AS item, toString(any(measure)) AS measure,
           any(incentive) AS incentive, toString(argMax(state, version)) AS state
    FROM obligations WHERE day <= %(until)s GROUP BY obligation_id
)
GROUP BY 1, 2, 3, 4, 5
"""
ENDED = """
SELECT toString(item), toString(ended_reason), count()
FROM decisions
WHERE decided_on <= %(until)s AND kind IN ('ended', 'expired') AND item IS NOT NULL AND ended_reason IS NOT NULL
GROUP BY 1, 2
"""
CASES = """
SELECT toYear(decided_on), toString(case_matter), toString(case_state), count()
FROM decisions WHERE decided_on <= %(until)s AND case_matter IS NOT NULL AND kind != 'overdue' GROUP BY 1, 2, 3
"""
STATEMENTS = (FROZEN, RECORDED, PROPOSED, ENDED, CASES)  # all that is asked; sinks/clickhouse/rights.py allows no more


class Recorded(NamedTuple):
    """Documents that entered the record in a year."""

    year: int
    item: str
    body: str
    ground: str  # "" where the item has none
    severity: str
    number: int


class Proposed(NamedTuple):
    """Measures proposed in a year, by where they stood on the day of the counts."""

    year: int
    item: str
    measure: str
    incentive: bool
    state: str
    number: int


class Ended(NamedTuple):
    item: str
    reason: str
    number: int


class Filed(NamedTuple):
    """Steps of people's cases in a year: opened, or how they came out."""

    year: int
    matter: str
    step: str
    number: int


class Counts(NamedTuple):
    """``as_of``: last day of the last frozen month; None: none is frozen yet, so nothing is counted."""

    as_of: date | None
    recorded: tuple[Recorded, ...]
    proposed: tuple[Proposed, ...]
    ended: tuple[Ended, ...]
    cases: tuple[Filed, ...]


class FiguresClosed(Exception):
    """ClickHouse does not answer."""


class Figures(Protocol):
    def counts(self) -> Counts:
        """As counted within the last minute. Raises FiguresClosed."""
        ...


class Tables:
    """The figures of a deployment. Safe between threads: one counts, the others wait and take what it found."""

    def __init__(self, url: str, database: str, now: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._database = database
        self._now = now
        self._lock = threading.Lock()
        self._kept: tuple[float, Counts] | None = None

    def counts(self) -> Counts:
        """See ``Figures``."""
        with self._lock:
            if self._kept is None or self._now() - self._kept[0] > KEPT_S:
                self._kept = (self._now(), self._count())
            return self._kept[1]

    def _count(self) -> Counts:
        try:
            client = connect(self._url, self._database)
            try:
                return count(client)
            finally:
                client.disconnect()
        except (Error, OSError, EOFError) as fault:
            raise FiguresClosed(type(fault).__name__) from fault


def count(client: Client) -> Counts:
    """Count the tables of the connection's database. Raises clickhouse_driver's errors."""
    ((month, months),) = client.execute(FROZEN)
    if not months:
        return Counts(None, (), (), (), ())
    until = {"until": last_day(month)}
    return Counts(
        as_of=until["until"],
        recorded=tuple(Recorded(*row) for row in client.execute(RECORDED, until)),
        proposed=tuple(Proposed(*row) for row in client.execute(PROPOSED, until)),
        ended=tuple(Ended(*row) for row in client.execute(ENDED, until)),
        cases=tuple(Filed(*row) for row in client.execute(CASES, until)),
    )
