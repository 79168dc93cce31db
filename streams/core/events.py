"""What a department tells us, after intake has checked it and replaced the identity by a token.

Every value here is frozen and free of identity: tokens, codes, dates and digests only (design rules 2, 3).
"""

from datetime import date
from enum import StrEnum

from msgspec import Struct


class EventKind(StrEnum):
    """The kinds of record on ``accepted``; each names the one payload field that is set."""

    DETERMINATION = "determination"  # 认定: a document in legal effect about one subject
    ENDING = "ending"  # 终止: the ground of an earlier record has fallen (performed, revoked, ...)
    CORRECTION = "correction"  # 更正: the content of an earlier record was wrong
    FEEDBACK = "feedback"  # 反馈: an officer's answer on one obligation
    CASE = "case"  # 案件: a step of an objection, a reconsideration, a lawsuit or a repair about an earlier record
    CONSENT = "consent"  # 同意: the person lets one recipient have what it names, or takes that back
    SUPERVISION = "supervision"  # 督导: an order to a department, or its answer; its subject is the department
    TICK = "tick"  # the day moved on
    LAW = "law"  # another law book comes into force


class SubjectKind(StrEnum):
    PERSON = "person"  # 自然人
    ENTITY = "entity"  # 法人和非法人组织
    NAME_ONLY = "name_only"  # no checked identifier: goes to review, never to a measure (rule 10)


def stated(value: str | date | None) -> bool:
    """Whether a document states it: a number of spaces is none (design rule 2).

    >>> stated("  "), stated("鲁执1号"), stated(None)
    (False, True, False)
    """
    return bool(value.strip()) if isinstance(value, str) else value is not None


class Target(Struct, frozen=True):
    """Which earlier record of the same channel is meant."""

    document_no: str
    item: str


class Determination(Struct, frozen=True):
    """认定: one document in legal effect about exactly one subject."""

    item: str  # code of the data catalogue (数据清单)
    body: str  # issuing body, code of bodies.yaml
    document_no: str  # 文书号
    document_date: date | None
    effect_date: date | None  # in legal effect from
    conduct_end: date | None  # 失信行为终止之日, where the document states it
    document_digest: str  # sha-256 of the served document, hex
    basis: str  # instrument the document rests on, code of instruments.yaml
    ground: str | None = None  # closed per item, e.g. "1".."6" of 法释〔2013〕17号 art. 1
    extra_years: int = 0  # art. 2: added for violence or several acts, whole years
    role: str | None = None  # through which role an entity's order reaches this person
    entity_code: str | None = None  # that entity's unified social credit code (public data)
    prior_notice: bool = False  # the body states: told of facts, reasons, basis before the decision
    hearing: bool = False  # the body states: could answer, and was heard where the law gives a hearing
    simple_procedure: bool = False  # 简易程序: refused at intake (条例 13)
    valid_until: date | None = None  # last day as the document states it, where the ground leaves that to the document


class Ending(Struct, frozen=True):
    """终止: a later document, or a fact the body states, that ends the ground of ``target``."""

    target: Target
    reason: str  # code of endings.yaml, e.g. "performed", "revoked"
    document_no: str | None
    document_date: date
    document_digest: str | None


class Correction(Struct, frozen=True):
    """更正: the record ``target`` should have said ``replacement``. Never changes who is meant."""

    target: Target
    document_no: str
    document_date: date
    document_digest: str
    replacement: Determination


