"""A department with kafka-python and fastavro alone: python producer.py CHANNEL < records.jsonl, with KAFKA_BOOTSTRAP
and CHENGXIN_KIT (a folder of `chengxin kit`) set, and CHENGXIN_KAFKA_LOGIN (your login file, if the brokers want one).
Each line is one CreditDetermination, days as YYYY-MM-DD."""

import io
import json
import os
import re
import struct
import sys
from datetime import date
from pathlib import Path

import fastavro
from kafka import KafkaProducer

KIT, PREFIX = Path(os.environ["CHENGXIN_KIT"]), os.environ.get("CHENGXIN_PREFIX", "")
NAMED = re.findall(r"{id: (\d+), schema: (CreditDetermination\.v\d+),", (KIT / "schemas/ids.yaml").read_text())
NUMBER, NAME = NAMED[-1]  # the newest version
SCHEMA = fastavro.parse_schema(json.loads((KIT / f"schemas/avro/{NAME}.avsc").read_text(encoding="utf-8")))
DAYS = ("document_date", "effect_date", "conduct_end", "valid_until")


def framed(record):
    days = {name: date.fromisoformat(record[name]) for name in DAYS if record.get(name)}
    out = io.BytesIO()
    out.write(struct.pack(">bI", 0, int(NUMBER)))  # byte 0, then the schema's id
    fastavro.schemaless_writer(out, SCHEMA, {**record, **days})
    return out.getvalue()


def login():
    lines = Path(os.environ.get("CHENGXIN_KAFKA_LOGIN", os.devnull)).read_text().split()
    said = dict(line.split("=", 1) for line in lines)
    named = {
        "security_protocol": "security.protocol",
        "ssl_cafile": "ssl.ca.location",
        "sasl_mechanism": "sasl.mechanism",
    }
    named |= {"sasl_plain_username": "sasl.username", "sasl_plain_password": "sasl.password"}
    return {ours: said[theirs] for ours, theirs in named.items() if theirs in said}


servers = os.environ["KAFKA_BOOTSTRAP"]
producer = KafkaProducer(bootstrap_servers=servers, acks="all", enable_idempotence=True, **login())
sent = []
for line in sys.stdin:
    record = json.loads(line)
    topic = f"{PREFIX}events.{sys.argv[1]}"
    sent.append(producer.send(topic, key=record["event_id"].encode(), value=framed(record)))
producer.flush()
for future in sent:
    where = future.get(timeout=60)
    print(f"{where.topic}:{where.partition}:{where.offset}")  # the receipt has this as its key, without the prefix
producer.close()
