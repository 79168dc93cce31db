"""The first difference, said so that a person can go and look."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from schemas.codec import Codec, SchemaFault
from streams.oracle.history import Message

Headers = Sequence[tuple[str, bytes]]


class Difference(NamedTuple):
    """Where two accounts part: what was worked out, what stands there."""

    where: str
    expected: str
    seen: str

    def __str__(self) -> str:
        return f"{self.where}: expected {self.expected}, seen {self.seen}"


def between(codec: Codec, where: str, expected: bytes | None, seen: bytes | None) -> Difference | None:
    """None where the bytes are equal, or say the same in an older version of the schema; else the first field that
    differs, or the record that is missing."""
    if expected == seen:
        return None
    if expected is None or seen is None:
        return Difference(where, _name(codec, expected), _name(codec, seen))
    if _renewed(codec, seen) == expected or _as_old(codec, expected, seen) == seen:
        return None
    one, other = _value(codec, expected), _value(codec, seen)
    path, left, right = _first(one, other, "")
    return Difference(f"{where} field {path or '(bytes)'}", repr(left)[:300], repr(right)[:300])


def headed(where: str, expected: Headers, seen: Message | None) -> Difference | None:
    """None where a record carries the headers it should, or is missing, which is told elsewhere."""
    if seen is None or tuple(seen.headers) == tuple(expected):
        return None
    return Difference(f"{where} headers", repr(tuple(expected)), repr(tuple(seen.headers)))


def _renewed(codec: Codec, data: bytes) -> bytes | None:
    """What an older program wrote, as the newest version of its schema says it; None for what is new or unreadable."""
    try:
        old = codec.decode(data, max_bytes=1 << 24)
    except SchemaFault:
        return None
    return None if old.schema_id == codec.id_of(old.record) else codec.encode(old.record, old.value)


def _as_old(codec: Codec, expected: bytes, seen: bytes) -> bytes | None:
    """What is expected as an older program would have written it: without what its version of the schema cannot say.
    None where ``seen`` is not older."""
    try:
        old, new = codec.decode(seen, max_bytes=1 << 24), codec.decode(expected, max_bytes=1 << 24)
    except SchemaFault:
        return None
    if old.record != new.record or old.version >= new.version:
        return None
    try:
        return codec.lowered(expected, old.version)
    except ValueError:  # the older version has no symbol for it
        return None


def _value(codec: Codec, data: bytes) -> Any:
    try:
        decoded = codec.decode(data, max_bytes=1 << 24)
    except SchemaFault as fault:
        return str(fault)
    if decoded.record == "QuarantinedRecord":  # what a department sent, with whatever identity is in it
        return {**decoded.value, "head": f"<{len(decoded.value['head'])} bytes>"}
    return decoded.value


def _name(codec: Codec, data: bytes | None) -> str:
    return "no record" if data is None else str(_value(codec, data))[:300]


def _first(one: Any, other: Any, path: str) -> tuple[str, Any, Any]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one:
            if one[key] != other.get(key):
                return _first(one[key], other.get(key), f"{path}.{key}".lstrip("."))
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            if left != right:
                return _first(left, right, f"{path}[{number}]")
    return path, one, other
