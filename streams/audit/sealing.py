"""``chengxin audit seal``: reads what was committed since the last seal, chains it, and signs the next root.

What is in a seal is decided by offsets, not by clocks: each goes from where the one before ended to the last stable
offset, so every committed record is in exactly one, and one still in an open transaction is in none yet. Entries and
seal are one transaction of a producer that fences any other sealer.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from aiokafka import AIOKafkaProducer
from kafka import KafkaConsumer, TopicPartition

from streams.audit import chain, keys, store
from streams.audit.seals import Range, Seal, following
from streams.oracle import history
from streams.reader import Reader
from topics.access import reach

Place = tuple[str, int]  # topic without prefix, partition


class Reached(NamedTuple):
    """How far the seals go: by partition the first offset not covered, and the chain there."""

    next: int
    head: bytes


class Found(NamedTuple):
    """What is new in one partition."""

    range: Range
    entries: list[chain.Entry]


def reached(known: list[Seal]) -> dict[Place, Reached]:
    """Where each partition stands after the seals ``known``."""
    return {one.place: Reached(one.next, bytes.fromhex(one.head)) for seal in known for one in seal.ranges}


async def seal(reader: Reader, copy: Path, new_key: bool = False) -> Seal:
    """Seal everything committed so far; also where nothing is new, for a missing seal must mean a missing sealer.

    :raises AuditFault: the topic of seals is not as it was, or the key is gone.
    """
    name = reader.topic(store.SEALS)
    producer = AIOKafkaProducer(**reach(reader.bootstrap), transactional_id=name, acks="all")
    await producer.start()  # fences any other sealer and waits for its last transaction: what is read now is the end
    try:
        known = await asyncio.to_thread(list, store.seals(reader))
        store.keep(copy, store.read_copy(copy), known)
        key = keys.private(reader.settings.audit_dir, known[-1].number if known else 0, new_key)
        found = await asyncio.to_thread(new, reader, reached(known))
        made = following(reader.settings.prefix, known, [one.range for one in found], key, datetime.now(UTC))
        async with producer.transaction():
            for one in found:
                for value in store.entry_values(reader, made.number, one.range.place, one.entries):
                    await producer.send(reader.topic(store.ENTRIES), value=value, partition=0)
            await producer.send(name, value=store.seal_value(reader, made), partition=0)
        store.keep(copy, known, [*known, made])
        return made
    finally:
        await producer.stop()


def new(reader: Reader, before: dict[Place, Reached]) -> list[Found]:
    """What no seal covers yet, in order of topic and partition."""
    topics, prefix = store.sealed_topics(reader), reader.settings.prefix
    with history.opened(reader.bootstrap) as consumer:
        places = history.places_of(consumer, sorted(topics), prefix)
        ends = consumer.end_offsets(places)
        starts = _starts(consumer, places, prefix, before)
        entries: dict[Place, list[chain.Entry]] = {}
        for message in history.between(consumer, starts, ends, prefix, named=str):
            place = message.topic, message.partition
            if message.offset < ends[TopicPartition(prefix + message.topic, message.partition)]:
                entries.setdefault(place, []).append(chain.entry(message, topics[message.topic]))
    return [
        chained((place.topic.removeprefix(prefix), place.partition), starts[place], ends[place], before, entries)
        for place in sorted(places)
        if ends[place] > starts[place]
    ]


def _starts(
    consumer: KafkaConsumer, places: list[TopicPartition], prefix: str, before: dict[Place, Reached]
) -> dict[TopicPartition, int]:
    begin = consumer.beginning_offsets(places)
    return {
        place: before[named].next if (named := (place.topic.removeprefix(prefix), place.partition)) in before else first
        for place, first in begin.items()
    }


def chained(
    place: Place, first: int, end: int, before: dict[Place, Reached], entries: dict[Place, list[chain.Entry]]
) -> Found:
    """What is new in a partition, chained on what ``before`` holds."""
    here = entries.get(place, [])
    head = before[place].head if place in before else chain.start(*place)
    return Found(Range(*place, first, end, len(here), chain.linked(head, here).hex()), here)
