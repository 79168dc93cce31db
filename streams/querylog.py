"""查询日志: who looked, when, at what, for which purpose (notice, part 3). No log, no answer (design rule 9)."""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from kafka import KafkaProducer
from kafka.errors import KafkaError

from streams.reader import Reader

_COMMIT_S = 10  # for each of: finding the broker, finding the topic, the commit
_ID = re.compile(r"[0-9a-f]{32}")


class Refused(Exception):
    """The question is not answered; the message says why and what to do."""


class Query(NamedTuple):
    """A question about a person. ``officer`` is the department's staff reference."""

    officer: str
    purpose: str
    command: str
    content: str
    subject: str | None = None
    decision_id: str | None = None


def record(reader: Reader, query: Query, purposes: dict[str, str]) -> None:
    """Put the question on record; returns only when the broker has committed it.

    A question with an unknown purpose, or without an officer, is put on record too, and then refused. So is one
    about something that is no id; but without what was typed, for that may be a number or a name.

    :raises Refused: not on record, or not allowed. The caller must not answer.
    """
    if any(named is not None and not _ID.fullmatch(named) for named in (query.decision_id, query.subject)):
        _write(reader, query._replace(content="no id", decision_id=None, subject=None))
        raise Refused("编号应为 32 位十六进制字符 / ID: 32 hexadecimal characters, as receipts and ClickHouse give it")
    _write(reader, query)
    if not query.officer.strip():
        raise Refused("缺少查询人 / --officer is empty: give your staff reference")
    if query.purpose not in purposes:
        known = "; ".join(f"{code} ({text})" for code, text in purposes.items())
        raise Refused(f"查询用途不在应用目录中 / --purpose {query.purpose!r} is none of: {known}")


def _write(reader: Reader, query: Query) -> None:
    fields = {**query._asdict(), "at": datetime.now(UTC)}
    topic = reader.topic("querylog")
    key = (query.subject or query.decision_id or "").encode()
    try:
        producer = KafkaProducer(
            bootstrap_servers=reader.bootstrap,
            acks="all",
            enable_idempotence=True,
            bootstrap_timeout_ms=1_000 * _COMMIT_S,
            max_block_ms=1_000 * _COMMIT_S,
            allow_auto_create_topics=False,  # a log that nobody declared keeps nothing
        )
        try:
            producer.send(topic, key=key, value=reader.codec.encode("QueryLogged", fields)).get(timeout=_COMMIT_S)
        finally:
            producer.close()
    except KafkaError as fault:
        raise Refused(
            f"查询日志不可用,不予查询 / the query log cannot be written, so nothing is shown: {fault}"
        ) from fault
