"""Which day it is and which law holds, told anew: a few plain lines that share nothing with ``streams.era``."""

from datetime import date

from streams.core.events import Accepted


class Days:
    """Follows ticks and law events of one partition in order."""

    def __init__(self) -> None:
        self.day: date | None = None
        self.digest: str | None = None
        self._announced: list[Accepted] = []
        self._beyond: tuple[date, str] | None = None  # day and book of a record, if neither has come here

    def tick(self, day: date) -> bool:
        """Whether ``day`` is later than the last one; an earlier or equal day changes nothing."""
        if self.day is not None and day <= self.day:
            return False
        self.day = day
        return True

    def announce(self, event: Accepted) -> None:
        self._announced.append(event)

    def change_law(self) -> Accepted | None:
        """The event whose book takes over: of those whose day has come the one with the latest day."""
        event = self._taking_over()
        if self._beyond is not None and self.day is not None and self.digest is not None:
            day, digest = self._beyond
            if day < self.day or (day == self.day and digest == self.digest):
                self._beyond = None
        return event

    def judge(self, day: date, digest: str) -> tuple[date, str]:
        """Day and book for a record that intake judged by these: the partition's own, or once a later day was met than
        has come here, that day and the book first met of it."""
        if self._beyond is not None:
            self._beyond = (day, digest) if day > self._beyond[0] else self._beyond
            return self._beyond
        if self.day is not None and self.digest is not None and self.day >= day:
            return self.day, self.digest
        self._beyond = (day, digest)
        return self._beyond

    def due_digest(self) -> str | None:
        """The book by which what is due today is moved; None before any law."""
        if self.digest is not None and self._beyond is not None and self._beyond[0] == self.day:
            return self._beyond[1]
        return self.digest

    def judged_by_newer(self, last: date | None) -> bool:
        """Whether who was last decided about on ``last`` may have been judged by a book whose day is still to come."""
        if self._beyond is None or last is None or self.day is None:
            return False
        day, digest = self._beyond
        return digest != self.digest and (last > self.day or last == day)

    def copy(self) -> "Days":
        """Where this one stands; nothing is announced to the copy for a later day."""
        made = Days()
        made.day, made.digest, made._beyond = self.day, self.digest, self._beyond
        return made

    def _taking_over(self) -> Accepted | None:
        day = self.day
        come = [(e.law.from_day, e.law.digest, e) for e in self._announced if e.law and day and e.law.from_day <= day]
        if not come:
            return None
        self._announced = [event for event in self._announced if event not in [e for _, _, e in come]]
        latest = max(from_day for from_day, _, _ in come)
        _, self.digest, event = [one for one in come if one[0] == latest][-1]
        return event
