"""Plays a case through checks, decide and evolve in the order in which the pipeline does, without Kafka."""

from datetime import date, timedelta
from typing import Any

from msgspec import UNSET, Struct, structs

from streams.cases import usual
from streams.cases.model import Case, FeedbackSays, Step, Subject
from streams.core.checks import Checked, check
from streams.core.decide import decide
from streams.core.decisions import Decision, Obligation, Outcome, Receipt
from streams.core.due import next_day
from streams.core.events import (
    Accepted,
    Determination,
    EventKind,
    Feedback,
    FeedbackState,
    Payload,
    SubjectKind,
    Supervision,
    SupervisionStep,
    Target,
    Tick,
)
from streams.core.evolve import evolve
from streams.core.ids import content_digest, receipt_id
from streams.core.law import LawBook
from streams.core.lifting import standing as is_standing
from streams.core.standing import Standing

# Families of topics on which the kinds travel that are not on events.
_FAMILIES = {
    EventKind.FEEDBACK: "feedback",
    EventKind.CASE: "cases",
    EventKind.CONSENT: "cases",
    EventKind.SUPERVISION: "cases",
}


class StageFault(Exception):
    """The case asks for something that cannot be played."""


class Played(Struct, frozen=True):
    """What came out of ``when``, and how the subject stands afterwards."""

    receipt: Receipt | None
    decisions: tuple[Decision, ...]
    standing: Standing


