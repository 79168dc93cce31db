"""A task's inbox: what waits per input topic, and the rule that no record is skipped or taken twice.

The rule. The inbox keeps one offset per topic, the frontier: everything below it was taken or is committed. A batch
covers an interval [start, end) of offsets completely (see ``Fetched``). It is taken only if start <= frontier < end,
from the frontier on, and moves the frontier to its end. A batch that ends at or below the frontier is old and dropped;
one that starts above it would leave a gap and is dropped too, and the task seeks back to the frontier. So whatever
arrives after a rebalance, a seek or a lost message - stale batches, repeated ones, later ones first - the taken
records are exactly those from the committed offset on, once each, in order. Nothing rests on Faust's generations.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from enum import Enum

from aiokafka.structs import ConsumerRecord

from streams.engine.batches import Fetched


class Offer(Enum):
    TAKEN = "taken"
    OLD = "old"  # nothing in it at or above the frontier
    GAP = "gap"  # it starts above the frontier: records in between would be lost
    CLOSED = "closed"  # the task has no frontier yet


class Waiting:
    """The rest of one taken batch."""

    __slots__ = ("at", "end", "records")

    def __init__(self, records: list[ConsumerRecord], at: int, end: int) -> None:
        self.records = records
        self.at = at  # index of the next record
        self.end = end  # the offset to commit once all are done


class Inbox:
    """Waiting batches of one task, by topic in order of priority."""

    def __init__(self, topics: Iterable[str], limit: int) -> None:
        self.topics = tuple(topics)
        self._limit = limit
        self._waiting: dict[str, deque[Waiting]] = {topic: deque() for topic in self.topics}
        self._frontier: dict[str, int] | None = None

    def open(self, offsets: Mapping[str, int]) -> None:
        """Forget everything and begin at these offsets, one for each topic."""
        self._frontier = {topic: offsets[topic] for topic in self.topics}
        for queue in self._waiting.values():
            queue.clear()

    def close(self) -> None:
        self._frontier = None
        for queue in self._waiting.values():
            queue.clear()

    def frontier(self, topic: str) -> int | None:
        return None if self._frontier is None else self._frontier[topic]

    def offer(self, topic: str, fetched: Fetched) -> Offer:
        """Take a batch if it continues this topic without gap.

        >>> inbox = Inbox(["t"], 4)
        >>> inbox.open({"t": 5})
        >>> inbox.offer("t", Fetched(7, 9, 1, [])), inbox.offer("t", Fetched(0, 5, 1, []))
        (<Offer.GAP: 'gap'>, <Offer.OLD: 'old'>)
        >>> inbox.offer("t", Fetched(3, 9, 1, [])), inbox.frontier("t")
        (<Offer.TAKEN: 'taken'>, 9)
        """
        if self._frontier is None:
            return Offer.CLOSED
        frontier = self._frontier[topic]
        if fetched.end <= frontier:
            return Offer.OLD
        if fetched.start > frontier:
            return Offer.GAP
        records, at = fetched.records, 0
        if fetched.start < frontier:
            at = sum(record.offset < frontier for record in records)
        self._frontier[topic] = fetched.end
        if at < len(records):
            self._waiting[topic].append(Waiting(records, at, fetched.end))
        elif self._waiting[topic]:
            self._waiting[topic][-1].end = fetched.end  # only markers: they belong to what came before
        return Offer.TAKEN

    def skip(self, topic: str, offset: int) -> None:
        """Give up what lies between the frontier and ``offset``; what is waiting stays."""
        assert self._frontier is not None
        self._frontier[topic] = max(self._frontier[topic], offset)

    def head(self, topic: str) -> Waiting | None:
        queue = self._waiting[topic]
        return queue[0] if queue else None

    def drop_head(self, topic: str) -> None:
        self._waiting[topic].popleft()

    def full(self, topic: str) -> bool:
        return len(self._waiting[topic]) >= self._limit

    def __bool__(self) -> bool:
        return any(self._waiting.values())
