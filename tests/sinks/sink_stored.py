"""What the agents wrote, as the sink would store it: for commands that ask a real server."""

from clickhouse_driver import Client

from sinks.clickhouse import columns, migrate
from sinks.clickhouse.tables import BY_FAMILY, TABLES
from tests.flow.flow_stand import CATALOGUE, CODEC, Stand


def stored(stand: Stand, client: Client, database: str, erasures: columns.Erasures = columns.NOTHING_ERASED) -> None:
    """Everything the agents wrote, as rows; of whoever is erased as stubs."""
    migrate.apply(client, database)
    for table in TABLES:
        client.execute(f"TRUNCATE TABLE {table.name}")
    for topic in sorted(stand.topics):
        family = next((name for name in BY_FAMILY if topic == name or topic.startswith(f"{name}.")), None)
        if family is None or topic.endswith(".current") or family not in CATALOGUE.families:
            continue
        table = BY_FAMILY[family]
        records = [
            columns.Stored(topic, 0, offset, 0, CODEC.decode(value, max_bytes=1 << 24).value)
            for offset, (_, value) in enumerate(stand.topics[topic])
        ]
        names = ", ".join(columns.names(table))
        client.execute(
            f"INSERT INTO {table.name} ({names}) VALUES", columns.rows(table, records, erasures), columnar=True
        )
