"""What the auditor remembers while it reads: compact facts of entries and obligations, and sets of receipt ids.

Kept small on purpose: slots instead of decoded records, so a million records of history fit on one office machine.
"""

import sys
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from monitoring.auditor.findings import Findings
from monitoring.auditor.lawbook import Law
from monitoring.auditor.ledger import Ledger

STATES = ("proposed", "confirmed", "in_effect", "refused", "not_applicable", "lifting", "lifted")
OPEN = frozenset({"proposed", "confirmed", "in_effect"})
DOUBTED = frozenset({"ending_given_up", "overtaken_by_ending"})  # record-only because something was said against it
Consents = set[tuple[str, str, str]]  # subject, recipient, purpose
BY_OFFICER = frozenset({"confirmed", "refused", "not_applicable", "in_effect", "lifted"})


class CaseFact(NamedTuple):
    """Where a case about an entry stands, and since which decision."""

    matter: str
    pending: bool
    due: date | None
    told_on: date
    correction_due: date | None = None  # of the correction that it ordered and that has not come


class Shown(NamedTuple):
    """An entry in public."""

    subject: str
    key: str
    rule: str
    last_day: date | None


class Reported(NamedTuple):
    """An entry that a credit bureau holds, or is about to be fed; ground: consented | public_by_law."""

    subject: str
    key: str
    ground: str


class Placed(NamedTuple):
    """A place on the red list, or on a partner's offer; field for field as a decision names it."""

    subject: str
    offer: str
    partner: str | None
    key: str
    ground: str


class EndingFact(NamedTuple):
    """An ending, or an upheld case, as accepted: where, why, by which record, and when intake took it."""

    where: str
    reason: str
    receipt_id: str
    day: date


class EntryFact:
    """One entry as its last decision left it."""

    __slots__ = (
        "cases",
        "corrected_on",
        "counted_from",
        "doubted",
        "effect",
        "ended_on",
        "ended_reason",
        "ends_on",
        "erased",
        "ground",
        "in_doubt",
        "item",
        "own_last_day",
        "person",
        "receipt_id",
        "repaired",
    )

    def __init__(self, entry: dict[str, Any]) -> None:
        self.receipt_id: str = entry["receipt_id"]
        self.erased = False
        self.own_last_day: date | None = None  # without the cap of its group; asked of capped items only
        self.cases: dict[str, CaseFact] = {}  # by the body's number
        self.repaired = False
        self.in_doubt: str | None = None  # receipt id of what speaks against it under another name
        self.corrected_on: date | None = None  # day of its last correction
        self.take(entry)

    def take(self, entry: dict[str, Any]) -> None:
        self.item: str = sys.intern(entry["determination"]["item"])
        self.ground: str | None = entry["determination"]["ground"]
        self.effect: date | None = entry["determination"]["effect_date"]
        said = entry["determination"]
        self.counted_from: date | None = said["conduct_end"] or said["document_date"]  # the five years of 条例 38
        self.person: bool = entry["subject_kind"] == "person"
        self.doubted: bool = entry["record_only"] in DOUBTED
        self.ends_on: date | None = entry["ends_on"]
        self.ended_on: date | None = entry["ended_on"]
        self.ended_reason: str | None = entry["ended_reason"] and sys.intern(entry["ended_reason"])

    @property
    def ended(self) -> bool:
        return self.ended_on is not None

    def live_on(self, day: date) -> bool:
        """Neither ended nor past its last day, which is inclusive."""
        return not self.ended and (self.ends_on is None or self.ends_on >= day)


class ObligationFact:
    """One obligation: where it stands by the decisions, by the deltas and by .current."""

    __slots__ = (
        "current",
        "decided",
        "delta",
        "delta_version",
        "disputed",
        "doubted",
        "due",
        "ends_on",
        "entry",
        "incentive",
        "rule",
        "state",
        "version",
    )

    def __init__(self, entry: EntryFact | None) -> None:
        self.entry = entry
        self.rule = ""
        self.state = ""
        self.version = 0
        self.ends_on: date | None = None
        self.incentive = False
        self.decided = 0  # folded hashes of the changes decided
        self.delta = 0  # folded hashes of the changes on the departments' topics
        self.delta_version = 0
        self.due: date | None = None  # until when its department owes a word
        self.disputed = False  # as .current says
        self.doubted = False  # the same
        self.current: tuple[int, str] | None = None  # version and state on .current


