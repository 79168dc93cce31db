"""Without our tools: what three common clients write is what intake reads, and each record gets its receipt."""

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
from kafka import TopicPartition
from registry_stand import served

from streams import registries
from streams.kit import folder
from streams.laws import read_to_end
from streams.settings import Settings
from tests.flow.flow_stand import BOOK, CATALOGUE, CODEC, Stand, determination
from topics import admin

pytestmark = pytest.mark.servers
SAMPLES = Path(__file__).parents[2] / "docs" / "samples"
DAY = date(2020, 3, 2)
SPOILT = 2  # of the records below


class Place(NamedTuple):
    environment: dict[str, str]
    bootstrap: str
    topic: str


def records() -> list[dict[str, Any]]:
    """As a department has them: days as text, one with a body that nobody knows."""
    made = [determination(number, DAY, body="NOBODY" if number == SPOILT else "SD-COURT") for number in range(5)]
    return [json.loads(json.dumps(one, default=str)) for one in made]


@pytest.fixture
def place(kafka_bootstrap: str, prefix: str, tmp_path: Path) -> Iterator[Place]:
    specs = [spec for spec in CATALOGUE.topics(prefix) if (spec.family, spec.channel) == ("events", "court")]
    admin.create(kafka_bootstrap, specs)
    folder.write(tmp_path / "kit", BOOK, CATALOGUE, DAY, allow_synthetic=True)
    with served(registries.ours(Settings(prefix=prefix))) as url:
        said = {"KAFKA_BOOTSTRAP": kafka_bootstrap, "SCHEMA_REGISTRY_URL": url, "CHENGXIN_PREFIX": prefix}
        yield Place({**said, "CHENGXIN_KIT": str(tmp_path / "kit")}, kafka_bootstrap, specs[0].name)


def sent_by(place: Place, command: list[str], tmp_path: Path) -> None:
    """Run a sample, read what stands on the topic, let both agents answer it."""
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records())
    environment = {**os.environ, **place.environment}
    done = subprocess.run(
        [*command, "court"], input=lines.encode(), env=environment, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    told = done.stdout.decode().split()
    assert len(set(told)) == len(records()) and all(one.startswith(f"{place.topic}:") for one in told)
    stand = Stand(tmp_path / "keys").begin(DAY)
    values = [
        value
        for number in range(CATALOGUE.families["events"].partitions.local)
        for value in read_to_end(place.bootstrap, TopicPartition(place.topic, number))
    ]
    for value in values:
        stand.send("events.court", value)
    found = {one["event_id"]: (one["outcome"], one["schema_id"]) for one in stand.read("receipts.court")}
    newest = CODEC.id_of("CreditDetermination")
    assert found == {f"L-{n}": ("rejected" if n == SPOILT else "accepted", newest) for n in range(5)}


def test_kafka_python(place: Place, tmp_path: Path) -> None:
    sent_by(place, [sys.executable, str(SAMPLES / "producer.py")], tmp_path)


def test_confluent_kafka_with_its_avro_serializer(place: Place, tmp_path: Path) -> None:
    sent_by(place, [sys.executable, str(SAMPLES / "producer_confluent.py")], tmp_path)


@pytest.mark.check
def test_java(place: Place, tmp_path: Path) -> None:
    sent_by(place, compiled(SAMPLES / "Producer.java", tmp_path / "classes"), tmp_path)


@pytest.mark.parametrize("name", ["producer.py", "producer_confluent.py", "Producer.java"])
def test_a_sample_is_short(name: str) -> None:
    assert len((SAMPLES / name).read_text(encoding="utf-8").splitlines()) <= 65
