"""Real records of our own topics, made up: valid by their schemas, numbered so that every one is different."""

import datetime
from typing import Any

import msgspec

from schemas.codec import Codec
from streams.core.decisions import (
    Cause,
    Considered,
    Decision,
    DecisionKind,
    Due,
    DueState,
    Entry,
    Fault,
    Notice,
    Obligation,
    ObligationState,
    Outcome,
    Receipt,
    Severity,
)
from streams.core.events import Accepted, Determination, EventKind, SubjectKind, Tick

DAY = datetime.date(2019, 6, 3)
DETERMINATION = Determination(
    item="COURT_DEFAULTER_LISTING",
    body="COURT_370100",
    document_no="(2019)鲁01执1号",
    document_date=DAY,
    effect_date=DAY,
    conduct_end=None,
    document_digest="d" * 64,
    basis="FASHI-2013-17",
    ground="2",
    prior_notice=True,
    hearing=True,
)


def hexes(number: int) -> str:
    return f"{number:032x}"


def accepted(number: int, **changes: Any) -> Accepted:
    event = Accepted(
        receipt_id=hexes(number),
        kind=EventKind.DETERMINATION,
        channel="court",
        source_topic="events.court",
        source_partition=number % 8,
        source_offset=number,
        event_id=f"e{number}",
        intake_day=DAY,
        law_digest="a" * 64,
        subject=f"token{number % 97}",
        subject_kind=SubjectKind.PERSON,
        name_check="n" * 64,
        content_digest=f"{number:064x}",
        warnings=("REGION_CODE_UNKNOWN",) if number % 5 == 0 else (),
        department_tokens={"railway": "r" * 32},
        determination=DETERMINATION,
    )
    return msgspec.structs.replace(event, **changes)


def tick(number: int) -> Accepted:
    return accepted(
        number,
        kind=EventKind.TICK,
        subject="",
        subject_kind=None,
        name_check="",
        determination=None,
        department_tokens={},
        tick=Tick(DAY + datetime.timedelta(days=number % 365)),
    )


def obligation(number: int) -> Obligation:
    return Obligation(
        obligation_id=hexes(number),
        rule="M-141.v1/3",
        memorandum="M-141",
        memorandum_version=1,
        measure="NO_HIGH_SPEED_RAIL",
        clause="二（三）",
        basis=("FASHI-2015-17",),
        executor="railway",
        executor_body="RAILWAY_JINAN",
        executor_source="project_mapping",
        binding=True,
        incentive=False,
        state=ObligationState.PROPOSED,
        since=DAY,
        ends_on=None,
        due=Due(DueState.NOT_IN_TEXT),
    )


def decision(number: int) -> Decision:
    entry = Entry(
        key="court|(2019)鲁01执1号|COURT_DEFAULTER_LISTING",
        channel="court",
        receipt_id=hexes(number),
        event_id=f"e{number}",
        content_digest=f"{number:064x}",
        determination=DETERMINATION,
        severity=Severity("serious", "sd-2020", ("LIST_DECISION",)),
        subject_kind=SubjectKind.PERSON,
        record_only=None,
        recorded_on=DAY,
        ends_on=DAY.replace(year=2021),
    )
    return Decision(
        decision_id=hexes(number),
        subject=f"token{number % 97}",
        kind=DecisionKind.RECORDED,
        cause=Cause(EventKind.DETERMINATION, hexes(number), "court", f"e{number}"),
        decided_on=DAY,
        law_digest="a" * 64,
        ordinal=0,
        key=entry.key,
        name_check="n" * 64,
        department_tokens={"railway": "r" * 32},
        entry=entry,
        raised=(obligation(number), obligation(number + 1)),
        considered=(Considered("M-141.v1/7", "executor_none"),),
        notices=(Notice(hexes(number + 2), "listed"),),
        reasons=("LISTED",),
    )


def change(number: int, version: int = 1, **changes: Any) -> dict[str, Any]:
    """One delta of sanctions.railway."""
    return (
        plain(obligation(number))
        | {
            "version": version,
            "previous_version": version - 1 or None,
            "case_ref": "c" * 40,
            "department_token": "r" * 32,
            "subject_kind": "person",
            "decision_id": hexes(number),
            "day": DAY,
            "law_digest": "a" * 64,
            "item": "COURT_DEFAULTER_LISTING",
            "document_no": "(2019)鲁01执1号",
            "document_body": "COURT_370100",
            "explanation": ["LISTED"],
        }
        | changes
    )


def receipt(number: int) -> Receipt:
    return Receipt(
        receipt_id=hexes(number),
        outcome=Outcome.REJECTED,
        source_topic="t1.events.court",
        source_partition=0,
        source_offset=number,
        event_id=None,
        schema_id=1,
        day=DAY,
        law_digest="a" * 64,
        faults=(Fault("IDENTIFIER_INVALID", "subject.id_number", "99****", "18 characters"), Fault("DATE_ORDER")),
    )


def plain(value: Any) -> dict[str, Any]:
    """A core struct as the codec takes it."""
    return msgspec.to_builtins(value, builtin_types=(datetime.date, bytes))  # type: ignore[no-any-return]


def encode(codec: Codec, family: str, number: int) -> bytes:
    """Record ``number`` of a family; every tenth of ``accepted`` is a tick."""
    if family == "accepted":
        return codec.encode("Accepted", plain(tick(number) if number % 10 == 0 else accepted(number)))
    if family == "decisions":
        return codec.encode("Decision", plain(decision(number)))
    if family == "receipts":
        return codec.encode("Receipt", plain(receipt(number)))
    return codec.encode("ObligationChange", change(number))
