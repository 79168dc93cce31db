"""The registry as standard clients meet it: confluent-kafka's own client and serialisers, over a real socket."""

import http.client
import json
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from confluent_kafka.schema_registry import Schema, SchemaRegistryClient, record_subject_name_strategy
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext

from schemas import written
from schemas.codec import Codec
from schemas.files import ids, sources
from streams.subscriber import kit
from topics.catalogue import Catalogue

TICK = {"day": date(2019, 1, 2)}
TEXTS = {source.name: json.dumps(source.schema) for source in sources()}
FIXED = {"auto.register.schemas": False}
LATEST = {**FIXED, "use.latest.version": True}
BY_RECORD = {"subject.name.strategy": record_subject_name_strategy}


@pytest.fixture
def client(registry_url: str) -> SchemaRegistryClient:
    return SchemaRegistryClient({"url": registry_url})


def value(topic: str) -> SerializationContext:
    return SerializationContext(topic, MessageField.VALUE)


@pytest.mark.parametrize(
    ("topic", "settings"),
    [
        ("clock", FIXED),
        ("clock", LATEST),
        ("clock", {**LATEST, **BY_RECORD}),
        ("clock", {**FIXED, "subject.name.strategy.type": "TOPIC_RECORD"}),
        ("clock", {"auto.register.schemas": True}),  # registers what is there already
    ],
)
def test_a_client_writes_what_our_codec_writes_and_reads_it_again(
    client: SchemaRegistryClient, topic: str, settings: dict[str, Any]
) -> None:
    write = AvroSerializer(client, TEXTS["ClockTick.v1"], conf=settings)
    data = write(TICK, value(topic))
    assert data == Codec.load().encode("ClockTick", TICK)
    assert AvroDeserializer(client)(data, value(topic)) == TICK


def test_any_record_of_a_topic_is_written_in_any_of_its_versions(client: SchemaRegistryClient) -> None:
    codec = Codec.load()
    for spec in Catalogue.load().topics():
        if spec.channel not in (None, "court", "railway"):
            continue
        for source in (source for source in sources() if source.record in spec.records):
            found = client.lookup_schema(f"{spec.name}-value", Schema(TEXTS[source.name], "AVRO"))
            assert found.schema_id == {row.schema: row.id for row in ids()}[source.name]
    assert codec.frame("ClockTick")[1:5] == (5).to_bytes(4)


def test_the_deserialiser_reads_every_version_of_every_record(client: SchemaRegistryClient, tmp_path: Path) -> None:
    assert kit.write(tmp_path) > len(TEXTS)
    read = AvroDeserializer(client)
    for file in (tmp_path / "records").glob("*.bin"):
        told = written.write(read(file.read_bytes(), value("any")))
        assert told == json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))


def test_what_a_client_asks_besides(client: SchemaRegistryClient) -> None:
    assert client.get_schema_types() == ["AVRO"]
    assert len(client.get_subjects()) > 1_000
    assert client.get_versions("events.court-value") == [1, 2, 3, 4, 5]
    latest = client.get_latest_version("sanctions.railway-value")
    assert json.loads(latest.schema.schema_str)["name"] == "ObligationChange" and latest.version == 3
    assert client.get_config().compatibility_level == "FULL_TRANSITIVE"
    assert client.get_mode("clock-value") == "READONLY"


def test_a_new_schema_is_refused_with_the_apis_own_code(client: SchemaRegistryClient) -> None:
    score = {"type": "record", "name": "Score", "fields": [{"name": "score", "type": "int"}]}
    with pytest.raises(SchemaRegistryError) as refused:
        client.register_schema("events.court-value", Schema(json.dumps(score), "AVRO"))
    assert (refused.value.http_status_code, refused.value.error_code) == (422, 42205)
    with pytest.raises(SchemaRegistryError) as refused:
        client.set_compatibility("clock-value", "NONE")
    assert (refused.value.http_status_code, refused.value.error_code) == (405, 405)


def answer(url: str, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, Any]]:
    place = urlsplit(url)
    assert place.hostname is not None
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=20)
    try:
        connection.request(method, path, body, headers)
        told = connection.getresponse()
        assert told.headers["content-type"] == "application/vnd.schemaregistry.v1+json"
        return told.status, json.loads(told.read())
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/schemas/ids/99999", None, 404, 40403),
        ("GET", "/schemas/ids/%00", None, 422, 42201),
        ("GET", "/subjects/%2e%2e%2fclock-value/versions/1", None, 404, 40401),
        ("GET", "/nothing", None, 404, 404),
        ("DELETE", "/subjects/clock-value/versions", None, 405, 405),
        ("POST", "/subjects/clock-value", b"{}", 422, 42201),
        ("POST", "/subjects/clock-value", b"\xff\xfe", 422, 42201),
        ("POST", "/subjects/clock-value", b'{"schema": "[]", "schemaType": "PROTOBUF"}', 422, 42201),
        ("POST", "/subjects/clock-value", b'{"schema": "{"}', 422, 42201),
        ("POST", "/subjects/clock-value", b'{"schema": "[]", "references": [{"name": "x"}]}', 422, 42201),
        pytest.param("POST", "/subjects/clock-value", b"[" * 100_000, 422, 42201, id="deep"),
        pytest.param("POST", "/subjects/clock-value", b" " * ((1 << 20) + 1), 413, 413, id="large"),
    ],
)
def test_a_strange_request_gets_the_apis_form(
    registry_url: str, method: str, path: str, body: bytes | None, status: int, code: int
) -> None:
    seen, told = answer(registry_url, method, path, body)
    assert (seen, told["error_code"]) == (status, code)
    assert set(told) == {"error_code", "message"}


@pytest.mark.parametrize("zeros", [0, 1, 11])
def test_zeros_before_a_length_do_not_make_it_shorter(registry_url: str, zeros: int) -> None:
    said = {"content-length": "0" * zeros + str((1 << 20) + 1)}
    seen, told = answer(registry_url, "POST", "/subjects/clock-value", None, **said)
    assert (seen, told["error_code"]) == (413, 413)


def test_a_body_of_unsaid_length_is_not_read(registry_url: str) -> None:
    seen, told = answer(registry_url, "POST", "/subjects/clock-value", None, **{"transfer-encoding": "chunked"})
    assert (seen, told["error_code"]) == (411, 411)
