"""``chengxin receipts`` on a real broker: since when, and on as they come."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from queue import Empty, Queue

import pytest
from kafka import KafkaProducer

from streams.clock import HERE
from streams.kit import arrived
from tests.flow.flow_stand import CATALOGUE, Stand, listing
from topics import admin

FIRST = datetime(2020, 11, 20, 9, 30, tzinfo=HERE)  # by the broker's clock, a minute between one receipt and the next
MINUTE = timedelta(minutes=1)
CAME_S = 60
FAMILIES = ("receipts", "events", "feedback", "cases")


class Broker:
    """The court's topics on which append times are what a record says, so that no test waits for a minute to pass."""

    def __init__(self, bootstrap: str, prefix: str, values: list[bytes]) -> None:
        self.bootstrap, self.prefix, self._values = bootstrap, prefix, values
        wanted = {CATALOGUE.name(name, "court", prefix) for name in FAMILIES if "court" in CATALOGUE.channels_of(name)}
        given = {"message.timestamp.type": "CreateTime", "retention.ms": "-1"}
        specs = [one for one in CATALOGUE.topics(prefix) if one.name in wanted]
        admin.create(bootstrap, [one._replace(config={**one.config, **given}) for one in specs])
        self._producer = KafkaProducer(bootstrap_servers=bootstrap, acks="all")

    def receipt(self, number: int) -> None:
        self.put("receipts", self._values[number], number)

    def put(self, family: str, value: bytes, minutes: int) -> None:
        """A record on partition 0 that came so many minutes after the first."""
        at = int((FIRST + minutes * MINUTE).timestamp() * 1000)
        topic = CATALOGUE.name(family, "court", self.prefix)
        self._producer.send(topic, value=value, timestamp_ms=at, partition=0).get(timeout=CAME_S)

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "streams.cli.main", "receipts", "--channel", "court", "--json", *words]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "KAFKA_BOOTSTRAP": self.bootstrap, "CHENGXIN_PREFIX": self.prefix}

    def listed(self, *words: str) -> list[str]:
        """Event ids of what the command prints."""
        done = subprocess.run(
            self.command(*words), env=self.environment(), capture_output=True, text=True, timeout=CAME_S, check=False
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line)["event_id"] for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def values(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """Receipts of the events L-0, L-1, L-2."""
    stand = Stand(tmp_path_factory.mktemp("receipts") / "keys").begin(date(2026, 11, 2))
    for number in range(3):
        stand.send("events.court", listing(number, date(2026, 11, 2)))
    return [value for _, value in stand.topics["receipts.court"] if value is not None]


@pytest.fixture
def broker(kafka_bootstrap: str, prefix: str, values: list[bytes]) -> Broker:
    return Broker(kafka_bootstrap, prefix, values)


def test_since_leaves_out_what_came_before(broker: Broker) -> None:
    """Its time is China's, and of that time itself nothing is left out."""
    for number in range(3):
        broker.receipt(number)
    assert broker.listed() == ["L-0", "L-1", "L-2"]
    assert broker.listed("--since", "2020-11-20T09:31") == ["L-1", "L-2"]
    assert broker.listed("--since", "2020-11-20T09:32") == ["L-2"]
    assert broker.listed("--since", "2020-11-20") == ["L-0", "L-1", "L-2"]
    assert broker.listed("--since", "2020-11-21") == []


def test_a_sheet_of_what_arrived_begins_with_the_first_record_since_then(broker: Broker) -> None:
    for minutes in range(3):
        broker.put("events", b"x", minutes)
    asked = (broker.bootstrap, CATALOGUE, "court", broker.prefix)
    spans = [arrived.spans(*asked, since)["events.court", 0] for since in (None, FIRST + MINUTE, FIRST + 3 * MINUTE)]
    assert spans == [(0, 3), (1, 3), (3, 3)]


@pytest.fixture
def following(broker: Broker) -> Iterator[tuple[subprocess.Popen[str], "Queue[str]"]]:
    """The command while it goes on, and the lines it prints."""
    broker.receipt(0)
    broker.receipt(1)
    hears = ("env", "--default-signal=INT")  # what a shell starts with & is deaf to SIGINT, and so is what that starts
    words = [*hears, *broker.command("--follow", "--since", "2020-11-20T09:31")]
    process = subprocess.Popen(words, env=broker.environment(), stdout=subprocess.PIPE, text=True)
    said: Queue[str] = Queue()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            said.put(json.loads(line)["event_id"])

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    yield process, said
    if process.poll() is None:
        process.kill()
    process.wait()
    reader.join(timeout=CAME_S)


@pytest.mark.parametrize(("end", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)])
def test_followed_it_tells_what_comes_later_until_it_is_ended(
    broker: Broker, following: tuple[subprocess.Popen[str], "Queue[str]"], end: signal.Signals, code: int
) -> None:
    process, said = following
    assert said.get(timeout=CAME_S) == "L-1"
    with pytest.raises(Empty):
        said.get(timeout=1)
    assert process.poll() is None, "it goes on where there is nothing more"
    broker.receipt(2)
    assert said.get(timeout=CAME_S) == "L-2"
    process.send_signal(end)
    assert process.wait(timeout=CAME_S) == code
    assert said.empty()
