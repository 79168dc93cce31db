"""Which servers to use: those of the settings, else the local stack's."""

import contextlib
from collections.abc import Iterator
from typing import NamedTuple

from streams.local import stack
from streams.settings import Settings


class Addresses(NamedTuple):
    kafka: str
    clickhouse: str


class NoServers(Exception):
    """Nothing is configured and nothing runs here; the message names the cure."""


def find(settings: Settings) -> Addresses:
    """Addresses without starting anything.

    :raises NoServers: neither set nor running.
    """
    here = stack.running_addresses(settings.data_dir)
    kafka, clickhouse = settings.kafka_bootstrap or here.kafka_bootstrap, settings.clickhouse_url or here.clickhouse_url
    if kafka is None or clickhouse is None:
        raise NoServers("没有可用的服务器 / no servers: run `chengxin up`, or set KAFKA_BOOTSTRAP and CLICKHOUSE_URL")
    return Addresses(kafka, clickhouse)


def find_clickhouse(settings: Settings) -> str:
    """The address of ClickHouse alone. Raises NoServers."""
    found = settings.clickhouse_url or stack.running_addresses(settings.data_dir).clickhouse_url
    if found is None:
        raise NoServers("没有数据库地址 / no database: run `chengxin up`, or set CLICKHOUSE_URL")
    return found


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[Addresses]:
    """Servers for the length of a block: those of the settings as they are, the others started and ended here.

    Raises LocalStackError.
    """
    wanted = (settings.kafka_bootstrap is None, settings.clickhouse_url is None)
    with stack.running(settings.data_dir, *wanted) as here:
        kafka = settings.kafka_bootstrap or here.kafka_bootstrap
        clickhouse = settings.clickhouse_url or here.clickhouse_url
        assert kafka is not None and clickhouse is not None
        yield Addresses(kafka, clickhouse)
