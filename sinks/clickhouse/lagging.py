"""How far the sink is behind, told while it stores and while it cannot: ClickHouse away is when somebody looks."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from sinks.clickhouse.lanes import Lane
from sinks.clickhouse.observer import Observer

log = logging.getLogger("chengxin.sink")
TELL_S = 5.0

Lanes = Mapping[TopicPartition, Lane]


class Lagging:
    """Tells the lag of the partitions that are owned, and takes back that of those that are not any more."""

    def __init__(self, consumer: AIOKafkaConsumer, lanes: Callable[[], Lanes], observer: Observer) -> None:
        """``lanes``: those of now, called after each wait, for a rebalance may come between."""
        self._consumer, self._lanes, self._observer = consumer, lanes, observer
        self._told: set[TopicPartition] = set()

    async def follow(self) -> None:
        """Tell every ``TELL_S``, for ever. Where Kafka does not answer the figure stays; storing goes on."""
        while True:
            try:
                await self.tell()
            except KafkaError as error:
                log.warning("lag not known: %r", error)
            await asyncio.sleep(TELL_S)

    async def tell(self) -> None:
        """Ask the broker for the ends: a lane that is full is paused, and nothing it fetched says how many wait. Raises
        KafkaError."""
        for place in self._told - self._lanes().keys():
            self._observer.left(place.topic, place.partition)
            self._told.discard(place)
        ends = await self._consumer.end_offsets([*self._lanes()])
        for place, lane in self._lanes().items():
            if place in ends and lane.at is not None:
                self._observer.lag(place.topic, place.partition, max(0, ends[place] - lane.at))
                self._told.add(place)