class Stage:
    """The pipeline of one case. Receipts of the given records are kept by their number for ``refers_to``."""

    def __init__(self, law: LawBook, first_day: date) -> None:
        self.law = law
        self.day = first_day
        self.standings: dict[str, Standing] = {}
        self.receipts: list[str] = []
        self.offset = 0
        self.seen: dict[Target, Determination] = {}
        self.records: list[tuple[Step, str, EventKind, Payload] | None] = []

    def until(self, day: date) -> None:
        """Let the days pass up to and with ``day``, with a tick for each subject on each day that is due."""
        for token in self.standings:
            while (due := next_day(self.standings[token], self.law, self.day)) is not None and due <= day:
                if not self.tick(token, max(due, self.day)):
                    raise StageFault(f"a tick of {due} was due but decided nothing")
        self.day = day

    def tick(self, token: str, day: date) -> tuple[Decision, ...]:
        """The tick of ``day`` for one subject, whether anything is due or not."""
        event = Accepted(
            receipt_id=receipt_id("clock", 0, day.toordinal()),
            kind=EventKind.TICK,
            channel="clock",
            source_topic="clock",
            source_partition=0,
            source_offset=day.toordinal(),
            event_id=None,
            intake_day=day,
            law_digest=self.law.digest,
            subject="",
            subject_kind=None,
            name_check="",
            content_digest="",
            tick=Tick(day),
        )
        return self._decide(token, event, day)[1]

    def play(self, step: Step) -> Played:
        """One record, today."""
        if step.again is not None:
            if not 0 < step.again <= len(self.records):
                raise StageFault(f"again: there is no given record number {step.again}")
            found = self.records[step.again - 1]
            if found is None:
                raise StageFault(f"again: given number {step.again} is not a record")
            record = found
        else:
            record = self._record(step)
        self.records.append(record)
        return self._send(*record)

    def _send(self, step: Step, channel: str, kind: EventKind, payload: Payload) -> Played:
        department = Subject(payload.channel, "entity", None, "") if isinstance(payload, Supervision) else None
        subject = department or step.subject
        token = _token(subject)
        self.offset += 1
        topic = f"{_FAMILIES.get(kind, 'events')}.{channel}"
        identifier = receipt_id(topic, 0, self.offset)
        self.receipts.append(identifier)
        checked = check(payload, channel, usual.facts(subject), self.law, self.day)
        if checked.faults:
            return Played(self._refused(identifier, topic, checked), (), self.standing_of(token))
        name_check = f"name {subject.name}" if subject.name else ""
        event = Accepted(
            receipt_id=identifier,
            kind=kind,
            channel=channel,
            source_topic=topic,
            source_partition=0,
            source_offset=self.offset,
            event_id=f"case-{self.offset}",
            intake_day=self.day,
            law_digest=self.law.digest,
            subject=token,
            subject_kind=SubjectKind(subject.kind),
            name_check=name_check,
            content_digest=content_digest(kind, channel, token, name_check, payload),
            warnings=checked.warnings,
            bars=checked.bars,
        )
        receipt_, decisions = self._decide(token, structs.replace(event, **{kind.value: payload}), self.day)
        return Played(receipt_, decisions, self.standings[token])

    def _refused(self, identifier: str, topic: str, checked: Checked) -> Receipt:
        """What intake answers to the record at hand."""
        return Receipt(
            receipt_id=identifier,
            outcome=Outcome.REJECTED,
            source_topic=topic,
            source_partition=0,
            source_offset=self.offset,
            event_id=None,
            schema_id=None,
            day=self.day,
            law_digest=self.law.digest,
            faults=checked.faults,
        )

    def _decide(self, token: str, event: Accepted, day: date) -> tuple[Receipt | None, tuple[Decision, ...]]:
        standing = self.standing_of(token)
        verdict = decide(standing, event, self.law, day)
        for decision in verdict.decisions:
            standing = evolve(standing, decision)
        self.standings[token] = standing
        return verdict.receipt, verdict.decisions

    def standing_of(self, token: str) -> Standing:
        """The standing of a subject, empty before its first record."""
        return self.standings.get(token) or Standing(token)

    def _record(self, step: Step) -> tuple[Step, str, EventKind, Payload]:
        if step.determination is not None:
            made = usual.determination(step.determination, self.day, self.law)
            self.seen[Target(made.document_no, made.item)] = made
            return step, self._channel(step, made.item, made.body), EventKind.DETERMINATION, made
        if step.ending is not None:
            last = next(reversed(self.seen), None)
            ended = usual.ending(step.ending, self.day, None if last is None else last.item)
            return step, self._channel_of(step, ended.target), EventKind.ENDING, ended
        if step.correction is not None:
            corrected = usual.correction(step.correction, self.day, self.law, self.seen)
            return step, self._channel_of(step, corrected.target), EventKind.CORRECTION, corrected
        if step.feedback is not None:
            return self._feedback(step, step.feedback)
        return self._of_a_person(step)

    def _of_a_person(self, step: Step) -> tuple[Step, str, EventKind, Payload]:
        """A step of a case or a consent; or an order of supervision, which is about no person."""
        if step.case is not None:
            last = next(reversed(self.seen), None)
            said = usual.person_case(step.case, self.day, None if last is None else last.item)
            return step, self._channel_of(step, said.target), EventKind.CASE, said
        if step.consent is not None:
            channel = "credit" if step.channel is UNSET else step.channel
            return step, channel, EventKind.CONSENT, usual.consent(step.consent, self.day)
        assert step.order is not None
        order = usual.order(step.order, self.day)
        sender = "credit" if order.step is SupervisionStep.ORDERED else order.channel
        return step, sender if step.channel is UNSET else step.channel, EventKind.SUPERVISION, order

    def _feedback(self, step: Step, says: FeedbackSays) -> tuple[Step, str, EventKind, Payload]:
        obligation = self._obligation(step, says)
        channel = step.channel if step.channel is not UNSET else obligation.executor if obligation else "railway"
        answered_on = self.day if says.answered_on is UNSET else says.answered_on
        identifier = obligation.obligation_id if obligation else says.obligation
        payload = Feedback(str(identifier), FeedbackState(says.state), says.reason, says.officer, answered_on)
        return step, channel, EventKind.FEEDBACK, payload

    def _obligation(self, step: Step, says: FeedbackSays) -> Obligation | None:
        if says.obligation is not UNSET:
            return None
        standing = self.standing_of(_token(step.subject))
        found = [one for group in standing.obligations.values() for one in group if one.measure == says.measure]
        if not found:
            raise StageFault(f"feedback.measure: {says.measure} was never raised for this subject")
        return next((one for one in found if is_standing(one)), found[-1])

    def _channel_of(self, step: Step, target: Target) -> str:
        """The channel through which the target came, or would come."""
        there = self.seen.get(target)
        return self._channel(step, target.item, "" if there is None else there.body)

    def _channel(self, step: Step, item: str, stated: str) -> str:
        """Who sends it if the case does not say: the body itself if it may issue the item, else the usual body."""
        if step.channel is not UNSET:
            return step.channel
        known, body = self.law.items.get(item), self.law.bodies.get(stated)
        if known is None or body is None or body.sector not in known.providers:
            body = self.law.bodies.get(usual.body(known, self.law))
        return "court" if body is None else body.channel


def play(case: Case, law: LawBook) -> tuple[Played, Stage]:
    """Play all that is given, then ``when`` on ``law_on``."""
    first = next((step.on for step in case.given if step.on is not UNSET), case.law_on)
    stage = Stage(law, first)
    for step in case.given:
        if step.ticks_until is not None:
            stage.until(step.ticks_until)
            stage.records.append(None)
            stage.receipts.append("")
            continue
        stage.until(stage.day if step.on is UNSET else step.on)
        stage.play(step)
    if case.when.tick:
        stage.until(case.law_on - timedelta(days=1))
        token = _token(case.when.subject)
        decided = stage.tick(token, case.law_on)
        return Played(None, decided, stage.standing_of(token)), stage
    stage.until(case.law_on)
    return stage.play(case.when), stage


def _token(subject: Subject) -> Any:
    return f"{subject.kind} {subject.who}"
