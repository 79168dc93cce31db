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


RECORD_BYTES = 400  # of memory that a record takes beside its value


class Waiting:
    """The rest of one taken batch."""

    __slots__ = ("at", "end", "number", "records", "size")

    def __init__(self, records: list[ConsumerRecord], at: int, end: int, number: int) -> None:
        self.records = records
        self.number = number  # in order of arrival over all topics
        self.at = at  # index of the next record
        self.end = end  # the offset to commit once all are done
        self.size = sum(RECORD_BYTES + len(record.value or b"") for record in records)


class Inbox:
    """Waiting batches of one task, by topic in order of priority; ``ranks`` as in ``ports.AgentSpec``.

    Bounds: ``batches`` of a topic, ``size`` bytes of all topics together. They are no refusal - what comes is taken -
    but say from which topics to fetch nothing more (``unwanted``): a backlog in a hundred topics must not move into
    memory as a whole.
    """

    def __init__(self, topics: Iterable[str], batches: int, size: int, ranks: Iterable[int] = ()) -> None:
        self.topics = tuple(topics)
        self._rank = dict(zip(self.topics, tuple(ranks) or range(len(self.topics)), strict=True))
        self._arrived = 0
        self._batches = batches
        self._most = size
        self.size = 0
        self._waiting: dict[str, deque[Waiting]] = {topic: deque() for topic in self.topics}
        self._frontier: dict[str, int] | None = None

    def open(self, offsets: Mapping[str, int]) -> None:
        """Forget everything and begin at these offsets, one for each topic."""
        self._frontier = {topic: offsets[topic] for topic in self.topics}
        self._clear()

    def close(self) -> None:
        self._frontier = None
        self._clear()

    def _clear(self) -> None:
        self.size = 0
        for queue in self._waiting.values():
            queue.clear()

    def frontier(self, topic: str) -> int | None:
        return None if self._frontier is None else self._frontier[topic]

    def offer(self, topic: str, fetched: Fetched) -> Offer:
        """Take a batch if it continues this topic without gap.

        >>> inbox = Inbox(["t"], 4, 1 << 20)
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
            self._arrived += 1
            waiting = Waiting(records, at, fetched.end, self._arrived)
            self._waiting[topic].append(waiting)
            self.size += waiting.size
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

    def in_turn(self) -> list[str]:
        """The topics with something waiting, in the order in which they are to be handled.

        >>> inbox = Inbox(["clock", "a", "b"], 4, 1 << 20, ranks=(1, 2, 2))
        >>> inbox.open({"clock": 0, "a": 0, "b": 0})
        >>> made = ConsumerRecord("t", 0, 0, 0, 1, None, b"", None, -1, 0, ())
        >>> _ = [inbox.offer(topic, Fetched(0, 1, 1, [made])) for topic in ("b", "a", "clock")]
        >>> inbox.in_turn()
        ['clock', 'b', 'a']
        """
        waiting = [(self._rank[topic], queue[0].number, topic) for topic, queue in self._waiting.items() if queue]
        return [topic for _, _, topic in sorted(waiting)]

    def drop_head(self, topic: str) -> None:
        self.size -= self._waiting[topic].popleft().size

    def unwanted(self, stuck: bool) -> set[str]:
        """Topics from which nothing more is to be fetched now.

        When the bytes are reached, only topics of ranks before the first that waits (the clock among them) go on: they
        would be handled first. ``stuck``: nothing of what waits may be handled yet; then it may depend on any topic
        that has nothing waiting, so those go on.

        >>> inbox = Inbox(["a", "b", "c"], 4, 0)
        >>> inbox.open({"a": 0, "b": 0, "c": 0})
        >>> inbox.offer("b", Fetched(0, 1, 1, [ConsumerRecord("b", 0, 0, 0, 1, None, b"", None, -1, 0, ())]))
        <Offer.TAKEN: 'taken'>
        >>> sorted(inbox.unwanted(stuck=False)), sorted(inbox.unwanted(stuck=True))
        (['b', 'c'], ['b'])
        """
        waiting = [topic for topic in self.topics if self._waiting[topic]]
        if waiting and self.size >= self._most:
            first = self._rank[waiting[0]]
            return set(waiting) if stuck else {topic for topic in self.topics if self._rank[topic] >= first}
        return {topic for topic in waiting if len(self._waiting[topic]) >= self._batches}

    def __bool__(self) -> bool:
        return any(self._waiting.values())
