"""The simulated log: partitions of record batches with offsets, markers, stable offsets and producers' sequences.

Batches are kept as the bytes a producer sent, with the offset and the append time a broker writes into them, so what
a consumer parses is what Kafka would send.
"""

import struct
from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple

from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from crc32c import crc32c

LOG_APPEND_TIME, TRANSACTIONAL, CONTROL = 0x08, 0x10, 0x20
OK, OUT_OF_RANGE, OUT_OF_ORDER, INVALID_EPOCH = 0, 1, 45, 47
REMEMBERED = 5  # batches of a producer a partition knows again


class Batch(NamedTuple):
    base: int
    last: int
    data: bytes
    producer: int
    control: bool


class Aborted(NamedTuple):
    producer: int
    first: int
    last: int


class Header(NamedTuple):
    """The fixed head of a batch, as a broker looks at it."""

    base: int
    length: int
    leader_epoch: int
    magic: int
    crc: int
    attributes: int
    last_delta: int
    first_ms: int
    max_ms: int
    producer: int
    epoch: int
    sequence: int
    count: int


_HEAD = struct.Struct(">qiibIhiqqqhii")


def header(data: bytes) -> Header:
    return Header(*_HEAD.unpack_from(data))


def _stamped(data: bytes, base: int, now_ms: int, more: int = 0) -> bytes:
    """The batch at its offset, with the time of its appending."""
    made, head = bytearray(data), header(data)
    struct.pack_into(">q", made, 0, base)
    struct.pack_into(">h", made, 21, head.attributes | LOG_APPEND_TIME | more)
    struct.pack_into(">q", made, 35, now_ms)
    struct.pack_into(">I", made, 17, crc32c(bytes(made[21:])))
    return bytes(made)


class _Producer:
    """What a partition remembers of one producer."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch
        self.next = 0
        self.recent: dict[int, int] = {}  # first sequence -> base offset


class PartitionLog:
    """``waiting``: whom to tell that a reader may see more than before."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.end = 0
        self.open: dict[int, int] = {}  # producer -> first offset of its open transaction
        self.aborted: list[Aborted] = []
        self.waiting: dict[int, Callable[[], None]] = {}
        self._producers: dict[int, _Producer] = {}
        self._lasts: list[int] = []

    @property
    def stable(self) -> int:
        return min(self.open.values(), default=self.end)

    def append(self, data: bytes, now_ms: int) -> tuple[int, int]:
        """(error, base offset). A batch that is known already is answered and not appended."""
        head = header(data)
        if head.producer >= 0:
            known = self._producers.setdefault(head.producer, _Producer(head.epoch))
            if head.epoch < known.epoch:
                return INVALID_EPOCH, -1
            if head.epoch > known.epoch:
                known = self._producers[head.producer] = _Producer(head.epoch)
            if head.sequence in known.recent:
                return OK, known.recent[head.sequence]
            if head.sequence != known.next:
                return OUT_OF_ORDER, -1
            known.next += head.count
            known.recent[head.sequence] = self.end
            if len(known.recent) > REMEMBERED:
                del known.recent[next(iter(known.recent))]
            if head.attributes & TRANSACTIONAL:
                self.open.setdefault(head.producer, self.end)
        return OK, self._add(_stamped(data, self.end, now_ms), head, control=False)

    def mark(self, producer: int, epoch: int, commit: bool, now_ms: int) -> None:
        """The end of a producer's transaction here."""
        known = self._producers.setdefault(producer, _Producer(epoch))
        if epoch > known.epoch:
            self._producers[producer] = _Producer(epoch)
        first = self.open.pop(producer, None)
        if not commit and first is not None:
            self.aborted.append(Aborted(producer, first, self.end))
        builder = DefaultRecordBatchBuilder(2, 0, True, producer, epoch, -1, 1000)
        builder.append(0, now_ms, struct.pack(">hh", 0, int(commit)), struct.pack(">hi", 0, 0), [])
        data = _stamped(bytes(builder.build()), self.end, now_ms, CONTROL)
        self._add(data, header(data), control=True)

    def _add(self, data: bytes, head: Header, *, control: bool) -> int:
        base = self.end
        self.end += head.last_delta + 1
        self.batches.append(Batch(base, self.end - 1, data, head.producer, control))
        self._lasts.append(self.end - 1)
        for wake in self.waiting.values():
            wake()
        return base

    def read(self, offset: int, committed_only: bool, most: int, batches: int) -> tuple[bytes, list[Aborted]]:
        """Whole batches from the one that holds ``offset``, at least one where there is one: at most ``batches``, or
        what fits into ``most`` bytes.
        """
        bound = self.stable if committed_only else self.end
        found: list[bytes] = []
        size, until = 0, offset
        for batch in self.batches[bisect_left(self._lasts, offset) :]:
            if batch.base >= bound or (found and (size + len(batch.data) > most or len(found) >= batches)):
                break
            found.append(batch.data)
            size += len(batch.data)
            until = batch.last + 1
        hidden = [one for one in self.aborted if one.last >= offset and one.first < until] if committed_only else []
        return b"".join(found), hidden

    def last_visible(self) -> int:
        """Offset of the last record that is committed, -1 if there is none."""
        for batch in reversed(self.batches):
            if not batch.control and batch.base < self.stable and not self._hidden(batch):
                return batch.last
        return -1

    def _hidden(self, batch: Batch) -> bool:
        return any(one.producer == batch.producer and one.first <= batch.base < one.last for one in self.aborted)

    def committed(self) -> list[tuple[int, int, bytes | None, bytes | None, tuple[tuple[str, bytes], ...]]]:
        """Offset, time, key, value and headers of every record a read_committed reader sees."""
        found = []
        stable = self.stable
        for batch in self.batches:
            if batch.control or batch.base >= stable or self._hidden(batch):
                continue
            records = MemoryRecords(batch.data)
            parsed = records.next_batch()
            assert parsed is not None
            found += [(r.offset, r.timestamp, r.key, r.value, tuple(r.headers)) for r in parsed]
        return found
