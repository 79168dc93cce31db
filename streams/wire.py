"""Between the core's frozen values and Avro's dicts, and the names under which records travel."""

from datetime import date
from typing import Any, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


def to_avro(value: msgspec.Struct) -> dict[str, Any]:
    """The dict that ``schemas.codec`` encodes; dates and bytes stay as they are."""
    fields: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(date, bytes))
    return fields


def from_avro(value: dict[str, Any], kind: type[T]) -> T:
    """The frozen value of a decoded record; fields that ``kind`` does not know are left out."""
    return msgspec.convert(value, kind)


def source_key(topic: str, partition: int, offset: int) -> bytes:
    """Key of a receipt: the record it answers."""
    return f"{topic}:{partition}:{offset}".encode()


def subject_partition(subject: str, partitions: int) -> int:
    """Partition of a subject token in ``accepted``: our own partitioner, the same in every language.

    >>> subject_partition("00000000000000070000000000000000", 8)
    7
    """
    return int(subject[:16], 16) % partitions
