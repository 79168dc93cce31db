"""A real broker gets the sample exactly as built: bytes, order, partitions, offsets."""

import pytest
from kafka import KafkaConsumer, TopicPartition

from streams.sample import Sample, SampleDay
from streams.sample.publisher import Publisher, publish_day
from topics import admin
from topics.catalogue import Catalogue

pytestmark = pytest.mark.servers

DAYS = 12


@pytest.fixture
def topics(kafka_bootstrap: str, prefix: str, catalogue: Catalogue) -> list[str]:
    specs = [spec for spec in catalogue.topics(prefix) if spec.family in ("events", "feedback", "cases")]
    admin.create(kafka_bootstrap, specs)
    return [spec.name for spec in specs]


def _read(bootstrap: str, topics: list[str]) -> dict[tuple[str, int], list[tuple[int, bytes, bytes | None]]]:
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    try:
        partitions = [TopicPartition(topic, p) for topic in topics for p in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        read: dict[tuple[str, int], list[tuple[int, bytes, bytes | None]]] = {}
        while any(consumer.position(partition) < end for partition, end in ends.items()):
            for partition, records in consumer.poll(timeout_ms=1_000).items():
                place = read.setdefault((partition.topic, partition.partition), [])
                place += [(record.offset, record.key, record.value) for record in records]
        return read
    finally:
        consumer.close()


def test_bytes_order_and_offsets_are_those_of_the_sample(
    kafka_bootstrap: str, prefix: str, topics: list[str], sample: Sample
) -> None:
    days: tuple[SampleDay, ...] = sample.days[:DAYS]
    offsets: list[int] = []
    with Publisher(kafka_bootstrap, prefix) as publisher:
        for day in days[:-1]:
            offsets += publisher.publish(day).offsets
    last = publish_day(kafka_bootstrap, prefix, days[-1])
    assert last.records == len(days[-1].records)
    offsets += last.offsets
    assert offsets == [line.position for line in Sample(sample.seed, days).expectations()]
    assert {record.codec_name for day in days for record in day.records} == {"none", "gzip", "snappy", "lz4", "zstd"}

    wanted: dict[tuple[str, int], list[tuple[int, bytes, bytes | None]]] = {}
    for day in days:
        for record in day.records:
            place = wanted.setdefault((prefix + record.topic, record.partition), [])
            place.append((len(place), record.key, record.value))
    assert _read(kafka_bootstrap, topics) == wanted