class Young(NamedTuple):
    """A record about somebody who may be a minor: the 18th birthday, and the day to be judged at (None = intake's)."""

    grown_up: date
    judged_at: date | None


class Waiting(NamedTuple):
    """A record that waits for its target: where that will stand, and since when."""

    target: str
    since: date


class NamesSaid:
    """Under which name check each record came, and which one is in force. Nearly all records of a subject bear one
    name, so only the others are kept by record."""

    def __init__(self) -> None:
        self._first: dict[str, str] = {}  # subject -> the name of its first record
        self._other: dict[str, str] = {}  # receipt id -> another one
        self._in_force: dict[str, str] = {}  # subject -> the name of the first record that was recorded

    def said(self, subject: str, receipt_id: str, name_check: str) -> None:
        if self._first.setdefault(subject, name_check) != name_check:
            self._other[receipt_id] = name_check

    def of(self, subject: str, receipt_id: str) -> str:
        """The name of a record; "" where it bears none."""
        return self._other.get(receipt_id, self._first.get(subject, ""))

    def in_force(self, subject: str) -> str:
        return self._in_force.get(subject, "")

    def forget(self, subject: str) -> None:
        """Of whoever is erased no name is in force."""
        self._in_force.pop(subject, None)

    def recorded(self, subject: str, name_check: str) -> None:
        """The first recorded determination that bears a name gives the one in force."""
        if name_check:
            self._in_force.setdefault(subject, name_check)


