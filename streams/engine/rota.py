"""Whom a fetch asks. It names every topic-partition it asks, and a worker has hundreds, of which few are busy: those
that gave nothing lately are not named every time.

aiokafka's fetcher has one request on its way to a broker at most, and looks again at whatever happens meanwhile. So
whether everything was asked is told by the requests that were made, broker by broker: a look that fell into a running
request has asked nobody. (Taken for asked, topic-partitions with little traffic were not read for minutes beside a
busy one whose requests took as long as the rest between two looks.)
"""

import time
from collections.abc import Callable, Collection, Mapping, Set
from typing import Any, NamedTuple

BUSY_S = 10.0  # whoever gave records within this is asked by every fetch
BACKLOG = 250  # records that a poll gives while there is a backlog; a quarter of what it may
REST_S = 0.5  # every topic-partition is asked at least this often in a backlog,
BRIEF_S = 0.1  # and this often otherwise: so long may a fetch be waited for while records come,
FETCH_BYTES = 64 << 10  # unless it has so much. Answered by each few records, fetches would cost more than they bring
FETCH_WAIT_MS = 250  # while none come. Faust asks for 1500
NEVER = float("-inf")


class Rota:
    """Whom the next fetch asks; ``tps`` are topic-partitions, ``node`` the brokers that lead them.

    >>> rota, everybody = Rota(), frozenset({"a", "b"})
    >>> rota.gave({"a": 3}, now=9.0)
    >>> sorted(rota.turn(everybody, 9.1, on_its_way={}))
    ['a', 'b']
    >>> rota.asked_all({1}, named={1}, now=9.1)
    >>> [sorted(rota.turn(everybody, now, on_its_way)) for now, on_its_way in ((9.15, {}), (9.25, {1}), (9.25, {}))]
    [['a'], ['a'], ['a', 'b']]
    """

    def __init__(self) -> None:
        self._gave: dict[Any, float] = {}
        self._asked: dict[int, float] = {}  # when a broker was last asked for everything it leads
        self._backlog_at = -REST_S

    def gave(self, counts: Mapping[Any, int], now: float) -> None:
        """``counts``: how many records of each topic-partition a poll found."""
        self._gave.update(dict.fromkeys(counts, now))
        if sum(counts.values()) >= BACKLOG:
            self._backlog_at = now

    def busy(self, tps: frozenset[Any], now: float) -> frozenset[Any]:
        return frozenset(tp for tp, at in self._gave.items() if now - at < BUSY_S and tp in tps)

    def turn(self, tps: frozenset[Any], now: float, on_its_way: Collection[int]) -> frozenset[Any]:
        """``tps`` themselves, or those of them that are busy. ``on_its_way``: brokers that cannot be asked now."""
        rest = REST_S if now - self._backlog_at < REST_S else BRIEF_S
        rested = not self._asked or any(now - at >= rest for node, at in self._asked.items() if node not in on_its_way)
        return tps if rested else self.busy(tps, now) or tps

    def asked_all(self, leaders: Set[int], named: Set[int], now: float) -> None:
        """Requests for everything were made to those ``named``; ``leaders`` are all brokers that lead something."""
        self._asked = {node: now if node in named else self._asked.get(node, NEVER) for node in leaders}

    def asked_busy(self, named: Set[int]) -> None:
        """Requests for the busy ones were made: a broker that is new was never asked for the rest."""
        for node in named:
            self._asked.setdefault(node, NEVER)


class Asked(NamedTuple):
    """The part of an assignment that a fetch is made for, as aiokafka's fetcher looks at it."""

    tps: frozenset[Any]
    state_value: Callable[[Any], Any]


def rotate(fetcher: Any, rota: Rota) -> None:
    """Let ``rota`` say what each fetch of ``fetcher`` asks."""
    actions = fetcher._get_actions_per_node

    def of(assignment: Any) -> Any:
        everybody, now = frozenset(assignment.tps), time.monotonic()
        flows = bool(rota.busy(everybody, now))
        fetcher._fetch_max_wait_ms = int(BRIEF_S * 1000) if flows else FETCH_WAIT_MS
        fetcher._fetch_min_bytes = FETCH_BYTES if flows else 1
        asked = rota.turn(everybody, now, fetcher._in_flight)
        found = actions(Asked(asked, assignment.state_value))
        requests, resets = found[:2]
        named = {node for node, _ in requests} | set(resets)
        if asked is everybody:
            rota.asked_all({fetcher._select_read_replica(tp) for tp in everybody} - {None, -1}, named, now)
        else:
            rota.asked_busy(named)
        return found

    fetcher._get_actions_per_node = of
