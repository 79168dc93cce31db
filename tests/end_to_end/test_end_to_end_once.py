"""``chengxin run --once`` leaves nothing behind - no topic, no database, no process - and can be repeated exactly."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from clickhouse_driver import Client
from deployment import RECORDS, chengxin
from kafka import KafkaAdminClient
from left_alive import left_alive

from streams.settings import Settings

pytestmark = [pytest.mark.servers, pytest.mark.check]


def once(settings: Settings, folder: Path) -> dict[str, Any]:
    """Run with ``folder`` as the only place for temporary files; the last line, checked."""
    done = chengxin(settings, "run", "--once", "--records", str(RECORDS), TMPDIR=str(folder))
    assert done.returncode == 0, (done.stdout[-3_000:], done.stderr[-3_000:])
    last: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert (last["oracle"], last["auditor"]) == ("match", "match")
    assert last["receipts"] == last["received"] > RECORDS
    assert last["clickhouse_decisions"] == last["decisions"] > RECORDS / 2
    assert [path for path in folder.rglob("chengxin-*")] == []
    return last


class Ended(NamedTuple):
    """A run that is over: its last line, and what was on the servers before and after."""

    last: dict[str, Any]
    before: tuple[set[str], set[str]] = (set(), set())
    after: tuple[set[str], set[str]] = (set(), set())


@pytest.fixture(scope="module")
def on_given_servers(
    kafka_bootstrap: str, clickhouse_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ended]:
    def there() -> tuple[set[str], set[str]]:
        admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
        topics = {name for name in admin.list_topics() if name.startswith("once")}
        admin.close()
        with Client.from_url(clickhouse_url) as client:
            return topics, {name for (name,) in client.execute("SHOW DATABASES LIKE 'chengxin_once_%'")}

    folder, before = tmp_path_factory.mktemp("given"), there()
    last = once(Settings(kafka_bootstrap=kafka_bootstrap, clickhouse_url=clickhouse_url), folder)
    yield Ended(last, before, there())
    assert left_alive(folder) == []


@pytest.fixture(scope="module")
def on_its_own_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ended]:
    folder = tmp_path_factory.mktemp("own")
    yield Ended(once(Settings(kafka_bootstrap=None, clickhouse_url=None), folder))
    assert left_alive(folder) == []


def test_given_servers_are_left_as_they_were(on_given_servers: Ended) -> None:
    assert on_given_servers.after == on_given_servers.before


def test_every_run_makes_the_same_decisions_byte_for_byte(on_given_servers: Ended, on_its_own_servers: Ended) -> None:
    """Under another prefix, in another database, with other ports and other processes."""
    one, other = ({**ended.last, "seconds": 0} for ended in (on_given_servers, on_its_own_servers))
    assert len(one["decisions_digest"]) == 64
    assert one == other
