"""Topics on a real cluster: created as the catalogue says, and compared with it afterwards.

Nothing is altered or deleted here: a drift is reported with both values, and a person decides, see ``change``.
"""

import re
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import ConfigFilterType, ConfigResource, ConfigResourceType, OffsetSpec
from kafka.errors import CoordinatorNotAvailableError, KafkaError, UnknownBrokerIdError, for_code

from topics.access import reach
from topics.catalogue import Catalogue, TopicSpec

_EXISTS = 36  # TOPIC_ALREADY_EXISTS
_WAIT_MS = 60_000
_HELD_MS = 600_000
_COORDINATED_S = 30.0
_AGAIN_S = 0.5
_AT_A_TIME = 100  # partitions asked about in one request
T = TypeVar("T")


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

    Returns the names that were missing; calling it again creates nothing. An existing topic is left as it is: see
    ``verify``. Raises kafka.errors.KafkaError when the broker refuses or does not bring them up within ten minutes.
    """
    admin = KafkaAdminClient(**reach(bootstrap), retry_backoff_ms=500)
    try:
        standing = set(_insist(admin.list_topics))
        missing = [spec for spec in specs if spec.name not in standing]
        if missing:
            _insist(lambda: _create(admin, missing))
        _insist(lambda: admin.wait_for_topics([spec.name for spec in specs], timeout_ms=_WAIT_MS))
        _wait_until_held(admin, missing)
    finally:
        admin.close()
    return [spec.name for spec in missing]


def _insist(ask: Callable[[], T]) -> T:
    """Ask again when a busy broker hangs up or names no leader yet. Only for what may be asked twice."""
    deadline = time.monotonic() + _HELD_MS / 1_000
    while True:
        try:
            return ask()
        except KafkaError as error:
            if not (error.retriable or isinstance(error, UnknownBrokerIdError)) or time.monotonic() > deadline:
                raise
            time.sleep(_AGAIN_S)


def _wait_until_held(admin: Any, specs: Iterable[TopicSpec]) -> None:
    """The controller names leaders at once; a broker then writes each partition's files to disk, one by one, and until
    it is through every client of these topics would wait and time out."""
    places = [TopicPartition(spec.name, number) for spec in specs for number in range(spec.partitions)]
    for start in range(0, len(places), _AT_A_TIME):
        asked = dict.fromkeys(places[start : start + _AT_A_TIME], OffsetSpec.LATEST)
        _insist(partial(admin.list_partition_offsets, asked, timeout_ms=_HELD_MS))


def _create(admin: Any, missing: Sequence[TopicSpec]) -> None:
    wanted = {
        spec.name: {
            "num_partitions": spec.partitions,
            "replication_factor": spec.replication,
            "configs": spec.config,
        }
        for spec in missing
    }
    answer = admin.create_topics(wanted, timeout_ms=_WAIT_MS, raise_errors=False)
    for topic in answer["topics"]:
        if topic["error_code"] not in (0, _EXISTS):  # it stands if another process, or our last attempt, was quicker
            raise for_code(topic["error_code"])(f"{topic['name']}: {topic.get('error_message')}")


def verify(bootstrap: str, specs: Sequence[TopicSpec]) -> list[Drift]:
    """Every difference between the cluster and ``specs``; a missing topic is one Drift with key ``topic``."""
    admin = KafkaAdminClient(**reach(bootstrap))
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


def strangers(bootstrap: str, catalogue: Catalogue, prefix: str) -> list[str]:
    """Topics that look like ours and that the catalogue does not know, as a channel leaves them that was taken out.

    With a prefix: every other name under it. Without one the cluster may be shared, so only names of our families, with
    or without a channel: ``partners`` alone, of before each partner had its own, holds what no partner may read.
    """
    admin = KafkaAdminClient(**reach(bootstrap))
    try:
        standing = admin.list_topics()
    finally:
        admin.close()
    known, ours = {spec.name for spec in catalogue.topics(prefix)}, _ours(catalogue)
    return sorted(n for n in standing if n.startswith(prefix) and n not in known and (prefix or ours.fullmatch(n)))


def _ours(catalogue: Catalogue) -> re.Pattern[str]:
    names = [re.escape(name) for f in catalogue.families.values() for name in (f.family, f.topic)]
    return re.compile("|".join(names).replace(r"\{channel\}", "[a-z_-]+"))


def holding(bootstrap: str, names: Iterable[str]) -> list[str]:
    """Those of ``names`` that exist and have ever held a record."""
    admin = KafkaAdminClient(**reach(bootstrap))
    try:
        there = sorted(set(names) & set(admin.list_topics()))
        described = admin.describe_topics(there) if there else []
        places = [TopicPartition(t["name"], p["partition_index"]) for t in described for p in t["partitions"]]
        ends = admin.list_partition_offsets(dict.fromkeys(places, OffsetSpec.LATEST)) if places else {}
    finally:
        admin.close()
    return sorted({place.topic for place, end in ends.items() if end.offset > 0})


def members(bootstrap: str, group: str) -> int:
    """How many processes are in a consumer group now; 0 for a group nobody knows."""
    admin = KafkaAdminClient(**reach(bootstrap))
    deadline = time.monotonic() + _COORDINATED_S
    try:
        while True:
            try:
                return len(admin.describe_groups([group])[group]["members"])
            except CoordinatorNotAvailableError:  # a cluster's first question about any group makes it ready to answer
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
    finally:
        admin.close()


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
