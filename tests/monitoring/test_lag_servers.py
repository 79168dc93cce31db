"""Lag as a real broker knows it."""

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from monitoring.lag import Lag, measure
from topics.admin import create
from topics.catalogue import Catalogue


@pytest.mark.servers
def test_the_lag_of_a_group_is_end_minus_committed(kafka_bootstrap: str, prefix: str) -> None:
    spec = next(spec for spec in Catalogue.load().topics(prefix) if spec.family == "accepted")
    create(kafka_bootstrap, [spec])
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap)
    for _ in range(5):
        producer.send(spec.name, b"x", partition=1)
    producer.close()
    group = f"{prefix}group"
    consumer = KafkaConsumer(bootstrap_servers=kafka_bootstrap, group_id=group)
    consumer.assign([TopicPartition(spec.name, 1)])
    consumer.commit({TopicPartition(spec.name, 1): OffsetAndMetadata(3, "", -1)})
    consumer.close()

    lags = measure(kafka_bootstrap, [group, f"{prefix}unheard-of"])
    assert lags == [Lag(group, spec.name, 1, position=3, end=5)]
    assert lags[0].offsets == 2
    assert measure(kafka_bootstrap, []) == []
