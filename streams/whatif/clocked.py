"""What the clock has said so far: days and law books, the same in every partition."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from schemas.codec import Codec, SchemaFault
from streams.core.events import LawChange, Tick
from streams.examine import Source, forwarded
from streams.oracle.days import Days
from streams.oracle.history import Message
from streams.whatif.report import Reign
from streams.wire import from_avro


class Clocked(NamedTuple):
    """First and last tick, None before any; which book reigned from when on; every book announced, in order."""

    first: date | None
    last: date | None
    reigns: tuple[Reign, ...]
    announced: tuple[str, ...]

    def between(self, first: date, last: date) -> tuple[Reign, ...]:
        """The reigns of which any day lies between the two."""
        ends = [later.from_day for later in self.reigns[1:]] + [date.max]
        return tuple(r for r, end in zip(self.reigns, ends, strict=True) if r.from_day <= last and end > first)


def clocked(messages: Iterable[Message], codec: Codec) -> Clocked:
    """``messages``: one partition of ``clock``. What is not of the clock moves nothing, as in intake."""
    days, first, reigns, announced = Days(), None, [], []
    for message in messages:
        try:
            decoded = codec.decode(message.value)
        except SchemaFault:
            continue
        if decoded.record == "ClockTick":
            days.tick(from_avro(decoded.value, Tick).day)
            first = first or days.day
        else:
            change = from_avro(decoded.value, LawChange)
            announced.append(change.digest)
            days.announce(forwarded(Source("clock", "clock", "", 0, message.offset), change, days.day, days.digest))
        changed = days.change_law()
        if changed is not None and days.day is not None and days.digest is not None:
            reigns.append(Reign(days.digest, days.day))
    return Clocked(first, days.day, tuple(reigns), tuple(announced))
