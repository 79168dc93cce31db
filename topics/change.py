"""Bring the settings of topics that stand to the catalogue: what may change in place, and what a person must decide.

Partition counts never grow in place, because a subject's records would move to another task: growth is a replay into
new topics. A topic's cleanup decides what it is; changed under its readers it would delete or keep the wrong records.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from topics.access import reach
from topics.admin import Drift

CHANGEABLE = {
    "retention.ms",
    "retention.bytes",
    "max.message.bytes",
    "delete.retention.ms",
    "max.compaction.lag.ms",
    "min.insync.replicas",
    "unclean.leader.election.enable",
    "message.timestamp.type",
}
_SHORTENED = {"retention.ms", "retention.bytes"}
_REFUSED = {
    "topic": "缺少主题，用 apply 建立 / missing: `chengxin topics apply` creates it",
    "partitions": "不得就地增减，须重放到新主题 / never in place: growth is a replay into new topics",
    "replication": "用 Kafka 的副本迁移工具 / with kafka-reassign-partitions",
    "cleanup.policy": "不得就地改变，须新建主题 / never in place: a new topic, and its readers moved",
}
_UNCONFIRMED = "须加 --delete 另行确认 / only with --delete"


class Step(NamedTuple):
    """What is to be done about one drift. ``refused``: why nothing is; ``deletes``: records will be deleted by it."""

    drift: Drift
    refused: str | None
    deletes: bool


def plan(drifts: Iterable[Drift], delete: bool) -> list[Step]:
    """What to do about each drift. What deletes records is refused without ``delete``: nothing brings them back.

    >>> [step] = plan([Drift("events.court", "retention.ms", "1000", "-1")], delete=True)
    >>> step.refused, step.deletes
    (None, True)
    >>> plan([Drift("clock", "partitions", "8", "3")], delete=True)[0].refused is None
    False
    """
    return [_step(drift, delete) for drift in drifts]


def carry_out(bootstrap: str, steps: Sequence[Step]) -> list[Drift]:
    """Alter the settings that may be; returns what was altered. Raises kafka.errors.KafkaError."""
    wanted: dict[str, dict[str, str]] = {}
    done = [step.drift for step in steps if step.refused is None]
    for drift in done:
        wanted.setdefault(drift.topic, {})[drift.key] = drift.expected
    if not wanted:
        return []
    admin = KafkaAdminClient(**reach(bootstrap))
    try:
        resources = [ConfigResource(ConfigResourceType.TOPIC, name, configs=new) for name, new in wanted.items()]
        admin.alter_configs(resources)
    finally:
        admin.close()
    return done


def _step(drift: Drift, delete: bool) -> Step:
    deletes = _deletes(drift)
    return Step(drift, _UNCONFIRMED if deletes and not delete else _refusal(drift), deletes)


def _refusal(drift: Drift) -> str | None:
    if drift.key in CHANGEABLE:
        return None
    return _REFUSED.get(drift.key, "不在可改之列 / not among the settings that change in place")


def _deletes(drift: Drift) -> bool:
    """A shorter retention deletes what is older, for ever."""
    if drift.key not in _SHORTENED or drift.expected == "-1":
        return False
    return not drift.found.lstrip("-").isdigit() or int(drift.found) < 0 or int(drift.expected) < int(drift.found)
