"""The sink's lag as an operator sees it: it grows while nothing can be stored, and leaves with its partition."""

import asyncio
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaTimeoutError
from aiokafka.structs import OffsetAndMetadata

from monitoring.labels import Vocabulary
from monitoring.meters import Meters
from monitoring.observer import SinkObserver
from schemas.codec import Codec
from sinks.clickhouse import lagging
from sinks.clickhouse.erasing import Erasing
from sinks.clickhouse.lagging import Lagging
from sinks.clickhouse.lanes import Lane, Limits
from sinks.clickhouse.storing import Storing
from sinks.clickhouse.tables import DECISIONS
from sinks.clickhouse.writer import Passing

WORDS = Vocabulary({"topic": frozenset({"decisions"})})
FIRST, SECOND = TopicPartition("decisions", 0), TopicPartition("decisions", 1)


class Process:
    """One process of the sink: its lanes and its figures, beside a broker that says the ends."""

    def __init__(self, ends: dict[TopicPartition, int]) -> None:
        self.ends, self.away = ends, False
        self.lanes: dict[TopicPartition, Lane] = {}
        self.meters = Meters(WORDS)
        self.lagging = Lagging(self, lambda: self.lanes, SinkObserver(self.meters))

    async def end_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        if self.away:
            raise KafkaTimeoutError
        return {place: self.ends[place] for place in places}

    def own(self, *places: TopicPartition, known: bool = True, stored: int = 0) -> None:
        self.lanes = {
            place: Lane(place.topic, place.partition, DECISIONS, 1, known=known, next=stored) for place in places
        }

    async def told(self) -> dict[str, float]:
        """Lag by partition, after one look."""
        await self.lagging.tell()
        return {
            sample.labels["partition"]: sample.value
            for family in self.meters.registry.collect()
            for sample in family.samples
            if sample.name == "chengxin_sink_lag"
        }


async def test_what_waits_grows_while_nothing_is_stored() -> None:
    sink = Process({FIRST: 7})
    sink.own(FIRST, stored=4)
    assert await sink.told() == {"0": 3}
    sink.ends[FIRST] = 5_000  # the lane is full and paused: it fetches nothing more
    assert await sink.told() == {"0": 4_996}
    sink.lanes[FIRST].next = 5_000
    assert await sink.told() == {"0": 0}


async def test_a_partition_that_went_to_another_process_is_told_there_alone() -> None:
    ends = {FIRST: 10, SECOND: 20}
    one, other = Process(ends), Process(ends)
    one.own(FIRST, SECOND)
    assert await one.told() == {"0": 10, "1": 20}
    one.own(FIRST)
    other.own(SECOND, stored=15)
    assert (await one.told(), await other.told()) == ({"0": 10}, {"1": 5})
    one.own()
    other.own(FIRST, SECOND, stored=10)
    assert (await one.told(), await other.told()) == ({}, {"0": 0, "1": 10})


async def test_a_broker_that_does_not_answer_stops_no_storing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lagging, "TELL_S", 0)
    sink = Process({FIRST: 9})
    sink.own(FIRST)
    assert await sink.told() == {"0": 9}
    sink.away = True
    follows = asyncio.create_task(sink.lagging.follow())
    await asyncio.sleep(0.01)
    assert not follows.done()
    sink.away, sink.ends[FIRST] = False, 11
    await asyncio.sleep(0.01)
    follows.cancel()
    assert sink.meters.registry.get_sample_value("chengxin_sink_lag", {"topic": "decisions", "partition": "0"}) == 11


async def test_a_partition_got_while_the_database_is_away_is_behind_by_what_the_group_says() -> None:
    sink = Process({FIRST: 50, SECOND: 50})
    sink.own(FIRST, SECOND, known=False)
    assert await sink.told() == {}
    answers: Iterator[None] = iter([None])

    class Away:
        database = SimpleNamespace(held=None)

        async def call(self, *_: object) -> None:
            next(answers)  # its second question ends the test
            raise Passing("away")

    async def offsets(places: list[TopicPartition], *_: object) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, 3)

    async def committed(*_: object) -> dict[TopicPartition, OffsetAndMetadata]:
        return {FIRST: OffsetAndMetadata(40, "")}

    consumer = SimpleNamespace(beginning_offsets=offsets, end_offsets=offsets)
    erasing = Erasing("127.0.0.1:1", "erasures", Codec.load())
    storing = Storing(
        consumer,
        Away(),  # type: ignore[arg-type]
        Codec.load(),
        Limits(backoff_s=0),
        erasing=erasing,
        observer=None,
    )
    storing._offsets = SimpleNamespace(committed=committed, require=lambda _: None)  # type: ignore[assignment]
    with pytest.raises(RuntimeError):  # StopIteration within a coroutine
        await storing.resolve([*sink.lanes.values()])
    assert await sink.told() == {"0": 10, "1": 47}
