"""History decided again, event by event: its own plain loop, with no engine, no chunks and no state store.

The oracle holds casework against it; a what-if goes on from a copy of it under another law.
"""

from collections.abc import Callable, Iterable
from datetime import date
from heapq import heappop, heappush

from streams.core.decide import decide
from streams.core.decisions import Decision, Receipt
from streams.core.due import next_day
from streams.core.events import Accepted, EventKind
from streams.core.evolve import evolve
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.oracle.days import Days

Decided = Callable[[Decision, Standing, LawBook], None]  # a decision, the standing after it, the book


class Replay:
    """One partition of ``accepted``. ``decided`` and ``received`` are told what follows, in order."""

    def __init__(
        self,
        law: Callable[[str], LawBook],
        decided: Decided,
        received: Callable[[Accepted, Receipt], None] = lambda event, receipt: None,
    ) -> None:
        self._law = law
        self._decided = decided
        self._received = received
        self._days = Days()
        self._standings: dict[str, Standing] = {}
        self._due: dict[str, date] = {}
        self._queue: list[tuple[date, str]] = []  # of due days, those that no longer hold among them

    def copy(self, law: Callable[[str], LawBook], decided: Decided) -> "Replay":
        """Another replay that goes on from here; laws announced for a later day are not announced to it."""
        made = Replay(law, decided)
        made._days = self._days.copy()
        made._standings, made._due, made._queue = dict(self._standings), dict(self._due), list(self._queue)
        return made

    def run(self, events: Iterable[Accepted]) -> None:
        for event in events:
            if event.kind is EventKind.TICK:
                self._tick(event)
            elif event.kind is EventKind.LAW:
                self._days.announce(event)
                self._change_law()
            else:
                assert event.intake_day is not None and event.law_digest is not None
                self._decide(event, event.subject, *self._days.judge(event.intake_day, event.law_digest))

    def _tick(self, event: Accepted) -> None:
        assert event.tick is not None
        day = event.tick.day
        if not self._days.tick(day):
            return
        self._change_law()
        digest = self._days.due_digest()
        if digest is None:
            return
        for subject in self._come(day):
            self._decide(event, subject, day, digest)

    def _come(self, day: date) -> list[str]:
        """Who is due on ``day`` or before, in order of due day and token."""
        found: list[str] = []
        while self._queue and self._queue[0][0] <= day:
            due, subject = heappop(self._queue)
            if self._due.get(subject) == due and (not found or found[-1] != subject):
                found.append(subject)
        return found

    def _change_law(self) -> None:
        """Under a new law everybody is looked at."""
        newest = self._days.change_law()
        if newest is not None:
            day, digest = self._days.day, self._days.digest
            assert day is not None and digest is not None
            for subject in sorted(self._standings):
                if not self._days.judged_by_newer(self._standings[subject].last_day):
                    self._decide(newest, subject, day, digest)

    def _decide(self, event: Accepted, subject: str, day: date, digest: str) -> None:
        book = self._law(digest)
        standing = self._standings.get(subject, Standing(subject))
        verdict = decide(standing, event, book, day)
        for decision in verdict.decisions:
            standing = evolve(standing, decision)
            self._decided(decision, standing, book)
        if verdict.receipt is not None:
            self._received(event, verdict.receipt)
        if verdict.decisions:
            self._standings[subject] = standing
        self._wait(subject, next_day(standing, book, self._days.day or day))

    def _wait(self, subject: str, day: date | None) -> None:
        if day is None:
            self._due.pop(subject, None)
        elif self._due.get(subject) != day:
            self._due[subject] = day
            heappush(self._queue, (day, subject))
