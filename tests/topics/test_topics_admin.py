"""Topics on a real broker: created once, as the catalogue says, and each way of drifting from it is seen."""

import time
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import InvalidReplicationFactorError, KafkaConnectionError, MessageSizeTooLargeError
from kafka.structs import TopicPartition

from topics.admin import Drift, create, verify
from topics.catalogue import Catalogue, TopicSpec

pytestmark = pytest.mark.servers


def specs(prefix: str) -> list[TopicSpec]:
    """A few families of each kind; all hundred topics are created once, below."""
    chosen = ("clock", "identities", "lawbooks", "receipts")
    return [spec for spec in Catalogue.load().topics(prefix) if spec.family in chosen]


def test_all_topics_are_created_as_the_catalogue_says_and_once(kafka_bootstrap: str, prefix: str) -> None:
    wanted = Catalogue.load().topics(prefix)
    assert sorted(create(kafka_bootstrap, wanted)) == sorted(spec.name for spec in wanted)
    assert verify(kafka_bootstrap, wanted) == []
    assert create(kafka_bootstrap, wanted) == []


def test_what_is_missing_is_created_beside_what_stands(kafka_bootstrap: str, prefix: str) -> None:
    wanted = specs(prefix)
    create(kafka_bootstrap, wanted[1:])
    assert verify(kafka_bootstrap, wanted) == [Drift(wanted[0].name, "topic", "to exist", "missing")]
    assert create(kafka_bootstrap, wanted) == [wanted[0].name]
    assert verify(kafka_bootstrap, wanted) == []


def test_a_busy_broker_that_hangs_up_is_asked_again(
    kafka_bootstrap: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what it did before it hung up nothing is done twice, and nothing is left out."""
    left = ["list_topics", "create_topics", "wait_for_topics", "list_partition_offsets"]

    def hangs_up_once(name: str) -> None:
        asked = getattr(KafkaAdminClient, name)

        def ask(*args: Any, **named: Any) -> Any:
            answer = asked(*args, **named)
            if name in left:
                left.remove(name)
                raise KafkaConnectionError("socket disconnected")
            return answer

        monkeypatch.setattr(KafkaAdminClient, name, ask)

    for name in tuple(left):
        hangs_up_once(name)
    wanted = specs(prefix)
    assert create(kafka_bootstrap, wanted) == [spec.name for spec in wanted]
    assert not left and verify(kafka_bootstrap, wanted) == []


def test_drift_of_partitions_and_settings_is_seen_and_left_alone(kafka_bootstrap: str, prefix: str) -> None:
    wanted = specs(prefix)
    clock, identities = wanted[0], wanted[1]
    create(kafka_bootstrap, [clock._replace(partitions=3), *wanted[1:]])
    admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    resource = ConfigResource(ConfigResourceType.TOPIC, identities.name, configs={"cleanup.policy": "delete"})
    admin.alter_configs([resource])
    admin.close()
    assert create(kafka_bootstrap, wanted) == []
    until = time.monotonic() + 10
    while len(found := verify(kafka_bootstrap, wanted)) < 2 and time.monotonic() < until:
        time.sleep(0.1)  # the broker shows a changed setting a moment later
    assert Drift(clock.name, "partitions", "8", "3") in found
    assert Drift(identities.name, "cleanup.policy", "compact", "delete") in found
    assert {drift.topic for drift in found} == {clock.name, identities.name}


def test_a_refusal_of_the_broker_is_raised(kafka_bootstrap: str, prefix: str) -> None:
    with pytest.raises(InvalidReplicationFactorError, match="clock"):
        create(kafka_bootstrap, [specs(prefix)[0]._replace(replication=99)])


def test_the_broker_stamps_records_itself_and_takes_large_ones(kafka_bootstrap: str, prefix: str) -> None:
    """A document of 2018 sent today is new; a record too large for us arrives, so that it can be rejected."""
    (clock,) = [spec for spec in specs(prefix) if spec.family == "clock"]
    create(kafka_bootstrap, [clock])
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap, max_request_size=20_000_000)
    years_ago = 1_514_764_800_000
    sent = producer.send(clock.name, b"x" * 8_000_000, partition=0, timestamp_ms=years_ago).get(timeout=30)
    with pytest.raises(MessageSizeTooLargeError):
        producer.send(clock.name, b"x" * 9_000_000, partition=0).get(timeout=30)
    producer.close()
    consumer = KafkaConsumer(bootstrap_servers=kafka_bootstrap, fetch_max_bytes=20_000_000)
    consumer.assign([TopicPartition(clock.name, 0)])
    consumer.seek(TopicPartition(clock.name, 0), sent.offset)
    record = next(consumer)
    consumer.close()
    assert abs(record.timestamp / 1000 - time.time()) < 120
