"""What the tables say, without a person: counts, days, and the ids of obligations. Read by an account that is shown the
``impersonal_`` views and the columns under them, no others (sinks/clickhouse/rights.py)."""

import threading
import time
from datetime import date
from typing import Any, NamedTuple

from clickhouse_driver import Client
from clickhouse_driver.errors import Error as ClickHouseError

from sinks.clickhouse.connection import connect

KEPT_S = 10.0  # an answer serves every reader for so long
SHOWN = 200  # obligations of one list
OPEN = ("proposed", "lifting")  # states in which a department owes an answer or a proof
_DAY = "SELECT max(decided_on) FROM impersonal_decisions HAVING count() > 0"
_RECEIPTS = """
SELECT channel, toString(outcome), count()
FROM impersonal_receipts
GROUP BY channel, outcome
ORDER BY channel, outcome
"""
# An answer is owed from the proposal on unless its ground falls first; a proof from the lifting on. The day that counts
# is the one on which the pipeline took the answer in.
_DUTIES = """
SELECT executor, kind,
    countIf(due IS NOT NULL AND done IS NOT NULL AND done <= due) AS on_time,
    countIf(due IS NOT NULL AND done IS NOT NULL AND done > due) AS late,
    countIf(due IS NOT NULL AND done IS NULL AND due < today) AS past,
    countIf(due IS NOT NULL AND done IS NULL AND due >= today) AS open,
    countIf(due IS NULL) AS without_term
FROM
(
    SELECT
        any(toString(executor)) AS executor,
        ['answer', 'proof'] AS kinds,
        [countIf(state = 'proposed') > 0 AND (answered OR countIf(state IN ('lifting', 'lifted')) = 0),
         countIf(state = 'lifting') > 0] AS owed,
        countIf(state IN ('confirmed', 'refused', 'not_applicable')) > 0 AS answered,
        [argMaxIf(due_day, version, state = 'proposed'), argMaxIf(due_day, version, state = 'lifting')] AS dues,
        [if(answered, minIf(toNullable(day), state IN ('confirmed', 'refused', 'not_applicable')), NULL),
         if(countIf(state = 'lifted') > 0, minIf(toNullable(day), state = 'lifted'), NULL)] AS dones
    FROM obligations
    GROUP BY obligation_id
)
ARRAY JOIN kinds AS kind, owed AS is_owed, dues AS due, dones AS done
CROSS JOIN (SELECT max(decided_on) AS today FROM impersonal_decisions) AS clock
WHERE is_owed
GROUP BY executor, kind
ORDER BY executor, kind
"""
_STATES = """
SELECT toString(executor), toString(state), toString(due_state), count()
FROM impersonal_obligations_current
GROUP BY executor, state, due_state
ORDER BY executor, state, due_state
"""
_MONTHS = """
SELECT toStartOfMonth(assumeNotNull(due_day)) AS month, toString(state) AS state, count()
FROM impersonal_obligations_current
WHERE state IN %(open)s AND due_day IS NOT NULL
GROUP BY month, state
ORDER BY month, state
"""
_LIST = """
SELECT obligation_id, toString(executor), toString(measure), toString(rule), toString(state), toString(due_state),
    due_day, since, ends_on, disputed
FROM impersonal_obligations_current
WHERE (%(state)s = '' OR state = %(state)s) AND (%(executor)s = '' OR executor = %(executor)s)
ORDER BY due_day IS NULL, due_day, obligation_id
LIMIT %(most)s
"""


class Unavailable(Exception):
    """The tables cannot be read now; says why, without an address."""


class Duties(NamedTuple):
    """What a department owed, by whether it came by its day. ``without_term``: no day is set by the texts read."""

    channel: str
    kind: str  # answer | proof
    on_time: int
    late: int
    past: int
    open: int
    without_term: int


class Count(NamedTuple):
    executor: str
    state: str
    due_state: str
    obligations: int


class Due(NamedTuple):
    """Open obligations of one state whose day lies in a month."""

    month: date
    state: str
    obligations: int


class Owed(NamedTuple):
    """One obligation by its id. Nothing here leads to a person."""

    obligation_id: str
    executor: str
    measure: str
    rule: str
    state: str
    due_state: str
    due_day: date | None
    since: date
    ends_on: date | None
    disputed: bool


class Tables:
    """Answers of one database, each kept for a moment. Safe between threads."""

    def __init__(self, url: str, database: str) -> None:
        self._url, self._database = url, database
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._kept: dict[tuple[str, str], tuple[float, list[tuple[Any, ...]]]] = {}

    def day(self) -> date | None:
        """The last day decided about; None before the first."""
        rows = self._ask(_DAY)
        return rows[0][0] if rows else None

    def receipts(self) -> dict[str, dict[str, int]]:
        """Receipts by channel and outcome."""
        found: dict[str, dict[str, int]] = {}
        for channel, outcome, number in self._ask(_RECEIPTS):
            found.setdefault(channel, {})[outcome] = number
        return found

    def duties(self) -> tuple[Duties, ...]:
        return tuple(Duties(*row) for row in self._ask(_DUTIES))

    def states(self) -> tuple[Count, ...]:
        return tuple(Count(*row) for row in self._ask(_STATES))

    def months(self) -> tuple[Due, ...]:
        return tuple(Due(*row) for row in self._ask(_MONTHS, open=OPEN))

    def owed(self, state: str = "", executor: str = "") -> tuple[Owed, ...]:
        """At most ``SHOWN`` obligations, those due first in front; empty text: whatever state, whatever department."""
        rows = self._ask(_LIST, state=state, executor=executor, most=SHOWN)
        return tuple(Owed(*row) for row in rows)

    def _ask(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        key = (query, repr(sorted(values.items())))
        with self._lock:
            at, rows = self._kept.get(key, (0.0, []))
            if at and time.monotonic() - at < KEPT_S:
                return rows
            rows = self._execute(query, values)
            self._kept = {one: kept for one, kept in self._kept.items() if time.monotonic() - kept[0] < KEPT_S}
            self._kept[key] = (time.monotonic(), rows)
            return rows

    def _execute(self, query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        if self._client is None:
            self._client = connect(self._url, self._database, timeout_s=10)
        try:
            found: list[tuple[Any, ...]] = self._client.execute(query, values or None)
        except (ClickHouseError, OSError, EOFError) as fault:
            self._client.disconnect()
            self._client = None
            raise Unavailable(type(fault).__name__) from fault
        return found
