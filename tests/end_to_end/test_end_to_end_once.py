"""``chengxin run --once`` leaves nothing behind: on given servers no topic and no database, on its own no process."""

import json
from pathlib import Path
from typing import Any

import psutil
import pytest
from clickhouse_driver import Client
from deployment import RECORDS, chengxin
from kafka import KafkaAdminClient

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


def left_alive(folder: Path) -> list[str]:
    """Processes that a run with this folder started: they inherit TMPDIR."""
    alive = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("TMPDIR") == str(folder) and process.status() != psutil.STATUS_ZOMBIE:
                alive.append(" ".join(process.cmdline()))
        except psutil.Error:
            continue
    return alive


def test_given_servers_are_left_as_they_were(kafka_bootstrap: str, clickhouse_url: str, tmp_path: Path) -> None:
    def there() -> tuple[set[str], set[str]]:
        admin = KafkaAdminClient(bootstrap_servers=kafka_bootstrap)
        topics = {name for name in admin.list_topics() if name.startswith("once")}
        admin.close()
        with Client.from_url(clickhouse_url) as client:
            return topics, {name for (name,) in client.execute("SHOW DATABASES LIKE 'chengxin_once_%'")}

    before = there()
    once(Settings(kafka_bootstrap=kafka_bootstrap, clickhouse_url=clickhouse_url), tmp_path)
    assert there() == before
    assert left_alive(tmp_path) == []


def test_its_own_servers_end_with_it(tmp_path: Path) -> None:
    once(Settings(kafka_bootstrap=None, clickhouse_url=None), tmp_path)
    assert left_alive(tmp_path) == []
