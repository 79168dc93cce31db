"""A department with confluent-kafka and its AvroSerializer: python producer_confluent.py CHANNEL < records.jsonl, with
KAFKA_BOOTSTRAP, SCHEMA_REGISTRY_URL and CHENGXIN_KAFKA_LOGIN (your login file, if the brokers want one) set. Each line
is one CreditDetermination, days as YYYY-MM-DD."""

import json
import os
import sys
from datetime import date
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.schema_registry import SchemaRegistryClient, record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

TOPIC = f"{os.environ.get('CHENGXIN_PREFIX', '')}events.{sys.argv[1]}"
DAYS = ("document_date", "effect_date", "conduct_end", "valid_until")
registry = SchemaRegistryClient({"url": os.environ["SCHEMA_REGISTRY_URL"]})
newest = registry.get_latest_version("chengxin.CreditDetermination").schema
# Subjects by record, because a topic takes several records; ids are given in the repository, so nothing is registered.
settings = {"auto.register.schemas": False, "subject.name.strategy": record_subject_name_strategy}
write = AvroSerializer(registry, newest.schema_str, conf=settings)
login = dict(
    line.split("=", 1) for line in Path(os.environ.get("CHENGXIN_KAFKA_LOGIN", os.devnull)).read_text().split()
)
producer = Producer({"bootstrap.servers": os.environ["KAFKA_BOOTSTRAP"], "enable.idempotence": True, **login})


refused = []


def told(error, message):
    if error is not None:
        refused.append(error)
        return
    topic, partition, offset = message.topic(), message.partition(), message.offset()
    print(f"{topic}:{partition}:{offset}")  # the receipt has this as its key, without the prefix


for line in sys.stdin:
    record = json.loads(line)
    record |= {name: date.fromisoformat(record[name]) for name in DAYS if record.get(name)}
    value = write(record, SerializationContext(TOPIC, MessageField.VALUE))
    producer.produce(TOPIC, key=record["event_id"], value=value, on_delivery=told)
producer.flush(60)
if refused:
    sys.exit(f"not acknowledged: {len(refused)}, the first one {refused[0]}")
