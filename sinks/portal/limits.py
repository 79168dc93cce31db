"""How much one officer may ask: so many questions a minute, and a word to supervision when it is about many persons.
And how long an answer takes, so that the time tells nothing that the answer does not.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

STEP_S = 0.5  # of answers about a person: far above what reading a hundred decisions takes
_WINDOW_S = 60.0
_KNOWN = 10_000  # askers kept in mind; those that asked longest ago are forgotten first


class Even:
    """Lets what a block says leave at a full step after the block began, and not as soon as it is there: about somebody
    with many records reading takes longer than about somebody unknown. What takes longer than a step still tells so."""

    def __init__(self, step_s: float, now: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self._step, self._now, self._sleep = step_s, now, sleep

    @contextmanager
    def answer(self) -> Iterator[None]:
        """A refusal leaves as late as an answer."""
        began = self._now()
        try:
            yield
        finally:
            self._sleep((began - self._now()) % self._step)


class Turn(NamedTuple):
    """``first``: of the refused ones in a row, the one that goes on record; the others say nothing new."""

    allowed: bool
    first: bool = False


class Limiter:
    """At most ``most`` questions of one asker in any minute. ``now``: seconds that only grow. Safe between threads."""

    def __init__(self, most: int, now: Callable[[], float]) -> None:
        self._most = most
        self._now = now
        self._lock = threading.Lock()
        self._asked: dict[str, deque[float]] = {}
        self._refused: set[str] = set()

    def turn(self, asker: str) -> Turn:
        """Whether ``asker`` may ask now; a refused question does not count."""
        now = self._now()
        with self._lock:
            times = self._asked.pop(asker, deque())
            self._asked[asker] = times  # the newest last
            while times and times[0] <= now - _WINDOW_S:
                times.popleft()
            while len(self._asked) > _KNOWN:
                oldest = next(iter(self._asked))
                del self._asked[oldest]
                self._refused.discard(oldest)
            if len(times) < self._most:
                times.append(now)
                self._refused.discard(asker)
                return Turn(True)
            first = asker not in self._refused
            self._refused.add(asker)
            return Turn(False, first)


class Wide:
    """Whom one officer asked about on one day, told from the query log. ``most`` persons are no cause for a word."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._day = ""
        self._seen: dict[tuple[str, str], set[str]] = defaultdict(set)

    def see(self, officer: str, channel: str, subject: str, day: str) -> bool:
        """Note a look; whether it is the one that makes too many. A new day begins anew; a day that is over tells
        nothing: ``day`` as ISO text."""
        if day < self._day:
            return False
        if day > self._day:
            self._day = day
            self._seen.clear()
        seen = self._seen[channel, officer]
        before = len(seen)
        seen.add(subject)
        return before == self._most < len(seen)

    def lookers(self) -> int:
        """How many officers are above it today."""
        return sum(len(seen) > self._most for seen in self._seen.values())
