"""What people have filed about a department's documents, as ClickHouse knows it from ``accepted``: codes, references.

The topics cannot be asked by department, and ``cases.*`` holds identity numbers, which the portal must not read. The
case reference is made anew for the department; an erased subject's papers are stubs and show nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from clickhouse_driver.errors import Error

from sinks.clickhouse.connection import connect
from sinks.clickhouse.tables import FILED_AT, FILED_COLUMNS
from sinks.portal.filings import References
from sinks.portal.shapes import Filing

KEPT_DAYS = 60
_FILED = f"""
SELECT {", ".join(FILED_COLUMNS)}
FROM accepted_events
WHERE channel = %(channel)s AND source_topic = %(filed)s AND NOT erased
  AND appended_at > now() - INTERVAL %(days)s DAY
ORDER BY intake_day, event_id
"""  # noqa: S608 names of columns


class InboxClosed(Exception):
    """ClickHouse does not answer."""


@contextmanager
def answering() -> Iterator[None]:
    """Whatever ClickHouse fails by in the block is ``InboxClosed``."""
    try:
        yield
    except (Error, OSError, EOFError) as fault:
        raise InboxClosed(type(fault).__name__) from fault


class Inbox(Protocol):
    def filed(self, channel: str) -> list[Filing]:
        """Papers of the last 60 days about documents of ``channel``, by day. Raises InboxClosed."""
        ...


class Stored:
    """The inbox over a deployment's tables."""

    def __init__(self, url: str, database: str, references: References) -> None:
        self._url = url
        self._database = database
        self._references = references

    def filed(self, channel: str) -> list[Filing]:
        """See ``Inbox``."""
        with answering():
            client = connect(self._url, self._database)
            try:
                rows = client.execute(_FILED, {"channel": channel, "filed": FILED_AT, "days": KEPT_DAYS})
            finally:
                client.disconnect()
        return [
            Filing(
                event_id=event_id,
                matter=matter or reason or f"{step} {recipient}",
                case_no=case_no,
                document_no=document_no,
                item=item,
                day=day,
                case_ref=self._references.reference(subject, channel),
            )
            for event_id, matter, reason, recipient, step, case_no, document_no, item, day, subject in rows
        ]
