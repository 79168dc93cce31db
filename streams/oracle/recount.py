"""Casework worked out again from ``accepted``, by its own plain loop: no engine, no chunks, no state store."""

from collections.abc import Callable, Iterable
from datetime import date

from streams.core.decide import decide
from streams.core.due import next_day
from streams.core.events import Accepted, EventKind
from streams.core.evolve import evolve
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.engine.ports import Output
from streams.messages import Messages
from streams.oracle.days import Days


class Recount:
    """One partition of ``accepted``, event by event. ``outputs`` collects everything casework should have written."""

    def __init__(self, partition: int, law: Callable[[str], LawBook], messages: Messages) -> None:
        self._partition = partition
        self._law = law
        self._messages = messages
        self._days = Days()
        self._standings: dict[str, Standing] = {}
        self._due: dict[str, date] = {}
        self.outputs: list[Output] = []

    def run(self, events: Iterable[Accepted]) -> "Recount":
        for event in events:
            if event.kind is EventKind.TICK:
                self._tick(event)
            elif event.kind is EventKind.LAW:
                self._days.announce(event)
                self._change_law()
            else:
                self._decide(event, event.subject, *self._judged_by(event))
        return self

    def _judged_by(self, event: Accepted) -> tuple[date, str]:
        """Day and law of the partition, or intake's where the partition is behind it."""
        assert event.intake_day is not None and event.law_digest is not None
        day, digest = self._days.day, self._days.digest
        if day is None or digest is None or day < event.intake_day:
            return event.intake_day, event.law_digest
        return day, digest

    def _tick(self, event: Accepted) -> None:
        assert event.tick is not None
        day = event.tick.day
        if not self._days.tick(day):
            return
        self._change_law()
        for _, subject in sorted((due, subject) for subject, due in self._due.items() if due <= day):
            self._decide(event, subject, *self._now())

    def _change_law(self) -> None:
        """Under a new law everybody is looked at."""
        newest = self._days.change_law()
        if newest is not None:
            for subject in sorted(self._standings):
                self._decide(newest, subject, *self._now())

    def _now(self) -> tuple[date, str]:
        assert self._days.digest is not None and self._days.day is not None
        return self._days.day, self._days.digest

    def _decide(self, event: Accepted, subject: str, day: date, digest: str) -> None:
        book = self._law(digest)
        standing = self._standings.get(subject, Standing(subject))
        verdict = decide(standing, event, book, day)
        for decision in verdict.decisions:
            standing = evolve(standing, decision)
            self.outputs.extend(self._messages.of(decision, standing, book, self._partition))
        if verdict.receipt is not None:
            self.outputs.append(self._messages.receipt(event.channel, verdict.receipt))
        if verdict.decisions:
            self._standings[subject] = standing
        following = next_day(standing, book, self._days.day or day)
        if following is None:
            self._due.pop(subject, None)
        else:
            self._due[subject] = following
