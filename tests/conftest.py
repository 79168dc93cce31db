"""Real servers for tests: those of the environment, else a stack of this session's own, started when first asked."""

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import Error as ClickHouseError
from hypothesis import settings
from kafka import KafkaAdminClient
from playwright.sync_api import Browser

from streams.local.stack import running
from tests.browser.chrome import NoBrowser, chrome

settings.register_profile("new", deadline=None)  # examples never seen before, which a busy machine may take long over

MEMORY = Path("/dev/shm")
MEMORY_BYTES = 4 << 30


@pytest.hookimpl(tryfirst=True)  # before pytest looks for the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for a server is marked so: `make test` runs the others beside them."""
    for item in items:
        if _needs_servers(item):
            item.add_marker("servers")


def _needs_servers(item: pytest.Item) -> bool:
    return not {"kafka_bootstrap", "clickhouse_url", "broker_folder"}.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def broker_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the session's broker keeps its data: in memory where there is room.

    Creating a partition costs a broker several synchronous writes, and the tests create ten thousand. They kill
    processes; none cuts the power.
    """
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < MEMORY_BYTES:
        yield tmp_path_factory.mktemp("broker")
        return
    with tempfile.TemporaryDirectory(prefix="chengxin-broker-", dir=MEMORY) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def kafka_bootstrap(request: pytest.FixtureRequest) -> Iterator[str]:
    """``host:port`` of a real broker: KAFKA_BOOTSTRAP, or one that lives as long as this session."""
    given = os.environ.get("KAFKA_BOOTSTRAP")
    if given:
        yield given
        return
    with running(request.getfixturevalue("broker_folder"), want_clickhouse=False) as stack:
        assert stack.kafka_bootstrap is not None
        yield stack.kafka_bootstrap


@pytest.fixture(scope="session")
def clickhouse_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``clickhouse://user:password@host:port`` of a real ClickHouse: CLICKHOUSE_URL, or one of this session's own."""
    given = os.environ.get("CLICKHOUSE_URL")
    if given:
        yield given
        return
    with running(tmp_path_factory.mktemp("database"), want_kafka=False) as stack:
        assert stack.clickhouse_url is not None
        yield stack.clickhouse_url


@pytest.fixture
def prefix(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh prefix for topics, groups and transactional ids, such as ``t3f9.``; the broker is left clean."""
    fresh = f"t{secrets.token_hex(3)}."
    yield fresh
    if "kafka_bootstrap" in request.fixturenames:
        admin = KafkaAdminClient(bootstrap_servers=request.getfixturevalue("kafka_bootstrap"))
        mine = [name for name in admin.list_topics() if name.startswith(fresh)]
        if mine:
            admin.delete_topics(mine)
        admin.close()


@pytest.fixture
def database(clickhouse_url: str) -> Iterator[str]:
    """The name of a fresh Atomic database, dropped at the end."""
    name = f"t{secrets.token_hex(4)}"
    _wait_for(clickhouse_url)
    with Client.from_url(clickhouse_url) as client:
        client.execute(f"CREATE DATABASE {name} ENGINE = Atomic")
    yield name
    _wait_for(clickhouse_url)
    with Client.from_url(clickhouse_url) as client:
        client.execute(f"DROP DATABASE IF EXISTS {name} SYNC")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; without one a test is skipped with the cure, and fails in CI.

    One for each module: the driver's event loop must be gone before tests of coroutines run in the same process.
    """
    try:
        with chrome() as opened:
            yield opened
    except NoBrowser as fault:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(fault))


def _wait_for(url: str, patience_s: float = 30) -> None:
    """A client that dies while it logs in, or names a database that is gone, ends the embedded engine with it; its
    supervisor starts it again."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            with Client.from_url(url) as client:
                client.execute("SELECT 1")
            return
        except (ClickHouseError, EOFError, OSError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
