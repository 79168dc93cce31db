"""Every topic of a real run, read by confluent-kafka with its own deserialiser and our registry, unchanged."""

import time
from collections import Counter
from collections.abc import Iterator

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext
from deployment import Played
from registry_stand import served

from schemas.codec import Codec, SchemaFault
from streams import registries

pytestmark = pytest.mark.servers
# Too few days for them, or nobody has done it: no person files here. tests/registry has them.
NOT_IN_SO_FEW_DAYS = {"rewards", "rewards.current", "partners", "filings", "querylog", "audit", "audit.entries"}
FROM_DEPARTMENTS = ("events", "feedback", "cases")  # the sample's poison is in these: no framing, no such id


@pytest.fixture
def registry(played: Played) -> Iterator[SchemaRegistryClient]:
    with served(registries.ours(played.here.settings)) as url:
        yield SchemaRegistryClient({"url": url})


def records(played: Played) -> Iterator[tuple[str, bytes]]:
    """Topic and value of every committed record of Avro, tombstones apart, as librdkafka reads them."""
    catalogue, prefix = played.here.parts.catalogue, played.here.settings.prefix
    names = {spec.name for spec in catalogue.topics(prefix) if spec.records}
    settings = {
        "bootstrap.servers": played.here.addresses.kafka, "group.id": f"{prefix}reader",
        "isolation.level": "read_committed", "enable.auto.commit": False, "enable.partition.eof": True,
    }  # fmt: skip
    consumer = Consumer(settings)
    try:
        there = consumer.list_topics(timeout=30).topics
        places = [TopicPartition(name, number, 0) for name in names for number in there[name].partitions]
        consumer.assign(places)
        left, until = len(places), time.monotonic() + 120
        while left:
            assert time.monotonic() < until, f"{left} partitions without end"
            for message in consumer.consume(1_000, timeout=1):
                if message.error():  # the end of a partition
                    left -= 1
                elif message.value() is not None:
                    yield message.topic(), message.value()
    finally:
        consumer.close()


def test_the_standard_deserialiser_reads_what_our_codec_reads(played: Played, registry: SchemaRegistryClient) -> None:
    codec, read = Codec.load(), AvroDeserializer(registry)
    catalogue, prefix = played.here.parts.catalogue, played.here.settings.prefix
    seen: Counter[str] = Counter()
    for topic, value in records(played):
        family = catalogue.owner_of(topic, prefix)[0]
        try:
            ours = codec.decode(value, max_bytes=catalogue.families[family].max_bytes)
        except SchemaFault:
            assert family in FROM_DEPARTMENTS, topic
            continue
        theirs = read(value, SerializationContext(topic, MessageField.VALUE))
        newest = codec.decode(codec.encode(ours.record, theirs, ours.version)).value
        assert newest == ours.value, topic
        seen[family] += 1
    carrying = {family for family, said in catalogue.families.items() if said.records}
    assert carrying - set(seen) <= NOT_IN_SO_FEW_DAYS, seen
    assert seen["decisions"] >= played.outcome.counts.decisions  # tests before this one make more
    assert seen["sanctions"] > 50