@dataclass
class View:
    """Everything the invariants look at across records. ``law``: the files; ``books``: published, by digest."""

    law: Law
    findings: Findings = field(default_factory=Findings)
    ledger: Ledger = field(default_factory=Ledger)
    books: dict[str, Law] = field(default_factory=dict)
    activated: list[tuple[date, str]] = field(default_factory=list)  # from day, digest; in order of accepted
    last_ticks: dict[int, date] = field(default_factory=dict)  # accepted partition -> last tick
    young: dict[tuple[str, int, int], Young] = field(default_factory=dict)  # by source of a record
    refused: dict[str, str] = field(default_factory=dict)  # receipt id of what must have no effect -> first code
    contents: set[int] = field(default_factory=set)  # digests of receipt id and accepted content
    names: set[str] = field(default_factory=set)  # receipt ids of records with a name only
    known_as: NamesSaid = field(default_factory=NamesSaid)
    incomplete: set[str] = field(default_factory=set)  # receipt ids of documents that lack something
    feedback: dict[str, tuple[str, str]] = field(default_factory=dict)  # receipt id -> obligation id, answer
    endings: list[EndingFact] = field(default_factory=list)
    erased_on: dict[str, date] = field(default_factory=dict)  # subject -> day of the last erasure
    # receipt id of what would end or change a record -> where, and whether it surely would under the right name
    against: dict[str, tuple[str, bool | None]] = field(default_factory=dict)
    barring: set[str] = field(default_factory=set)  # receipt ids of corrections that show a record must not stand
    waiting: dict[str, Waiting] = field(default_factory=dict)  # receipt id -> what waits for its target
    settled: dict[str, str | None] = field(default_factory=dict)  # receipt id of what waits no longer -> code if held
    given_up: dict[str, dict[str, str]] = field(default_factory=dict)  # subject -> place it barred -> receipt id
    entries: dict[str, EntryFact] = field(default_factory=dict)  # place -> entry
    capped: dict[str, list[EntryFact]] = field(default_factory=dict)  # subject -> entries of items with a cap
    places: dict[str, set[str]] = field(default_factory=dict)  # subject -> places of its entries
    moved: dict[str, str] = field(default_factory=dict)  # place before a correction of the document number -> after
    last_word: dict[str, date] = field(default_factory=dict)  # subject -> day of the last decision but a held record's
    last_held: dict[str, date] = field(default_factory=dict)  # subject -> latest day of a decision that only held
    obligations: dict[str, ObligationFact] = field(default_factory=dict)
    missed: set[tuple[str, date]] = field(default_factory=set)  # what was said to be overdue, and its day
    # department, number -> if open, its due day and the day of the decision that said so
    orders: dict[tuple[str, str], tuple[date, date] | None] = field(default_factory=dict)
    # department, number -> state and due day, as decided; the same by who reads the topic, as told
    ordered: dict[tuple[str | None, str], tuple[str, date]] = field(default_factory=dict)
    orders_told: dict[tuple[str | None, str], tuple[str, date]] = field(default_factory=dict)
    public: dict[str, Shown] = field(default_factory=dict)  # publication id -> what is shown
    shown: dict[str, set[str]] = field(default_factory=dict)  # place -> ids of its publications
    told_of_feed: dict[str, date] = field(default_factory=dict)  # bureau record id -> day the person was told
    reported: dict[str, Reported] = field(default_factory=dict)  # bureau record id -> what the bureau may hold
    # bureau record id -> action and version: as decided last, and as the topic tells
    to_be_fed: dict[str, tuple[str, int]] = field(default_factory=dict)
    fed: dict[str, tuple[str, int]] = field(default_factory=dict)
    declared: dict[str, tuple[str, str, str]] = field(
        default_factory=dict
    )  # receipt id -> recipient, purpose, step of a declaration that was not refused
    consented: Consents = field(default_factory=set)  # subject, recipient, purpose by the declarations
    consents: Consents = field(default_factory=set)  # the same by the decisions read
    placed: dict[str, dict[str, Placed]] = field(default_factory=dict)  # subject -> reward id -> place that stands
    # who reads the topic, reward id -> state, offer
    partners: dict[tuple[str | None, str], tuple[str, str]] = field(default_factory=dict)
    rows: dict[tuple[str, int], tuple[int, int]] = field(
        default_factory=dict
    )  # topic-partition -> records, offsets' sum
    table_of: dict[str, str] = field(default_factory=dict)  # topic -> ClickHouse table

    @property
    def last_day(self) -> date | None:
        """The day every partition has reached."""
        return min(self.last_ticks.values(), default=None)

    @property
    def current_digest(self) -> str | None:
        """The book in force on the last day."""
        day = self.last_day
        due = [digest for from_day, digest in self.activated if day is None or from_day <= day]
        return due[-1] if due else None

    def show(self, identifier: str, shown: Shown) -> None:
        """From now on ``shown`` is in public, and what was shown under the same id before is not."""
        self.hide(identifier)
        self.public[identifier] = shown
        self.shown.setdefault(place(shown.subject, shown.key), set()).add(identifier)

    def hide(self, identifier: str) -> None:
        if (gone := self.public.pop(identifier, None)) is not None:
            self.shown[place(gone.subject, gone.key)].discard(identifier)

    def in_public(self, where: str, law: Law, name: str) -> bool:
        """Whether the entry at ``where`` is in public by an active rule of the list ``name``."""
        rows = (law.publicity.get(self.public[one].rule) for one in self.shown.get(where, ()))
        return any(row is not None and row.active and row.list == name for row in rows)

    def places_of_honour(self) -> Iterator[tuple[str, Placed]]:
        """Every place that stands, with its reward id."""
        return (one for own in self.placed.values() for one in own.items())

    def now(self, where: str) -> str:
        """Where an entry stands after corrections of its document number."""
        met = set()
        while where in self.moved and where not in self.entries and where not in met:
            met.add(where)
            where = self.moved[where]
        return where

    def law_of(self, digest: str) -> Law:
        """The law a decision was made with: the files for the book in force, else the published book. Whoever names a
        book that nobody published is reported (LAW_PUBLISHED), and judged by the files."""
        return self.law if digest == self.current_digest else self.books.get(digest, self.law)


def key_of(channel: str, target: Mapping[str, Any]) -> str:
    """The record of a channel that is meant; brackets and spaces of its document number are typed in many ways."""
    number = "".join(unicodedata.normalize("NFKC", target["document_no"]).split())
    return f"{channel}|{number}|{target['item']}"


def place(subject: str, key: str) -> str:
    """Where an entry stands: subject token and entry key."""
    return f"{subject}|{key}"
