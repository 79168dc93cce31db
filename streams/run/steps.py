"""The two steps of publishing: a day passes everywhere, and what was sent on it is answered; each waited for."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import date
from typing import Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from streams import clock
from streams.app import Parts
from streams.run.phases import Phases
from streams.run.watch import Watch
from streams.setup import clock_log

TICKS, RECORDS = "过日 / days pass", "发布与回执 / records and receipts"


class Steps:
    """Open while a sample is published. ``sent`` is how many records must have a receipt by now."""

    def __init__(self, watch: Watch, tick_to: Callable[[date], int], phases: Phases, bar: Progress, total: int) -> None:
        self._watch = watch
        self._tick_to = tick_to
        self._phases = phases
        self._bar = bar
        self._task = bar.add_task("", total=total)
        self._day: date | None = None
        self.sent = 0

    @classmethod
    @contextlib.contextmanager
    def opened(
        cls, parts: Parts, phases: Phases, total: int, alive: Callable[[], None], patience_s: float
    ) -> Iterator[Self]:
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        with (
            contextlib.closing(Watch(parts, alive, patience_s)) as watch,
            clock.held(clock_log(parts), parts.codec, parts.shelf) as tick_to,
            Progress(*columns, console=phases.console) as bar,
        ):
            yield cls(watch, tick_to, phases, bar, total)

    def let_pass(self, until: date) -> None:
        """All days up to ``until``, the empty ones in one go; returns when casework has committed past the last."""
        self._day = until
        with self._phases.phase(TICKS, aloud=False):
            self._tick_to(until)
            self._watch.until_day(until, self._moved)

    def answered(self) -> None:
        """Returns when every record sent so far has its receipt."""
        with self._phases.phase(RECORDS, aloud=False):
            self._watch.until_receipts(self.sent, self._moved)

    def _moved(self) -> None:
        shown = "  ".join(f"{name} {number}" for name, number in sorted(self._watch.outcomes.items()))
        self._bar.update(self._task, completed=self._watch.receipts, description=f"{self._day}  {shown}")
