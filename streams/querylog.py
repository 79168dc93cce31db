"""查询日志: who looked, when, at what, for which purpose (notice, part 3). No log, no answer (design rule 9)."""

import re
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import NamedTuple

from kafka import KafkaProducer
from kafka.errors import KafkaError

from streams.reader import Reader

_COMMIT_S = 10  # for each of: finding the broker, finding the topic, the commit
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


class QueryLog:
    """Writes the log of one deployment. Safe between threads; a producer that failed once is not used again."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._topic = reader.topic("querylog")
        self._lock = threading.Lock()
        self._producer: KafkaProducer | None = None

    def write(self, query: Query) -> None:
        """Put ``query`` on record; returns only when the broker has committed it.

        :raises Refused: it is not on record. The caller must not answer.
        """
        fields = {**query._asdict(), "at": datetime.now(UTC)}
        key = (query.subject or query.decision_id or "").encode()
        value = self._reader.codec.encode("QueryLogged", fields)
        try:
            self._ready().send(self._topic, key=key, value=value).get(timeout=_COMMIT_S)
        except KafkaError as fault:
            self.close()
            raise Refused(
                f"查询日志不可用,不予查询 / the query log cannot be written, so nothing is shown: {fault}"
            ) from fault

    def _ready(self) -> KafkaProducer:
        with self._lock:
            if self._producer is None:
                self._producer = KafkaProducer(
                    bootstrap_servers=self._reader.bootstrap,
                    acks="all",
                    enable_idempotence=True,
                    bootstrap_timeout_ms=1_000 * _COMMIT_S,
                    max_block_ms=1_000 * _COMMIT_S,
                    allow_auto_create_topics=False,  # a log that nobody declared keeps nothing
                )
            return self._producer

    def close(self) -> None:
        """Give up what is not committed by now; the next question opens anew."""
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(timeout=0)

    def __enter__(self) -> "QueryLog":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def record(reader: Reader, query: Query, purposes: dict[str, str]) -> None:
    """Put the question of a command on record; returns only when the broker has committed it.

    A question with an unknown purpose, or without an officer, is put on record too, as refused. So is one about
    something that is no id; but without what was typed, for that may be a number or a name.

    :raises Refused: not on record, or not allowed. The caller must not answer.
    """
    why = None
    if any(named is not None and not _ID.fullmatch(named) for named in (query.decision_id, query.subject)):
        query = query._replace(content="no id", decision_id=None, subject=None, refused="NO_ID")
        why = "编号应为 32 位十六进制字符 / ID: 32 hexadecimal characters, as receipts and ClickHouse give it"
    elif not query.officer.strip():
        query = query._replace(refused="OFFICER_MISSING")
        why = "缺少查询人 / --officer is empty: give your staff reference"
    elif query.purpose not in purposes:
        query = query._replace(refused="PURPOSE_NOT_ALLOWED")
        known = "; ".join(f"{code} ({text})" for code, text in purposes.items())
        why = f"查询用途不在应用目录中 / --purpose {query.purpose!r} is none of: {known}"
    with QueryLog(reader) as log:
        log.write(query)
    if why is not None:
        raise Refused(why)
