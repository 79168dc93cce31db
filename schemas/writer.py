"""Avro bytes straight from frozen values: a schema becomes one function, put together once.

fastavro walks the schema again for every value, tries each branch of a union on the whole of it and needs a dict of
it first; that was half of what an event cost (docs/performance.md). Its bytes remain the measure: a test writes
values of every schema both ways, and ``chengxin verify`` writes all of ``accepted`` again with fastavro.

The function of a record is one Python expression made from its fields, as dataclasses make theirs: no call for a text,
an enum or what is absent. Most texts of an event are words of the law book; their bytes are kept (``REPEATING``).
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

Write = Callable[[Any], bytes]

_EPOCH = 719_163  # date(1970, 1, 1).toordinal()
_SHORT = 1 << 15  # lengths and small numbers come from a table
_KEPT = 1 << 13  # texts or days whose bytes are kept at most

# Fields whose texts are codes, words of the law book or its digest: few of them, written over and over.
REPEATING = frozenset(
    [
        "basis",
        "body",
        "channel",
        "clause",
        "code",
        "document_body",
        "executor",
        "executor_body",
        "executor_source",
        "expected",
        "explanation",
        "field",
        "ground",
        "instrument",
        "item",
        "law_digest",
        "level",
        "lift_reason",
        "list",
        "measure",
        "memorandum",
        "reason",
        "reasons",
        "rule",
        "scale",
        "source_topic",
    ]
)


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


class _Lookup(dict[Any, bytes]):
    """A writer that keeps what it wrote. ``_KEPT`` at most, for some of it comes from outside."""

    def __init__(self, write: Write) -> None:
        super().__init__()
        self._write = write

    def __missing__(self, value: Any) -> bytes:
        if len(self) >= _KEPT:
            self.clear()
        found = self[value] = self._write(value)
        return found


class _Symbols(dict[Any, bytes]):
    """The bytes of an enum's symbols."""

    def __missing__(self, symbol: Any) -> bytes:
        raise ValueError(f"no symbol of the enum: a {type(symbol).__name__}")


def _some(write: Write) -> Write:
    """The second branch of a union with null."""
    return lambda value: b"\x02" + write(value)


def _day(value: date) -> bytes:
    return varint(date.toordinal(value) - _EPOCH)


_TEXTS, _SOME_TEXTS, _DAYS = _Lookup(_string), _Lookup(_some(_string)), _Lookup(_day)


class _Optional(NamedTuple):
    """A union with null; ``some`` writes its second branch, branch number included."""

    some: "Writer"


Writer = Write | dict[Any, bytes] | _Optional

_PRIMITIVE: dict[str, Write] = {
    "string": _string,
    "int": _integer(32),
    "long": _integer(64),
    "boolean": _boolean,
    "bytes": _bytes,
}


def record(fields: Iterable[Mapping[str, Any]], named: dict[str, Writer] | None = None) -> Write:
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
    names: dict[str, Any] = {"join": b"".join, "short": _TABLE, "long": varint}
    parts = [_part(f"value.{_identifier(field['name'])}", _field(field, known), names) for field in fields]
    exec(f"def write(value): return join(({', '.join(parts)},))", names)  # noqa: S102 - field names and ours only
    write: Write = names["write"]
    return write


def _identifier(name: str) -> str:
    if not name.isidentifier():
        raise ValueError(f"no writer for a field with the name {name!r}")
    return name


def _part(value: str, write: Writer, names: dict[str, Any]) -> str:
    """The source that writes the expression ``value``; what it calls goes into ``names``."""
    if write is _string:  # .encode so that anything but a text is an AttributeError
        return f"short[n] if (n := len(text := {value}.encode())) < {_SHORT} else long(n), text"
    if isinstance(write, _Optional):
        return f"b'\\0' if (some := {value}) is None else {_part('some', write.some, names)}"
    name = f"write_{len(names)}"
    names[name] = write
    return f"{name}[{value}]" if isinstance(write, dict) else f"{name}({value})"


def _function(write: Writer) -> Write:
    """The same as a function."""
    if isinstance(write, dict):
        return write.__getitem__
    if isinstance(write, _Optional):
        some = _function(write.some)
        return lambda value: b"\x00" if value is None else some(value)
    return write


def _field(field: Mapping[str, Any], named: dict[str, Writer]) -> Writer:
    node = field["type"]
    if field["name"] in REPEATING:
        if node == "string":
            return _TEXTS
        if node == ["null", "string"]:
            return _Optional(_SOME_TEXTS)
        if node == {"type": "array", "items": "string"}:
            return _array(_TEXTS.__getitem__)
    return _writer(node, named)


def _writer(node: Any, named: dict[str, Writer]) -> Writer:
    if isinstance(node, list):
        return _optional(node, named)
    if isinstance(node, str):
        node = {"type": node}
    kind, logical = node["type"], node.get("logicalType")
    write: Writer | None = None
    if kind == "record":
        write = named[node["name"]] = record(node["fields"], named)
    elif kind == "enum":
        write = named[node["name"]] = _symbols(node["symbols"])
    elif kind == "array":
        write = _array(_function(_writer(node["items"], named)))
    elif kind == "map":
        write = _map(_function(_writer(node["values"], named)))
    elif logical is None:
        write = _PRIMITIVE.get(kind) or named.get(kind)
    elif logical == "date":
        write = _DAYS
    if write is None:
        raise ValueError(f"no writer for the type {node}")
    return write


def _optional(branches: list[Any], named: dict[str, Writer]) -> _Optional:
    if len(branches) != 2 or branches[0] != "null":
        raise ValueError(f"a union must be null and one more type: {branches}")
    write = _writer(branches[1], named)
    some = _some(_function(write))
    return _Optional(_Lookup(some) if write is _DAYS else some)


def _symbols(symbols: list[str]) -> _Symbols:
    return _Symbols({symbol: _TABLE[number] for number, symbol in enumerate(symbols)})


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
