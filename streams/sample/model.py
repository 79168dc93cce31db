"""What the sample is made of: records as they go on the wire, each with the fate its writer gave it.

The fate is written down where the record is made and never asked of the pipeline: ``chengxin verify`` says "match"
only if the two agree.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from streams.core.decisions import Outcome


class SampleRecord(NamedTuple):
    """One message of one department."""

    topic: str  # without the deployment's prefix
    channel: str
    family: str
    key: bytes
    value: bytes | None
    partition: int
    codec_name: str  # none | gzip | snappy | lz4 | zstd; the same for all records of a day in one topic-partition
    event_id: str | None  # as the receipt will name it; None where it cannot be read
    expected: Outcome
    code: str | None  # first fault of the receipt, else its first warning, else None
    note: str  # why the record is in the sample


class SampleDay(NamedTuple):
    """What is published after the tick of ``day`` and before the next one, in this order per topic-partition."""

    day: date
    records: tuple[SampleRecord, ...]


class Expected(NamedTuple):
    """One line of the side file: which record gets which fate."""

    topic: str
    partition: int
    position: int  # among the sample's records of this topic-partition, from 0: on a fresh topic the offset
    event_id: str | None
    expected: str
    code: str | None
    note: str


class Sample(NamedTuple):
    """All days, ascending. Equal seed, size, law and schemas give equal bytes."""

    seed: int
    days: tuple[SampleDay, ...]

    def expectations(self) -> Iterator[Expected]:
        """The side file, in order of publication."""
        sent: dict[tuple[str, int], int] = {}
        for day in self.days:
            for record in day.records:
                place = (record.topic, record.partition)
                position = sent.get(place, 0)
                sent[place] = position + 1
                fate = (record.event_id, record.expected.value, record.code, record.note)
                yield Expected(*place, position, *fate)
