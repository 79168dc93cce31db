"""One partition of ``accepted`` decided twice: as it was, and from a day on under a draft.

Both replays leave out what officers answered: to a proposal that only the draft makes there is no answer, so a refusal
would count for one law alone. Compared are two laws, not two practices.
"""

import hashlib
import heapq
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from schemas.codec import Codec
from streams.core.events import Accepted, EventKind, LawChange
from streams.core.law import LawBook
from streams.oracle.history import Message
from streams.oracle.replay import Replay
from streams.whatif.notified import Notified
from streams.whatif.places import DIMENSIONS, NOTICE, SEEN, Places
from streams.whatif.seen import Seen
from streams.whatif.stood import Direction, Register, Stood, changes
from streams.wire import from_avro

_ADMITTED = frozenset({"Accepted"})
_MOST = 1 << 24  # bytes of a record of our own
Cell = tuple[Direction, str, str]  # direction, dimension, value


class Plan(Struct, frozen=True):
    """What is asked of every partition. ``items``: those that the draft may treat otherwise; None: any."""

    draft: LawBook
    books: dict[str, LawBook]
    first: date
    last: date
    items: frozenset[str] | None
    samples: int = 0  # single decisions per direction
    erased: dict[str, date] = {}  # subject -> day of the last erasure: no single decision of before is shown


class NotPassed(Exception):
    """A partition has not seen the end of the last day asked for."""

    def __init__(self, partition: int, day: date) -> None:
        super().__init__(
            f"accepted {partition} 尚未走完 {day} / has not passed {day} yet: let the workers catch up, or name an "
            "earlier day with --to"
        )


class Found(Struct, frozen=True):
    """What a partition says. ``persons``: how many of them by cell; nobody stands in two partitions, so these add up.
    ``everybody``: of measures alone. ``end``, ``print``: where in the log the last day ended, and a digest of all that
    stands before it."""

    partition: int
    end: int
    print: str
    records: int
    redecided: int
    persons: dict[Cell, int]  # of measures by their dimensions, of what others see by SEEN, of notices by NOTICE
    everybody: dict[Direction, int]
    samples: tuple[tuple[Direction, Stood], ...]


def compare(partition: int, messages: Iterable[Message], codec: Codec, plan: Plan, places: Places) -> Found:
    """Decide a partition under both laws. ``messages``: its records in order.

    :raises NotPassed: they end before the last day did.
    """
    kept: list[Message | Accepted] = []  # records as they stand, ticks and law events read
    seal, records, end = hashlib.sha256(), 0, None
    for message in messages:
        if message.key is None:
            event = _event(message, codec)
            if event.tick is not None and event.tick.day > plan.last:
                end = message.offset
                break
            kept.append(event)
        else:
            records += 1
            kept.append(message)
        sealed(seal, message)
    if end is None:
        raise NotPassed(partition, plan.last)
    events = list(_concerned(kept, codec, plan.items))
    as_it_was, draft = _twice(events, plan)
    found = list(changes(as_it_was.within(plan.first), draft.within(plan.first)))
    sights = changes(as_it_was.sights.within(plan.first), draft.sights.within(plan.first))
    notices = as_it_was.notices.within(plan.first), draft.notices.within(plan.first)
    redecided = sum(event.kind not in (EventKind.TICK, EventKind.LAW) for event in events)
    return Found(
        partition=partition,
        end=end,
        print=seal.hexdigest(),
        records=records,
        redecided=redecided,
        persons=_counted(_measured(found, places)) | _counted(_seen(sights)) | _counted(_told(notices)),
        everybody=_everybody(found),
        samples=_samples((one for one in found if not _erased(one[1], plan.erased)), plan.samples),
    )


def sealed(seal: "hashlib._Hash", message: Message) -> None:
    """Take a record into the digest of a history."""
    value = message.value or b""
    seal.update(len(value).to_bytes(4, "big") + value)


def _event(message: Message, codec: Codec) -> Accepted:
    return from_avro(codec.decode(message.value, _ADMITTED, max_bytes=_MOST).value, Accepted)


def _concerned(kept: Iterable[Message | Accepted], codec: Codec, items: frozenset[str] | None) -> Iterator[Accepted]:
    """The events of the subjects of whom any record names one of ``items``, with ticks and law events. An item's code
    stands in the bytes as it is, so nobody else's record is decoded; a code found in another field only means that
    somebody is decided about in vain."""
    kept = list(kept)
    named = (
        None if items is None else re.compile(b"|".join(re.escape(item.encode()) for item in sorted(items)) or b"$.")
    )
    records = (one for one in kept if isinstance(one, Message))
    whom = {m.key for m in records if named is None or named.search(m.value or b"")}
    for one in kept:
        if isinstance(one, Accepted):
            yield one
        elif one.key in whom:
            yield _event(one, codec)


