"""``python -m sinks.clickhouse``: the sink as a process. Ends with 0 on SIGTERM, with 1 where a person must decide."""

import asyncio
import logging
import signal

from monitoring import discovery
from monitoring.endpoint import Endpoint
from monitoring.labels import Vocabulary
from monitoring.meters import Meters
from monitoring.observer import SinkObserver
from schemas.codec import Codec
from sinks.clickhouse.blocks import Unreadable
from sinks.clickhouse.columns import Table
from sinks.clickhouse.connection import Unsafe
from sinks.clickhouse.consumer import Sink
from sinks.clickhouse.lanes import Limits
from sinks.clickhouse.migrate import MigrationFault
from sinks.clickhouse.observer import Observer
from sinks.clickhouse.storing import Stopped
from sinks.clickhouse.tables import BY_FAMILY, SINK_GROUP
from sinks.clickhouse.writer import Database, Writer
from streams.settings import Settings
from topics.catalogue import Catalogue

log = logging.getLogger("chengxin.sink")


def tables_by_topic(prefix: str) -> dict[str, Table]:
    """Every topic the sink reads, with the table its records go to."""
    specs = Catalogue.load().topics(prefix)
    return {spec.name: BY_FAMILY[spec.family] for spec in specs if spec.family in BY_FAMILY}


def vocabulary(prefix: str) -> Vocabulary:
    """What the labels of the sink's metrics may say."""
    tables = tables_by_topic(prefix)
    erasures = Catalogue.load().name("erasures", prefix=prefix)
    return Vocabulary(
        {
            "table": frozenset({table.name for table in tables.values()} | {"erasures"}),
            "topic": frozenset({*tables, erasures}),
        }
    )


async def serve(settings: Settings, observer: Observer | None = None) -> None:
    """Run the sink until SIGTERM or SIGINT. Raises what ``Sink.run`` raises, and Unsafe for a wrong database."""
    if settings.kafka_bootstrap is None or settings.clickhouse_url is None:
        raise Unsafe("no servers given: set KAFKA_BOOTSTRAP and CLICKHOUSE_URL, or start the local stack (chengxin up)")
    limits = Limits()
    database = Database(settings.clickhouse_url, settings.database, limits.insert_timeout_s)
    writer = Writer(database)
    try:
        await writer.call_until_answered(database.check, limits.backoff_max_s)
        sink = Sink(
            settings.kafka_bootstrap,
            settings.prefix + SINK_GROUP,
            tables_by_topic(settings.prefix),
            writer,
            Codec.load(),
            session_timeout_s=settings.session_timeout_s,
            limits=limits,
            observer=observer,
            erasures=Catalogue.load().name("erasures", prefix=settings.prefix),
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, sink.stop)
        await sink.run()
    finally:
        writer.close()


def main() -> None:
    """The process: settings from the environment, metrics on loopback, messages on stderr.

    Raises SystemExit(1) where a person must decide.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("aiokafka").setLevel(logging.WARNING)
    logging.getLogger("clickhouse_driver").setLevel(logging.ERROR)  # every failure is told by the sink itself
    settings = Settings()
    meters = Meters(vocabulary(settings.prefix))
    with (
        Endpoint(meters, settings.metrics_port) as endpoint,
        discovery.registered(settings.data_dir, "sink", endpoint.port) as name,
    ):
        log.info("%s: metrics on http://127.0.0.1:%d/metrics", name, endpoint.port)
        try:
            asyncio.run(serve(settings, SinkObserver(meters)))
        except (Stopped, Unreadable, Unsafe, MigrationFault) as error:
            log.error("汇入程序停止 / the sink stops: %s", error)
            raise SystemExit(1) from None


if __name__ == "__main__":
    main()
