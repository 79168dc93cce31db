"""The pure half of intake: one record, one day, one law book -> one ruling.

``chengxin verify`` runs it again on every record of history. A number or a name that goes in comes out only as
``Ruling.identity``, which intake seals at once.
"""

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import msgspec

from schemas.codec import Codec, Decoded, SchemaFault
from streams import filed, texts
from streams.core import checks, ids
from streams.core.decisions import Fault, Outcome, Receipt
from streams.core.events import (
    Accepted,
    Consent,
    Correction,
    Determination,
    Ending,
    EventKind,
    Feedback,
    LawChange,
    Payload,
    PersonCase,
    SubjectKind,
    Supervision,
    Tick,
)
from streams.core.index import Index
from streams.core.law import LawBook
from streams.core.publication import needs_display
from streams.identity import Identifier, IdentifierFault, Keyring, check_citizen, check_uscc, mask, normalise_name, seal
from streams.identity.sealing import Identity
from streams.wire import from_avro

HEAD_BYTES = 64 * 1024  # of an unreadable record kept in quarantine

_PAYLOADS: dict[str, tuple[EventKind, type[Payload]]] = {
    "CreditDetermination": (EventKind.DETERMINATION, Determination),
    "GroundEnding": (EventKind.ENDING, Ending),
    "RecordCorrection": (EventKind.CORRECTION, Correction),
    "OfficerFeedback": (EventKind.FEEDBACK, Feedback),
    "CaseEvent": (EventKind.CASE, PersonCase),
    "PersonConsent": (EventKind.CONSENT, Consent),
    "SupervisionEvent": (EventKind.SUPERVISION, Supervision),
}
# What is about a record or a person already known only needs to know who is meant; whoever adds to a record must give
# the number again, because age and department tokens are derived from it and kept nowhere.
_MAY_COME_BY_REFERENCE = (EventKind.ENDING, EventKind.FEEDBACK, EventKind.CASE, EventKind.CONSENT)


class Source(NamedTuple):
    """Where a record stands; ``topic`` without the deployment's prefix, so that identifiers do not depend on it.
    ``channel``: whose it is, and who gets its receipt."""

    topic: str
    family: str
    channel: str
    partition: int
    offset: int


class Subject(NamedTuple):
    """Who is meant, once the identity is replaced."""

    token: str
    kind: SubjectKind
    name_check: str
    birth_date: date | None
    warnings: tuple[str, ...]
    department_token: Callable[[str], str] | None  # by channel; None where the record carries no number
    identity: Identity | None


class Ruling(NamedTuple):
    """What intake says about one record: a rejection with its receipt, or the accepted record."""

    receipt: Receipt | None = None
    quarantine: str | None = None  # code, where the bytes could not be read
    accepted: Accepted | None = None
    identity: Identity | None = None


class _Said(NamedTuple):
    """What a rejected record could still say about itself, and what proves to its channel which bytes it was."""

    event_id: str | None
    schema_id: int | None
    sent_digest: str


class _Meant(NamedTuple):
    """What a record is for the flow. ``channel``: whose event it is; ``subject``: as the record states it."""

    kind: EventKind
    payload: Payload
    channel: str
    subject: dict[str, Any]


class _Rejection(Exception):
    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults[0].code)
        self.faults = faults


