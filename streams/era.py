"""Which day it is and which law is in force, as one task knows it: moved by ticks and law events only.

Both agents keep an era in their state, so that after a restart "today" is what it was, not what a clock says.
"""

from datetime import date
from typing import Literal

import msgspec
from msgspec import Struct

from streams.core.events import Accepted

KEY = b"era"  # state key; subject keys are 16 bytes, so they never meet


class PendingLaw(Struct, frozen=True):
    """A law book announced for a later day, with the event that announced it."""

    digest: str
    from_day: date
    event: Accepted


class Era(Struct, frozen=True):
    """``work`` names what the current tick or law event still has to move: first all subjects under the new law
    (``sweep``, after ``cursor``), then those that are due. None = nothing left."""

    day: date | None = None
    law: str | None = None
    pending: tuple[PendingLaw, ...] = ()
    work: Literal["sweep", "due"] | None = None
    cursor: bytes = b""
    change: Accepted | None = None  # the law event of a running sweep
    ahead: tuple[date, str] | None = None  # of casework: day and book of a record, to which this task has not come

    @property
    def begun(self) -> bool:
        """A day and a law are known: records can be judged."""
        return self.day is not None and self.law is not None

    def announced(self, event: Accepted) -> "Era":
        """The era after a law event: in force at once where its day has come, else kept for that day."""
        assert event.law is not None
        pending = (*self.pending, PendingLaw(event.law.digest, event.law.from_day, event))
        return msgspec.structs.replace(self, pending=pending)._enforced(None)._arrived()

    def ticked(self, day: date) -> "Era":
        """The era after a tick of a later day. An earlier or equal day changes nothing."""
        if self.day is not None and day <= self.day:
            return self
        return msgspec.structs.replace(self, day=day, work="due")._enforced("due")._arrived()

    def met(self, day: date, digest: str) -> "Era":
        """The era after a record that intake judged on ``day`` by ``digest``: the clock is one, so what one of its
        tasks has come to is to come here too. Nothing tells which of two books of one day is the newer: the one that
        was met first stays until a later day is met or this task has come to it."""
        if (self.day is not None and self.law is not None and day <= self.day) or (self.ahead and day <= self.ahead[0]):
            return self
        return msgspec.structs.replace(self, ahead=(day, digest))

    @property
    def judging(self) -> tuple[date, str]:
        """Day and book for a record: neither is ever older than for a record before it."""
        if self.ahead is not None:
            return self.ahead
        assert self.day is not None and self.law is not None
        return self.day, self.law

    @property
    def due_by(self) -> str | None:
        """The book for what a tick moves: on a day that records were judged by already, theirs. None before any law."""
        if self.law is None or self.ahead is None or self.ahead[0] != self.day:
            return self.law
        return self.ahead[1]

    def passes_over(self, last_day: date | None) -> bool:
        """Whether a sweep leaves alone a subject whose last decision is of ``last_day``: a newer book than the sweep's
        may have judged it, whose own sweep is to come."""
        if self.ahead is None or self.ahead[1] == self.law or self.day is None or last_day is None:
            return False
        return last_day > self.day or last_day == self.ahead[0]

    def _arrived(self) -> "Era":
        """Nothing is ahead any more once this task has come to its day and book, or past its day."""
        if self.ahead is None or self.day is None or self.law is None:
            return self
        there = self.day > self.ahead[0] or (self.day, self.law) == self.ahead
        return msgspec.structs.replace(self, ahead=None) if there else self

    def _enforced(self, work: Literal["sweep", "due"] | None) -> "Era":
        """Of the announced laws whose day has come the one with the latest day takes over; everybody is looked at."""
        come = [p for p in self.pending if self.day is not None and p.from_day <= self.day]
        if not come:
            return msgspec.structs.replace(self, work=work)
        left = tuple(p for p in self.pending if p not in come)
        newest = sorted(come, key=lambda p: p.from_day)[-1]  # of several for one day the one announced last
        return msgspec.structs.replace(
            self, law=newest.digest, pending=left, work="sweep", cursor=b"", change=newest.event
        )


def load(raw: bytes | None) -> Era:
    """The era from its state bytes; the empty one where there are none."""
    return Era() if raw is None else msgspec.msgpack.decode(raw, type=Era)


def dump(era: Era) -> bytes:
    return msgspec.msgpack.encode(era)
