"""The console put together from settings. It takes no Kafka login: all it shows is in metrics, tables and files."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from fastapi import FastAPI

from monitoring import discovery
from monitoring.console.asking import OverHttp
from monitoring.console.desk import Desk
from monitoring.console.http import build
from monitoring.console.lawpage import Laws
from monitoring.console.looks import Watcher
from monitoring.console.reports import Reports
from monitoring.console.tables import Tables
from streams import addresses
from streams.settings import Settings
from streams.whatif import kept
from topics.catalogue import Catalogue


@contextmanager
def opened(settings: Settings, portal: str | None) -> Iterator[FastAPI]:
    """The console of a deployment for the length of a block. ``portal``: its address, http(s)://host:port.

    Servers need not run: what is away is told on the page. Raises NoServers where none is known.
    """
    watcher = Watcher(lambda: discovery.addresses(settings.data_dir))
    desk = Desk(
        catalogue=Catalogue.load(),
        prefix=settings.prefix,
        laws=Laws(),
        window=watcher.window,
        tables=Tables(addresses.find_clickhouse(settings), settings.database),
        reports=Reports(kept.folder(settings.data_dir)),
        portal=None if portal is None else OverHttp(portal),
    )
    with closing(watcher):
        watcher.start()
        yield build(desk)
