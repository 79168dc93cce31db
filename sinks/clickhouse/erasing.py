"""Who is erased, and the rows of theirs that are still there turned into stubs (docs/adr/0016).

Every process of the sink reads the compacted topic ``erasures`` whole before it joins its group, and follows it: what
it stores from then on of an erased subject is a stub from the start. Rows stored before are rewritten where they lie,
so their places and numbers stay; a rewrite that was done changes nothing when done again.
"""

import logging
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord

from schemas.codec import Codec
from sinks.clickhouse.columns import Erasures
from sinks.clickhouse.observer import Observer
from streams.engine.closing import end_fetching
from topics.access import reach

log = logging.getLogger("chengxin.sink")
CHUNK = 500  # subjects rewritten by one statement
_POLL_MS = 200


class Erased(NamedTuple):
    """One erasure, as the topic tells it."""

    day: date
    obligations: tuple[str, ...]


class Erasing:
    """The erasures known to this process. ``pending``: those whose older rows have to be looked for."""

    def __init__(self, bootstrap: str, topic: str, codec: Codec, observer: Observer | None = None) -> None:
        self._codec = codec
        self._observer = observer
        self.topic = topic
        self._all: dict[str, Erased] = {}
        self._pending: dict[str, Erased] = {}
        self._days: dict[str, date] = {}
        self._obligations: set[str] = set()
        self._consumer = AIOKafkaConsumer(
            topic,
            **reach(bootstrap),
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )

    @property
    def known(self) -> Erasures:
        return Erasures(self._days, self._obligations)

    async def start(self) -> None:
        """Read all there is; nothing may be stored before."""
        await self._consumer.start()
        places = self._consumer.assignment()
        end = await self._consumer.end_offsets(places)
        begin = await self._consumer.beginning_offsets(places)
        left = {place for place in places if end[place] > begin[place]}
        while left:
            self._take(await self._consumer.getmany(timeout_ms=_POLL_MS))
            left = {place for place in left if await self._consumer.position(place) < end[place]}
        await self._tell()

    async def follow(self) -> None:
        """Learn of further erasures, for ever."""
        while True:
            self._take(await self._consumer.getmany(timeout_ms=_POLL_MS))
            await self._tell()

    async def _tell(self) -> None:
        """How many it knows and how far it is behind; it follows the topic in no group, so nobody else can tell."""
        if self._observer is None:
            return
        self._observer.erasing(len(self._all))
        for place in self._consumer.assignment():
            position, end = await self._consumer.position(place), self._consumer.highwater(place)
            self._observer.lag(place.topic, place.partition, max(0, (end or position) - position))

    async def stop(self) -> None:
        await end_fetching(self._consumer)
        await self._consumer.stop()

    def look_again(self) -> None:
        """All of them are to be looked for again: whoever owned these partitions before may have stored rows later."""
        self._pending = dict(self._all)

    def next_chunk(self) -> dict[str, Erased]:
        """Some that are pending; they stay so until ``done``."""
        return dict(islice(self._pending.items(), CHUNK))

    def done(self, chunk: dict[str, Erased]) -> None:
        for subject, erased in chunk.items():
            if self._pending.get(subject) == erased:
                del self._pending[subject]

    def _take(self, found: dict[object, list[ConsumerRecord]]) -> None:
        for record in self._values(found):
            said = self._codec.decode(record.value, frozenset({"Erasure"})).value
            subject, erased = said["subject"], Erased(said["day"], tuple(said["obligations"]))
            self._all[subject] = self._pending[subject] = erased
            self._days[subject] = erased.day
            self._obligations.update(erased.obligations)

    def _values(self, found: dict[object, list[ConsumerRecord]]) -> Iterator[ConsumerRecord]:
        return (record for records in found.values() for record in records if record.value is not None)
