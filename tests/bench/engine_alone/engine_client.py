"""The plain client's part, in the peers' environment, which has confluent-kafka: ``fill``, ``raw`` and ``check``.

``raw`` is the ceiling for one Python process: read, decode, count in a dict, produce; librdkafka's threads do the rest
and nothing is guaranteed.
"""

import json
import sys
from collections import defaultdict
from io import BytesIO

from confluent_kafka import Consumer, Producer, TopicPartition
from engine_job import COUNTED, KEYS, PARTITIONS, counted, decode, event, key_of, partition_of
from fastavro import schemaless_reader

BATCH = 5_000
WARM = 0.25  # of the records: what is written first does not count


def producer(bootstrap: str) -> Producer:
    settings = {"linger.ms": 50, "batch.size": 1 << 20, "queue.buffering.max.messages": 1_000_000}
    return Producer({"bootstrap.servers": bootstrap, **settings})


def fill(bootstrap: str, topic: str, records: int) -> None:
    writer = producer(bootstrap)
    places = {key: partition_of(key) for key in map(key_of, range(KEYS))}
    for number in range(records):
        key = key_of(number)
        _produce(writer, topic, key, event(number), places[key])
    writer.flush()


def _produce(writer: Producer, topic: str, key: bytes, value: bytes, partition: int) -> None:
    while True:
        try:
            return writer.produce(topic, value, key, partition)
        except BufferError:
            writer.poll(0.05)


def reader(bootstrap: str, topic: str) -> Consumer:
    settings = {"enable.auto.commit": False, "isolation.level": "read_committed", "fetch.message.max.bytes": 1 << 20}
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": f"{topic}.plain", **settings})
    consumer.assign([TopicPartition(topic, number, 0) for number in range(PARTITIONS)])
    return consumer


def raw(bootstrap: str, source: str, target: str, records: int) -> None:
    consumer, writer = reader(bootstrap, source), producer(bootstrap)
    counts: defaultdict[bytes, int] = defaultdict(int)
    done = 0
    while done < records:
        found = consumer.consume(BATCH, 1.0)
        for record in found:
            key = record.key()
            counts[key] += 1
            _produce(writer, target, key, counted(decode(record.value()), counts[key]), record.partition())
        done += len(found)
        writer.poll(0)
    writer.flush()


def check(bootstrap: str, topic: str, records: int) -> dict[str, float]:
    """Records per second after the warm-up by the broker's clock. Raises SystemExit unless there is exactly one output
    for each event and the counts of each key run from 1."""
    schema = {"type": "record", "name": "Counted", "fields": COUNTED}
    consumer = reader(bootstrap, topic)
    stamps, seen, counts = [], set(), defaultdict(int)
    while len(stamps) < records:
        found = consumer.consume(BATCH, 10.0)
        if not found:
            raise SystemExit(f"{topic}: {len(stamps)} of {records} records")
        for record in found:
            value = schemaless_reader(BytesIO(record.value()), schema, None)
            counts[record.key()] += 1
            seen.add(value["id"])
            stamps.append(record.timestamp()[1])
            if value["count"] != counts[record.key()]:
                raise SystemExit(f"{topic}: a count of {value['count']} where {counts[record.key()]} is right")
    if consumer.consume(1, 2.0) or len(seen) != records:
        raise SystemExit(f"{topic}: {len(seen)} distinct events and more records than {records}")
    stamps.sort()
    warm = int(records * WARM)
    return {"rate": (records - warm) * 1000 / (stamps[-1] - stamps[warm])}


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    texts, records = rest[:-1], int(rest[-1])
    print(json.dumps({"fill": fill, "raw": raw, "check": check}[what](*texts, records)))
