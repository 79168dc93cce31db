"""A small lawful history for the auditor's tests: decided by the real core, in the wire's shape, then bent by a test.

The auditor itself imports none of this; only what it is fed comes from here.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from audit_fed import fed
from audit_papers import DIGEST, day, listing

import streams
from monitoring.auditor.audit import report
from monitoring.auditor.findings import AuditReport, Invariant
from monitoring.auditor.view import View
from schemas.codec import Codec
from streams.core.check_determination import SubjectFacts
from streams.core.checks import check_correction, check_determination
from streams.core.decide import decide
from streams.core.decisions import Decision, DecisionKind, Outcome, Receipt
from streams.core.disclosed import Move
from streams.core.events import (
    Accepted,
    CaseStep,
    Correction,
    Determination,
    Duty,
    Ending,
    EventKind,
    Feedback,
    FeedbackState,
    LawChange,
    Matter,
    PersonCase,
    SubjectKind,
    Supervision,
    SupervisionStep,
    Target,
    Tick,
)
from streams.core.evolve import evolve
from streams.core.ids import content_digest, receipt_id
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.law import canonical
from streams.law.loader import load

LAW_DIR = Path(streams.__file__).parent / "law"
BOOK = load()
CODEC = Codec.load()
PERSON, ENTITY, NAME = "a" * 32, "b" * 32, "c" * 32
Fields = dict[str, Any]


@dataclass
class History:
    """Records by family, each a dict with its place; ``play`` feeds them to a fresh auditor."""

    today: datetime.date = datetime.date(2019, 1, 12)
    book: LawBook = BOOK
    law_dir: Path = LAW_DIR
    sources: list[Fields] = field(default_factory=list)
    books: list[Fields] = field(default_factory=list)
    receipts: list[Fields] = field(default_factory=list)
    accepted: list[Fields] = field(default_factory=list)
    decisions: list[Fields] = field(default_factory=list)
    deltas: list[Fields] = field(default_factory=list)
    current: dict[str, Fields] = field(default_factory=dict)
    fed: dict[str, Fields] = field(default_factory=dict)  # by record id, as the topic ``bureau`` holds it
    standings: dict[str, Standing] = field(default_factory=dict)
    told: dict[str, Standing] = field(default_factory=dict)  # folded from what was told, whoever decided it

    def start(self) -> "History":
        self.law_becomes(self.book)
        self._time(EventKind.TICK, tick=Tick(self.today))
        return self

    def law_becomes(self, book: LawBook) -> None:
        self.book = book
        published = wire("LawBookPublished", {"digest": book.digest, "canonical": canonical.dump(book)})
        self.books.append(published | {"_key": book.digest})
        self._time(EventKind.LAW, law=LawChange(book.digest, day("2013-01-01")))

    def tick(self, until: str) -> None:
        self.today = day(until)
        self._time(EventKind.TICK, tick=Tick(self.today))

    def determination(
        self,
        content: Determination,
        subject: str = PERSON,
        kind: SubjectKind = SubjectKind.PERSON,
        name: str = "1" * 32,
        channel: str = "court",
    ) -> Outcome:
        return self._record(EventKind.DETERMINATION, subject, kind, channel, name, determination=content)

    def ending(
        self, target: Determination, reason: str = "performed", subject: str = PERSON, name: str = ""
    ) -> Outcome:
        return self._record(
            EventKind.ENDING, subject, SubjectKind.PERSON, name=name, ending=self.ending_of(target, reason)
        )

    def ending_of(self, target: Determination, reason: str) -> Ending:
        return Ending(Target(target.document_no, target.item), reason, "鲁01执3号", self.today, DIGEST)

    def correction(
        self,
        target: Determination,
        replacement: Determination,
        name: str = "",
        document_no: str = "鲁01执4号",
        bars: tuple[str, ...] = (),
    ) -> Outcome:
        content = self._correcting(target, replacement, document_no)
        return self._record(EventKind.CORRECTION, PERSON, SubjectKind.PERSON, name=name, bars=bars, correction=content)

    def _correcting(
        self, target: Determination, replacement: Determination, document_no: str = "鲁01执4号"
    ) -> Correction:
        return Correction(Target(target.document_no, target.item), document_no, self.today, DIGEST, replacement)

    def reported(self, content: Determination, number: str, target: Determination | None = None) -> Outcome:
        """A determination, or with ``target`` a correction of it, about the bearer of ``number``, through the checks
        of intake."""
        who = SubjectFacts(SubjectKind.PERSON, datetime.date.fromisoformat(number[6:14]))
        if target is None:
            found = check_determination(content, "court", who, self.book, self.today)
        else:
            found = check_correction(self._correcting(target, content), "court", who, self.book, self.today)
        if found.faults:
            self.rejected(found.faults[0].code)
            outcome = Outcome.REJECTED
        elif target is None:
            outcome = self.determination(content)
        else:
            outcome = self.correction(target, content, bars=found.bars)
        fields = msgspec.to_builtins(content, builtin_types=(datetime.date,))
        subject = {"subject": {"id_type": "citizen", "id_number": number}}
        self.sources[-1]["value"] = subject | (fields if target is None else {"replacement": fields})
        return outcome

    def feedback(self, rule: str, state: FeedbackState, reason: str | None = None) -> Outcome:
        found = next(one for many in self.standings[PERSON].obligations.values() for one in many if one.rule == rule)
        content = Feedback(found.obligation_id, state, reason, "officer-7", self.today)
        return self._record(EventKind.FEEDBACK, PERSON, SubjectKind.PERSON, channel=found.executor, feedback=content)

    def rejected(self, code: str = "ITEM_UNKNOWN") -> None:
        """A record that intake refuses: a receipt and nothing else."""
        place = self._source("court", EventKind.DETERMINATION)
        receipt = {"receipt_id": receipt_id(*place), "outcome": "rejected", "faults": [{"code": code}]}
        self.receive(receipt | dict(zip(("source_topic", "source_partition", "source_offset"), place, strict=True)))

    def case(self, step: CaseStep, matter: Matter = Matter.OBJECTION, name: str = "", of: str = "") -> Outcome:
        """A step of the one case of its matter about the listing; ``of``: its day where it is sent later."""
        upheld, about = step is CaseStep.UPHELD, listing()
        content = PersonCase(
            target=Target(about.document_no, about.item),
            matter=matter,
            step=step,
            case_no=f"{matter.value}-1",
            day=day(of) if of else self.today,
            document_no="鲁01执6号" if upheld else None,
            document_digest=DIGEST if upheld else None,
        )
        return self._record(EventKind.CASE, PERSON, SubjectKind.PERSON, name=name, case=content)

    def order(self, due_on: str, department: str = "d" * 32, of: str = "") -> Outcome:
        duty, due, ordered_on = Duty.ANSWER_PROPOSALS, day(due_on), day(of) if of else self.today
        content = Supervision(SupervisionStep.ORDERED, "督1号", "railway", ordered_on, duty, due)
        return self._record(
            EventKind.SUPERVISION, department, SubjectKind.ENTITY, channel="credit", supervision=content
        )

    def _source(self, channel: str, kind: EventKind) -> tuple[str, int, int]:
        families = {EventKind.FEEDBACK: "feedback", EventKind.CASE: "cases", EventKind.SUPERVISION: "cases"}
        topic = f"{families.get(kind, 'events')}.{channel}"
        offset = sum(one["_topic"] == topic for one in self.sources)
        self.sources.append({"_topic": topic, "_partition": 0, "_offset": offset, "value": None})
        return topic, 0, offset

    def _record(
        self,
        kind: EventKind,
        subject: str,
        who: SubjectKind,
        channel: str = "court",
        name: str = "",
        bars: tuple[str, ...] = (),
        **payload: Any,
    ) -> Outcome:
        place = self._source(channel, kind)
        content = next(iter(payload.values()))
        event = Accepted(
            receipt_id=receipt_id(*place),
            kind=kind,
            channel=channel,
            source_topic=place[0],
            source_partition=place[1],
            source_offset=place[2],
            event_id=f"e{len(self.sources)}",
            intake_day=self.today,
            law_digest=self.book.digest,
            subject=subject,
            subject_kind=who,
            name_check=name,
            content_digest=content_digest(kind, channel, subject, name, content),
            bars=bars,
            **payload,
        )
        self._accepted(event)
        receipt = self._decide(subject, event)
        assert receipt is not None
        self.receive(msgspec.to_builtins(receipt, builtin_types=(datetime.date,)))
        return receipt.outcome

    def _time(self, kind: EventKind, **payload: Any) -> None:
        offset = sum(one["kind"] in {"tick", "law"} for one in self.accepted)
        event = Accepted(
            receipt_id=receipt_id("clock", 0, offset),
            kind=kind,
            channel="clock",
            source_topic="clock",
            source_partition=0,
            source_offset=offset,
            event_id=None,
            intake_day=None,
            law_digest=None,
            subject="",
            subject_kind=None,
            name_check="",
            content_digest="",
            **payload,
        )
        self._accepted(event)
        for subject in tuple(self.standings):
            self._decide(subject, event)

    def _accepted(self, event: Accepted) -> None:
        self.accepted.append(wire("Accepted", msgspec.to_builtins(event, builtin_types=(datetime.date,))))

    def receive(self, fields: Fields) -> None:
        key = f"{fields['source_topic']}:{fields['source_partition']}:{fields['source_offset']}"
        self.receipts.append(wire("Receipt", fields) | {"_key": key})

    def _decide(self, subject: str, event: Accepted) -> Receipt | None:
        verdict = decide(self.standings.get(subject, Standing(subject)), event, self.book, self.today)
        for decision in verdict.decisions:
            self.standings[subject] = evolve(self.standings.get(subject, Standing(subject)), decision)
            self.tell(decision)
        return verdict.receipt

    def tell(self, decision: Decision) -> None:
        self.decisions.append(wire("Decision", msgspec.to_builtins(decision, builtin_types=(datetime.date,))))
        subject = decision.subject
        if decision.kind is DecisionKind.ERASED:
            for one in (one for many in self.told[subject].obligations.values() for one in many):
                self.current.pop(one.obligation_id)
        self.told[subject] = evolve(self.told.get(subject, Standing(subject)), decision)
        self.feed_bureau(decision)
        for obligation in (*decision.raised, *decision.changed):
            fields = msgspec.to_builtins(obligation, builtin_types=(datetime.date,)) | {
                "previous_version": obligation.version - 1 or None,
                "case_ref": "",
                "department_token": "",
                "subject_kind": "person",
                "decision_id": decision.decision_id,
                "day": decision.decided_on,
                "law_digest": decision.law_digest,
                "item": "COURT_DEFAULTER_LISTING",
                "document_no": "",
                "document_body": "SD-COURT",
                "disputed": self._disputed(decision),
                "doubted": self._doubted(decision),
            }
            self.deltas.append(
                wire("ObligationChange", fields)
                | {"_family": "rewards" if obligation.incentive else "sanctions", "_channel": obligation.executor}
            )
            del fields["previous_version"]
            self.current[obligation.obligation_id] = wire("ObligationCurrent", fields)

    def _disputed(self, decision: Decision) -> bool:
        key = decision.key if decision.entry is None else decision.entry.key
        return key is not None and self.told[decision.subject].disputed(key)

    def _doubted(self, decision: Decision) -> bool:
        now = self.told[decision.subject]
        key = decision.key if decision.entry is None else decision.entry.key
        return key is not None and key in now.entries and now.entries[key].receipt_id in now.doubts

    def feed_bureau(self, decision: Decision) -> None:
        """As the topic ``bureau`` tells it."""
        for one in () if decision.moves is None else decision.moves.bureau:
            record, stands = one.record, one.move is not Move.ENDED
            if record.fed_on is None:
                continue
            told = {
                "record_id": record.record_id,
                "version": record.version,
                "action": "put" if stands else "delete",
                "reason": one.reason,
                "decision_id": decision.decision_id,
                "day": decision.decided_on,
                "law_digest": decision.law_digest,
                "case_ref": "c" * 40 if stands else None,
                "ground": record.ground if stands else None,
                "told_on": record.told_on if stands else None,
            }
            self.fed[record.record_id] = wire("BureauFeed", told)

    def view(self) -> View:
        return fed(self)

    def audit(self) -> AuditReport:
        return report(self.view())

    def raising(self) -> Iterator[Fields]:
        """Decisions that raise something."""
        return (one for one in self.decisions if one["raised"])


def wire(record: str, fields: Fields) -> Fields:
    """``fields`` as a reader of the topic sees them."""
    return CODEC.decode(CODEC.encode(record, fields), max_bytes=1 << 24).value


def only(history: History) -> set[Invariant]:
    """The invariants that fail."""
    found = history.audit()
    assert set(found.failed) == {finding.invariant for finding in found.findings}
    return set(found.failed)
