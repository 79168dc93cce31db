"""Where a decision stands: ClickHouse knows the place, the topic has the record itself."""

from kafka import KafkaConsumer, TopicPartition

from sinks.clickhouse.connection import connect
from streams.core.decisions import Decision
from streams.reader import Reader
from streams.wire import from_avro
from topics.access import reach

_POLL_MS = 1_000
_POLLS = 20


class NotFound(Exception):
    """No such decision is stored, or only its stub; the message says where it was looked for."""


def find(reader: Reader, clickhouse_url: str, wanted: str) -> list[Decision]:
    """The decision of that id, or all decisions the record of that receipt id led to; read from their places in Kafka.

    :raises NotFound: ClickHouse has no row of it (yet), or the topic no longer holds it.
    """
    client = connect(clickhouse_url, reader.settings.database)
    try:
        query = (
            "SELECT topic, partition, offset, erased FROM decisions "
            "WHERE decision_id = %(id)s OR cause_receipt_id = %(id)s ORDER BY ordinal"
        )
        rows = client.execute(query, {"id": wanted})
    finally:
        client.disconnect()
    if not rows:
        raise NotFound(
            f"没有这项决定 / no decision of id or receipt {wanted} in ClickHouse; a new one takes a second to appear, "
            "and a rejected, duplicate or changed record led to none"
        )
    if any(erased for *_, erased in rows):  # the topic has it for replay; whoever asks is shown what the table keeps
        raise NotFound(
            f"{wanted}: 期满删除，不再提供查询 / its subject is erased: of this decision only a stub is kept"
        )
    return [_decision(reader, TopicPartition(topic, partition), offset) for topic, partition, offset, _ in rows]


def _decision(reader: Reader, place: TopicPartition, offset: int) -> Decision:
    value = _read(reader.bootstrap, place, offset)
    if value is None:
        raise NotFound(f"决定的原始记录已不存在 / {place.topic}:{place.partition}:{offset} is no longer in Kafka")
    return from_avro(reader.codec.decode(value, frozenset({"Decision"}), max_bytes=1 << 24).value, Decision)


def _read(bootstrap: str, place: TopicPartition, offset: int) -> bytes | None:
    consumer = KafkaConsumer(**reach(bootstrap), isolation_level="read_committed", enable_auto_commit=False)
    try:
        consumer.assign([place])
        consumer.seek(place, offset)
        for _ in range(_POLLS):
            for records in consumer.poll(timeout_ms=_POLL_MS, max_records=1).values():
                found = records[0]
                return found.value if found.offset == offset else None
        return None
    finally:
        consumer.close()
