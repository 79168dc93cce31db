"""State in memory: a dict, keys by due number, and byte order built only while a sweep needs it.

Measured (tests/engine/test_engine_memory.py, make check): 600,000 keys of 32 bytes with values of 1.5 KB and a due
number per GiB. A worker whose partitions hold more needs ``EngineConfig.state = "disk"``.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Mapping

from streams.engine.state import Entry


class SweepOrder:
    """Byte order over a changing set of keys, for reading in slices.

    Sorted once when the first slice is asked for, kept up to date while the sweep goes on, dropped when a slice comes
    back short: no cost outside of sweeps. Keys that left ``members`` are passed over.
    """

    def __init__(self, members: Collection[bytes]) -> None:
        self._members = members
        self._order: list[bytes] | None = None
        self._skip = 0  # everything before this index has left

    def added(self, key: bytes) -> None:
        """Call after ``key`` joined ``members``."""
        if self._order is None:
            return
        at = bisect_left(self._order, key)
        if at == len(self._order) or self._order[at] != key:
            self._order.insert(at, key)
        self._skip = min(self._skip, at)

    def slice(self, after: bytes | None, limit: int) -> list[bytes]:
        """At most ``limit`` members greater than ``after`` (None: from the first), in order."""
        if self._order is None:
            self._order, self._skip = sorted(self._members), 0
        order, members = self._order, self._members
        while self._skip < len(order) and order[self._skip] not in members:
            self._skip += 1
        at = self._skip if after is None else max(self._skip, bisect_right(order, after))
        found: list[bytes] = []
        while at < len(order) and len(found) < limit:
            if order[at] in members:
                found.append(order[at])
            at += 1
        if len(found) < limit:
            self._order = None
        return found


class _Day:
    """The keys of one due number."""

    __slots__ = ("members", "order")

    def __init__(self) -> None:
        self.members: set[bytes] = set()
        self.order = SweepOrder(self.members)


class MemoryStore:
    """See ``state.Store``."""

    def __init__(self) -> None:
        self._values: dict[bytes, bytes] = {}
        self._due: dict[bytes, int] = {}
        self._days: dict[int, _Day] = {}
        self._numbers: list[int] = []  # the due numbers in use, sorted
        self._order = SweepOrder(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: bytes) -> bytes | None:
        return self._values.get(key)

    def due(self, until: int, limit: int) -> list[tuple[int, bytes]]:
        found: list[tuple[int, bytes]] = []
        for number in self._numbers:
            if number > until or len(found) >= limit:
                break
            found.extend((number, key) for key in self._days[number].order.slice(None, limit - len(found)))
        return found

    def keys_after(self, key: bytes, limit: int) -> list[bytes]:
        return self._order.slice(key, limit)

    def apply(self, changes: Mapping[bytes, Entry | None]) -> None:
        for key, entry in changes.items():
            if entry is None:
                self._values.pop(key, None)
                self._set_due(key, None)
                continue
            new = key not in self._values
            self._values[key] = entry.value
            if new:
                self._order.added(key)
            self._set_due(key, entry.due)

    def _set_due(self, key: bytes, due: int | None) -> None:
        old = self._due.get(key)
        if old == due:
            return
        if old is not None:
            del self._due[key]
            day = self._days[old]
            day.members.discard(key)
            if not day.members:
                del self._days[old]
                del self._numbers[bisect_left(self._numbers, old)]
        if due is not None:
            self._due[key] = due
            if due not in self._days:
                self._days[due] = _Day()
                insort(self._numbers, due)
            day = self._days[due]
            day.members.add(key)
            day.order.added(key)

    def close(self) -> None:
        for part in (self._values, self._due, self._days, self._numbers):
            part.clear()
