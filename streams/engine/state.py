"""The task's state inside a transaction: an overlay on the store, applied on commit, dropped on abort.

A changelog record is key -> due (8 bytes, signed, big-endian; the lowest number means none) + value; a tombstone for
a deleted key. It goes into the same transaction as the outputs and the input offsets. One key is the engine's own:
it holds the input offsets of the transaction (see ``progress``) and is neither in the store nor open to steps.
"""

import heapq
import struct
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from streams.engine.ports import Output

NO_DUE = -(1 << 63)
OFFSETS_KEY = b"\x00offsets"
_DUE = struct.Struct(">q")


class Entry(NamedTuple):
    """A stored value and the number by which it is due, if any."""

    value: bytes
    due: int | None


class Store(Protocol):
    """The committed state of one task. Rebuilt from the changelog at every start; nothing in it is durable."""

    def get(self, key: bytes) -> bytes | None: ...
    def due(self, until: int, limit: int) -> list[tuple[int, bytes]]:
        """(due, key) with due <= ``until`` in that order, at most ``limit``."""
        ...

    def keys_after(self, key: bytes, limit: int) -> list[bytes]:
        """Keys greater than ``key`` in byte order, at most ``limit``."""
        ...

    def apply(self, changes: Mapping[bytes, Entry | None]) -> None:
        """Write entries; None deletes."""
        ...

    def __len__(self) -> int: ...
    def close(self) -> None: ...


def pack(entry: Entry | None) -> bytes | None:
    """The value of a changelog record.

    >>> pack(Entry(b"v", 3)), unpack(pack(Entry(b"v", None)))
    (b'\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x03v', Entry(value=b'v', due=None))
    """
    if entry is None:
        return None
    return _DUE.pack(NO_DUE if entry.due is None else entry.due) + entry.value


def unpack(data: bytes | None) -> Entry | None:
    """Inverse of ``pack``. Raises struct.error when the record is shorter than its due number."""
    if data is None:
        return None
    (due,) = _DUE.unpack_from(data)
    return Entry(data[_DUE.size :], None if due == NO_DUE else due)


def _refuse_reserved(key: bytes) -> None:
    if not key or key == OFFSETS_KEY:
        raise ValueError(f"a state key must be neither empty nor the engine's own: {key!r}")


class TransactionState:
    """Reads see the transaction's own writes. See ``ports.State``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.changes: dict[bytes, Entry | None] = {}

    def get(self, key: bytes) -> bytes | None:
        if key in self.changes:
            entry = self.changes[key]
            return None if entry is None else entry.value
        return self._store.get(key)

    def put(self, key: bytes, value: bytes, due: int | None = None) -> None:
        """Raises ValueError for an empty key (the sweeps begin there), the engine's own key, and for the due number
        that means none.
        """
        if due == NO_DUE:
            raise ValueError("the due number of a state key must not be the lowest one")
        _refuse_reserved(key)
        self.changes[key] = Entry(value, due)

    def delete(self, key: bytes) -> None:
        """Raises ValueError for the keys that ``put`` refuses."""
        _refuse_reserved(key)
        self.changes[key] = None

    def due(self, until: int, limit: int) -> list[bytes]:
        changed = self.changes
        own = [(entry.due, key) for key, entry in changed.items() if entry and entry.due is not None]
        found = [item for item in self._store.due(until, limit + len(changed)) if item[1] not in changed]
        found.extend(item for item in own if item[0] <= until)
        return [key for _, key in heapq.nsmallest(limit, found)]

    def keys_after(self, key: bytes, limit: int) -> list[bytes]:
        changed = self.changes
        found = [k for k in self._store.keys_after(key, limit + len(changed)) if k not in changed]
        found.extend(k for k, entry in changed.items() if entry is not None and k > key)
        return heapq.nsmallest(limit, found)


class TaskTransaction:
    """What one turn changes and emits. See ``ports.Transaction``."""

    def __init__(self, store: Store) -> None:
        self.state = TransactionState(store)
        self.outputs: list[Output] = []

    def emit(self, output: Output) -> None:
        self.outputs.append(output)

    @property
    def changes(self) -> dict[bytes, Entry | None]:
        return self.state.changes


def load(store: Store, records: Iterable[tuple[bytes, bytes | None]]) -> Entry | None:
    """Replay changelog records (key, value) in order: of several for one key the last counts.

    Returns the engine's own entry, which does not go into the store; None where the records hold none.
    """
    changes = {key: unpack(value) for key, value in records}
    own = changes.pop(OFFSETS_KEY, None)
    store.apply(changes)
    return own
