"""One subject's current state: entries, open obligations, what waits. Rebuilt by folding decisions."""

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from streams.core.decisions import (
    Case,
    ConsentGiven,
    Entry,
    MissedKind,
    Obligation,
    ObligationState,
    Order,
    Waiting,
)
from streams.core.disclosed import BureauRecord, Publication, Reward
from streams.core.ids import entry_key

# What an executor owes while an obligation is in one of these states.
WAITS_FOR = {ObligationState.PROPOSED: MissedKind.ANSWER, ObligationState.LIFTING: MissedKind.PROOF}


class OrderRecords(Struct, frozen=True):
    """Content digests of the records about an order of supervision, and the day it was decided to be done."""

    digests: tuple[str, ...] = ()
    closed_on: date | None = None


class Standing(Struct, frozen=True, omit_defaults=True):
    """Everything decided about one subject that later decisions need. It holds no score (design rule 1)."""

    subject: str
    name_check: str = ""  # the name check in force: the first one seen
    department_tokens: dict[str, str] = {}
    entries: dict[str, Entry] = {}  # by entry key, in order of arrival
    obligations: dict[str, tuple[Obligation, ...]] = {}  # by entry key
    waiting: tuple[Waiting, ...] = ()
    seen: dict[str, str] = {}  # content digest -> receipt id of records decided, but for those that may come again
    moved: dict[str, str] = {}  # key under which an entry was reported -> its key after corrections of its number
    given_up: dict[str, str] = {}  # entry key -> receipt id of the ending or correction that waited for it in vain
    last_day: date | None = None  # day of the last decision but of what was held or given up; at least of the first
    held_on: date | None = None  # latest day of a decision that only held or gave up
    cases: dict[str, tuple[Case, ...]] = {}  # by entry key, decided ones too: a step may come late
    repaired: dict[str, date] = {}  # entry key -> day its repair took effect, where the entry lives on (statutory ban)
    missed: dict[str, date] = {}  # ``mark`` -> due day that was decided to have passed
    consents: tuple[ConsentGiven, ...] = ()  # newest of each recipient and purpose
    orders: dict[str, Order] = {}  # by order number; only in the standing of a department
    order_records: dict[str, OrderRecords] = {}  # by order number, the records about it
    other_names: tuple[str, ...] = ()  # name checks of records under another name, whose identity is sealed too
    publications: dict[str, Publication] = {}  # in public, by publication id
    bureau: dict[str, BureauRecord] = {}  # at the credit bureau or about to be fed to it, by record id
    rewards: dict[str, Reward] = {}  # places on lists of incentives, by reward id
    doubts: dict[str, str] = {}  # by receipt id of a live entry: that of what would change it under another name
    corrected: dict[str, date] = {}  # by receipt id of a live entry: day of its last correction
    versions: dict[str, int] = {}  # last version of each publication and bureau record that ended before its entry

    def disputed(self, key: str) -> bool:
        """Whether an objection, reconsideration or lawsuit about the entry is pending: every output says so."""
        return any(case.disputes for case in self.cases.get(key, ()))

    def begins_nothing(self, entry: Entry) -> bool:
        """Whether what the entry has begun goes on and nothing new begins: it is repaired, or in doubt."""
        return entry.key in self.repaired or entry.receipt_id in self.doubts

    def key_now(self, key: str) -> str:
        """The key of the entry that a department means by ``key``, which may be a number since corrected."""
        return key if key in self.entries else self.moved.get(key, key)


def target_key(waiting: Waiting) -> str:
    """The entry a waiting record waits for, under the number the record gives."""
    change = waiting.ending or waiting.correction or waiting.case
    assert change is not None
    return entry_key(waiting.channel, change.target.document_no, change.target.item)


def mark(kind: MissedKind, ref: str, entry: Entry | None = None) -> str:
    """Under which key ``Standing.missed`` knows something overdue. A case's number is its body's own, so the entry
    belongs to it, by the receipt that stays the same when the document number is corrected."""
    if kind not in (MissedKind.CASE, MissedKind.CORRECTION) or entry is None:
        return f"{kind.value}|{ref}"
    return f"{kind.value}|{entry.receipt_id}|{ref}"


CLOSED_ORDER_DAYS = 30  # as long as a record lies on a department's topic, from which it might be sent again


def forget_closed(standing: Standing, day: date) -> Standing:
    """``standing`` without the orders that have been done for so long, and without the digests of their records."""
    gone = {
        number: records.digests
        for number, records in standing.order_records.items()
        if records.closed_on is not None and (day - records.closed_on).days > CLOSED_ORDER_DAYS
    }
    if not gone:
        return standing
    digests = {digest for many in gone.values() for digest in many}
    return replace(
        standing,
        orders={number: order for number, order in standing.orders.items() if number not in gone},
        order_records={number: kept for number, kept in standing.order_records.items() if number not in gone},
        seen={digest: receipt for digest, receipt in standing.seen.items() if digest not in digests},
    )
