"""The sink's rows of what the stand has written, put through the driver's own columns: what is read back is what was
given, so nothing that a record says is cut to fit a type (a day after 2299 would be stored as 1970-01-01)."""

from collections import Counter
from typing import Any, ClassVar

from clickhouse_driver.bufferedreader import BufferedSocketReader
from clickhouse_driver.bufferedwriter import BufferedSocketWriter
from clickhouse_driver.columns.service import read_column, write_column

from sinks.clickhouse.columns import Stored, rows, types
from sinks.clickhouse.tables import BY_FAMILY
from tests.flow.flow_stand import CODEC, Stand

APPENDED_MS = 1_559_520_000_000


class _Server:
    revision, timezone = 54460, "UTC"

    @staticmethod
    def get_timezone() -> str:
        return "UTC"


class _Context:
    """As much of a connection as the columns ask for."""

    client_settings: ClassVar = {"strings_as_bytes": False, "strings_encoding": "utf-8", "use_numpy": False}
    server_info = _Server
    settings: ClassVar[dict[str, Any]] = {}


class _Wire:
    def __init__(self) -> None:
        self.sent = bytearray()

    def sendall(self, data: bytes) -> None:
        self.sent += data

    def recv_into(self, buffer: memoryview) -> int:
        size = min(len(buffer), len(self.sent))
        buffer[:size] = self.sent[:size]
        del self.sent[:size]
        return size


class Rows:
    """Follows what the stand's topics gain."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def check(self, stand: Stand) -> int:
        """How many rows were made of what came since the last call; each can be stored as it is."""
        made = 0
        for topic, records in stand.topics.items():
            table = BY_FAMILY.get(topic.partition(".")[0])
            new, self._seen[topic] = records[self._seen[topic] :], len(records)
            if table is None or topic.endswith(".current") or not new:
                continue
            stored = [Stored(topic, 0, n, APPENDED_MS, CODEC.decode(raw).value) for n, (_, raw) in enumerate(new)]
            columns = rows(table, stored)
            made += len(columns[0])
            for (name, type_), cells in zip(types(table).items(), columns, strict=True):
                if name != "appended_at":
                    assert _through_the_driver(name, type_, cells) == cells, name
        return made


def _through_the_driver(name: str, type_: str, cells: list[Any]) -> list[Any]:
    if not cells:
        return []
    wire = _Wire()
    out = BufferedSocketWriter(wire, 1 << 16)
    write_column(_Context, name, type_, list(cells), out, types_check=True)
    out.flush()
    return list(read_column(_Context, type_, len(cells), BufferedSocketReader(wire, 1 << 16)))
