"""When rows of decisions become visible to a plain ``SELECT``: asked again and again while a load runs."""

import threading
import time
from bisect import bisect_left

from clickhouse_driver import Client

from sinks.clickhouse.connection import connect

_ASK_S = 0.2


class Rows:
    """When each row was first seen. A partition's rows appear in order, so its highest offset says it of all."""

    def __init__(self) -> None:
        self._offsets: dict[int, list[int]] = {}
        self._moments: dict[int, list[float]] = {}

    def note(self, partition: int, offset: int, at: float) -> None:
        """``offset`` is the highest of the partition that was seen at this moment."""
        offsets = self._offsets.setdefault(partition, [])
        if not offsets or offset > offsets[-1]:
            offsets.append(offset)
            self._moments.setdefault(partition, []).append(at)

    def at(self, partition: int, offset: int) -> float | None:
        """When the row was first seen; None if never.

        >>> rows = Rows()
        >>> rows.note(0, 5, 1.0), rows.note(0, 9, 2.0)
        (None, None)
        >>> rows.at(0, 5), rows.at(0, 6), rows.at(0, 10)
        (1.0, 2.0, None)
        """
        found = self._offsets.get(partition, [])
        index = bisect_left(found, offset)
        return self._moments[partition][index] if index < len(found) else None


class Visible:
    """Asks every fifth of a second, which is what ``rows`` may say too late."""

    def __init__(self, url: str, database: str) -> None:
        self.rows = Rows()
        self._client: Client = connect(url, database)
        self._ending = threading.Event()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Raises what went wrong meanwhile."""
        self._ending.set()
        self._thread.join()
        self._client.disconnect()
        if self._fault is not None:
            raise self._fault

    def _ask(self) -> None:
        try:
            while not self._ending.wait(_ASK_S):
                found = self._client.execute("SELECT partition, max(offset) FROM decisions GROUP BY partition")
                at = time.time()
                for partition, offset in found:
                    self.rows.note(partition, offset, at)
        except Exception as error:
            self._fault = error
