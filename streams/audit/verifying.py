"""``chengxin audit verify``: every seal, every entry, every record of the sealed topics, and every row's place."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from kafka import KafkaConsumer, TopicPartition

from streams.audit import chain, store
from streams.audit.judging import Judge, Report, Rule
from streams.audit.keys import Unreadable
from streams.audit.rows import Rows
from streams.audit.seals import Range, Seal
from streams.oracle import history
from streams.reader import Reader
from topics.catalogue import DAY_MS, Family

Place = tuple[str, int]  # topic without prefix, partition
_TOGETHER = 64  # partitions read at a time
_ENTRIES = 50_000  # and about so many records


class Part(NamedTuple):
    """A range of a seal with its entries."""

    range: Range
    entries: Sequence[chain.Entry]


def verify(
    reader: Reader, believed: Mapping[str, int | None], copy: Sequence[Seal], now: datetime, tables: Rows | None = None
) -> Report:
    """Compare everything with its seals. ``believed``: see ``keys.believed``; ``copy``: seals kept elsewhere;
    ``tables`` None leaves ClickHouse out.

    :raises UnknownTopicOrPartitionError: the topics of the seals are not there. TimeoutError as ``history.read``.
    """
    judge, roots = Judge(reader.settings.prefix, believed, int(now.timestamp() * 1000)), list[str]()
    with history.opened(reader.bootstrap) as consumer:
        topics = _Topics(reader, consumer)
        try:
            for seal, parts in paired(store.seals(reader), store.entries(reader)):
                roots.append(seal.digest)
                judge.seal(seal)
                _ranges(judge, topics, parts, tables)
        except Unreadable as fault:
            judge.report.add("seal", f"after seal {len(roots)}", str(fault), "a record")
        judge.copy(copy, roots)
        for place, entries in topics.after(judge).items():
            judge.unsealed(place, entries)
    return judge.end()


def _ranges(judge: Judge, topics: "_Topics", parts: Iterable[Part], tables: Rows | None) -> None:
    for some in _together(parts):
        found = topics.found(some)
        for part in some:
            place = part.range.place
            judge.range(*part, found.get(place, []), topics.rule(place), topics.first(place))
            if tables is not None:
                tables.compare(judge.report, part.range, part.entries)


def rule_of(family: Family) -> Rule:
    """How long a family's topics keep what."""
    compacted = family.cleanup == "compact"
    return Rule(compacted, None if compacted else _ms(family.retention), _ms(family.tombstones or "forever"))


class _Topics:
    """What the sealed topics hold now, read up to where they ended when asked first."""

    def __init__(self, reader: Reader, consumer: KafkaConsumer) -> None:
        self._consumer, self._prefix = consumer, reader.settings.prefix
        self._sealed = store.sealed_topics(reader)
        catalogue = reader.catalogue
        self._rules = {
            history.plain(spec.name): rule_of(catalogue.families[spec.family]) for spec in catalogue.topics()
        }
        there = {name.removeprefix(self._prefix) for name in consumer.topics() if name.startswith(self._prefix)}
        self._there = sorted(name for name in there if history.plain(name) in map(history.plain, self._sealed))
        places = history.places_of(consumer, self._there, self._prefix)
        self._firsts: dict[TopicPartition, int] = consumer.beginning_offsets(places)
        self._ends: dict[TopicPartition, int] = consumer.end_offsets(places)

    def rule(self, place: Place) -> Rule | None:
        """None for what the catalogue no longer names and the broker no longer has."""
        if place[0] not in self._sealed and place[0] not in self._there:
            return None
        return self._rules[history.plain(place[0])]

    def first(self, place: Place) -> int | None:
        """Where the partition begins now; None where there is none."""
        return self._firsts.get(self._named(place))

    def found(self, parts: Sequence[Part]) -> dict[Place, list[chain.Entry]]:
        """What is there now of some ranges."""
        wanted = {self._named(part.range.place): part.range for part in parts}
        here = {place: one for place, one in wanted.items() if place in self._ends}
        starts = {place: max(one.first, self._firsts[place]) for place, one in here.items()}
        return self._read(starts, {place: min(one.next, self._ends[place]) for place, one in here.items()})

    def after(self, judge: Judge) -> dict[Place, list[chain.Entry]]:
        """What is there after the last range of every partition under seal."""
        places = [place for place in self._ends if place.topic.removeprefix(self._prefix) in self._sealed]
        starts = {
            place: max(judge.reached((place.topic.removeprefix(self._prefix), place.partition)) or 0, first)
            for place, first in self._firsts.items()
        }
        return self._read(starts, {place: self._ends[place] for place in places})

    def _read(
        self, starts: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
    ) -> dict[Place, list[chain.Entry]]:
        found: dict[Place, list[chain.Entry]] = {}
        for message in history.between(self._consumer, starts, ends, self._prefix, named=str):
            place = message.topic, message.partition
            if starts[self._named(place)] <= message.offset < ends[self._named(place)]:
                compacted = self._rules[history.plain(message.topic)].compacted
                found.setdefault(place, []).append(chain.entry(message, compacted))
        return found

    def _named(self, place: Place) -> TopicPartition:
        return TopicPartition(self._prefix + place[0], place[1])


def paired(
    seals: Iterable[Seal], entries: Iterable[tuple[int, str, int, list[chain.Entry]]]
) -> Iterator[tuple[Seal, Iterator[Part]]]:
    """Each seal with its ranges and their entries. Both topics have one order, so neither is held in memory: entries
    that are out of it are not found, and their range will say so."""
    runs = groupby(entries, key=lambda one: one[:3])
    ahead: list[tuple[Any, list[chain.Entry]]] = []

    def next_run() -> tuple[Any, list[chain.Entry]] | None:
        if not ahead:
            for key, group in runs:
                ahead.append((key, [entry for one in group for entry in one[3]]))
                break
        return ahead[0] if ahead else None

    def parts(seal: Seal) -> Iterator[Part]:
        for sealed in seal.ranges:
            place = (seal.number, *sealed.place)
            while (run := next_run()) is not None and run[0][0] < seal.number:
                ahead.clear()
            taken = run is not None and run[0] == place and bool(sealed.records)
            yield Part(sealed, run[1] if taken and run is not None else [])
            if taken:
                ahead.clear()

    for seal in seals:
        yield seal, parts(seal)


def _together(parts: Iterable[Part]) -> Iterator[list[Part]]:
    some, size = list[Part](), 0
    for part in parts:
        some.append(part)
        size += len(part.entries)
        if len(some) == _TOGETHER or size >= _ENTRIES:
            yield some
            some, size = [], 0
    if some:
        yield some


def _ms(period: str) -> int | None:
    return None if period == "forever" else int(period.removesuffix("d")) * DAY_MS