def _twice(events: list[Accepted], plan: Plan) -> tuple[Register, Register]:
    """What followed as it was, and under the draft. Until the first day both laws are one, so history before it is
    decided once."""
    asked = [e for e in events if e.kind is not EventKind.FEEDBACK and not (e.intake_day or plan.first) > plan.last]
    start = next((n for n, event in enumerate(asked) if _begins(event, plan.first)), len(asked))
    as_it_was = Register()
    actual = Replay(plan.books.__getitem__, as_it_was.decided)
    actual.run(asked[:start])
    draft = as_it_was.copy()
    law: Callable[[str], LawBook] = {**plan.books, plan.draft.digest: plan.draft}.__getitem__
    supposed = actual.copy(law, draft.decided)
    actual.run(asked[start:])
    supposed.run(_supposed(asked[start:], plan))
    return as_it_was, draft


def _begins(event: Accepted, first: date) -> bool:
    """Whether ``first`` has come with this event: its tick, or a record that intake read on it."""
    if event.tick is not None:
        return event.tick.day >= first
    return event.law is None and event.intake_day is not None and event.intake_day >= first


def _supposed(events: list[Accepted], plan: Plan) -> Iterator[Accepted]:
    """The same history with the draft announced for the first day, and no other law after it."""
    draft = plan.draft.digest
    yield Accepted(
        receipt_id=f"what-if {draft}",
        kind=EventKind.LAW,
        channel="",
        source_topic="",
        source_partition=0,
        source_offset=0,
        event_id=None,
        intake_day=None,
        law_digest=None,
        subject="",
        subject_kind=None,
        name_check="",
        content_digest="",
        law=LawChange(draft, plan.first),
    )
    for event in events:
        if event.kind is EventKind.TICK:
            yield event
        elif event.kind is not EventKind.LAW:
            yield replace(event, law_digest=draft)


def _measured(found: Iterable[tuple[Direction, Stood]], places: Places) -> Iterator[tuple[Cell, str]]:
    for direction, stood in found:
        for dimension in DIMENSIONS:
            yield (direction, dimension, places.of(dimension, stood)), stood.measured.subject


def _seen(found: Iterable[tuple[Direction, Seen]]) -> Iterator[tuple[Cell, str]]:
    for direction, seen in found:
        yield (direction, SEEN, seen.sight.where), seen.sight.subject


def _told(notices: tuple[set[Notified], set[Notified]]) -> Iterator[tuple[Cell, str]]:
    """Who is newly owed a notice of a kind, and who no longer."""
    before, after = notices
    directions: tuple[tuple[Direction, set[Notified]], ...] = ("reached", after - before), ("released", before - after)
    for direction, some in directions:
        for one in some:
            yield (direction, NOTICE, one.kind), one.subject


def _erased(stood: Stood, erased: Mapping[str, date]) -> bool:
    """Replays leave out officers' answers, so of their own they erase nobody whom a measure was proposed for."""
    day = erased.get(stood.measured.subject)
    return day is not None and stood.born <= day


def _counted(cells: Iterable[tuple[Cell, str]]) -> dict[Cell, int]:
    """How many persons by cell."""
    whom: dict[Cell, set[str]] = {}
    for cell, subject in cells:
        whom.setdefault(cell, set()).add(subject)
    return {cell: len(subjects) for cell, subjects in whom.items()}


def _everybody(found: Iterable[tuple[Direction, Stood]]) -> dict[Direction, int]:
    whom = {(direction, stood.measured.subject) for direction, stood in found}
    return dict(Counter(direction for direction, _ in whom))


def _samples(found: Iterable[tuple[Direction, Stood]], most: int) -> tuple[tuple[Direction, Stood], ...]:
    """The first few of each direction by the receipt id of the document, which is a hash: no choice of anybody's."""
    by_direction: dict[Direction, list[Stood]] = {}
    for direction, stood in found:
        by_direction.setdefault(direction, []).append(stood)
    return tuple(
        (direction, stood)
        for direction, many in sorted(by_direction.items())
        for stood in heapq.nsmallest(most, many, key=lambda one: (one.measured.record, one.measured))
    )
