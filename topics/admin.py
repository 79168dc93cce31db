"""Topics on a real cluster: created as the catalogue says, and compared with it afterwards.

Nothing is altered or deleted here. Partition counts never grow in place (the keys would move); a drift is reported
with both values, and a person decides.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigFilterType, ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import for_code

from topics.catalogue import TopicSpec

_EXISTS = 36  # TOPIC_ALREADY_EXISTS
_WAIT_MS = 60_000
_HELD_MS = 600_000


class Drift(NamedTuple):
    """One difference between a topic and its spec; ``key`` is partitions, replication or a setting's name."""

    topic: str
    key: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.key} is {self.found}, expected {self.expected}"


def create(bootstrap: str, specs: Sequence[TopicSpec]) -> list[str]:
    """Create the topics that are missing and wait until every partition of all of ``specs`` can be read and written.

    Returns the names created; calling it again creates nothing. An existing topic is left as it is: see ``verify``.
    Raises kafka.errors.KafkaError when the broker refuses or does not bring them up within ten minutes.
    """
    admin = KafkaAdminClient(bootstrap_servers=bootstrap, retry_backoff_ms=500)
    try:
        standing = set(admin.list_topics())
        missing = [spec for spec in specs if spec.name not in standing]
        created = _create(admin, missing) if missing else []
        admin.wait_for_topics([spec.name for spec in specs], timeout_ms=_WAIT_MS)
        # The controller names leaders at once; a broker then writes each partition's files to disk, one by one, and
        # until it is through every client of these topics would wait and time out.
        places = [TopicPartition(s.name, n) for s in specs if s.name in created for n in range(s.partitions)]
        admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST), timeout_ms=_HELD_MS)
    finally:
        admin.close()
    return created


def _create(admin: Any, missing: Sequence[TopicSpec]) -> list[str]:
    wanted = {
        spec.name: {
            "num_partitions": spec.partitions,
            "replication_factor": spec.replication,
            "configs": spec.config,
        }
        for spec in missing
    }
    created = []
    answer = admin.create_topics(wanted, timeout_ms=_WAIT_MS, raise_errors=False)
    for topic in answer["topics"]:
        if topic["error_code"] == 0:
            created.append(topic["name"])
        elif topic["error_code"] != _EXISTS:  # another process of ours may have been quicker
            raise for_code(topic["error_code"])(f"{topic['name']}: {topic.get('error_message')}")
    return created


def verify(bootstrap: str, specs: Sequence[TopicSpec]) -> list[Drift]:
    """Every difference between the cluster and ``specs``; a missing topic is one Drift with key ``topic``."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        standing = set(admin.list_topics())
        there = [spec for spec in specs if spec.name in standing]
        drifts = [Drift(spec.name, "topic", "to exist", "missing") for spec in specs if spec.name not in standing]
        if there:
            described = {topic["name"]: topic for topic in admin.describe_topics([spec.name for spec in there])}
            configs = _configs(admin, there)
            for spec in there:
                drifts += _compare(spec, described[spec.name], configs[spec.name])
    finally:
        admin.close()
    return drifts


def _configs(admin: Any, specs: Sequence[TopicSpec]) -> dict[str, dict[str, str]]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, spec.name) for spec in specs]
    answer = admin.describe_configs(resources, config_filter=ConfigFilterType.ALL)
    found: dict[str, dict[str, Any]] = next(iter(answer.values()))
    return {name: {key: str(entry["value"]) for key, entry in entries.items()} for name, entries in found.items()}


def _compare(spec: TopicSpec, described: dict[str, Any], config: dict[str, str]) -> list[Drift]:
    partitions = described["partitions"]
    replicas = sorted({len(partition["replica_nodes"]) for partition in partitions})
    seen = {
        "partitions": (str(spec.partitions), str(len(partitions))),
        "replication": (str(spec.replication), ", ".join(map(str, replicas))),
    } | {key: (value, config.get(key, "unset")) for key, value in spec.config.items()}
    return [Drift(spec.name, key, expected, found) for key, (expected, found) in seen.items() if expected != found]
