"""The events of the bench: what courts report, in a fixed mix, the same bytes for the same number.

All events of one person lie in one partition in order, so that every contestant decides the same, however its
partitions run. The mix is ordinary business: listings and orders, what ends and corrects them, repeats, faults.
"""

import hashlib
import random
from datetime import date, timedelta
from typing import Any, NamedTuple

from bench_job import CHANNEL, DAY, Event
from stdnum.cn import ric

from schemas.codec import Codec
from streams.core.law import LawBook

LISTING, ORDER = "COURT_DEFAULTER_LISTING", "COURT_CONSUMPTION_ORDER"
MIX = {"listing": 40, "order": 25, "ending": 20, "correction": 7, "repeat": 4, "fault": 4}
SEED = 19


class _Told(NamedTuple):
    """A determination already reported: its place and its fields."""

    partition: int
    value: dict[str, Any]


class Events:
    """Makes events one after the other; every event has an id of its own."""

    def __init__(self, codec: Codec, law: LawBook, partitions: int, first: int = 0) -> None:
        self._codec, self._law, self._partitions = codec, law, partitions
        self._chance = random.Random(SEED + first)
        self._number = first
        self._courts = sorted(body.code for body in law.bodies.values() if body.channel == CHANNEL)
        self._open: list[_Told] = []
        self._told: list[_Told] = []

    def make(self, count: int) -> list[Event]:
        return [self._next() for _ in range(count)]

    def _next(self) -> Event:
        self._number += 1
        what = self._chance.choices(tuple(MIX), tuple(MIX.values()))[0]
        if what in ("listing", "order") or not self._open:
            return self._new(LISTING if what == "listing" else ORDER)
        if what == "fault":
            return self._faulty()
        if what == "repeat":
            told = self._chance.choice(self._told[-2_000:])
            return self._event(told.partition, "CreditDetermination", {**told.value, "event_id": self._id()})
        told = self._open.pop(self._chance.randrange(len(self._open)))
        return self._ending(told) if what == "ending" else self._correction(told)

    def _new(self, item: str) -> Event:
        told = _Told(self._chance.randrange(self._partitions), self._determination(item))
        self._open.append(told)
        self._told.append(told)
        return self._event(told.partition, "CreditDetermination", told.value)

    def _faulty(self) -> Event:
        """Not in the catalogue, no prior notice, an unreadable record."""
        value, kind = self._determination(LISTING), self._chance.randrange(3)
        partition = self._chance.randrange(self._partitions)
        if kind == 0:
            return Event(partition, self._id().encode(), b"\x00\x00\x00\x00\xff broken")
        fault = {"item": "NOT_IN_THE_CATALOGUE"} if kind == 1 else {"prior_notice": False}
        return self._event(partition, "CreditDetermination", {**value, **fault})

    def _ending(self, told: _Told) -> Event:
        was = told.value
        reason = "performed" if was["item"] == LISTING else "order_performed"
        record = {
            "event_id": self._id(),
            "subject": was["subject"],
            "target": {"document_no": was["document_no"], "item": was["item"]},
            "reason": reason,
            "document_no": f"(2026)鲁01执测终{self._number}号",
            "document_date": DAY - timedelta(days=1),
            "document_digest": _digest(self._number),
        }
        return self._event(told.partition, "GroundEnding", record)

    def _correction(self, told: _Told) -> Event:
        was = told.value
        replacement = {name: value for name, value in was.items() if name not in ("event_id", "subject")}
        record = {
            "event_id": self._id(),
            "subject": was["subject"],
            "target": {"document_no": was["document_no"], "item": was["item"]},
            "document_no": f"(2026)鲁01执测正{self._number}号",
            "document_date": DAY - timedelta(days=1),
            "document_digest": _digest(self._number),
            "replacement": {**replacement, "document_digest": _digest(-self._number)},
        }
        return self._event(told.partition, "RecordCorrection", record)

    def _determination(self, item: str) -> dict[str, Any]:
        made = DAY - timedelta(days=self._chance.randrange(5, 60))
        ground = self._chance.choice("1446") if item == LISTING else None
        return {
            "event_id": self._id(),
            "subject": {
                "kind": "person",
                "id_type": "citizen",
                "id_number": self._person(),
                "name": f"测试{self._chance.choice('甲乙丙丁戊')}",
                "case_ref": None,
            },
            "item": item,
            "body": self._chance.choice(self._courts),
            "document_no": f"(2026)鲁01执测{self._number}号",
            "document_date": made,
            "effect_date": made,
            "conduct_end": None,
            "document_digest": _digest(self._number),
            "basis": self._law.items[item].instruments[0],
            "ground": ground,
            "prior_notice": True,
            "hearing": True,
        }

    def _person(self) -> str:
        """A citizen number that cannot exist (region 990000), another one for each event."""
        born = date(1950, 1, 1) + timedelta(days=self._number // 999)
        body = f"990000{born:%Y%m%d}{self._number % 999 + 1:03d}"
        return body + str(ric.calc_check_digit(body + "0"))

    def _id(self) -> str:
        return f"bench-{self._number:08d}"

    def _event(self, partition: int, record: str, value: dict[str, Any]) -> Event:
        return Event(partition, value["event_id"].encode(), self._codec.encode(record, value))


def _digest(number: int) -> str:
    return hashlib.sha256(f"bench document {number}".encode()).hexdigest()
