"""How far our consumer groups are behind, asked of the broker: committed offset against end, per topic-partition.

A group that is down reports nothing itself, so lag is measured from outside, by ``chengxin exporter``.
"""

from collections.abc import Iterable
from typing import NamedTuple

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec

from monitoring import catalogue as c
from monitoring.meters import Meters
from topics.access import reach


class Lag(NamedTuple):
    group: str
    topic: str
    partition: int
    position: int  # committed offset = next to be handled
    end: int  # next offset a read_uncommitted reader would see

    @property
    def offsets(self) -> int:
        return max(0, self.end - self.position)


def measure(bootstrap: str, groups: Iterable[str]) -> list[Lag]:
    """Lag of every partition for which one of ``groups`` has a committed offset, sorted.

    Raises kafka.errors.KafkaError when the broker cannot be asked.
    """
    admin = KafkaAdminClient(**reach(bootstrap))
    try:
        committed = {
            (group, partition): answer.offset
            for group in groups
            for partition, answer in admin.list_group_offsets(group)[group].items()
            if answer.offset >= 0
        }
        wanted: set[TopicPartition] = {partition for _, partition in committed}
        ends = admin.list_partition_offsets({partition: OffsetSpec.LATEST for partition in wanted}) if wanted else {}
    finally:
        admin.close()
    return sorted(
        Lag(group, partition.topic, partition.partition, position, ends[partition].offset)
        for (group, partition), position in committed.items()
    )


def show(meters: Meters, lags: Iterable[Lag]) -> None:
    """Set the gauges of position and lag."""
    for lag in lags:
        meters.gauge(c.GROUP_POSITION, lag.group, lag.topic, lag.partition).set(lag.position)
        meters.gauge(c.GROUP_LAG, lag.group, lag.topic, lag.partition).set(lag.offsets)
