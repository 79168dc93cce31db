"""Which servers to use: those of the settings, else the local stack's."""

import contextlib
import os
import re
import socket
import time
from collections.abc import Iterator
from typing import NamedTuple

from streams.local import stack
from streams.settings import Settings
from topics.access import SETTING

PATIENCE_S = 2.0
_LOOK_S = 0.2
_PLACE = re.compile(r"^(\[[0-9a-fA-F:]+\]|[^\s:,/\[\]]+):([0-9]{1,5})$")


class Addresses(NamedTuple):
    kafka: str
    clickhouse: str


class NoServers(Exception):
    """Nothing is configured and nothing runs here; the message names the cure."""


def find(settings: Settings, patience_s: float = PATIENCE_S) -> Addresses:
    """Addresses without starting anything. ``patience_s``: for a broker that is just being started again.

    :raises NoServers: neither set nor running, or no broker answers where one should be, or it wants a login.
    """
    _require_login(settings)
    here = stack.running_addresses(settings.data_dir)
    kafka, clickhouse = settings.kafka_bootstrap or here.kafka_bootstrap, settings.clickhouse_url or here.clickhouse_url
    if kafka is None or clickhouse is None:
        raise NoServers("没有可用的服务器 / no servers: run `chengxin up`, or set KAFKA_BOOTSTRAP and CLICKHOUSE_URL")
    return Addresses(answering(kafka, patience_s), clickhouse)


def find_kafka(settings: Settings, patience_s: float = PATIENCE_S) -> str:
    """The address of Kafka alone. ``patience_s`` as in ``find``. Raises NoServers."""
    _require_login(settings)
    found = settings.kafka_bootstrap or stack.running_addresses(settings.data_dir).kafka_bootstrap
    if found is None:
        raise NoServers("没有可用的 Kafka / no Kafka: run `chengxin up`, or set KAFKA_BOOTSTRAP")
    return answering(found, patience_s)


def find_clickhouse(settings: Settings) -> str:
    """The address of ClickHouse alone. Raises NoServers."""
    found = settings.clickhouse_url or stack.running_addresses(settings.data_dir).clickhouse_url
    if found is None:
        raise NoServers("没有数据库地址 / no database: run `chengxin up`, or set CLICKHOUSE_URL")
    return found


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[Addresses]:
    """Servers for the length of a block: those of the settings as they are, the others started and ended here.

    Raises LocalStackError, NoServers.
    """
    _require_login(settings)
    if settings.kafka_bootstrap is not None:
        answering(settings.kafka_bootstrap)
    wanted = (settings.kafka_bootstrap is None, settings.clickhouse_url is None)
    with stack.running(settings.data_dir, *wanted) as here:
        kafka = settings.kafka_bootstrap or here.kafka_bootstrap
        clickhouse = settings.clickhouse_url or here.clickhouse_url
        assert kafka is not None and clickhouse is not None
        yield Addresses(kafka, clickhouse)


def _require_login(settings: Settings) -> None:
    """A secure broker of this folder answers nobody who comes without one; a client would say only that it waits."""
    if settings.kafka_bootstrap is None and stack.secured(settings.data_dir) and not os.environ.get(SETTING):
        place = settings.data_dir / "logins"
        raise NoServers(f"本机 Kafka 须登录 / this folder's Kafka wants a login: {SETTING}={place}/<account>.conf")


def answering(bootstrap: str, patience_s: float = PATIENCE_S) -> str:
    """``bootstrap`` as it is, once one of its brokers takes a connection: a client would try for a minute.

    :raises NoServers: it is no list of host:port, or nothing answers there within ``patience_s``.

    >>> answering("kafka")
    Traceback (most recent call last):
    streams.addresses.NoServers: KAFKA_BOOTSTRAP 应为 host:port[,host:port] / must be host:port[,host:port], not 'kafka'
    """
    matches = [_PLACE.match(place.strip()) for place in bootstrap.split(",")]
    places = [(match[1].strip("[]"), int(match[2])) for match in matches if match is not None]
    if len(places) < len(matches) or not all(0 < port < 65536 for _, port in places):
        form = "host:port[,host:port]"
        raise NoServers(f"KAFKA_BOOTSTRAP 应为 {form} / must be {form}, not {bootstrap!r}")
    deadline = time.monotonic() + patience_s
    while True:
        for place in places:
            try:
                with socket.create_connection(place, timeout=max(patience_s, _LOOK_S)):
                    return bootstrap
            except OSError as error:
                reason = error
        if time.monotonic() > deadline:
            raise NoServers(
                f"Kafka 没有应答 / no Kafka answers at {bootstrap}: {reason}; start it or correct the address"
            )
        time.sleep(_LOOK_S)