class Examiner:
    """The pure check. Holds only what never changes while a worker runs."""

    def __init__(
        self, codec: Codec, admitted: dict[str, frozenset[str]], keyring: Keyring, allow_synthetic: bool
    ) -> None:
        self._codec = codec
        self._admitted = admitted
        self._keyring = keyring
        self._allow_synthetic = allow_synthetic

    def examine(self, source: Source, value: bytes | None, day: date, law: LawBook) -> Ruling:
        """One record -> one ruling; never raises for bad input, whatever the bytes."""
        sent = self._keyring.sent_digest(source.channel, value or b"")
        try:
            decoded = self._codec.decode(value, self._admitted[source.family])
        except SchemaFault as fault:
            found = Fault(fault.code, "value", fault.seen, fault.expected)
            return Ruling(
                _receipt(source, (found,), day, law, _Said(None, fault.schema_id, sent)), quarantine=fault.code
            )
        try:
            return self._accept(source, decoded, sent, day, law)
        except _Rejection as rejection:
            quotable = all((f.code, f.field) != ("TEXT_NOT_ALLOWED", "event_id") for f in rejection.faults)
            event_id = (decoded.value["event_id"] or None) if quotable else None
            return Ruling(_receipt(source, rejection.faults, day, law, _Said(event_id, decoded.schema_id, sent)))

    def _accept(self, source: Source, decoded: Decoded, sent: str, day: date, law: LawBook) -> Ruling:
        if faults := texts.faults(decoded.value):
            raise _Rejection(*faults)
        if not decoded.value["event_id"].strip():
            raise _Rejection(Fault("EVENT_ID_MISSING", "event_id", "empty", "the channel's own id of the record"))
        kind, payload, channel, stated = _meant(decoded, source.channel, law)
        if isinstance(payload, Supervision):
            subject = self._department(payload.channel)
        else:
            subject = self._identify(kind, stated, channel)
        facts = checks.SubjectFacts(subject.kind, subject.birth_date)
        checked = checks.check(payload, channel, facts, law, day)
        if checked.faults:
            raise _Rejection(*checked.faults)
        accepted = Accepted(
            receipt_id=ids.receipt_id(source.topic, source.partition, source.offset),
            kind=kind,
            channel=channel,
            source_topic=source.topic,
            source_partition=source.partition,
            source_offset=source.offset,
            event_id=decoded.value["event_id"],
            intake_day=day,
            law_digest=law.digest,
            subject=subject.token,
            subject_kind=subject.kind,
            name_check=subject.name_check,
            content_digest=ids.content_digest(kind, channel, subject.token, subject.name_check, payload),
            warnings=subject.warnings + checked.warnings,
            bars=checked.bars,
            department_tokens=_department_tokens(payload, subject, law),
            schema_id=decoded.schema_id,
            sent_digest=sent,
        )
        # Only who adds to a record says who is meant; an answer or an ending must not add a name of its own.
        identity = None if kind in _MAY_COME_BY_REFERENCE else subject.identity
        return Ruling(accepted=msgspec.structs.replace(accepted, **{kind.value: payload}), identity=identity)

    def _department(self, channel: str) -> Subject:
        """An order or its answer is about a department: no person, and nobody's identity."""
        return Subject(self._keyring.token("channel", channel), SubjectKind.ENTITY, "", None, (), None, None)

    def _identify(self, kind: EventKind, stated: dict[str, Any], channel: str) -> Subject:
        subject_kind = SubjectKind(stated["kind"])
        if stated["id_number"]:
            return self._by_number(subject_kind, stated)
        if stated["case_ref"]:
            return self._by_reference(kind, subject_kind, stated["case_ref"], channel)
        name = normalise_name(stated["name"] or "")
        if not name or kind is not EventKind.DETERMINATION:
            raise _Rejection(Fault("IDENTIFIER_INVALID", "subject.id_number", "none", "a checked identifier"))
        token = self._keyring.token("name", name)
        return Subject(token, SubjectKind.NAME_ONLY, self._keyring.name_check(token, name), None, (), None, None)

    def _by_number(self, kind: SubjectKind, stated: dict[str, Any]) -> Subject:
        person = kind is SubjectKind.PERSON
        if stated["id_type"] != ("citizen" if person else "uscc"):
            wanted = "citizen for a person, uscc for an entity"
            raise _Rejection(Fault("IDENTIFIER_INVALID", "subject.id_type", stated["id_type"], wanted))
        found = _checked_number(person, stated["id_number"])
        if found.synthetic and not self._allow_synthetic:
            expected = "a region that exists"
            raise _Rejection(Fault("SYNTHETIC_NOT_ALLOWED", "subject.id_number", "region 990000", expected))
        token = self._keyring.token(found.kind, found.number)
        name = normalise_name(stated["name"] or "")
        check = self._keyring.name_check(token, name) if name else ""

        def department_token(channel: str) -> str:
            return self._keyring.department_token(channel, found.kind, found.number)

        identity = Identity(found.kind, found.number, stated["name"] or "")
        return Subject(token, kind, check, found.birth_date, found.warnings, department_token, identity)

    def _by_reference(self, kind: EventKind, subject_kind: SubjectKind, reference: str, channel: str) -> Subject:
        if kind not in _MAY_COME_BY_REFERENCE:
            expected = "the identity number: age and tokens are checked anew"
            raise _Rejection(Fault("IDENTIFIER_INVALID", "subject.id_number", "a case reference only", expected))
        try:
            token = self._keyring.open_case_ref(reference, channel)
        except ValueError:
            expected = "a case reference this channel was given"
            raise _Rejection(Fault("CASE_REF_INVALID", "subject.case_ref", "not ours", expected)) from None
        return Subject(token, subject_kind, "", None, (), None, None)

    def seal(self, accepted: Accepted, identity: Identity, day: date) -> tuple[bytes, bytes]:
        """Key and value of the sealed identity for ``identities``. Random by nature: never compared."""
        sealed = seal(self._keyring.masters, accepted.subject, identity)
        value = self._codec.encode("SealedIdentity", {**sealed._asdict(), "sealed_on": day})
        return f"{accepted.subject}:{accepted.name_check}".encode(), value

    def display(self, accepted: Accepted, identity: Identity, day: date, law: LawBook) -> tuple[bytes, bytes] | None:
        """Key and value of the masked form for ``displays``; None for whom no State rule lets appear in public."""
        said = accepted.determination or (accepted.correction and accepted.correction.replacement)
        if not said or identity.kind != "citizen" or not needs_display(law, said.item, day):
            return None
        value = self._codec.encode("MaskedIdentity", mask(normalise_name(identity.name), identity.number)._asdict())
        return f"{accepted.subject}:{accepted.name_check}".encode(), value


