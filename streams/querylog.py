"""查询日志: who looked, when, at what, for which purpose (notice, part 3). No log, no answer (design rule 9)."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, NamedTuple

from kafka.errors import KafkaError

from streams.committed import Committed
from streams.reader import Reader

SELF = "self"  # as whom, and for what, a person's own questions stand there
FILINGS = "filings"  # a department's look at what people have filed about its documents
_ID = re.compile(r"[0-9a-f]{32}")


class Refused(Exception):
    """The question is not answered; the message says why and what to do."""


class Query(NamedTuple):
    """A question about a person. ``officer`` is the department's staff reference, ``channel`` the department where a
    token proved it, ``refused`` the code of why it is not answered."""

    officer: str
    purpose: str
    command: str
    content: str
    subject: str | None = None
    decision_id: str | None = None
    channel: str | None = None
    refused: str | None = None


def is_question(said: Mapping[str, Any]) -> bool:
    """Whether a record of the log, its fields by name, is a question of its own. Of a look at an inbox each person
    whose paper was shown has a record to read; asked was once, about nobody by name."""
    return said["command"] != FILINGS or said["subject"] is None


class QueryLog:
    """Writes the log of one deployment. Safe between threads."""

    def __init__(self, reader: Reader) -> None:
        self._codec = reader.codec
        self._topic = reader.topic("querylog")
        self._committed = Committed(reader.bootstrap)

    def write(self, query: Query) -> None:
        """Put ``query`` on record; returns only when the broker has committed it.

        :raises Refused: it is not on record. The caller must not answer.
        """
        value = self._codec.encode("QueryLogged", {**query._asdict(), "at": datetime.now(UTC)})
        try:
            self._committed.send(self._topic, (query.subject or query.decision_id or "").encode(), value)
        except KafkaError as fault:
            raise Refused(
                f"查询日志不可用,不予查询 / the query log cannot be written, so nothing is shown: {fault}"
            ) from fault

    def close(self) -> None:
        self._committed.close()

    def __enter__(self) -> "QueryLog":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def record(reader: Reader, query: Query, why_not: Callable[[str], str | None]) -> None:
    """Put the question of a command on record; returns only when the broker has committed it.

    ``why_not``: of a purpose why it is not allowed; None: it is. A question that is not, or without an officer, is put
    on record too, as refused. So is one about something that is no id; but without what was typed, for that may be a
    number or a name.

    :raises Refused: not on record, or not allowed. The caller must not answer.
    """
    why = None
    if any(named is not None and not _ID.fullmatch(named) for named in (query.decision_id, query.subject)):
        query = query._replace(content="no id", decision_id=None, subject=None, refused="NO_ID")
        why = "编号应为 32 位十六进制字符 / ID: 32 hexadecimal characters, as receipts and ClickHouse give it"
    elif query.officer.strip() in ("", SELF):  # a person's own questions stand under it, and nobody counts those
        query = query._replace(refused="OFFICER_MISSING")
        why = "缺少查询人 / --officer is empty, or nobody: give your staff reference"
    elif (why := why_not(query.purpose)) is not None:
        query = query._replace(refused="PURPOSE_NOT_ALLOWED")
    with QueryLog(reader) as log:
        log.write(query)
    if why is not None:
        raise Refused(why)
