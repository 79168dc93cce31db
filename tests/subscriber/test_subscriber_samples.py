"""The sample consumers of docs/samples, and our own reading, on one department's topics with everything in them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from java_tools import compiled
from java_tools import run as java
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from node_tools import node
from registry_stand import served

from schemas.codec import Codec
from schemas.files import sources
from streams import registries
from streams.reader import Reader
from streams.settings import Settings
from streams.subscriber.department import Department
from topics import admin

pytestmark = pytest.mark.servers
SAMPLES = Path(__file__).parents[2] / "docs" / "samples"
EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
CHANNEL = "railway"
LINES = 60
SCHEMAS = {source.name: source.schema for source in sources()}
AT_FIRST = {"a": (3, "in_effect"), "b": (1, "proposed"), "c": (2, "confirmed")}
AFTERWARDS = {"a": (4, "lifting"), "b": (3, "refused"), "c": (2, "confirmed"), "d": (1, "proposed")}
GAP = "gap: b 1 -> 3"


class Topics:
    """One department's four topics, written to as casework does: change and snapshot in one transaction."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self.settings = Settings(kafka_bootstrap=bootstrap, prefix=prefix)
        self.reader = Reader(self.settings, bootstrap)
        self.codec = Codec.load()
        ours = [spec for spec in self.reader.catalogue.topics(prefix) if spec.channel == CHANNEL]
        admin.create(bootstrap, [spec for spec in ours if spec.family.split(".")[0] in ("sanctions", "rewards")])
        self.producer = KafkaProducer(bootstrap_servers=bootstrap, transactional_id=f"{prefix}w", acks="all")
        self.producer.init_transactions()
        file = EXAMPLES / "ObligationChange.v1.proposed.pass.json"
        self._about = {**json.loads(file.read_text(encoding="utf-8")), "since": date(2026, 1, 5), "ends_on": None}
        self._about |= {"day": date(2026, 1, 5), "due": {"state": "not_in_text", "day": None}, "disputed": False}

    def change(self, name: str, version: int, state: str, snapshot: bool = True, record_version: int = 2) -> None:
        value: dict[str, Any] = {**self._about, "obligation_id": name, "version": version, "state": state}
        value["previous_version"] = version - 1 or None
        family = "rewards" if name == "d" else "sanctions"
        self._send(family, name, self._encoded("ObligationChange", value, record_version))
        if snapshot:
            self._send(f"{family}.current", name, self._encoded("ObligationCurrent", value, record_version))

    def erase(self, name: str) -> None:
        self._send("sanctions.current", name, None)

    def _encoded(self, record: str, value: dict[str, Any], version: int) -> bytes:
        fields = {field["name"] for field in SCHEMAS[f"{record}.v{version}"]["fields"]}
        return self.codec.encode(record, {field: value[field] for field in fields}, version)

    def _send(self, family: str, name: str, value: bytes | None) -> None:
        topic = self.reader.catalogue.name(family, CHANNEL, self.settings.prefix)
        self.producer.send(topic, key=name.encode(), value=value)


@pytest.fixture
def topics(kafka_bootstrap: str, prefix: str) -> Iterator[Topics]:
    made = Topics(kafka_bootstrap, prefix)
    made.producer.begin_transaction()
    for name, (version, state) in AT_FIRST.items():
        for at in range(1, version + 1):
            made.change(name, at, state if at == version else "proposed", record_version=1)
    made.change("e", 1, "proposed")
    made.erase("e")
    made.producer.commit_transaction()
    yield made
    made.producer.close()


def more(topics: Topics) -> None:
    """What comes after the snapshot: one change, one with a gap before it, one new, and a transaction that fails."""
    topics.producer.begin_transaction()
    topics.change("a", 4, "lifting", snapshot=False)
    topics.change("b", 3, "refused", snapshot=False)
    topics.change("d", 1, "proposed")
    topics.change("e", 1, "proposed", snapshot=False)  # as old as what is erased
    topics.producer.commit_transaction()
    topics.producer.begin_transaction()
    topics.change("c", 3, "lifted")
    topics.producer.flush()
    topics.producer.abort_transaction()


def test_our_own_reading_follows_what_is_written_between_snapshot_and_changes(topics: Topics) -> None:
    view = Department(topics.reader, CHANNEL).view(between=lambda: more(topics))
    assert {name: (value["version"], value["state"]) for name, value in view.stands.items()} == AFTERWARDS
    assert [(gap.obligation_id, gap.known, gap.previous, gap.version) for gap in view.gaps] == [("b", 1, 2, 3)]
    replay = Department(topics.reader, CHANNEL).since(date(2026, 1, 5))
    told = sorted((value["obligation_id"], value["version"]) for value in replay.changes)
    assert told == [("a", 1), ("a", 2), ("a", 3), ("a", 4), ("b", 1), ("b", 3), ("c", 1), ("c", 2), ("d", 1)]
    assert (replay.erased, replay.whole) == (2, True)  # both changes of e, who is erased
    assert Department(topics.reader, CHANNEL).since(date(2026, 1, 6)).changes == []


def test_a_replay_says_when_some_of_it_has_expired(topics: Topics) -> None:
    name = topics.reader.catalogue.name("sanctions", CHANNEL, topics.settings.prefix)
    client = KafkaAdminClient(bootstrap_servers=topics.reader.bootstrap)
    client.delete_records({TopicPartition(name, 0): 2})
    client.close()
    department = Department(topics.reader, CHANNEL)
    replay = department.since(date(2026, 1, 5))  # the first that is left is of this day: others of it may be gone
    assert (len(replay.changes), replay.whole) == (3 - 2 + 1 + 2, False)
    assert department.since(date(2026, 1, 6)).whole


class Place(NamedTuple):
    environment: dict[str, str]
    topics: Topics


@pytest.fixture
def place(topics: Topics) -> Iterator[Place]:
    """What the samples are told, with the topics as they are at the end."""
    more(topics)
    with served(registries.ours(topics.settings)) as url:
        bootstrap, prefix = topics.reader.bootstrap, topics.settings.prefix
        yield Place({"KAFKA_BOOTSTRAP": bootstrap, "SCHEMA_REGISTRY_URL": url, "CHENGXIN_PREFIX": prefix}, topics)


def look(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr
    seen = {name: (version, state) for name, version, state in map(json.loads, done.stdout.splitlines())}
    assert seen == AFTERWARDS
    assert [line for line in done.stderr.splitlines() if line.startswith("gap")] == [GAP]


def test_the_sample_in_python(place: Place) -> None:
    command = [sys.executable, str(SAMPLES / "consumer.py"), CHANNEL]
    environment = {**os.environ, **place.environment}
    look(subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False))


@pytest.mark.check
def test_the_sample_in_java(place: Place, tmp_path: Path) -> None:
    look(java(compiled(SAMPLES / "Consumer.java", tmp_path), CHANNEL, **place.environment))


@pytest.mark.check
def test_the_sample_in_node(place: Place) -> None:
    look(node(SAMPLES / "consumer.mjs", CHANNEL, **place.environment))


@pytest.mark.parametrize("name", ["consumer.py", "Consumer.java", "consumer.mjs"])
def test_a_sample_is_short(name: str) -> None:
    assert len((SAMPLES / name).read_text(encoding="utf-8").splitlines()) < LINES
