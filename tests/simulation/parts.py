"""What every run shares, made once: law books, keys, codec, and the records that departments publish.

The book is the packaged one with fewer rules: a listing then moves a handful of obligations instead of fifty, and a
run takes a tenth of the time. Everything else is as delivered.
"""

import tempfile
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec

from sinks.clickhouse.__main__ import tables_by_topic
from sinks.clickhouse.columns import Table
from streams import flow
from streams.casework import CaseworkStep
from streams.core.law import LawBook
from streams.desk import Desk
from streams.engine.ports import AgentSpec, Step, StepFactory
from streams.examine import Examiner
from streams.identity import Keyring
from streams.intake import IntakeStep
from streams.law import canonical
from streams.messages import Messages
from tests.flow.flow_stand import BOOK, CATALOGUE, CODEC, listing
from tests.oracle.oracle_history import case, correction, ending, minor, subject
from tests.simulation.worker import Silent

PARTITIONS = 2
CHUNK = 3  # subjects a tick moves at once: it takes several transactions
START = date(2019, 3, 4)
SOURCES = ("clock", "feedback.hr", "cases.court", "events.court")
STORED = ("accepted", "decisions", "receipts.court", "receipts.hr", "sanctions.hr")  # what the sink reads here
KEPT_RULES = 3  # of the memorandum that court listings meet


class Sent(NamedTuple):
    """One record of a department or of the clock."""

    at: float
    topic: str
    partition: int
    value: bytes | None
    hidden: bool = False  # written in a transaction that is aborted


class Parts(NamedTuple):
    desk: Desk
    examiner: Examiner
    keyring: Keyring
    books: tuple[LawBook, LawBook]

    def agents(self) -> list[AgentSpec]:
        def intake(partition: int) -> Step:
            return IntakeStep(partition, self.desk, self.examiner, Silent())  # type: ignore[arg-type]

        def casework(partition: int) -> Step:
            return CaseworkStep(partition, self.desk, Silent())  # type: ignore[arg-type]

        factories: dict[str, StepFactory] = {"intake": intake, "casework": casework}
        specs = flow.specs(CATALOGUE, "", factories.__getitem__)
        return [_only({*SOURCES, "accepted"}, spec) for spec in specs]

    def topics(self) -> dict[str, int]:
        """Every topic of the catalogue; inputs and what lies beside them have PARTITIONS."""
        return dict(_topics())


def _only(topics: set[str], spec: AgentSpec) -> AgentSpec:
    kept = [(topic, rank) for topic, rank in zip(spec.topics, spec.ranks, strict=True) if topic in topics]
    return spec._replace(topics=tuple(topic for topic, _ in kept), ranks=tuple(rank for _, rank in kept))


@cache
def _topics() -> dict[str, int]:
    return {spec.name: PARTITIONS if spec.partitions > 1 else 1 for spec in CATALOGUE.topics("")}


@cache
def parts() -> Parts:
    books = _books()
    by_digest = {book.digest: book for book in books}
    with tempfile.TemporaryDirectory() as folder:
        Keyring.derive(Path(folder), CATALOGUE.channels, 7)
        keyring = Keyring.load(Path(folder), CATALOGUE.channels, create=True)
    messages = Messages(CODEC, CATALOGUE, "", keyring)
    desk = Desk(CODEC, CATALOGUE, "", PARTITIONS, CHUNK, messages, by_digest.__getitem__)
    admitted = {family: CATALOGUE.admitted(family) for family in CATALOGUE.families}
    return Parts(desk, Examiner(CODEC, admitted, keyring, allow_synthetic=True), keyring, books)


def _books() -> tuple[LawBook, LawBook]:
    """A small book, and one without one more rule that a law event brings in."""
    mine = sorted(key for key, rule in BOOK.rules.items() if rule.active and key.startswith("M-141."))
    hr = [key for key in mine if BOOK.rules[key].executor == "hr"]
    kept = {*hr[:1], *mine[:KEPT_RULES]}
    return _with_rules(kept), _with_rules(kept - {*hr[:1]})


def _with_rules(kept: set[str]) -> LawBook:
    def switched(key: str) -> object:
        rule = BOOK.rules[key]
        if key in kept or not rule.active:
            return rule
        return msgspec.structs.replace(rule, active=False, inactive_reason="rule_inactive")

    return canonical.parse(canonical.dump(msgspec.structs.replace(BOOK, rules={k: switched(k) for k in BOOK.rules})))


@cache
def stored() -> dict[str, Table]:
    """What the sink reads here, with the tables it goes to."""
    tables = tables_by_topic("")
    return {topic: tables[topic] for topic in STORED}


@cache
def _pool() -> dict[str, list[bytes | None]]:
    """Records by topic: new, repeated, ended, corrected (some before what they correct), refused and unreadable."""
    people = range(14)
    listings: list[bytes | None] = [listing(number, START) for number in people]
    repeated = [listing(number, START) for number in (0, 3, 5)]
    others = [
        listing(3, START, subject=subject(3, "另一人"), document_no="(2019)鲁执33号"),
        listing(20, START, ground="9"),
        minor(),
        b"\x00junk",
        None,
        *(ending(number) for number in (1, 4, 6, 11)),
        *(correction(number) for number in (2, 5, 12)),
    ]
    cases: list[bytes | None] = [case(number, "opened", START) for number in (0, 2, 17)]
    return {"events.court": [*listings, *repeated, *others], "cases.court": cases}


def script(seed: int, until: float) -> list[Sent]:
    """What is published when: the clock's days and law on both partitions, a little apart, and the records."""
    chance = Random(f"script:{seed}")
    books = parts().books
    sent = []
    for partition in range(PARTITIONS):
        clock = [(0.0, _law(books[0], START)), (0.0, _tick(0))]
        clock += [(until * 0.25, _tick(1)), (until * 0.45, _law(books[1], START + timedelta(days=2)))]
        clock += [(until * 0.6, _tick(2)), (until * 0.9, _tick(32))]
        skew = chance.uniform(0.0, 1.5)
        sent += [Sent(at + skew, "clock", partition, value) for at, value in clock]
    for topic, values in _pool().items():
        for value in values:
            hidden = chance.random() < 0.15
            at, partition = chance.uniform(0.3, until * 0.95), chance.randrange(PARTITIONS)
            if hidden:  # it comes again, for good
                sent.append(Sent(max(0.0, at - 0.2), topic, partition, value, hidden=True))
            sent.append(Sent(at, topic, partition, value))
    return sorted(sent, key=lambda one: one.at)


def _tick(day: int) -> bytes:
    return CODEC.encode("ClockTick", {"day": START + timedelta(days=day)})


def _law(book: LawBook, day: date) -> bytes:
    return CODEC.encode("LawActivation", {"digest": book.digest, "from_day": day})


def answer(value: bytes, number: int) -> bytes:
    """An officer's answer to a proposal as it stands on a topic of sanctions."""
    proposed = CODEC.decode(value).value
    fields = {
        "event_id": f"A-{number}",
        "subject": {"kind": "person", "id_type": "none", "case_ref": proposed["case_ref"]},
        "obligation_id": proposed["obligation_id"],
        "state": "confirmed",
        "officer": "officer-07",
        "answered_on": START,
    }
    return CODEC.encode("OfficerFeedback", fields)
