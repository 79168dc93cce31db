"""What a task learns before it works, with as many input topics as a province has channels."""

import asyncio
import time

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.structs import OffsetAndMetadata, TopicPartition

from streams.engine.config import EngineConfig
from streams.engine.progress import Known
from streams.engine.reader import Reader

pytestmark = pytest.mark.servers

TOPICS = 200
PATIENCE_S = 5  # asking topic by topic takes over twenty seconds, more than a request may


def test_two_hundred_topics_are_known_at_once(kafka_bootstrap: str, prefix: str) -> None:
    names = [f"{prefix}input.{number}" for number in range(TOPICS)]
    admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    admin.create_topics({name: {"num_partitions": 1, "replication_factor": 1} for name in names})
    admin.wait_for_topics(names)
    admin.close()
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap)
    for value in (b"one", b"two", b"three"):
        producer.send(names[7], value, partition=0)
    producer.close()
    config = EngineConfig(f"{prefix}app", kafka_bootstrap)
    consumer = KafkaConsumer(bootstrap_servers=kafka_bootstrap, group_id=config.app_id, enable_auto_commit=False)
    consumer.commit({TopicPartition(names[7], 0): OffsetAndMetadata(2, "", -1)})
    consumer.close()

    async def ask() -> dict[str, Known]:
        async with Reader(config, 0) as reader:
            return await reader.committed(names)

    began = time.monotonic()
    known = asyncio.run(ask())
    assert time.monotonic() - began < PATIENCE_S
    assert known.pop(names[7]) == Known(group=2, first=0, last=3)
    assert known == dict.fromkeys((name for name in names if name != names[7]), Known(None, 0, 0))
