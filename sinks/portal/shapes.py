"""What goes over the wire: requests and answers, from which the OpenAPI document is made."""

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from streams.identity import holds_number

HEX32 = r"^[0-9a-f]{32}$"


def _no_number(text: str) -> str:
    """A reference goes on the query log, where no identity number may stand."""
    if holds_number(text):
        raise ValueError("no identity number here")
    return text


Matter = Annotated[
    str,
    Field(
        pattern=r"^[\w〔〕（）().\-]{1,40}$",
        description="办件编号: the department's own number of the matter it asks for",
    ),
    AfterValidator(_no_number),
]
Number = Annotated[str, Field(min_length=15, max_length=24, description="公民身份号码; never in an address")]
Name = Annotated[str, Field(min_length=1, max_length=100, description="姓名")]
Purpose = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="用途: code of the application catalogue")
]
PageNumber = Annotated[int, Query(ge=1, le=100_000)]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StatusAsked(Strict):
    """查询: does something stand about this person that the catalogue lets this department know for this purpose?"""

    number: Number
    name: Name
    purpose: Purpose
    matter: Matter


class ResolveAsked(Strict):
    """Who is the person behind a proposal to this department? Both references as ``sanctions.<channel>`` gave them."""

    obligation_id: Annotated[str, Field(pattern=HEX32)]
    case_ref: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    matter: Matter


class Basis(BaseModel):
    """A text something rests on. ``number``: null where no source read shows it."""

    title: str
    number: str | None


class Measure(BaseModel):
    """One measure: a proposal until an officer of its department says otherwise."""

    obligation_id: str
    measure: str
    name: str
    executor: str
    executor_name: str
    executor_source: str = Field(description="text: the text names it; project_mapping: our mapping (本项目映射)")
    state: str
    state_name: str
    incentive: bool
    rule: str
    clause: str
    basis: list[Basis]
    since: date
    ends_on: date | None
    due_on: date | None
    lift_reason: str | None


class Record(BaseModel):
    """One document in legal effect and what stands on it. ``severity`` is the document's, never the person's."""

    record: str = Field(description="receipt id of the record; names it when something is filed about it")
    item: str
    item_name: str
    body: str
    body_name: str
    document_no: str
    document_date: date | None
    effect_date: date | None
    basis: Basis
    clause: str | None
    severity: str
    recorded_on: date
    ends_on: date | None
    disputed: bool = Field(description="有异议，正在办理")
    doubted: bool = Field(description="待核实")
    measures: list[Measure]


class Status(BaseModel):
    """The answer to an officer. No record: nothing stands that this row lets this department know; nothing else."""

    row: str = Field(description="row of the application catalogue it is answered by")
    as_of: date
    records: list[Record]
    notice: str


class Resolved(BaseModel):
    """The name, and a person's number masked: the department tells its own customers by its token."""

    obligation_id: str
    measure: str
    state: str
    name: str
    number: str
    disputed: bool
    doubted: bool


class Said(BaseModel):
    """Why there is no answer, and what to do."""

    code: str
    zh: str
    en: str


class Shown(BaseModel):
    """One thing that others than the executing departments see because of the record."""

    to: str
    rule: str
    since: date | None
    until: date | None


class CaseState(BaseModel):
    """案件: an objection, reconsideration, lawsuit or repair about the record."""

    case_no: str
    matter: str
    state: str
    since: date
    due_on: date | None


class Considered(BaseModel):
    """A rule that was looked at and did not apply, and why."""

    rule: str
    reason: str


class DecisionMade(BaseModel):
    """One decision with its reasons. ``law``: digest of the law book it was made with."""

    decision_id: str
    kind: str
    on: date
    reasons: list[str]
    considered: list[Considered]
    law: str


class Source(BaseModel):
    """信息来源: who reported it, under which of their own numbers, and the digest of the document served."""

    channel: str
    channel_name: str
    event_id: str | None
    document_digest: str


class OwnRecord(Record):
    """A record as the person it is about reads it: with source, why, what others see, and what can be done."""

    source: Source
    why_not: str | None = Field(description="null: it stands today; else why it does not")
    ended_on: date | None
    ended_reason: str | None
    severity_reasons: list[str]
    shown: list[Shown]
    cases: list[CaseState]
    decisions: list[DecisionMade]
    how_to_object: str
    may_file: list[str] = Field(description="what this portal takes about the record: objection, repair, waiver")
    repair_from: date | None = Field(
        description="first day on which a repair may be granted; null: no rule read says so"
    )


class Consented(BaseModel):
    recipient: str
    purpose: str
    since: date
    withdrawn_on: date | None


class Own(BaseModel):
    """本人信用记录, free of charge (条例 21, 37). It holds no number and no name: whose it is, the token says."""

    as_of: date
    name_differs: bool = Field(description="the records carry another name: they may be somebody else's; object")
    erased_on: date | None = Field(description="what stood until then is erased and told to nobody")
    records: list[OwnRecord]
    waiting: int = Field(description="papers that wait for the document they are about")
    consents: list[Consented]
    notice: str


class LookedAt(BaseModel):
    """Somebody asked about the person. ``refused``: null = it was answered, or was about to be."""

    at: datetime
    officer: str
    department: str | None
    department_name: str | None
    purpose: str
    purpose_name: str
    question: str
    content: str
    refused: str | None


class Withheld(BaseModel):
    """How many looks are not told, and by which law."""

    exemption: str
    zh: str
    basis: str
    looks: int


class LooksTold(BaseModel):
    """A page of the looks, the newest on page 1. ``unreadable``: entries of the log about the person that cannot be
    read; they may have been looks. ``total``: entries on all pages."""

    looks: list[LookedAt]
    withheld: list[Withheld]
    unreadable: int
    page: int
    pages: int
    total: int


RecordId = Annotated[str, Field(pattern=HEX32, description="``record`` of GET /me/record")]


class AboutRecord(Strict):
    """Which record an objection, a repair or a waiver is about."""

    record: RecordId


class ConsentAsked(Strict):
    """同意或者撤回同意: to one recipient for one purpose (个人信息保护法 14, 15)."""

    recipient: Annotated[
        str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="a partner of offers.yaml, or credit_bureau")
    ]
    purpose: Annotated[
        str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$", description="its offer, or credit_reporting")
    ]
    step: Literal["given", "withdrawn"]


class Filed(BaseModel):
    """What was filed, and where its fate can be read. Keep ``declaration``: its SHA-256 is what is on record."""

    channel: str = Field(description="to whose cases it went")
    case_no: str | None
    receipt_id: str
    declaration: str
    digest: str


class FilingsAsked(Strict):
    """What people have filed here about this department's documents in the last 60 days."""

    matter: Matter


class Filing(BaseModel):
    """One paper, for the body that decides: it answers on ``cases.<channel>`` under ``case_no``, by ``case_ref``."""

    event_id: str
    matter: str = Field(description="objection, repair; honour_waived: the waiver has ended the record; or a consent")
    case_no: str | None
    document_no: str | None
    item: str | None
    day: date
    case_ref: str


class Filings(BaseModel):
    filings: list[Filing]
