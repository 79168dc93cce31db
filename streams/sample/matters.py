"""What a document of the sample may be about, taken from the law book: every item, ground and basis that some body can
lawfully report in the years of the sample. An item that joins the book joins the sample by itself.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import accumulate
from typing import NamedTuple

from streams.core.law import Body, Ground, Item, LawBook
from streams.sample.lives import least_days
from streams.sample.mix import Mix

MADE_BEFORE = 25  # days at most between a document and its report, unless it is reported late
CONDUCT_BEFORE = 40  # days at most between the end of a conduct and the document, where the term counts from it
_FINE = 1_000_000  # weights are whole numbers; shares of them must not vanish
_FIRST_BASIS = 6  # the basis an item names first is the usual one
_LONGEST_STORY = 1_400  # days; no story needs a record to live longer
_EARLIEST, _LATEST = date(2015, 1, 1), date(2100, 1, 1)


class Matter(NamedTuple):
    """An item with one of its grounds and bases. ``since`` and ``until``: when such a document can be made."""

    item: Item
    ground: Ground | None
    basis: str
    since: date
    until: date

    @property
    def life(self) -> int:
        """Days after its report on which the record is certainly alive, as far as a story may ask."""
        own = least_days(self.ground) - MADE_BEFORE - CONDUCT_BEFORE
        cap = _LONGEST_STORY if self.item.cap is None else 365 * self.item.cap.years - MADE_BEFORE
        return min(own, cap, _LONGEST_STORY)

    def reasons(self, law: LawBook) -> tuple[str, ...]:
        """What may end such a record while it is alive: a reason for records without a term does not end one."""
        termed = self.ground is not None and self.ground.own_term
        return tuple(code for code in self.item.endings if not (termed and law.endings[code].only_without_term))


class Matters:
    """All of them with their weights; and who reports which item how often."""

    def __init__(self, law: LawBook, mix: Mix, first: date, last: date) -> None:
        self._mix = mix
        self._bodies = {item.code: _bodies(law, item, mix) for item in law.items.values()}
        possible = [item for item in law.items.values() if self._bodies[item.code]]
        sizes = {one.field: sum(mix.item(o.code) for o in possible if o.field == one.field) for one in possible}
        self.all: tuple[Matter, ...] = ()
        self.weights: tuple[int, ...] = ()
        for item in possible:
            found = list(_ways(law, item, first, last))
            shares = [self._share(matter) for matter in found]
            whole = _FINE * mix.field(item.field) * mix.item(item.code) // sizes[item.field]
            self.all += tuple(found)
            self.weights += tuple(max(1, whole * share // sum(shares)) for share in shares)
        self.sums = tuple(accumulate(self.weights))

    def reporters(self, item: Item) -> Mapping[str, int]:
        """Weights of the bodies that may report ``item``."""
        return self._bodies[item.code]

    def _share(self, matter: Matter) -> int:
        usual = _FIRST_BASIS if matter.basis == matter.item.instruments[0] else 1
        return usual * (1 if matter.ground is None else self._mix.ground(matter.item.code, matter.ground.code))


def _ways(law: LawBook, item: Item, first: date, last: date) -> Iterator[Matter]:
    for basis in item.instruments:
        instrument = law.instruments[basis]
        since = max(item.in_force_from or _EARLIEST, instrument.in_force_from or _EARLIEST)
        until = min(item.in_force_to or _LATEST, instrument.in_force_to or _LATEST)
        if item.stands_until is not None:  # a story must be over before the law seals such records
            until = min(until, item.stands_until - timedelta(days=_LONGEST_STORY))
        if since > until or since > last or until < first - timedelta(days=MADE_BEFORE):
            continue
        for ground in item.grounds.values() or (None,):
            yield Matter(item, ground, basis, since, until)


def _bodies(law: LawBook, item: Item, mix: Mix) -> dict[str, int]:
    """A body is as likely as its level and its region, shared with the others of the same level and region."""
    able = [body for body in law.bodies.values() if body.sector in item.providers and body.level in item.levels]
    crowd: dict[tuple[str, str], int] = {}
    for body in able:
        crowd[_place(body)] = crowd.get(_place(body), 0) + 1
    return {body.code: _FINE * mix.levels[body.level] * mix.region(body.region) // crowd[_place(body)] for body in able}


def _place(body: Body) -> tuple[str, str]:
    return body.level, body.region[:4]
