"""Plays the plan: begins each fault at its time and tells its story on, step by step, on one thread."""

import heapq
import itertools
import time
from collections.abc import Callable, Iterable

from streams.chaos.faults import STORIES, Story
from streams.chaos.plan import Fault
from streams.chaos.stage import Stage

_LOOK_S = 0.1


class Director:
    """``now`` and ``sleep`` are those of time.monotonic unless a test has its own."""

    def __init__(
        self,
        stage: Stage,
        faults: Iterable[Fault],
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._stage = stage
        self._now = now
        self._sleep = sleep
        self._order = itertools.count()  # of two due at once the one that came first goes on first
        self._due: list[tuple[float, int, Story]] = []
        began = now()
        for fault in faults:
            self._put(began + fault.at_s, STORIES[fault.kind](stage, fault))

    def play(self, until: Callable[[], bool], look: Callable[[], None]) -> None:
        """Until every story has ended and ``until`` says so; ``look`` is called all along."""
        while self._due or not until():
            while self._due and self._due[0][0] <= self._now():
                _, _, story = heapq.heappop(self._due)
                pause = next(story, None)
                if pause is not None:
                    self._put(self._now() + pause, story)
            self._stage.revive()
            look()
            self._sleep(_LOOK_S)

    def _put(self, at: float, story: Story) -> None:
        heapq.heappush(self._due, (at, next(self._order), story))
