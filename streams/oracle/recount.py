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


class Recount:
    """One partition of ``accepted``, event by event. ``outputs`` collects everything casework should have written."""

    def __init__(self, partition: int, law: Callable[[str], LawBook], messages: Messages) -> None:
        self._partition = partition
        self._law = law
        self._messages = messages
        self._announced: list[Accepted] = []
        self._book: LawBook | None = None
        self._day: date | None = None
        self._standings: dict[str, Standing] = {}
        self._due: dict[str, date] = {}
        self.outputs: list[Output] = []

    def run(self, events: Iterable[Accepted]) -> "Recount":
        for event in events:
            if event.kind is EventKind.TICK:
                self._tick(event)
            elif event.kind is EventKind.LAW:
                self._announced.append(event)
                self._change_law()
            else:
                self._decide(event, event.subject)
        return self

    def _tick(self, event: Accepted) -> None:
        assert event.tick is not None
        day = event.tick.day
        if self._day is not None and day <= self._day:
            return
        self._day = day
        self._change_law()
        for _, subject in sorted((due, subject) for subject, due in self._due.items() if due <= day):
            self._decide(event, subject)

    def _change_law(self) -> None:
        """The law announced last, of those whose day has come, is in force; everybody is looked at under it."""
        day = self._day
        if day is None:
            return
        come = [event for event in self._announced if event.law is not None and event.law.from_day <= day]
        if not come:
            return
        self._announced = [event for event in self._announced if event not in come]
        newest = come[-1]
        assert newest.law is not None
        self._book = self._law(newest.law.digest)
        for subject in sorted(self._standings):
            self._decide(newest, subject)

    def _decide(self, event: Accepted, subject: str) -> None:
        assert self._book is not None and self._day is not None
        standing = self._standings.get(subject, Standing(subject))
        verdict = decide(standing, event, self._book, self._day)
        for decision in verdict.decisions:
            standing = evolve(standing, decision)
            self.outputs.extend(self._messages.of(decision, standing, self._book, self._partition))
        if verdict.receipt is not None:
            self.outputs.append(self._messages.receipt(event.channel, verdict.receipt))
        if verdict.decisions:
            self._standings[subject] = standing
        following = next_day(standing, self._book)
        if following is None:
            self._due.pop(subject, None)
        else:
            self._due[subject] = following
