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

    @property
    def begun(self) -> bool:
        """A day and a law are known: records can be judged."""
        return self.day is not None and self.law is not None

    def announced(self, event: Accepted) -> "Era":
        """The era after a law event: in force at once where its day has come, else kept for that day."""
        assert event.law is not None
        pending = (*self.pending, PendingLaw(event.law.digest, event.law.from_day, event))
        return msgspec.structs.replace(self, pending=pending)._enforced(None)

    def ticked(self, day: date) -> "Era":
        """The era after a tick of a later day. An earlier or equal day changes nothing."""
        if self.day is not None and day <= self.day:
            return self
        return msgspec.structs.replace(self, day=day, work="due")._enforced("due")

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
