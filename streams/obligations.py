"""Who owes what, and what is past its day: counts and identifiers from ClickHouse, no person (design rules 2, 8).

An obligation is overdue if a decision said so and its department has not moved it since; the same holds for a case,
for the correction that a case ordered, and for an order of supervision. The pipeline's last decided day is "today": no
clock is read.
"""

from datetime import date
from typing import Any

from clickhouse_driver import Client
from msgspec import Struct

# Each kind of decision about what was missed is looked at beside the newest word on the same thing. A decision that
# fills in a due day of a case (law_applied) has no department as its cause and moves no case.
_COUNTS = """
SELECT executor, state, due_state, count()
FROM obligations_current
GROUP BY executor, state, due_state
ORDER BY executor, state, due_state
"""
_OVERDUE = """
WITH missed AS
(
    SELECT DISTINCT subject, ifNull(key, '') AS entry, offset AS at, kind_, ref, channel, due
    FROM decisions
    ARRAY JOIN missed_kinds AS kind_, missed_refs AS ref, missed_channels AS channel, missed_due AS due
    WHERE kind = 'overdue' AND NOT erased
),
corrected AS
(
    SELECT subject, assumeNotNull(key) AS entry, max(offset) AS last
    FROM decisions
    WHERE key IS NOT NULL AND (kind = 'corrected' OR ended_on IS NOT NULL)
    GROUP BY subject, entry
),
cases AS
(
    SELECT subject, cause_channel AS channel, assumeNotNull(case_no) AS ref, argMax(case_state, offset) AS state
    FROM decisions
    WHERE case_no IS NOT NULL AND kind != 'law_applied'
    GROUP BY subject, channel, ref
),
orders AS
(
    SELECT assumeNotNull(order_to) AS channel, assumeNotNull(order_no) AS ref, max(order_done) AS done
    FROM decisions
    WHERE order_no IS NOT NULL
    GROUP BY channel, ref
)
SELECT DISTINCT kind_, ref, channel, due
FROM missed
LEFT JOIN corrected ON corrected.subject = missed.subject AND corrected.entry = missed.entry
WHERE (kind_ IN ('answer', 'proof') AND (ref, if(kind_ = 'answer', 'proposed', 'lifting'), due) IN
    (SELECT obligation_id, state, assumeNotNull(due_day) FROM obligations_current WHERE due_state = 'set'))
   OR (kind_ = 'case' AND (missed.subject, channel, ref) IN
    (SELECT subject, channel, ref FROM cases WHERE state = 'opened'))
   OR (kind_ = 'order' AND (channel, ref) IN (SELECT channel, ref FROM orders WHERE NOT done))
   OR (kind_ = 'correction' AND last <= at)
ORDER BY due, channel, kind_, ref
"""


class Count(Struct, frozen=True):
    """Obligations of one executor in one state."""

    executor: str
    state: str
    due: str  # set | not_in_text | awaiting_calendar
    obligations: int


class Late(Struct, frozen=True):
    """One thing that is past its day."""

    kind: str  # answer | proof | case | order | correction
    id: str  # obligation id, case number or order number
    department: str
    due_on: date


class Sheet(Struct, frozen=True):
    """``day``: the last one decided about; None where nothing was."""

    day: date | None
    counts: tuple[Count, ...]
    overdue: tuple[Late, ...]

    def summary(self, only_overdue: bool) -> dict[str, Any]:
        """What the last line says: counts by department and kind, and every identifier that is overdue."""
        by_department: dict[str, dict[str, int]] = {}
        for one in self.overdue:
            kinds = by_department.setdefault(one.department, {})
            kinds[one.kind] = kinds.get(one.kind, 0) + 1
        counts = () if only_overdue else self.counts
        return {
            "day": self.day,
            "obligations": counts,
            "overdue": len(self.overdue),
            "overdue_by_department": by_department,
            "overdue_ids": self.overdue,
        }


def sheet(client: Client) -> Sheet:
    """As the tables stand."""
    rows, last = client.execute("SELECT count(), max(decided_on) FROM decisions")[0]
    return Sheet(
        day=last if rows else None,
        counts=tuple(Count(*row) for row in client.execute(_COUNTS)),
        overdue=tuple(Late(*row) for row in client.execute(_OVERDUE)),
    )
