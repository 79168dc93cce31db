"""The simulated ClickHouse: what ``sinks.clickhouse.writer.Database`` asks of it, no more.

A block is one part: it is there whole or not at all. A token is noted before its rows are visible, the last 10,000 of
a table are known again, and a block under a known token is dropped without a word.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

from sinks.clickhouse.blocks import Place, Prepared
from sinks.clickhouse.columns import DEDUPLICATION_WINDOW, Table
from sinks.clickhouse.plan import Held
from tests.simulation.broker import CannotImitate
from tests.simulation.faults import Fault
from tests.simulation.loop import VirtualLoop


class Tables:
    """What the server keeps. ``rows``: table -> rows as tuples; ``strike`` is asked for every insert."""

    def __init__(self, loop: VirtualLoop, strike: Callable[[], Fault | None]) -> None:
        self.loop = loop
        self.strike = strike
        self.away = False
        self.rows: dict[str, list[tuple[Any, ...]]] = {}
        self.positions: dict[Place, int] = {}
        self._tokens: dict[str, OrderedDict[str, None]] = {}

    def note(self, table: str, token: str) -> bool:
        """Whether this token is new here."""
        known = self._tokens.setdefault(table, OrderedDict())
        if token in known:
            return False
        known[token] = None
        if len(known) > DEDUPLICATION_WINDOW:
            known.popitem(last=False)
        return True

    def store(self, block: Prepared, token: str) -> None:
        if self.note(block.table.name, token):
            self.rows.setdefault(block.table.name, []).extend(zip(*block.columns, strict=True))


class SimulatedDatabase:
    """One client of the server, with the methods of ``Database``."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def __getattr__(self, name: str) -> Any:
        raise CannotImitate(f"the simulated database has no {name}")

    def _reach(self) -> None:
        if self._tables.away:
            self._tables.loop.stall(0.3)
            raise OSError("nobody answers")

    def check(self) -> None:
        self._reach()

    def insert(self, block: Prepared, token: str) -> None:
        self._reach()
        fault = self._tables.strike()
        kind = fault.kind if fault else ""
        if fault is not None and kind == "insert late":
            self._tables.loop.later(fault.span, self._tables.store, block, token)
        elif kind == "token without rows":
            self._tables.note(block.table.name, token)
        elif kind != "insert refused":
            self._tables.store(block, token)
        if kind:
            raise OSError(kind)

    def count(self, block: Prepared) -> int:
        self._reach()
        start, end, _ = block.block
        place = (block.topic, block.partition)
        rows = self._tables.rows.get(block.table.name, [])
        return sum(row[:2] == place and start <= row[2] <= end for row in rows)

    def record(self, positions: Iterable[tuple[str, int, int]]) -> None:
        self._reach()
        for topic, partition, following in positions:
            known = self._tables.positions.get((topic, partition), 0)
            self._tables.positions[topic, partition] = max(known, following)

    def held(self, places: dict[Place, Table]) -> dict[Place, Held]:
        self._reach()
        return {place: self._held(place, table) for place, table in places.items()}

    def _held(self, place: Place, table: Table) -> Held:
        recorded = self._tables.positions.get(place)
        rows = self._tables.rows.get(table.name, [])
        beyond = [row[2] for row in rows if row[:2] == place and row[2] >= (recorded or 0)]
        return Held(recorded, max(beyond) if beyond else None)

    def erase(self, table: Table, erasures: Any) -> int:
        raise CannotImitate("rewriting rows of the erased: tests/sinks/test_erasing.py has a real ClickHouse")

    def disconnect(self) -> None:
        """There is no connection to drop."""

    def cut(self) -> None:
        """A call is over before anybody could cut it."""