def _meant(decoded: Decoded, sender: str, law: LawBook) -> _Meant:
    """A department's record is its own; what a person filed goes to the department that it names."""
    if decoded.record != filed.RECORD:
        kind, shape = _PAYLOADS[decoded.record]
        return _Meant(kind, from_avro(decoded.value, shape), sender, decoded.value.get("subject", {}))
    filing = from_avro(decoded.value, filed.Filing)
    if faults := filing.faults(law):
        raise _Rejection(*faults)
    kind, payload = filing.event()
    stated = {"kind": "person", "id_type": "none", "id_number": None, "name": None, "case_ref": filing.case_ref}
    return _Meant(kind, payload, filing.channel, stated)


def _checked_number(person: bool, number: str) -> Identifier:
    try:
        return check_citizen(number) if person else check_uscc(number)
    except IdentifierFault as fault:
        seen = f"{len(number)} characters"
        raise _Rejection(Fault("IDENTIFIER_INVALID", "subject.id_number", seen, fault.expected)) from None


def _department_tokens(payload: Payload, subject: Subject, law: LawBook) -> dict[str, str]:
    """Tokens for the channels that any rule of the item names: whoever may receive a measure, and nobody else."""
    if subject.department_token is None or not isinstance(payload, Determination | Correction):
        return {}
    item = payload.item if isinstance(payload, Determination) else payload.replacement.item
    return {channel: subject.department_token(channel) for channel in Index.of(law).executors_of.get(item, ())}


def _receipt(source: Source, faults: tuple[Fault, ...], day: date, law: LawBook, said: _Said) -> Receipt:
    return Receipt(
        receipt_id=ids.receipt_id(source.topic, source.partition, source.offset),
        outcome=Outcome.REJECTED,
        source_topic=source.topic,
        source_partition=source.partition,
        source_offset=source.offset,
        event_id=said.event_id,
        schema_id=said.schema_id,
        day=day,
        law_digest=law.digest,
        faults=faults,
        sent_digest=said.sent_digest,
    )


def quarantined(source: Source, receipt_id: str, code: str, value: bytes | None) -> dict[str, Any]:
    """The record of ``quarantine``: the first 64 KiB of the bytes and the digest of all of them."""
    raw = value or b""
    return {
        "receipt_id": receipt_id,
        "source_topic": source.topic,
        "source_partition": source.partition,
        "source_offset": source.offset,
        "code": code,
        "size": len(raw),
        "digest": hashlib.sha256(raw).hexdigest(),
        "head": raw[:HEAD_BYTES],
    }


def forwarded(source: Source, payload: Tick | LawChange, day: date | None, digest: str | None) -> Accepted:
    """A tick or law event as it goes into ``accepted``: THE history holds them in the order they were obeyed."""
    kind = EventKind.TICK if isinstance(payload, Tick) else EventKind.LAW
    accepted = Accepted(
        receipt_id=ids.receipt_id(source.topic, source.partition, source.offset),
        kind=kind,
        channel="",
        source_topic=source.topic,
        source_partition=source.partition,
        source_offset=source.offset,
        event_id=None,
        intake_day=day,
        law_digest=digest,
        subject="",
        subject_kind=None,
        name_check="",
        content_digest="",
    )
    return msgspec.structs.replace(accepted, **{kind.value: payload})
