"""The records of a backlog: lives of synthetic people, told document by document, with what goes wrong in between.

A share is one process' part of it: its own people, its own seed, and no word to the others. What belongs to one
document lands in one topic-partition, as a department that keys by document would send it; now and then it does not,
and the end overtakes its beginning.
"""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from stdnum.cn import ric

from schemas.codec import Codec
from streams.core.events import Payload
from streams.core.law import LawBook
from streams.sample import case as cases
from streams.sample import mix, papers
from streams.sample.case import Case
from streams.sample.cast import REGION, Party
from streams.sample.desk import Desk, changed
from topics.catalogue import Catalogue

_OLDEST, _BIRTHDAYS = date(1955, 1, 1), 14_600  # the youngest is of age throughout
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_DOCUMENTS = {1: 40, 2: 30, 3: 20, 4: 10}  # about one subject
_UNITS, _ENDED, _CORRECTED, _REPEATED, _CONTRADICTED, _OVERTAKEN = 5, 35, 5, 4, 2, 5  # per cent
_FAULTY_IN, _UNREADABLE_IN = 33, 300  # one record in so many
_FAULTS: tuple[dict[str, object], ...] = (
    {"item": "NO_SUCH_ITEM"},
    {"body": "SD-COURT-990000"},
    {"basis": "R-UNKNOWN"},
    {"effect_date": date(2099, 1, 1)},
    {"document_digest": "0" * 63},
    {"document_no": "〔2020〕\n1号"},
)


Place = tuple[str, int]  # topic without the deployment's prefix, partition


class Share(NamedTuple):
    """One process' part: people ``number``, ``number + of``, ... until there are ``records`` records."""

    number: int
    of: int
    records: int
    seed: int
    partitions: int


class Made(NamedTuple):
    """One record as it goes on the wire. ``rejected``: intake must refuse it."""

    topic: str  # without the deployment's prefix
    partition: int
    key: bytes
    value: bytes | None
    rejected: bool


def shares(records: int, seed: int, partitions: int, processes: int) -> list[Share]:
    """``records`` in as many parts as there are ``processes``."""
    return [
        Share(one, processes, records // processes + (one < records % processes), seed, partitions)
        for one in range(processes)
    ]


def person(number: int) -> Party:
    """Synthetic person ``number`` (below 14 million): equal numbers give the same, others never share an identity.

    >>> person(7).number
    '990000195501080013'
    """
    birth = _OLDEST + timedelta(days=number % _BIRTHDAYS)
    body = f"{REGION}{birth:%Y%m%d}{number // _BIRTHDAYS + 1:03d}"
    name = f"测试{_STEMS[number % 10]}{_STEMS[number // 10 % 10]}"
    return Party("person", "citizen", body + ric.calc_check_digit(body + "0"), name)


def records(share: Share, codec: Codec, law: LawBook, catalogue: Catalogue) -> Iterator[Made]:
    """The share's records in the order in which they are to be written. Equal arguments give equal bytes."""
    teller = _Teller(share, _desk(share.seed + share.number, codec, law, catalogue))
    number = share.number
    while True:
        for made in teller.life(number):
            yield made
            if teller.told == share.records:
                return
        number += share.of


def _desk(seed: int, codec: Codec, law: LawBook, catalogue: Catalogue) -> Desk:
    """Where a share gets its days, papers and numbers."""
    return Desk(seed, codec, law, catalogue, mix=mix.load(), months_apart=4)


class _Teller:
    def __init__(self, share: Share, desk: Desk) -> None:
        self._share = share
        self._desk = desk
        self._unreadable: tuple[Callable[[bytes], bytes | None], ...] = (
            lambda _: None,
            lambda _: b"",
            lambda value: value[:-3],
            lambda value: value + b"\x00",
            lambda value: b"\x07" + value[1:],
            lambda value: desk.dice.some_bytes(len(value)),
        )
        self.told = 0

    def life(self, number: int) -> Iterator[Made]:
        """Everything there is about one subject."""
        dice = self._desk.dice
        party = self._desk.cast.unit() if dice.chance(_UNITS) else person(number)
        for _ in range(dice.weighted(_DOCUMENTS)):
            yield from self._document(party)

    def _document(self, party: Party) -> Iterator[Made]:
        """One document, and what becomes of it. Reported whenever: the whole backlog is worked off on one later day."""
        desk, dice = self._desk, self._desk.dice
        matter, (day,) = desk.matter(lambda one: party.kind in one.item.subjects, alive=False)
        case = cases.made(desk, matter, day, party)
        paper, place = case.paper, self._place(case)
        if dice.between(1, _FAULTY_IN) == 1:
            yield self._send(party, changed(paper, **dice.one_of(_FAULTS)), place, rejected=True)
        yield self._send(party, paper, place)
        if dice.between(1, _UNREADABLE_IN) == 1:
            yield self._spoilt(party, paper, place)
        if dice.chance(_REPEATED):
            yield self._send(party, paper, place)
        if dice.chance(_CONTRADICTED):
            yield self._send(party, changed(paper, document_digest="ab" * 32), place)
        if dice.chance(_OVERTAKEN):
            place = self._place(case)
        if dice.chance(_CORRECTED):
            yield self._send(party, papers.correction(case.office(day), paper, case.amended()), place)
        if matter.reasons(desk.law) and dice.chance(_ENDED):
            yield self._send(party, case.ending(day, case.reason()), place)

    def _place(self, case: Case) -> Place:
        topic = self._desk.catalogue.name("events", case.body.channel)
        return topic, self._desk.dice.between(0, self._share.partitions - 1)

    def _send(self, party: Party, payload: Payload, place: Place, rejected: bool = False) -> Made:
        event_id = f"load-{self._share.number}-{self._desk.number():07d}"
        self.told += 1
        return Made(*place, event_id.encode(), self._desk.encode(event_id, party, payload), rejected)

    def _spoilt(self, party: Party, paper: Payload, place: Place) -> Made:
        whole = self._send(party, paper, place)
        assert whole.value is not None
        return whole._replace(value=self._desk.dice.one_of(self._unreadable)(whole.value), rejected=True)
