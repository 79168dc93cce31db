"""The exporter as a process: each look in turn, as often as it is worth, until it is told to stop.

A look that fails leaves its gauges as they were; ``chengxin_looked_seconds`` then grows old, and an alert says so.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import psutil
from clickhouse_driver import Client

from monitoring import catalogue as c
from monitoring.exporter import tables, topics
from monitoring.labels import Vocabulary
from monitoring.meters import Meters
from sinks.clickhouse.connection import connect
from sinks.portal.applications import Applications
from streams.addresses import Addresses
from streams.app import groups
from streams.law import loader
from streams.local import stack
from streams.querylog import SELF
from streams.reader import Reader
from streams.settings import Settings

log = logging.getLogger("chengxin.exporter")


class Look(NamedTuple):
    name: str  # of catalogue.LOOK
    every_s: float
    take: Callable[[], None]


def vocabulary(reader: Reader) -> Vocabulary:
    settings, book = reader.settings, loader.load()
    purposes = Applications.load(book, reader.catalogue).purposes
    return Vocabulary(
        {
            "topic": frozenset(spec.name for spec in reader.catalogue.topics(settings.prefix, settings.scale)),
            "group": frozenset(groups(settings)),
            "channel": frozenset(reader.catalogue.channels),
            "family": frozenset(reader.catalogue.families),
            "purpose": frozenset({*book.purposes, *purposes, SELF}),
        }
    )


def looks(settings: Settings, addresses: Addresses, meters: Meters, reader: Reader) -> list[Look]:
    """Every look, the clock's before those that need its day."""
    clock = topics.Clock(reader, meters)
    client = connect(addresses.clickhouse, settings.database)
    return [
        Look("clock", 30, clock.look),
        Look("lag", 15, lambda: topics.look_at_lag(reader, meters, groups(settings))),
        Look("ends", 15, lambda: topics.look_at_ends(reader, meters)),
        Look("newest", 30, lambda: topics.look_at_newest(reader, meters)),
        Look("publication", 30, topics.Publication(reader, meters, clock).look),
        Look("queries", 15, topics.Queries(reader, meters).look),
        Look("tables", 60, lambda: tables.look_at_tables(client, meters)),
        Look("disk", 30, lambda: look_at_disk(settings, client, meters)),
    ]


def look_at_disk(settings: Settings, client: Client, meters: Meters) -> None:
    """The disk of the data folder and ClickHouse's, and how often our supervisor had to start a server again."""
    usage = psutil.disk_usage(str(settings.data_dir))
    meters.gauge(c.DISK_FREE, "data").set(usage.free)
    meters.gauge(c.DISK_SIZE, "data").set(usage.total)
    for health in stack.status(settings.data_dir):
        meters.gauge(c.RESTARTS, health.server).set(health.restarts)
    tables.look_at_disk(client, meters)


def follow(chosen: Sequence[Look], meters: Meters, stop: threading.Event) -> None:
    """Take every look when it is due, until ``stop`` is set."""
    due = dict.fromkeys((look.name for look in chosen), 0.0)
    while not stop.is_set():
        for look in chosen:
            if time.monotonic() >= due[look.name] and not stop.is_set():
                _take(look, meters)
                due[look.name] = time.monotonic() + look.every_s
        stop.wait(max(0.0, min(due.values()) - time.monotonic()))


def _take(look: Look, meters: Meters) -> None:
    try:
        look.take()
    except Exception as error:  # whatever it is, the other looks go on, and an alert tells of this one
        log.warning("%s: nothing seen, trying again in %.0f s: %.300r", look.name, look.every_s, error)
    else:
        meters.gauge(c.LOOKED, look.name).set(time.time())
