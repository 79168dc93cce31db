"""The promises of up, down and the supervisor, on real servers that are really killed."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from clickhouse_driver import Client
from clickhouse_driver.errors import Error as ClickHouseError
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic

from streams.local.embedded_clickhouse import LOOK_S
from streams.local.launch import Room
from streams.local.progress import Silent
from streams.local.stack import Health, Stack, down, running, status, up

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("stack") / "诚信 & 数据"  # as somebody may well name it
    yield folder
    down(folder, Silent())


@pytest.fixture
def stack(data_dir: Path) -> Stack:
    """The servers of this module, up whatever the test before did to them."""
    return up(data_dir, progress=Silent())


def health(data_dir: Path, server: str) -> Health:
    return next(one for one in status(data_dir) if one.server == server)


def eventually(true: Callable[[], bool], seconds: float = 40.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.05)


def kill_server(data_dir: Path, server: str) -> None:
    """kill -9, then wait until the supervisor has it ready again under another pid."""
    before = health(data_dir, server)
    assert before.pid is not None
    os.kill(before.pid, signal.SIGKILL)
    eventually(lambda: health(data_dir, server).pid not in {None, before.pid})
    eventually(lambda: health(data_dir, server).state == "ready")
    assert health(data_dir, server).restarts == before.restarts + 1


def count(url: str) -> int:
    with Client.from_url(url) as client:
        rows: int = client.execute("SELECT count() FROM kept.rows")[0][0]
    return rows


def write_row(url: str) -> None:
    with Client.from_url(url) as client:
        client.execute("CREATE DATABASE IF NOT EXISTS kept ENGINE = Atomic")
        client.execute("CREATE TABLE IF NOT EXISTS kept.rows (n Int32) ENGINE = MergeTree ORDER BY tuple()")
        client.execute("INSERT INTO kept.rows VALUES", [(1,)])


def everything_of(data_dir: Path) -> list[int]:
    """Pids of all processes whose command line names the data folder."""
    found = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        if any(str(data_dir) in word for word in process.info["cmdline"] or ()):
            found.append(process.info["pid"])
    return found


def test_a_second_up_finds_the_running_servers(data_dir: Path, stack: Stack) -> None:
    pids = [one.pid for one in status(data_dir)]
    assert up(data_dir, progress=Silent()) == stack
    assert [one.pid for one in status(data_dir)] == pids
    assert [one.state for one in status(data_dir)] == ["ready", "ready"]


def test_a_killed_broker_comes_back_with_its_data(data_dir: Path, stack: Stack) -> None:
    admin = KafkaAdminClient(bootstrap_servers=stack.kafka_bootstrap)
    admin.create_topics([NewTopic("kept", 1, 1)])
    producer = KafkaProducer(bootstrap_servers=stack.kafka_bootstrap, acks="all")
    producer.send("kept", b"before").get(timeout=20)

    kill_server(data_dir, "kafka")

    producer.send("kept", b"after").get(timeout=30)
    producer.close()
    admin.close()
    reader = KafkaConsumer("kept", bootstrap_servers=stack.kafka_bootstrap, auto_offset_reset="earliest",
                           consumer_timeout_ms=5_000)  # fmt: skip
    assert [next(reader).value for _ in range(2)] == [b"before", b"after"]
    reader.close()


def test_a_killed_clickhouse_comes_back_with_its_rows(data_dir: Path, stack: Stack) -> None:
    assert stack.clickhouse_url is not None
    write_row(stack.clickhouse_url)
    before = count(stack.clickhouse_url)
    kill_server(data_dir, "clickhouse")
    assert count(stack.clickhouse_url) == before


def test_clickhouse_comes_back_though_a_rewrite_met_a_full_disk(data_dir: Path, stack: Stack) -> None:
    """All that is left of such a rewrite is an empty file, on which the engine would end at every start."""
    assert stack.clickhouse_url is not None
    write_row(stack.clickhouse_url)
    before = count(stack.clickhouse_url)
    with Client.from_url(stack.clickhouse_url) as client:
        (table,) = client.execute("SELECT data_paths[1] FROM system.tables WHERE database = 'kept'")
        client.execute("ALTER TABLE kept.rows UPDATE n = n + 1 WHERE n < 0", settings={"mutations_sync": 1})
    written = {file.name for file in Path(table[0]).glob("mutation_*.txt")}
    (Path(table[0]) / "mutation_7777.txt").touch()
    kill_server(data_dir, "clickhouse")
    assert count(stack.clickhouse_url) == before
    assert {file.name for file in Path(table[0]).glob("mutation_*.txt")} == written != set()


def test_clickhouse_comes_back_with_the_rows_of_a_merge_that_met_a_full_disk(data_dir: Path, stack: Stack) -> None:
    """All that is left of such a merge is a part of empty files, which the engine takes for good while it runs."""
    assert stack.clickhouse_url is not None
    write_row(stack.clickhouse_url)
    write_row(stack.clickhouse_url)
    before, started = count(stack.clickhouse_url), health(data_dir, "clickhouse").restarts
    with Client.from_url(stack.clickhouse_url) as client:
        client.execute("OPTIMIZE TABLE kept.rows FINAL")
        asked = "SELECT path FROM system.parts WHERE database = 'kept' AND active AND level > 0"
        (merged,) = client.execute(asked)
    for file in Path(merged[0]).iterdir():
        file.write_bytes(b"")
    eventually(lambda: health(data_dir, "clickhouse").restarts > started)
    eventually(lambda: health(data_dir, "clickhouse").state == "ready")
    assert count(stack.clickhouse_url) == before
    restarted = health(data_dir, "clickhouse").restarts
    time.sleep(2 * LOOK_S)
    assert health(data_dir, "clickhouse").restarts == restarted  # what was laid aside is not found again


def test_a_failed_login_costs_a_restart_and_no_more(data_dir: Path, stack: Stack) -> None:
    assert stack.clickhouse_url is not None
    before = health(data_dir, "clickhouse").restarts
    with contextlib.suppress(ClickHouseError, OSError, EOFError):
        address = stack.clickhouse_url.partition("@")[2]
        Client.from_url(f"clickhouse://chengxin:wrong@{address}").execute("SELECT 1")
    eventually(lambda: health(data_dir, "clickhouse").restarts == before + 1)
    eventually(lambda: health(data_dir, "clickhouse").state == "ready")
    with Client.from_url(stack.clickhouse_url) as client:
        assert client.execute("SELECT 1") == [(1,)]


def test_the_account_without_password_reads_nothing(data_dir: Path, stack: Stack) -> None:
    assert stack.clickhouse_url is not None
    write_row(stack.clickhouse_url)
    address = stack.clickhouse_url.partition("@")[2]
    with Client.from_url(f"clickhouse://default@{address}") as client, pytest.raises(ClickHouseError):
        client.execute("SELECT * FROM kept.rows")
    room = Room(data_dir, "clickhouse")
    for secret in ("password", "users.xml"):
        assert (room.folder / secret).stat().st_mode & 0o777 == 0o600


def test_servers_die_with_their_supervisor_and_up_starts_them_again(data_dir: Path, stack: Stack) -> None:
    both = status(data_dir)
    for one in both:
        assert one.supervisor_pid is not None
        os.kill(one.supervisor_pid, signal.SIGKILL)
    eventually(lambda: everything_of(data_dir) == [])
    assert [one.state for one in status(data_dir)] == ["stopped", "stopped"]
    assert up(data_dir, progress=Silent()) == stack  # same ports, same password


def test_down_leaves_no_process_and_keeps_data_and_ports(data_dir: Path, stack: Stack) -> None:
    assert stack.clickhouse_url is not None
    write_row(stack.clickhouse_url)
    before = count(stack.clickhouse_url)
    assert down(data_dir, Silent()) == ["kafka", "clickhouse"]
    assert everything_of(data_dir) == []
    assert down(data_dir, Silent()) == []
    assert up(data_dir, want_kafka=False, progress=Silent()).clickhouse_url == stack.clickhouse_url
    assert count(stack.clickhouse_url) == before


def test_a_scoped_stack_ends_with_an_exception(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), running(tmp_path, want_kafka=False, progress=Silent()):
        assert everything_of(tmp_path) != []
        raise ZeroDivisionError
    assert everything_of(tmp_path) == []


def test_a_scoped_stack_ends_with_its_owner(tmp_path: Path) -> None:
    owner_program = (
        "import pathlib, sys, time\n"
        "from streams.local.progress import Silent\n"
        "from streams.local.stack import running\n"
        "with running(pathlib.Path(sys.argv[1]), want_kafka=False, progress=Silent()): print('up', flush=True)"
        " or time.sleep(600)"
    )
    owner = subprocess.Popen([sys.executable, "-c", owner_program, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    assert owner.stdout.readline() == "up\n"
    owner.kill()
    owner.wait()
    owner.stdout.close()
    eventually(lambda: everything_of(tmp_path) == [], 20)