class FeedbackState(StrEnum):
    """What an officer of an executing department may answer (design rule 5)."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    NOT_APPLICABLE = "not_applicable"
    IN_EFFECT = "in_effect"
    LIFTED = "lifted"


class Feedback(Struct, frozen=True):
    obligation_id: str
    state: FeedbackState
    reason: str | None  # code of refusals.yaml; required for refused and not_applicable
    officer: str  # the department's own staff reference, never a name
    answered_on: date


class Matter(StrEnum):
    """What a case is about."""

    OBJECTION = "objection"  # 异议: the record is said to be wrong (条例 39; at a credit bureau 征信业管理条例 25)
    RECONSIDERATION = "reconsideration"  # 行政复议; at a court the review of 法释〔2013〕17号 art. 12
    LAWSUIT = "lawsuit"  # 行政诉讼
    REPAIR = "repair"  # 信用修复


class CaseStep(StrEnum):
    OPENED = "opened"  # 受理
    UPHELD = "upheld"  # 成立: the record falls; of a repair: granted 准予
    AMENDED = "amended"  # 更正、变更: the record stays, with the content that its correction gives
    REJECTED = "rejected"  # 不成立; of a repair: refused 不予
    WITHDRAWN = "withdrawn"  # 撤回


class Handling(StrEnum):
    """Who must work on an objection, which sets its term."""

    OWN = "own"  # within the own scope: 3 working days
    OTHER_UNIT = "other_unit"  # another unit must help: 7 working days
    CREDIT_BUREAU = "credit_bureau"  # at a credit bureau: 20 days


class PersonCase(Struct, frozen=True):
    """案件: one step of a person's case about ``target``, as decided by the body that issued the document."""

    target: Target
    matter: Matter
    step: CaseStep
    case_no: str  # the body's number of the case; ties its steps together
    day: date  # received on (opened), decided on, withdrawn on
    handling: Handling = Handling.OWN
    minimum_reached: bool = False  # of a repair granted, with the next three: conditions that the body found met
    wrong_corrected: bool = False
    duties_done: bool = False
    public_promise: bool = False
    document_no: str | None = None  # of the decision; required where it takes effect
    document_digest: str | None = None
    revoked_on: date | None = None  # day the document was revoked or changed, where that was earlier than ``day``


class ConsentStep(StrEnum):
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class Consent(Struct, frozen=True):
    """同意: given or withdrawn by the person, as the body that took it down reports (PIPL 14, 15)."""

    step: ConsentStep
    recipient: str  # a partner of offers.yaml or credit_bureau
    purpose: str  # code of the partner's offer, or credit_reporting
    day: date  # of the person's declaration
    document_digest: str  # sha-256 of the signed declaration, hex


class SupervisionStep(StrEnum):
    ORDERED = "ordered"  # 督导通知
    ANSWERED = "answered"  # 答复


class Duty(StrEnum):
    """What a department is ordered to do."""

    ANSWER_PROPOSALS = "answer_proposals"  # 反馈措施建议
    PROVE_LIFTING = "prove_lifting"  # 反馈解除
    DECIDE_OBJECTIONS = "decide_objections"  # 办结异议
    REPORT_CHANGES = "report_changes"  # 报送撤销、变更
    REPORT_DOCUMENTS = "report_documents"  # 报送信息


class Supervision(Struct, frozen=True):
    """督导: an order to the department ``channel`` with a due day, or that department's answer to it."""

    step: SupervisionStep
    order_no: str
    channel: str  # the department that is ordered, and answers
    day: date  # of the order, of the answer
    duty: Duty | None = None  # of an order
    due_on: date | None = None  # of an order
    obligation_id: str | None = None  # of an order about one obligation
    done: bool = False  # of an answer: the duty is done; else what hinders it is reported
    officer: str = ""  # of an answer: the department's own staff reference, never a name


class Tick(Struct, frozen=True):
    day: date


class LawChange(Struct, frozen=True):
    digest: str  # sha-256 of the canonical law book, hex
    from_day: date  # first day decided by it


class Accepted(Struct, frozen=True):
    """One record of ``accepted``: THE history. Exactly one payload field is set, the one ``kind`` names."""

    receipt_id: str  # hash(topic, partition, offset) of the source record
    kind: EventKind
    channel: str
    source_topic: str
    source_partition: int
    source_offset: int
    event_id: str | None
    intake_day: date | None  # last tick intake had seen; None only for ticks and law events before the first
    law_digest: str | None  # law book intake checked with
    subject: str  # token; "" for tick and law
    subject_kind: SubjectKind | None
    name_check: str  # HMAC(name key, token + normalised name); "" where the record carries no name
    content_digest: str  # of the checked content without event id; equal content = duplicate
    warnings: tuple[str, ...] = ()
    bars: tuple[str, ...] = ()  # of a correction: codes of why the record it corrects must not stand at all
    department_tokens: dict[str, str] = {}  # executing channel -> that department's token of the person
    schema_id: int | None = None  # under which the source record came
    sent_digest: str | None = None  # keyed digest of its bytes, for the receipt
    determination: Determination | None = None
    ending: Ending | None = None
    correction: Correction | None = None
    feedback: Feedback | None = None
    case: PersonCase | None = None
    consent: Consent | None = None
    supervision: Supervision | None = None
    tick: Tick | None = None
    law: LawChange | None = None


Payload = Determination | Ending | Correction | Feedback | PersonCase | Consent | Supervision  # what departments send
