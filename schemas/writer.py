"""Avro bytes straight from frozen values: a schema becomes one function, put together once.

fastavro walks the schema again for every value, tries each branch of a union on the whole of it and needs a dict of
it first; that was half of what an event cost (docs/performance.md). Its bytes remain the measure: a test writes
values of every schema both ways, and ``chengxin verify`` writes all of ``accepted`` again with fastavro.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from operator import attrgetter, call
from typing import Any

Write = Callable[[Any], bytes]

_EPOCH = 719_163  # date(1970, 1, 1).toordinal()
_SHORT = 1 << 15  # lengths, small numbers and days until 2059 come from a table


def varint(number: int) -> bytes:
    """Avro's long: small numbers of either sign in few bytes. Knows no bounds below 64 bits."""
    number = (number << 1) ^ (number >> 63)
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


_TABLE = tuple(varint(number) for number in range(_SHORT))


def _length(value: int) -> bytes:
    return _TABLE[value] if value < _SHORT else varint(value)


def _integer(bits: int) -> Write:
    low, high = -(1 << bits - 1), 1 << bits - 1

    def integer(value: int) -> bytes:
        if type(value) is not int:  # True is no number
            raise TypeError(f"an integer is required, not {type(value).__name__}")
        if 0 <= value < _SHORT:
            return _TABLE[value]
        if not low <= value < high:
            raise OverflowError(f"too large for {bits} bits")
        return varint(value)

    return integer


def _bytes(value: bytes) -> bytes:
    return _length(len(value)) + value


def _string(value: str) -> bytes:
    raw = str.encode(value)  # so that anything else is a TypeError
    return (_TABLE[len(raw)] if len(raw) < _SHORT else varint(len(raw))) + raw


def _boolean(value: bool) -> bytes:
    if value is True:
        return b"\x01"
    if value is False:
        return b"\x00"
    raise TypeError(f"a boolean is required, not {type(value).__name__}")


def _day(value: date) -> bytes:
    days = date.toordinal(value) - _EPOCH
    return _TABLE[days] if 0 <= days < _SHORT else varint(days)


class _Symbols(dict[str, bytes]):
    """The bytes of an enum's symbols."""

    def __missing__(self, symbol: Any) -> bytes:
        raise ValueError(f"no symbol of the enum: a {type(symbol).__name__}")


_PRIMITIVE: dict[str, Write] = {
    "string": _string,
    "int": _integer(32),
    "long": _integer(64),
    "boolean": _boolean,
    "bytes": _bytes,
}


def record(fields: Iterable[Mapping[str, Any]], named: dict[str, Write] | None = None) -> Write:
    """The writer of a run of record fields: a value with an attribute for each -> their bytes, one after the other,
    which is all that an Avro record is.

    >>> from types import SimpleNamespace
    >>> write = record([{"name": "a", "type": "string"}, {"name": "b", "type": ["null", "int"]}])
    >>> write(SimpleNamespace(a="x", b=None))
    b'\\x02x\\x00'

    A wrong value raises what fastavro raises: TypeError, ValueError (no symbol of an enum), OverflowError, and
    AttributeError where a field is absent. Unlike fastavro nothing passes for another value: None is neither empty nor
    false, a text is no array, an int has 32 bits.
    :raises ValueError: a type that no schema of ours uses; lint admits none either.
    """
    known = {} if named is None else named
    rows = [(field["name"], _writer(field["type"], known)) for field in fields]
    if len(rows) == 1:
        ((name, write),) = rows
        return lambda value: write(getattr(value, name))
    get, writers = attrgetter(*(name for name, _ in rows)), tuple(write for _, write in rows)
    return lambda value: b"".join(map(call, writers, get(value)))


def _writer(node: Any, named: dict[str, Write]) -> Write:
    if isinstance(node, list):
        return _optional(node, named)
    if isinstance(node, str):
        node = {"type": node}
    kind, logical = node["type"], node.get("logicalType")
    write: Write | None = None
    if kind == "record":
        write = named[node["name"]] = record(node["fields"], named)
    elif kind == "enum":
        write = named[node["name"]] = _symbols(node["symbols"])
    elif kind == "array":
        write = _array(_writer(node["items"], named))
    elif kind == "map":
        write = _map(_writer(node["values"], named))
    elif logical is None:
        write = _PRIMITIVE.get(kind) or named.get(kind)
    elif logical == "date":
        write = _day
    if write is None:
        raise ValueError(f"no writer for the type {node}")
    return write


def _optional(branches: list[Any], named: dict[str, Write]) -> Write:
    if len(branches) != 2 or branches[0] != "null":
        raise ValueError(f"a union must be null and one more type: {branches}")
    write = _writer(branches[1], named)
    return lambda value: b"\x00" if value is None else b"\x02" + write(value)


def _symbols(symbols: list[str]) -> Write:
    return _Symbols({symbol: _TABLE[number] for number, symbol in enumerate(symbols)}).__getitem__


def _array(write: Write) -> Write:
    def array(values: Any) -> bytes:
        if not isinstance(values, (tuple, list)):
            raise TypeError(f"a tuple or list is required, not {type(values).__name__}")
        return b"".join((_length(len(values)), *map(write, values), b"\x00")) if values else b"\x00"

    return array


def _map(write: Write) -> Write:
    def mapping(values: Any) -> bytes:
        if not isinstance(values, dict):
            raise TypeError(f"a dict is required, not {type(values).__name__}")
        pairs = (_string(key) + write(value) for key, value in values.items())
        return b"".join((_length(len(values)), *pairs, b"\x00")) if values else b"\x00"

    return mapping
