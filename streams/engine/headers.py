"""Names of headers that are no UTF-8: whoever may write a topic may write one, the broker takes it, and neither client
ever gets past that record. Here it is read like any other, its header's name with the bytes that are no text escaped.

The clients have no setting for it. So the batches they read are parsed by a subclass of theirs that comes into play
only where a name could not be decoded.
"""

from collections.abc import Iterator
from typing import Any

import aiokafka.consumer.fetcher
import kafka.record.memory_records
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import decode_varint_py
from kafka.record.default_records import DefaultRecordBatch

_COUNTED = 12  # offset and length stand before the bytes that a batch's length counts


class _Forgiving(bytearray):
    """A batch's bytes; the names of headers are all that a parser takes for text."""

    def __getitem__(self, at: Any) -> Any:
        found = super().__getitem__(at)
        return _Forgiving(found) if isinstance(at, slice) else found

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        return super().decode(encoding, errors)


class _OfKafkaPython(DefaultRecordBatch):
    _buffer: Any

    def _read_msg(self) -> Any:
        try:
            return super()._read_msg()
        except UnicodeDecodeError:  # nothing was taken yet: the position moves with a whole record
            self._buffer = _Forgiving(self._buffer)
            return super()._read_msg()


class _OfAiokafka(_DefaultRecordBatchPy):
    _buffer: Any

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _Forgiving(self._buffer)

    def _read_msg(self) -> Any:
        return super()._read_msg(decode_varint_py)


class _Batch:
    """A batch as the client parses it; from its beginning again, forgiving, where that fails. The fetcher passes over
    what it has had."""

    def __init__(self, batch: Any, raw: memoryview) -> None:
        self._batch, self._raw = batch, raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._batch
        except (UnicodeDecodeError, CorruptRecordException) as error:
            if not isinstance(error.__cause__ or error, UnicodeDecodeError):
                raise
            yield from _OfAiokafka(self._raw)


class _Records:
    """The batches of one answer of a broker."""

    def __init__(self, data: bytes) -> None:
        self._records = MemoryRecords(data)
        self._data, self._at = memoryview(data), 0
        self.has_next, self.size_in_bytes = self._records.has_next, self._records.size_in_bytes

    def next_batch(self) -> _Batch | None:
        batch, start = self._records.next_batch(), self._at
        if batch is None:
            return None
        self._at += _COUNTED + int.from_bytes(self._data[start + 8 : start + _COUNTED], "big")
        return _Batch(batch, self._data[start : self._at])


def forgive() -> None:
    """From now on every consumer of this process, of either client, reads on."""
    aiokafka.consumer.fetcher.MemoryRecords = _Records
    kafka.record.memory_records.DefaultRecordBatch = _OfKafkaPython
