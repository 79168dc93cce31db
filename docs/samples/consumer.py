"""A subscriber in Python: one department's current view, from snapshot and changes. python consumer.py CHANNEL, with
KAFKA_BOOTSTRAP, SCHEMA_REGISTRY_URL, CHENGXIN_KAFKA_LOGIN (a file) set. It stops at the end; a real one goes on."""

import json
import os
import sys
import time
from pathlib import Path

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

CHANNEL, PREFIX = sys.argv[1], os.environ.get("CHENGXIN_PREFIX", "")
CHANGES = [f"{PREFIX}{family}.{CHANNEL}" for family in ("sanctions", "rewards")]
SNAPSHOT = [f"{topic}.current" for topic in CHANGES]
HOUR_MS = 3_600_000  # changes are read from an hour before the snapshot: no transaction is open for so long
read = AvroDeserializer(SchemaRegistryClient({"url": os.environ["SCHEMA_REGISTRY_URL"]}))
consumer = Consumer({
    **dict(line.split("=", 1) for line in Path(os.environ.get("CHENGXIN_KAFKA_LOGIN", os.devnull)).read_text().split()),
    "bootstrap.servers": os.environ["KAFKA_BOOTSTRAP"],
    "group.id": f"{CHANNEL}.sample",
    "isolation.level": "read_committed",
    "enable.auto.commit": False,
    "enable.partition.eof": True,
})  # fmt: skip


def places(topics, offset):
    return [TopicPartition(t, p, offset) for t in topics for p in consumer.list_topics(t).topics[t].partitions]


def records(start):
    consumer.assign(start)
    ended = 0
    while ended < len(start):
        message = consumer.poll(1)
        if message is not None and message.error():
            ended += 1  # the end of a partition
        elif message is not None:
            at = SerializationContext(message.topic(), MessageField.VALUE)
            yield message.key().decode(), read(message.value(), at)


changes = consumer.offsets_for_times(places(CHANGES, int(time.time() * 1000) - HOUR_MS))
view = {}  # obligation -> (version, state)
for name, now in records(places(SNAPSHOT, OFFSET_BEGINNING)):
    view[name] = (now["version"], now["state"]) if now else (0, "erased")
for name, change in records(changes):
    version, state = view.get(name, (None, None))
    if state == "erased" or change["version"] <= (version or 0):
        continue  # the snapshot has it already
    if change["previous_version"] != version:
        print(f"gap: {name} {version} -> {change['version']}", file=sys.stderr)  # read the snapshot again
    view[name] = (change["version"], change["state"])
for name, (version, state) in sorted(view.items()):
    if state != "erased":
        print(json.dumps([name, version, state]))
