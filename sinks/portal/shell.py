"""A question about a person typed on an operator's shell, by the same published catalogue as a question to the portal.

Nothing proves there who types: the record says so, and names no department as proved.
"""

from collections.abc import Callable
from datetime import date, datetime

from sinks.portal.applications import Applications, Information
from sinks.portal.refusals import Refusal
from sinks.portal.watch import CHINA
from streams import querylog
from streams.querylog import Query
from streams.reader import Reader

SHOWN = frozenset({Information.ALL_RECORDS})  # what such a command prints: whatever stands about the person


def record(reader: Reader, query: Query, department: str, applications: Applications) -> None:
    """Put the question on record, with whom it was typed as; returns only when the broker has committed it.

    :raises Refused: not on record, or not allowed. The caller must not answer.
    """
    content = f"命令行键入 {department[:40]!r}，未证实 / typed on a shell, not proved: {query.content}"
    querylog.record(reader, query._replace(content=content), allowing(applications, department))


def today() -> date:
    return datetime.now(CHINA).date()


def allowing(applications: Applications, department: str) -> Callable[[str], str | None]:
    """Why ``department`` may not see everything for a purpose; None where the catalogue allows it today."""
    day = today()

    def why_not(purpose: str) -> str | None:
        try:
            applications.allowed(purpose, department, SHOWN, day)
        except Refusal as refusal:
            known = "; ".join(
                f"--purpose {row.purpose} ({applications.purposes[row.purpose].zh}) --department {one}"
                for row in applications.rows
                if row.information in SHOWN and row.inactive_reason is None
                for one in applications.departments(row)
            )
            return f"{refusal.zh} / {refusal.en}: --purpose {purpose!r} --department {department!r} is none of: {known}"
        return None

    return why_not
