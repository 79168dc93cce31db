"""A lane: what the sink remembers of one topic-partition it owns, from the last stored offset to the last read."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from sinks.clickhouse.blocks import Prepared, Raw
from sinks.clickhouse.columns import Table
from sinks.clickhouse.plan import Block

RECORD_BYTES = 200  # of memory that a buffered record takes beside its value


class Kept(NamedTuple):
    """What is buffered of a record: a consumer's own takes three times the memory."""

    offset: int
    timestamp: int
    value: bytes | None


class Limits(NamedTuple):
    """Sizes and times, in rows, bytes and seconds. Blocks end at the first bound reached."""

    block_rows: int = 20_000
    block_bytes: int = 16_000_000
    buffer_bytes: int = 64_000_000  # of memory, all lanes together; above it nothing new is read
    poll_records: int = 5_000  # one poll at most: what may come beyond the buffer
    fetch_bytes: int = 256_000  # of one topic-partition in one fetch; as much may lie ready for each
    fetch_least_bytes: int = 64_000  # of all together before a fetch is answered early
    fetch_wait_s: float = 0.25  # and without so many
    linger_s: float = 0.5  # how long a record may wait for company
    inserts_per_s: int = 40  # with many busy lanes the linger grows: fewer, larger inserts
    insert_timeout_s: float = 30.0
    max_poll_interval_s: float = 300.0
    prove_after_s: float = 5.0  # a plan older than this is committed again before its insert
    backoff_s: float = 0.2  # first pause after a failed insert; doubles
    backoff_max_s: float = 5.0


def crowded(lanes: Iterable["Lane"], limits: Limits) -> bool:
    """Whether the lanes together hold what may be buffered."""
    return sum(lane.memory for lane in lanes) >= limits.buffer_bytes


@dataclass
class Lane:
    """One owned topic-partition. ``known`` turns true when the plan of the assignment was carried out."""

    topic: str
    partition: int
    table: Table
    generation: int
    known: bool = False
    paused: bool = True  # as the consumer was told
    next: int = 0  # first offset not stored
    committed: int | None = None  # where the group stands, until ClickHouse has said what it holds
    replay: Block | None = None  # the block that must come next, exactly
    doubtful_until: int = 0  # blocks starting below it are looked at again after the insert
    closing: int | None = None  # stored up to here, but the group still has an older commit
    closed_at: float = 0.0  # when ``closing`` was set
    since: float = 0.0  # when the oldest buffered record came
    size: int = 0  # bytes of the buffered values
    records: deque[Kept] = field(default_factory=deque)

    @property
    def at(self) -> int | None:
        """First offset not stored, as far as is known."""
        return self.next if self.known else self.committed

    @property
    def memory(self) -> int:
        """Bytes that the buffered records take."""
        return self.size + RECORD_BYTES * len(self.records)

    def add(self, records: list[Raw], now: float) -> None:
        """Buffer records as read; ones below ``next`` or already buffered (after a seek) are dropped."""
        last = self.records[-1].offset if self.records else self.next - 1
        fresh = [Kept(record.offset, record.timestamp, record.value) for record in records if record.offset > last]
        if fresh and not self.records:
            self.since = now
        self.records.extend(fresh)
        self.size += sum(len(record.value or b"") for record in fresh)

    def full(self, limits: Limits) -> bool:
        return len(self.records) >= limits.block_rows or self.size >= limits.block_bytes

    def wants_more(self, limits: Limits, crowded: bool) -> bool:
        """Whether to go on reading. A block to replay is read to its end, whatever the limits of this release: it
        cannot be stored before. When crowded no other lane reads, not even an empty one: with hundreds of partitions
        those alone would take what is fetched of each. None waits long: what is buffered is due after the linger."""
        if not self.known:
            return False
        if self.replay is not None:
            return not self.records or self.records[-1].offset < self.replay.end
        return not crowded and not self.full(limits)

    def due(self, limits: Limits, linger_s: float, now: float) -> bool:
        """Whether a block can and should be stored now. A replay waits for its last record and for nothing else."""
        if not self.known or not self.records:
            return False
        if self.replay is not None:
            return self.records[-1].offset >= self.replay.end
        return self.full(limits) or now - self.since >= linger_s

    def batch(self, limits: Limits) -> list[Kept]:
        """The records of the next block, at least one; they stay buffered until ``stored``."""
        if self.replay is not None:
            end = self.replay.end
            return [record for record in self.records if record.offset <= end]
        chosen: list[Kept] = []
        size = 0
        for record in islice(self.records, limits.block_rows):
            size += len(record.value or b"")
            if chosen and size > limits.block_bytes:
                break
            chosen.append(record)
        return chosen

    def stored(self, block: Prepared, now: float) -> None:
        """The block and its position are in ClickHouse: forget its records."""
        while self.records and self.records[0].offset <= block.block.end:
            self.size -= len(self.records.popleft().value or b"")
        self.next = block.block.end + 1
        self.replay = None
        self.since = now
        self.close(self.next, now)

    def close(self, offset: int, now: float) -> None:
        """Remember that ``offset`` is still to be committed without a plan."""
        if self.closing is None:
            self.closed_at = now
        self.closing = offset
