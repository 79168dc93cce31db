"""Which day it is and which law holds, told anew: a few plain lines that share nothing with ``streams.era``."""

from datetime import date

from streams.core.events import Accepted


class Days:
    """Follows ticks and law events of one partition in order."""

    def __init__(self) -> None:
        self.day: date | None = None
        self.digest: str | None = None
        self._announced: list[Accepted] = []

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
        day = self.day
        come = [(e.law.from_day, e.law.digest, e) for e in self._announced if e.law and day and e.law.from_day <= day]
        if not come:
            return None
        self._announced = [event for event in self._announced if event not in [e for _, _, e in come]]
        latest = max(from_day for from_day, _, _ in come)
        _, self.digest, event = [one for one in come if one[0] == latest][-1]
        return event
