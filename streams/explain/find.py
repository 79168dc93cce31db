"""Where a decision stands: ClickHouse knows the place, the topic has the record itself."""

from kafka import KafkaConsumer, TopicPartition

from sinks.clickhouse.connection import connect
from streams.app import Parts
from streams.core.decisions import Decision
from streams.wire import from_avro

_POLL_MS = 1_000
_POLLS = 20


class NotFound(Exception):
    """No such decision is stored; the message says where it was looked for."""


def find(parts: Parts, clickhouse_url: str, decision_id: str) -> Decision:
    """The decision of that id, read from its place in the topic ``decisions``.

    :raises NotFound: ClickHouse has no row of it (yet), or the topic no longer holds it.
    """
    client = connect(clickhouse_url, parts.settings.database)
    try:
        query = "SELECT topic, partition, offset FROM decisions WHERE decision_id = %(id)s"
        rows = client.execute(query, {"id": decision_id})
    finally:
        client.disconnect()
    if not rows:
        raise NotFound(f"没有这项决定 / no decision {decision_id} in ClickHouse; a new one takes a second to appear")
    topic, partition, offset = rows[0]
    value = _read(parts.bootstrap, TopicPartition(topic, partition), offset)
    if value is None:
        raise NotFound(f"决定的原始记录已不存在 / {topic}:{partition}:{offset} is no longer in Kafka")
    return from_avro(parts.codec.decode(value, frozenset({"Decision"}), max_bytes=1 << 24).value, Decision)


def _read(bootstrap: str, place: TopicPartition, offset: int) -> bytes | None:
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, isolation_level="read_committed", enable_auto_commit=False)
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
