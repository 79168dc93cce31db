"""The session's fixtures give what their docstrings promise."""

import pytest
from clickhouse_driver import Client
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType, NewTopic

pytestmark = pytest.mark.servers


def test_a_fresh_prefix_on_a_broker_set_up_for_us(kafka_bootstrap: str, prefix: str) -> None:
    assert prefix.startswith("t")
    assert prefix.endswith(".")
    admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    topic = f"{prefix}events.court"
    assert [name for name in admin.list_topics() if name.startswith(prefix)] == []
    admin.create_topics([NewTopic(topic, 8, 1)])
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic)]
    configs = admin.describe_configs(asked, config_filter="all")["topic"][topic]
    admin.close()
    assert configs["message.timestamp.type"]["value"] == "LogAppendTime"
    assert int(configs["max.message.bytes"]["value"]) > 8 << 20


def test_a_fresh_atomic_database(clickhouse_url: str, database: str) -> None:
    with Client.from_url(clickhouse_url) as client:
        engines = client.execute("SELECT engine FROM system.databases WHERE name = %(name)s", {"name": database})
    assert engines == [("Atomic",)]
