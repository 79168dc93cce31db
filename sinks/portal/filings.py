"""What a person files: objection, repair, the waiver of an honour, consent - to ``cases.portal``, by reference.

The record names the person by the case reference of the body that decides, so no identity number enters a topic from
here, and it can say nothing but what a person may do: the portal speaks for no department. Its event id and case number
are made from what is filed: filed again on the same day it does no harm. What is declared is handed back; of a waiver
and a consent its SHA-256 is on record (ADR 0025, 0030).
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple, Protocol

import msgspec
from msgspec.structs import replace

from schemas.codec import Codec
from sinks.portal.people import Known
from sinks.portal.person import may_file
from sinks.portal.refusals import Refusal
from sinks.portal.shapes import ConsentAsked
from streams.committed import Committed
from streams.core import ids
from streams.core.check_case import consent_faults
from streams.core.check_determination import SubjectFacts
from streams.core.events import Consent, SubjectKind, Target
from streams.core.law import LawBook
from streams.filed import RECORD, Act, Filing
from streams.reader import Reader
from streams.wire import to_avro
from topics.catalogue import PLATFORM, Catalogue


class Paper(NamedTuple):
    """A record as it will be sent. ``digest``: of ``declaration``."""

    filing: Filing
    declaration: str
    digest: str


class Sender(Protocol):
    def send(self, paper: Paper) -> str:
        """Commit the record; its receipt id. Raises KafkaError: it may or may not be there, and may be sent again."""
        ...


class Filer(NamedTuple):
    """Who files, on which day. ``session``: of the token; ``named``: the records carry the name that the issuer
    checked; ``references``: case references by channel."""

    known: Known
    session: str
    named: bool
    day: date
    references: "References"


class References(Protocol):
    def reference(self, subject: str, channel: str) -> str: ...


def about_record(kind: str, record: str, filer: Filer, law: LawBook | None, channels: Catalogue) -> Paper:
    """An objection, a repair or a waiver about one record of the person's.

    :raises Refusal: 404: no such record of the person's; 409: it cannot be filed here, is pending already, or is an
        honour under another name.
    """
    entry = next((one for one in filer.known.standing.entries.values() if one.receipt_id == record), None)
    if entry is None or law is None:
        raise Refusal(404, "NO_SUCH_RECORD", "您的记录中没有这一项", "no such record of yours; see GET /me/record")
    if kind == Act.WAIVER and not filer.named:
        raise _of_another_name()
    if kind not in may_file(entry, filer.known.standing, law, channels, filer.day, named=filer.named):
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
    number, declaration, digest = _declared(entry.channel, filer, said)
    filing = replace(
        _opening(Act(kind), entry.channel, filer, number),
        target=Target(entry.determination.document_no, entry.determination.item),
        case_no=f"网办-{filer.day:%Y%m%d}-{number[:12]}",
        document_digest=digest if kind == Act.WAIVER else None,
    )
    return Paper(filing, declaration, digest)


def consent(asked: ConsentAsked, birth_date: date | None, filer: Filer, law: LawBook) -> Paper:
    """A consent given or taken back. Raises Refusal 409 with intake's own code: a minor, no such recipient or offer;
    and for one given where the records carry another name: they are not hers to hand on. Taking back always goes."""
    if asked.step == "given" and not filer.named:
        raise _of_another_name()
    number, declaration, digest = _declared(PLATFORM, filer, {"kind": "consent", **asked.model_dump()})
    act = Act.CONSENT if asked.step == "given" else Act.CONSENT_WITHDRAWN
    filing = replace(
        _opening(act, PLATFORM, filer, number),
        recipient=asked.recipient,
        purpose=asked.purpose,
        document_digest=digest,
    )
    _, payload = filing.event()
    assert isinstance(payload, Consent)
    for fault in consent_faults(payload, SubjectFacts(SubjectKind.PERSON, birth_date), law, filer.day):
        text = law.codes[fault.code]
        raise Refusal(409, fault.code, f"{text.zh}；{text.cure_zh}", f"{text.en}; {text.cure_en}")
    return Paper(filing, declaration, digest)


def _declared(channel: str, filer: Filer, said: dict[str, Any]) -> tuple[str, str, str]:
    """A number of what is filed, the same for whoever files it again that day; the declaration as canonical JSON, which
    names the session too; and its digest."""
    subject = filer.known.standing.subject
    what = {**said, "day": filer.day, "case_ref": filer.references.reference(subject, channel)}
    number = hashlib.sha256(msgspec.json.encode(what, order="sorted")).hexdigest()[:32]
    declaration = msgspec.json.encode({**what, "session": filer.session}, order="sorted")
    return number, declaration.decode(), hashlib.sha256(declaration).hexdigest()


def _of_another_name() -> Refusal:
    return Refusal(
        409,
        "NAME_MISMATCH",
        "在案记录的姓名与您的姓名不同，可能是别人的记录，不能由您放弃或者同意提供；请先提出异议",
        "the records carry another name than yours and may be somebody else's: object first; you can neither waive "
        "them nor let others have them",
    )


def _opening(act: Act, channel: str, filer: Filer, number: str) -> Filing:
    reference = filer.references.reference(filer.known.standing.subject, channel)
    return Filing(event_id=f"portal-{number}", channel=channel, case_ref=reference, act=act, day=filer.day)


class Cases:
    """Sends to ``cases.portal``. Safe between threads."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._committed = Committed(reader.bootstrap)

    def send(self, paper: Paper) -> str:
        """See ``Sender``."""
        prefix = self._reader.settings.prefix
        topic = self._reader.catalogue.name("filings", None, prefix)
        value = self._reader.codec.encode(RECORD, to_avro(paper.filing))
        there = self._committed.send(topic, paper.filing.event_id.encode(), value)
        return ids.receipt_id(topic.removeprefix(prefix), there.partition, there.offset)

    def close(self) -> None:
        self._committed.close()


def last_day(values: Iterable[bytes], codec: Codec) -> date | None:
    """The last day told on a partition of ``clock``; None where none was."""
    days = (codec.decode(value, frozenset({"ClockTick", "LawActivation"})) for value in values)
    ticks: list[date] = [one.value["day"] for one in days if one.record == "ClockTick"]
    return ticks[-1] if ticks else None
