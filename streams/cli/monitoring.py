"""``chengxin exporter``, ``prometheus``: what an operator's monitoring reads."""

import contextlib
import signal
from pathlib import Path
from typing import Annotated

import typer

PATIENCE_S = 15.0


def exporter() -> None:
    """Serve gauges of what no single process knows: lag, freshness, overdue duties, public entries, disks. Run one."""
    import logging
    import threading

    from monitoring import discovery
    from monitoring.endpoint import Endpoint
    from monitoring.exporter import serve
    from monitoring.meters import Meters
    from streams import addresses
    from streams.reader import Reader
    from streams.settings import Settings

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("kafka").setLevel(logging.ERROR)  # a look that fails is told by the exporter itself
    settings = Settings()
    found = addresses.find(settings, PATIENCE_S)
    reader = Reader(settings, found.kafka)
    meters, stop = Meters(serve.vocabulary(reader)), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with (
        Endpoint(meters, settings.metrics_port) as endpoint,
        discovery.registered(settings.data_dir, "exporter", endpoint.port),
    ):
        typer.echo(f"http://127.0.0.1:{endpoint.port}/metrics", err=True)
        serve.follow(serve.looks(settings, found, meters, reader), meters, stop)


def prometheus(
    write: Annotated[
        Path | None, typer.Option(help="write configuration, alerts and dashboards to this folder, and start nothing")
    ] = None,
    port: Annotated[int | None, typer.Option(help="loopback port; a free one if not given")] = None,
) -> None:
    """Run a Prometheus over this data folder's processes, with our alerts, until Ctrl-C; or write what yours needs."""
    from monitoring import prometheus as server
    from streams.local.progress import OnTerminal
    from streams.settings import Settings

    settings = Settings()
    if write is not None:
        typer.echo(server.write(write, settings.data_dir))
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        contextlib.suppress(KeyboardInterrupt),
        server.running(settings.data_dir, OnTerminal(), port) as (address, runs),
    ):
        typer.echo(address)
        runs.wait()
