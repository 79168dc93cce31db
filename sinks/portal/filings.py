"""What a person files: objection, repair, the waiver of an honour, consent - to ``cases.<channel>``, by reference.

The record names the person by the case reference of the body that decides, so no identity number enters a topic from
here. Its event id and case number are made from what is filed: filed again on the same day it does no harm. What is
declared is handed back; of a waiver and a consent its SHA-256 is on record (ADR 0025).
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple, Protocol

import msgspec

from schemas.codec import Codec
from sinks.clickhouse.tables import FILED
from sinks.portal.people import Known
from sinks.portal.person import WAIVED, may_file
from sinks.portal.refusals import Refusal
from sinks.portal.shapes import ConsentAsked
from streams.committed import Committed
from streams.core import ids
from streams.core.check_case import consent_faults
from streams.core.check_determination import SubjectFacts
from streams.core.decisions import Entry
from streams.core.events import Consent, ConsentStep, SubjectKind
from streams.core.law import LawBook
from streams.reader import Reader
from topics.catalogue import Catalogue

CONSENTS = "credit"  # who takes consents down here: the office that runs the platform (条例 9)


class Paper(NamedTuple):
    """A record as it will be sent. ``digest``: of ``declaration``."""

    channel: str
    record: str
    fields: dict[str, Any]
    case_no: str | None
    declaration: str
    digest: str


class Sender(Protocol):
    def send(self, paper: Paper) -> str:
        """Commit the record; its receipt id. Raises KafkaError: it may or may not be there, and may be sent again."""
        ...


class Filer(NamedTuple):
    """Who files, on which day: ``reference``: case reference by channel; ``session``: of the token."""

    known: Known
    session: str
    day: date
    references: "References"


class References(Protocol):
    def reference(self, subject: str, channel: str) -> str: ...


def about_record(kind: str, record: str, filer: Filer, law: LawBook | None, channels: Catalogue) -> Paper:
    """An objection, a repair or a waiver about one record of the person's.

    :raises Refusal: 404: no such record of the person's; 409: it cannot be filed here, or is pending already.
    """
    entry = next((one for one in filer.known.standing.entries.values() if one.receipt_id == record), None)
    if entry is None or law is None:
        raise Refusal(404, "NO_SUCH_RECORD", "您的记录中没有这一项", "no such record of yours; see GET /me/record")
    if kind not in may_file(entry, filer.known.standing, law, channels, filer.day):
        body = law.bodies[entry.determination.body].name if entry.determination.body in law.bodies else entry.channel
        raise Refusal(
            409,
            "NOT_TO_BE_FILED",
            f"该项不能在此提出，或者已在办理；可向{body}书面提出",
            "not to be filed here, or pending already: see may_file; you can write to the body itself",
        )
    before = len(filer.known.standing.cases.get(entry.key, ()))
    said = {
        "kind": kind,
        "document_no": entry.determination.document_no,
        "item": entry.determination.item,
        "body": entry.determination.body,
        "before": before,
    }
    return _waiver(entry, filer, said) if kind == "waiver" else _case(kind, entry, filer, said)


def _case(kind: str, entry: Entry, filer: Filer, said: dict[str, Any]) -> Paper:
    number, declaration, digest = _declared(entry.channel, filer, said)
    case_no = _case_no(filer, number)
    fields = {
        **_opening(entry.channel, filer, number),
        "target": _target(entry),
        "matter": kind,
        "step": "opened",
        "case_no": case_no,
        "day": filer.day,
    }
    return Paper(entry.channel, "CaseEvent", fields, case_no, declaration, digest)


def _waiver(entry: Entry, filer: Filer, said: dict[str, Any]) -> Paper:
    number, declaration, digest = _declared(entry.channel, filer, said)
    fields = {
        **_opening(entry.channel, filer, number),
        "target": _target(entry),
        "reason": WAIVED,
        "document_no": _case_no(filer, number),
        "document_date": filer.day,
        "document_digest": digest,
    }
    return Paper(entry.channel, "GroundEnding", fields, None, declaration, digest)


def consent(asked: ConsentAsked, birth_date: date | None, filer: Filer, law: LawBook) -> Paper:
    """A consent given or taken back. Raises Refusal 409 with intake's own code: a minor, no such recipient or offer."""
    number, declaration, digest = _declared(CONSENTS, filer, {"kind": "consent", **asked.model_dump()})
    record = Consent(ConsentStep(asked.step), asked.recipient, asked.purpose, filer.day, digest)
    for fault in consent_faults(record, SubjectFacts(SubjectKind.PERSON, birth_date), law, filer.day):
        text = law.codes[fault.code]
        raise Refusal(409, fault.code, f"{text.zh}；{text.cure_zh}", f"{text.en}; {text.cure_en}")
    fields = {**_opening(CONSENTS, filer, number), **msgspec.to_builtins(record, builtin_types=(date,))}
    return Paper(CONSENTS, "PersonConsent", fields, None, declaration, digest)


def _declared(channel: str, filer: Filer, said: dict[str, Any]) -> tuple[str, str, str]:
    """A number of what is filed, the same for whoever files it again that day; the declaration as canonical JSON, which
    names the session too; and its digest."""
    subject = filer.known.standing.subject
    what = {**said, "day": filer.day, "case_ref": filer.references.reference(subject, channel)}
    number = hashlib.sha256(msgspec.json.encode(what, order="sorted")).hexdigest()[:32]
    declaration = msgspec.json.encode({**what, "session": filer.session}, order="sorted")
    return number, declaration.decode(), hashlib.sha256(declaration).hexdigest()


def _case_no(filer: Filer, number: str) -> str:
    return f"网办-{filer.day:%Y%m%d}-{number[:12]}"


def _opening(channel: str, filer: Filer, number: str) -> dict[str, Any]:
    reference = filer.references.reference(filer.known.standing.subject, channel)
    return {"event_id": f"{FILED}{number}", "subject": {"kind": "person", "id_type": "none", "case_ref": reference}}


def _target(entry: Entry) -> dict[str, str]:
    return {"document_no": entry.determination.document_no, "item": entry.determination.item}


class Cases:
    """Sends to ``cases.<channel>``. Safe between threads."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._committed = Committed(reader.bootstrap)

    def send(self, paper: Paper) -> str:
        """See ``Sender``."""
        prefix = self._reader.settings.prefix
        topic = self._reader.catalogue.name("cases", paper.channel, prefix)
        value = self._reader.codec.encode(paper.record, paper.fields)
        there = self._committed.send(topic, paper.fields["event_id"].encode(), value)
        return ids.receipt_id(topic.removeprefix(prefix), there.partition, there.offset)

    def close(self) -> None:
        self._committed.close()


def last_day(values: Iterable[bytes], codec: Codec) -> date | None:
    """The last day told on a partition of ``clock``; None where none was."""
    days = (codec.decode(value, frozenset({"ClockTick", "LawActivation"})) for value in values)
    ticks: list[date] = [one.value["day"] for one in days if one.record == "ClockTick"]
    return ticks[-1] if ticks else None
