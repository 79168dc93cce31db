"""Which topic hears of what: a decision becomes its log record, deltas, snapshots and orders for
departments, and notices."""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from schemas.codec import Codec
from streams.core.decisions import Decision, DecisionKind, Entry, Notice, Obligation, Receipt
from streams.core.docket import BEFORE_BUREAU
from streams.core.events import SubjectKind
from streams.core.ids import notice_id
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.engine.ports import Output
from streams.identity import Keyring
from streams.notices import Marks, text_zh
from streams.orders import orders
from streams.outward import Outward
from streams.wire import source_key
from topics.catalogue import Catalogue


class About(Struct, frozen=True):
    """What an executor is told with an obligation: whom and what it is about. Fields as in ``ObligationChange``."""

    previous_version: int | None
    case_ref: str
    department_token: str
    subject_kind: SubjectKind
    decision_id: str
    day: date
    law_digest: str
    item: str
    document_no: str
    document_body: str
    explanation: tuple[str, ...]
    disputed: bool
    doubted: bool


class Told(Struct, frozen=True):
    """A notice to the person. Fields as in ``PersonNotice``."""

    notice_id: str
    kind: str
    decision_id: str
    case_ref: str
    channel: str
    law_digest: str
    day: date
    item: str
    document_no: str
    text_zh: str


class Messages:
    """Turns decisions into outputs. Deterministic: the same decision and standing give the same bytes."""

    def __init__(self, codec: Codec, catalogue: Catalogue, prefix: str, keyring: Keyring) -> None:
        self._codec = codec
        self._catalogue = catalogue
        self._prefix = prefix
        self._keyring = keyring
        # Delta and snapshot of an obligation differ in one field: the runs of fields around it are written once.
        self._change, self._current = codec.frame("ObligationChange"), codec.frame("ObligationCurrent")
        self._what = codec.run("ObligationChange", "obligation_id", "lift_reason")
        self._previous = codec.run("ObligationChange", "previous_version", "previous_version")
        self._about = codec.run("ObligationChange", "case_ref", "doubted")
        self._outward = Outward(codec, self.topic, keyring)

    def topic(self, family: str, channel: str | None = None) -> str:
        return self._catalogue.name(family, channel, self._prefix)

    def receipt(self, receipt: Receipt) -> Output:
        """The one answer to one record, keyed by where the record stands, for whoever wrote it."""
        key = source_key(receipt.source_topic, receipt.source_partition, receipt.source_offset)
        channel = self._catalogue.answered(receipt.source_topic)
        return Output(self.topic("receipts", channel), key, self._codec.encode("Receipt", receipt))

    def of(self, decision: Decision, standing: Standing, law: LawBook, partition: int) -> Iterator[Output]:
        """All outputs of ``decision``; ``standing`` is the one after it, ``partition`` that of ``accepted``."""
        if decision.kind is DecisionKind.HELD:
            yield from self._outward.forget_name(decision, standing, partition)
        value = self._codec.encode("Decision", decision)
        yield Output(self.topic("decisions"), decision.subject.encode(), value, partition)
        yield from self._outward.of(decision, standing, law)
        for order in orders(decision, standing):
            told = self._codec.encode("SupervisionOrder", order)
            yield Output(self.topic("supervision", order.to), order.order_no.encode(), told)
        moved = (*decision.raised, *decision.changed)
        if not moved and not decision.notices:
            return
        if moved:
            entry = self._entry(decision, standing)
            for obligation in moved:
                yield from self._obligation(obligation, decision, entry, standing)
        for notice in decision.notices:
            entry = self._entry(decision, standing, notice)
            marks = Marks(standing.disputed(entry.key), entry.receipt_id in standing.doubts)
            yield self._notice(notice, decision, entry, law, marks)

    def erasure(self, decision: Decision, before: Standing, partition: int) -> Iterator[Output]:
        """What an ``erased`` decision takes back beside its own record; ``before``: the standing it erases."""
        return self._outward.erasure(decision, before, partition)

    def _entry(self, decision: Decision, standing: Standing, notice: Notice | None = None) -> Entry:
        """The entry a decision is about, or the one the notice names."""
        if notice is not None and notice.kind == BEFORE_BUREAU and decision.moves is not None:
            for one in decision.moves.bureau:
                if notice_id(decision.decision_id, one.record.record_id) == notice.notice_id:
                    return standing.entries[one.record.key]
        if decision.entry is not None:
            return decision.entry
        assert decision.key is not None
        return standing.entries[decision.key]

    def _obligation(
        self, obligation: Obligation, decision: Decision, entry: Entry, standing: Standing
    ) -> Iterator[Output]:
        family = "rewards" if obligation.incentive else "sanctions"
        executor, key = obligation.executor, obligation.obligation_id.encode()
        about = About(
            previous_version=obligation.version - 1 or None,
            case_ref=self._keyring.case_ref(decision.subject, executor),
            department_token=standing.department_tokens.get(executor, ""),
            subject_kind=entry.subject_kind,
            decision_id=decision.decision_id,
            day=decision.decided_on,
            law_digest=decision.law_digest,
            item=entry.determination.item,
            document_no=entry.determination.document_no,
            document_body=entry.determination.body,
            explanation=entry.severity.reasons + decision.reasons,
            disputed=bool(standing.cases) and standing.disputed(entry.key),
            doubted=entry.receipt_id in standing.doubts,
        )
        what, told = self._what(obligation), self._about(about)
        change = b"".join((self._change, what, self._previous(about), told))
        yield Output(self.topic(family, executor), key, change)
        yield Output(self.topic(f"{family}.current", executor), key, self._current + what + told)

    def _notice(self, notice: Notice, decision: Decision, entry: Entry, law: LawBook, marks: Marks) -> Output:
        told = Told(
            notice_id=notice.notice_id,
            kind=notice.kind,
            decision_id=decision.decision_id,
            case_ref=self._keyring.case_ref(decision.subject, entry.channel),
            channel=entry.channel,
            law_digest=decision.law_digest,
            day=decision.decided_on,
            item=entry.determination.item,
            document_no=entry.determination.document_no,
            text_zh=text_zh(notice.kind, decision, entry, law, marks),
        )
        return Output(self.topic("notices"), notice.notice_id.encode(), self._codec.encode("PersonNotice", told))
