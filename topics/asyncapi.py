"""The catalogue as an AsyncAPI 3 document, for tools that draw, generate or check from one.

A channel of the document is a topic family; its parameter is the channel, or partner, whose topic it is. ``send`` and
``receive`` are meant from the system: what departments write it receives.
"""

from collections.abc import Mapping
from typing import Any

from schemas.files import Source
from topics.catalogue import Catalogue, Family

VERSION = "1"
_AVRO = "application/vnd.apache.avro+json;version=1.9.0"
_PARTIES = ("channel", "partner")  # whoever of these writes is outside the system


def document(catalogue: Catalogue, sources: list[Source], ids: Mapping[str, int]) -> dict[str, Any]:
    """The document as plain values, in the order of the files. ``ids``: of ``ids.yaml``, by schema."""
    families = catalogue.families.values()
    newest = {source.record: source for source in sources}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Chengxin 诚信: topics",
            "version": VERSION,
            "description": "Every topic family of topics/*.yaml. Names are those of a deployment without prefix. "
            "Read with isolation.level=read_committed.",
        },
        "defaultContentType": "application/vnd.apache.avro",
        "channels": {family.family: _channel(catalogue, family, newest) for family in families},
        "operations": {_operation_name(family): _operation(family, newest) for family in families},
        "components": {"messages": {record: _message(record, newest, sources, ids) for record in newest}},
    }


def _channel(catalogue: Catalogue, family: Family, newest: Mapping[str, Source]) -> dict[str, Any]:
    codes = catalogue.channels_of(family.family)
    parameters = {"channel": {"enum": list(codes), "description": "Code of topics/bodies.yaml."}} if codes else {}
    return {
        "address": family.topic,
        "title": family.family,
        "description": family.purpose,
        "messages": {record: {"$ref": f"#/components/messages/{record}"} for record in _carried(family, newest)},
        **({"parameters": parameters} if parameters else {}),
        "bindings": {"kafka": {"topicConfiguration": _settings(family), "bindingVersion": "0.5.0"}},
        "x-owner": family.owner,
        "x-writers": list(family.writers),
        "x-readers": list(family.readers),
        "x-key": family.key,
        "x-personal-data": family.personal_data,
        "x-partitions": {"local": family.partitions.local, "province": family.partitions.province},
    }


def _settings(family: Family) -> dict[str, Any]:
    """Those of Kafka's settings for which AsyncAPI has a word."""
    said = family.config(replication=3)
    numbers = ("retention.ms", "retention.bytes", "delete.retention.ms", "max.message.bytes")
    return {"cleanup.policy": [said["cleanup.policy"]], **{name: int(said[name]) for name in numbers if name in said}}


def _carried(family: Family, newest: Mapping[str, Source]) -> tuple[str, ...]:
    return tuple(record for record in family.records if record in newest)


def _receives(family: Family) -> bool:
    return any(party in family.writers for party in _PARTIES)


def _operation_name(family: Family) -> str:
    return f"{'receive' if _receives(family) else 'send'}.{family.family}"


def _operation(family: Family, newest: Mapping[str, Source]) -> dict[str, Any]:
    at = f"#/channels/{family.family}"
    return {
        "action": "receive" if _receives(family) else "send",
        "channel": {"$ref": at},
        "summary": f"{', '.join(family.writers)} > {', '.join(family.readers)}",
        "messages": [{"$ref": f"{at}/messages/{record}"} for record in _carried(family, newest)],
    }


def _message(
    record: str, newest: Mapping[str, Source], sources: list[Source], ids: Mapping[str, int]
) -> dict[str, Any]:
    """One record: its newest schema, and the ids of all versions that may be met on the wire."""
    source = newest[record]
    return {
        "name": f"{source.schema['namespace']}.{record}",
        "title": record,
        "summary": source.schema["doc"],
        "contentType": "application/vnd.apache.avro",
        "payload": {"schemaFormat": _AVRO, "schema": source.schema},
        "bindings": {
            "kafka": {
                "key": {"type": "string"},
                "schemaIdLocation": "payload",
                "schemaIdPayloadEncoding": "confluent",
                "bindingVersion": "0.5.0",
            }
        },
        "x-schema-ids": {one.name: ids[one.name] for one in sources if one.record == record},
    }
