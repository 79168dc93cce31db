"""Leave given servers as they were: remove the topics and the database of a run that had its own."""

from kafka import KafkaAdminClient

from sinks.clickhouse.connection import connect
from streams.addresses import Addresses
from streams.settings import Settings
from topics.access import reach


def remove(settings: Settings, addresses: Addresses) -> None:
    """Delete every topic under the run's prefix and its database. Nothing happens on the servers of the folder itself,
    which go with it."""
    if settings.kafka_bootstrap is not None and settings.prefix:
        admin = KafkaAdminClient(**reach(addresses.kafka))
        try:
            admin.delete_topics([name for name in admin.list_topics() if name.startswith(settings.prefix)])
        finally:
            admin.close()
    if settings.clickhouse_url is not None and settings.prefix:
        client = connect(addresses.clickhouse)
        try:
            client.execute(f"DROP DATABASE IF EXISTS `{settings.database}`")
        finally:
            client.disconnect()
