"""Dicts from Avro bytes: a schema becomes one function, put together once.

fastavro walks the schema again for every value; that made a decision cost 63 us to read, and every sink, oracle and
what-if reads them by the million (docs/performance.md). It remains the measure: a test reads values of every schema
both ways. And it forgives: an int of 64 bits, a branch or symbol counted from the end, a truth of 2, a number without
end all pass for a value, which another reader takes for another or for none. Here they are no record.

The source of a record's function assigns one variable for each field. ``i`` is where the next byte stands.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from schemas.writer import REPEATING

Read = Callable[[bytes, int], tuple[Any, int]]

_EPOCH = 719_163  # date(1970, 1, 1).toordinal()
_KEPT = 1 << 13  # texts or days kept at most
_LONG = 200  # bytes of a text that is never kept: no word of ours has so many, but what others send may
_LENGTHS = tuple(byte >> 1 if byte < 128 and not byte & 1 else None for byte in range(256))  # None: look closer


def long(data: bytes, i: int) -> tuple[int, int]:
    """Avro's long at ``i``, and where it ends. Raises IndexError after the data, ValueError beyond 64 bits.

    >>> long(bytes([0x80, 0x01]), 0)
    (64, 2)
    """
    byte = data[i]
    i += 1
    number, shift = byte & 0x7F, 7
    while byte & 0x80:
        byte = data[i]
        i += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if shift > 70:
            raise ValueError("a number of more than 64 bits")
    return (number >> 1) ^ -(number & 1), i


def _end(data: bytes, i: int) -> tuple[int, int]:
    """Where the text or bytes whose length stands at ``i`` end, and where they begin."""
    length, i = long(data, i)
    if length < 0:
        raise ValueError("a length below zero")
    return i + length, i


class _Texts(dict[bytes, str]):
    """Texts by their bytes: those that repeat are one object each."""

    def __missing__(self, raw: bytes) -> str:
        if len(raw) > _LONG:
            return raw.decode()
        if len(self) >= _KEPT:
            self.clear()
        found = self[raw] = raw.decode()
        return found


_days: dict[bytes, date] = {}  # by the three bytes that every day between 1992 and 4840 takes


def _day(data: bytes, i: int) -> tuple[date, int]:
    number, end = long(data, i)
    found = date.fromordinal(number + _EPOCH)
    if end == i + 3:
        if len(_days) >= _KEPT:
            _days.clear()
        _days[data[i:end]] = found
    return found, end


_NAMES: dict[str, Any] = {
    "lengths": _LENGTHS,
    "long": long,
    "end": _end,
    "day": _day,
    "days": _days,
    "texts": _Texts(),
    "truths": {0: False, 1: True},
    "epoch": datetime(1970, 1, 1, tzinfo=UTC),
    "milliseconds": timedelta(milliseconds=1),
}
_READ = {  # of a primitive into the variable {0}, for the field {1}
    "string": ["{0}=data[i:j].decode()", "i=j"],
    "bytes": ["{0}=data[i:j]", "i=j"],
    "int": [
        "{0},i=long(data,i)",
        "if not -2147483648<={0}<=2147483647: raise OverflowError('{1}: an int of more than 32 bits')",
    ],
    "long": ["{0},i=long(data,i)"],
    "boolean": ["{0}=truths[data[i]]", "i+=1"],
    "timestamp-millis": ["{0},i=long(data,i)", "{0}=epoch+{0}*milliseconds"],
    "date": ["{0}=days.get(data[i:i+3])", "if {0} is None: {0},i=day(data,i)", "else: i+=3"],
}
_LENGTH = ["j=lengths[data[i]]", "if j is None: j,i=end(data,i)", "else:", " i+=1", " j+=i"]


class _Source:
    """The lines of one function while they are written, and what they call."""

    def __init__(self, names: dict[str, Any], known: dict[str, Any]) -> None:
        self.names = names
        self.known = known  # named types by name
        self.lines: list[str] = []
        self._variables = 0

    def variable(self) -> str:
        self._variables += 1
        return f"v{self._variables}"

    def write(self, depth: int, *lines: str) -> None:
        self.lines.extend(" " * depth + line for line in lines)

    def read(self, node: Any, depth: int, field: str = "") -> str:
        """Read a value of the type ``node`` into a variable; its name. ``field``: whose value it is."""
        found = self.variable()
        if isinstance(node, list):
            self._optional(node, found, depth, field)
            return found
        if isinstance(node, str):
            node = self.known.get(node) or {"type": node}
        kind = node.get("logicalType") or node["type"]
        if kind in ("string", "bytes"):
            self.write(depth, *_LENGTH)
        if kind == "string" and field in REPEATING:
            self.write(depth, f"{found}=texts[data[i:j]]", "i=j")
        elif kind in _READ:
            self.write(depth, *(line.format(found, field) for line in _READ[kind]))
        elif kind == "record":
            self.known[node["name"]] = node
            parts = {inner["name"]: self.read(inner["type"], depth, inner["name"]) for inner in node["fields"]}
            self.write(depth, f"{found}={{{','.join(f'{name!r}:{part}' for name, part in parts.items())}}}")
        elif kind == "enum":
            self.known[node["name"]] = node
            self.names[f"symbols_{found}"] = {2 * number: symbol for number, symbol in enumerate(node["symbols"])}
            self.write(depth, f"{found}=symbols_{found}[data[i]]", "i+=1")
        elif kind in ("array", "map"):
            self._blocks(node, found, depth, field)
        else:
            raise ValueError(f"no reader for the type {node}")
        return found

    def _optional(self, branches: list[Any], found: str, depth: int, field: str) -> None:
        if len(branches) != 2 or branches[0] != "null":
            raise ValueError(f"a union must be null and one more type: {branches}")
        self.write(depth, "branch=data[i]", "i+=1", f"if branch==0: {found}=None", "elif branch==2:")
        inner = self.read(branches[1], depth + 1, field)
        self.write(depth, f" {found}={inner}", "else: raise ValueError('no branch of the union')")

    def _blocks(self, node: Mapping[str, Any], found: str, depth: int, field: str) -> None:
        """Items in blocks, each with their number before it; a negative number is followed by the block's bytes."""
        array = node["type"] == "array"
        count = self.variable()
        self.write(depth, f"{found}={'[]' if array else '{}'}", "while True:", f" {count},i=long(data,i)")
        self.write(depth, f" if not {count}: break", f" if {count}<0:", f"  {count}=-{count}", "  _,i=long(data,i)")
        self.write(depth, f" for _ in range({count}):")
        key = None if array else self.read("string", depth + 2)
        item = self.read(node["items" if array else "values"], depth + 2, field)
        self.write(depth, f"  {found}.append({item})" if array else f"  {found}[{key}]={item}")


def record(fields: Iterable[Mapping[str, Any]]) -> Read:
    """The reader of a record's fields: bytes and a place -> a dict of them and the place after.

    What is no such record raises LookupError, ValueError or OverflowError, or ends at another place than the data.

    >>> record([{"name": "a", "type": "string"}, {"name": "b", "type": ["null", "int"]}])(b"\\x02x\\x00", 0)
    ({'a': 'x', 'b': None}, 3)

    :raises ValueError: a type that no schema of ours uses.
    """
    source = _Source(dict(_NAMES), {})
    found = source.read({"type": "record", "name": "", "fields": list(fields)}, 1)
    code = "\n".join(("def read(data,i):", *source.lines, f" return {found},i"))
    exec(code, source.names)  # noqa: S102 - made of field names only, as repr writes them
    read: Read = source.names["read"]
    return read
