"""Which topic hears of what: a decision becomes its log record, deltas and snapshots for departments, and notices."""

from collections.abc import Iterator
from typing import Any

from schemas.codec import Codec
from streams.core.decisions import Decision, Entry, Obligation, Receipt
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.engine.ports import Output
from streams.identity import Keyring
from streams.notices import text_zh
from streams.wire import source_key, to_avro
from topics.catalogue import Catalogue


class Messages:
    """Turns decisions into outputs. Deterministic: the same decision and standing give the same bytes."""

    def __init__(self, codec: Codec, catalogue: Catalogue, prefix: str, keyring: Keyring) -> None:
        self._codec = codec
        self._catalogue = catalogue
        self._prefix = prefix
        self._keyring = keyring

    def topic(self, family: str, channel: str | None = None) -> str:
        return self._catalogue.name(family, channel, self._prefix)

    def receipt(self, channel: str, receipt: Receipt) -> Output:
        """The one answer to one record, keyed by where the record stands."""
        key = source_key(receipt.source_topic, receipt.source_partition, receipt.source_offset)
        return Output(self.topic("receipts", channel), key, self._codec.encode("Receipt", to_avro(receipt)))

    def of(self, decision: Decision, standing: Standing, law: LawBook, partition: int) -> Iterator[Output]:
        """All outputs of ``decision``; ``standing`` is the one after it, ``partition`` that of ``accepted``."""
        value = self._codec.encode("Decision", to_avro(decision))
        yield Output(self.topic("decisions"), decision.subject.encode(), value, partition)
        moved = (*decision.raised, *decision.changed)
        if not moved and not decision.notices:
            return
        entry = self._entry(decision, standing)
        for obligation in moved:
            yield from self._obligation(obligation, decision, entry, standing)
        for notice in decision.notices:
            yield self._notice(notice.notice_id, notice.kind, decision, entry, law)

    def _entry(self, decision: Decision, standing: Standing) -> Entry:
        if decision.entry is not None:
            return decision.entry
        assert decision.key is not None
        return standing.entries[decision.key]

    def _obligation(
        self, obligation: Obligation, decision: Decision, entry: Entry, standing: Standing
    ) -> Iterator[Output]:
        family = "rewards" if obligation.incentive else "sanctions"
        executor, key = obligation.executor, obligation.obligation_id.encode()
        current = {
            **to_avro(obligation),
            "case_ref": self._keyring.case_ref(decision.subject, executor),
            "department_token": standing.department_tokens.get(executor, ""),
            "subject_kind": entry.subject_kind.value,
            "decision_id": decision.decision_id,
            "day": decision.decided_on,
            "law_digest": decision.law_digest,
            "item": entry.determination.item,
            "document_no": entry.determination.document_no,
            "document_body": entry.determination.body,
            "explanation": [*entry.severity.reasons, *decision.reasons],
        }
        previous = obligation.version - 1 or None
        change: dict[str, Any] = {**current, "previous_version": previous}
        yield Output(self.topic(family, executor), key, self._codec.encode("ObligationChange", change))
        state = self._codec.encode("ObligationCurrent", current)
        yield Output(self.topic(f"{family}.current", executor), key, state)

    def _notice(self, notice_id: str, kind: str, decision: Decision, entry: Entry, law: LawBook) -> Output:
        value = {
            "notice_id": notice_id,
            "kind": kind,
            "decision_id": decision.decision_id,
            "case_ref": self._keyring.case_ref(decision.subject, entry.channel),
            "channel": entry.channel,
            "law_digest": decision.law_digest,
            "day": decision.decided_on,
            "item": entry.determination.item,
            "document_no": entry.determination.document_no,
            "text_zh": text_zh(kind, decision, entry, law),
        }
        return Output(self.topic("notices"), notice_id.encode(), self._codec.encode("PersonNotice", value))
