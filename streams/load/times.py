"""When something happened at a place of a topic: written by one process to a file, read by another."""

import struct
from array import array
from collections.abc import Iterable
from math import isnan, nan
from pathlib import Path
from typing import NamedTuple

Place = tuple[str, int]  # topic with the deployment's prefix, partition
_ROW = struct.Struct("<HHqd")  # number of the topic, partition, offset, seconds since the epoch


class Log:
    """Rows in memory until ``save``. ``topics``: the names that may occur."""

    def __init__(self, topics: Iterable[str]) -> None:
        self._topics = {name: number for number, name in enumerate(topics)}
        self._rows = bytearray()

    def note(self, topic: str, partition: int, offset: int, at: float) -> None:
        self._rows += _ROW.pack(self._topics[topic], partition, offset, at)

    def save(self, file: Path) -> None:
        names = "\n".join(self._topics).encode()
        file.write_bytes(len(names).to_bytes(4, "little") + names + self._rows)


class Times:
    """The moments of a saved log, by place and offset."""

    def __init__(self) -> None:
        self._by_place: dict[Place, array[float]] = {}
        self.count = 0
        self.repeated = 0  # places noted more than once

    @classmethod
    def load(cls, file: Path) -> "Times":
        raw = file.read_bytes()
        size = int.from_bytes(raw[:4], "little")
        names, found = raw[4 : 4 + size].decode().split("\n"), cls()
        for topic, partition, offset, at in _ROW.iter_unpack(raw[4 + size :]):
            found.put((names[topic], partition), offset, at)
        return found

    def put(self, place: Place, offset: int, at: float) -> None:
        moments = self._by_place.setdefault(place, array("d"))
        if offset >= len(moments):
            moments.extend([nan] * (offset + 1 - len(moments)))
        if isnan(moments[offset]):
            self.count += 1
            moments[offset] = at
        else:
            self.repeated += 1

    def get(self, place: Place, offset: int) -> float | None:
        """The moment; None where nothing was noted."""
        moments = self._by_place.get(place)
        if moments is None or offset >= len(moments) or isnan(moments[offset]):
            return None
        return moments[offset]


class Spread(NamedTuple):
    """Milliseconds of some waits: how many, the median, the 99th percentile, the longest."""

    waits: int
    p50: float
    p99: float
    max: float


def spread(seconds: list[float]) -> Spread:
    """Nearest rank.

    >>> spread([0.003, 0.001, 0.002])
    Spread(waits=3, p50=2.0, p99=3.0, max=3.0)
    >>> spread([])
    Spread(waits=0, p50=0.0, p99=0.0, max=0.0)
    """
    if not seconds:
        return Spread(0, 0.0, 0.0, 0.0)
    ranked = sorted(seconds)

    def rank(share: float) -> float:
        return round(1000 * ranked[max(0, -int(-share * len(ranked) // 1) - 1)], 1)

    return Spread(len(ranked), rank(0.5), rank(0.99), rank(1.0))
