"""What others than the executing departments would have seen under one law: public entries, what a credit bureau held,
places on the red list and on partners' offers; collected decision by decision, as ``stood`` does with measures."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from streams.core.decisions import Decision
from streams.core.disclosed import Move, Moves
from streams.core.law import LawBook
from streams.core.standing import Standing

BUREAU = "credit_bureau"


class Sight(NamedTuple):
    """What is seen of whom: a document's entry in a public list or at the bureau, a place on an offer."""

    subject: str
    where: str  # list of publicity.yaml, BUREAU, or code of offers.yaml
    record: str  # receipt id of the document's record; "" of a place, whichever honour it rests on
    shows: tuple[str, ...] = ()  # of a public entry the fields it began with


class Seen(Struct, frozen=True):
    """One sight: since when, until when."""

    sight: Sight
    born: date
    over: date | None  # the day on which it was taken back
    ends_on: date | None  # last day as known

    @property
    def last(self) -> date:
        """The day before it was taken back, else the last one known; ``date.max``: none is."""
        return self.ends_on or date.max if self.over is None else date.fromordinal(self.over.toordinal() - 1)

    def within(self, first: date) -> bool:
        """Whether it was there at the end of any day from ``first`` on."""
        return self.last >= max(first, self.born)


class Sights:
    """Everything that was shown, fed or granted. A replay tells it each decision."""

    def __init__(self, there: dict[str, Seen] | None = None, gone: tuple[Seen, ...] = ()) -> None:
        self._there = there or {}  # by id of the publication, bureau record or place
        self._gone = list(gone)

    def copy(self) -> "Sights":
        return Sights(dict(self._there), tuple(self._gone))

    def decided(self, decision: Decision, standing: Standing, book: LawBook) -> None:
        """``standing``: the one after ``decision``."""
        if decision.moves is None:
            return
        for identifier, move, ends_on, sight in _moved(decision.moves, standing, book):
            known = self._there.pop(identifier, None)
            if move is Move.ENDED:
                if known is not None:  # the bureau was told nothing of what had not been fed yet
                    self._gone.append(replace(known, over=decision.decided_on))
            elif known is not None:
                self._there[identifier] = replace(known, ends_on=ends_on)
            else:
                self._there[identifier] = Seen(sight, decision.decided_on, None, ends_on)

    def within(self, first: date) -> dict[Sight, Seen]:
        """What was there on any day from ``first`` on; of what came and went several times that which lasts longest."""
        found: dict[Sight, Seen] = {}
        for seen in (*self._gone, *self._there.values()):
            before = found.get(seen.sight)
            if seen.within(first) and (before is None or seen.last > before.last):
                found[seen.sight] = seen
        return found


def _moved(moves: Moves, standing: Standing, book: LawBook) -> Iterator[tuple[str, Move, date | None, Sight]]:
    """Each move with its id, how it moves, the last day then known, and what it is about."""

    def record(key: str) -> str:
        entry = standing.entries.get(key)
        return "" if entry is None else entry.receipt_id

    for shown in moves.publications:
        public = shown.publication
        row = book.publicity.get(public.rule)  # none where it ends because the book has it no more
        sight = Sight(standing.subject, public.list, record(public.key), () if row is None else row.shown)
        yield public.publication_id, shown.move, public.last_day, sight
    for fed in moves.bureau:
        if fed.record.fed_on is not None:
            sight = Sight(standing.subject, BUREAU, record(fed.record.key))
            yield fed.record.record_id, fed.move, fed.record.last_day, sight
    for placed in moves.rewards:
        sight = Sight(standing.subject, placed.reward.offer, "")
        yield placed.reward.reward_id, placed.move, None, sight
