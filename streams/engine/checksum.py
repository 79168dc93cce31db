"""A batch of records as aiokafka fills it, with its head and checksum written here.

The library's own checksum goes through tables: 4.5 us an event, beside 0.4 with the processor's
instruction (docs/performance.md). The bytes are the library's (tests/engine).
"""

import struct
from typing import Any

import crc32c
from aiokafka.producer.message_accumulator import BatchBuilder

_HEAD = struct.Struct(">qiibIhiqqqhii")  # of a batch in format 2, up to its first record
_COUNTED = 12  # where the bytes begin that its length counts
_CHECKSUM, _CHECKED = 17, 21  # where the checksum stands, and where begins what it covers
_TRANSACTIONAL = 1 << 4


class Batch(BatchBuilder):
    """Uncompressed, transactional, all records of one time. Filled through ``_builder.append``, as any other."""

    def __init__(self, size: int, timestamp: int) -> None:
        super().__init__(size, 0, is_transactional=True)
        self._buffer: Any = None
        self._timestamp = timestamp
        self._state = (-1, -1, 0)
        self._filling: bytearray = self._builder.build()  # the very bytes that are appended to; built while few

    def _set_producer_state(self, producer_id: int, producer_epoch: int, base_sequence: int) -> None:
        self._state = (producer_id, producer_epoch, base_sequence)

    def _build(self) -> Any:
        if self._buffer is None:
            self._closed = True
            made, count, now = self._filling, self._relative_offset, self._timestamp
            del made[self._builder.size() :]
            length = len(made) - _COUNTED
            head = (0, length, -1, 2, 0, _TRANSACTIONAL, count - 1, now, now, *self._state, count)
            _HEAD.pack_into(made, 0, *head)
            with memoryview(made) as all_of_it:
                struct.pack_into(">I", made, _CHECKSUM, crc32c.crc32c(all_of_it[_CHECKED:]))
            self._buffer = made
            del self._builder
        return self._buffer
