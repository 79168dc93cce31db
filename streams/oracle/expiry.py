"""What may be missing because it has expired: retention takes the oldest records of a partition, and nothing else.

A lost output is forgiven only where all of this agrees: its family is not kept for ever, its partition begins later
than at 0, nothing is left there that its writer (one task, which writes in a known order) wrote before it, and what
caused it was appended before the oldest record left there.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from aiokafka.partitioner import DefaultPartitioner

from streams.engine.ports import Output
from streams.oracle.difference import Difference
from streams.oracle.history import History, Message, plain
from topics.catalogue import Catalogue, Family

FOR_EVER = "forever"
_CLOCKS_MS = 1_000  # how far the clocks of two brokers may stand apart
_partition_of_key = DefaultPartitioner()  # as the writers' client


class Wanted(NamedTuple):
    """An output that should have been written. ``writer``: whose outputs stand in order in a partition; ``caused_ms``:
    when what caused it was appended."""

    output: Output
    writer: str
    caused_ms: int


def kept_for_ever(catalogue: Catalogue, history: History) -> Iterator[Difference]:
    """What is never removed begins at offset 0; compaction moves no beginning either, but keeps only the last."""
    kept = {plain(spec.name) for spec in catalogue.topics() if _never_removed(catalogue.families[spec.family])}
    for (topic, partition), first in sorted(history.firsts.items()):
        if topic in kept and first:
            yield Difference(f"{topic} {partition}", "from offset 0: kept for ever", f"from offset {first}")


def _never_removed(family: Family) -> bool:
    return family.retention == FOR_EVER and family.cleanup != "compact"


def forgiven(history: History, name: str, wanted: Sequence[Wanted]) -> Counter[bytes]:
    """How many of the first outputs of each key of topic ``name`` have expired. Of a key the last ones are left."""
    firsts = {partition: first for (topic, partition), first in history.firsts.items() if topic == plain(name)}
    found: Counter[bytes] = Counter()
    if not firsts:
        return found
    left = history.partitions(name)
    missing = _missing(wanted, history.of(name))
    where = {message.key: message.partition for message in history.of(name)}
    closed: set[tuple[str, int]] = set()  # writer and partition where something is left
    room = dict(firsts)
    for one, is_missing in zip(wanted, missing, strict=True):
        partition = _partition(one.output, where, history.count(name))
        if not is_missing:
            closed.add((one.writer, partition))
        elif (
            room.get(partition, 0)
            and (one.writer, partition) not in closed
            and _early(one.caused_ms, left.get(partition))
        ):
            found[one.output.key or b""] += 1
            room[partition] -= 1
    return found


def _missing(wanted: Sequence[Wanted], seen: Sequence[Message]) -> list[bool]:
    """Which of ``wanted`` are not there, if of each key the last ones are left."""
    lost = Counter(one.output.key for one in wanted)
    lost.subtract(message.key for message in seen)
    found = []
    for one in wanted:
        found.append(lost[one.output.key] > 0)
        lost[one.output.key] -= 1
    return found


def _early(caused_ms: int, left: Sequence[Message] | None) -> bool:
    """Whether something so caused can have been written before the oldest record left of its partition."""
    return not left or caused_ms <= left[0].timestamp_ms + _CLOCKS_MS


def _partition(output: Output, where: dict[bytes | None, int], count: int) -> int:
    if output.partition is not None:
        return output.partition
    if output.key in where:
        return where[output.key]
    places = list(range(count))
    return int(_partition_of_key(output.key, places, places))
