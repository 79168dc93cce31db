"""Avro bytes straight from frozen values: a schema becomes one function, put together once.

fastavro walks the schema again for every value, tries each branch of a union on the whole of it and needs a dict of
it first; that was half of what an event cost (docs/performance.md). Its bytes remain the measure: a test writes
values of every schema both ways, and ``chengxin verify`` writes all of ``accepted`` again with fastavro.
"""

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter, call
from typing import Any

Write = Callable[[Any], bytes]

_EPOCH = 719_163  # date(1970, 1, 1).toordinal()
_SHORT = 1 << 15  # lengths, small numbers and days until 2059 come from a table


def _varint(number: int) -> bytes:
    number = (number << 1) ^ (number >> 63)
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


_TABLE = tuple(_varint(number) for number in range(_SHORT))


def _long(value: int) -> bytes:
    if 0 <= value < _SHORT:
        return _TABLE[value]
    if not -(1 << 63) <= value < 1 << 63:
        raise OverflowError(f"{value} is no 64-bit number")
    return _varint(value)


def _bytes(value: bytes) -> bytes:
    return _long(len(value)) + value


def _string(value: str) -> bytes:
    raw = value.encode()
    return (_TABLE[len(raw)] if len(raw) < _SHORT else _varint(len(raw))) + raw


def _boolean(value: bool) -> bytes:
    return b"\x01" if value else b"\x00"


def _day(value: Any) -> bytes:
    return _long(value.toordinal() - _EPOCH)


_PRIMITIVE: dict[str, Write] = {"string": _string, "int": _long, "long": _long, "boolean": _boolean, "bytes": _bytes}


def record(fields: Iterable[Mapping[str, Any]], named: dict[str, Write] | None = None) -> Write:
    """The writer of a run of record fields: a value with an attribute for each -> their bytes, one after the other,
    which is all that an Avro record is.

    >>> from types import SimpleNamespace
    >>> write = record([{"name": "a", "type": "string"}, {"name": "b", "type": ["null", "int"]}])
    >>> write(SimpleNamespace(a="x", b=None))
    b'\\x02x\\x00'

    The value's own mistakes raise AttributeError, TypeError, KeyError (no symbol of an enum) or OverflowError.
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
        write = named[node["name"]] = {symbol: _long(n) for n, symbol in enumerate(node["symbols"])}.__getitem__
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


def _array(write: Write) -> Write:
    def array(values: Any) -> bytes:
        return b"".join((_long(len(values)), *map(write, values), b"\x00")) if values else b"\x00"

    return array


def _map(write: Write) -> Write:
    def mapping(values: Any) -> bytes:
        pairs = (_string(key) + write(value) for key, value in values.items())
        return b"".join((_long(len(values)), *pairs, b"\x00")) if values else b"\x00"

    return mapping
