"""The shape of a case file. tests/cases/README.md explains every word for whoever writes one.

UNSET means "as usual" (a default fills it), an explicit null means "missing from the record".
"""

from datetime import date
from typing import Any

from msgspec import UNSET, Struct, UnsetType


class Subject(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom a record is about. ``who`` tells several apart; a name is only compared, never printed."""

    who: str = "A"
    kind: str = "person"  # person | entity | name_only
    born: date | None = date(1980, 1, 1)
    name: str = "测试"


class DeterminationSays(Struct, frozen=True, forbid_unknown_fields=True):
    item: str | UnsetType = UNSET
    body: str | UnsetType = UNSET
    document_no: str | UnsetType = UNSET
    document_date: date | UnsetType | None = UNSET
    effect_date: date | UnsetType | None = UNSET
    conduct_end: date | UnsetType | None = UNSET
    document_digest: str | UnsetType = UNSET
    basis: str | UnsetType = UNSET
    ground: str | UnsetType | None = UNSET
    extra_years: int | UnsetType = UNSET
    role: str | UnsetType | None = UNSET
    entity_code: str | UnsetType | None = UNSET
    prior_notice: bool | UnsetType = UNSET
    hearing: bool | UnsetType = UNSET
    simple_procedure: bool | UnsetType = UNSET
    valid_until: date | UnsetType | None = UNSET


class EndingSays(Struct, frozen=True, forbid_unknown_fields=True):
    reason: str
    of: str | UnsetType = UNSET  # document number of the record meant
    item: str | UnsetType = UNSET
    document_no: str | UnsetType | None = UNSET
    document_date: date | UnsetType = UNSET
    document_digest: str | UnsetType | None = UNSET


class CorrectionSays(Struct, frozen=True, forbid_unknown_fields=True):
    says: DeterminationSays  # only what is different
    of: str | UnsetType = UNSET
    item: str | UnsetType = UNSET
    document_no: str | UnsetType = UNSET
    document_date: date | UnsetType = UNSET
    document_digest: str | UnsetType = UNSET


class FeedbackSays(Struct, frozen=True, forbid_unknown_fields=True):
    state: str
    measure: str | UnsetType = UNSET  # which obligation: by measure
    obligation: str | UnsetType = UNSET  # or by its identifier
    reason: str | None = None
    officer: str = "T001"
    answered_on: date | UnsetType = UNSET


class PersonCaseSays(Struct, frozen=True, forbid_unknown_fields=True):
    step: str = "opened"
    matter: str = "objection"
    of: str | UnsetType = UNSET  # document number of the record meant
    item: str | UnsetType = UNSET
    case_no: str | UnsetType = UNSET
    day: date | UnsetType = UNSET
    handling: str = "own"
    minimum_reached: bool | UnsetType = UNSET
    wrong_corrected: bool | UnsetType = UNSET
    duties_done: bool | UnsetType = UNSET
    public_promise: bool | UnsetType = UNSET
    document_no: str | UnsetType | None = UNSET
    document_digest: str | UnsetType | None = UNSET
    revoked_on: date | None = None


class ConsentSays(Struct, frozen=True, forbid_unknown_fields=True):
    step: str = "given"
    recipient: str = "credit_bureau"
    purpose: str = "credit_reporting"
    day: date | UnsetType = UNSET
    document_digest: str | UnsetType = UNSET


class OrderSays(Struct, frozen=True, forbid_unknown_fields=True):
    step: str = "ordered"
    order_no: str = "1"
    to: str = "railway"  # channel of the department
    day: date | UnsetType = UNSET
    duty: str | UnsetType | None = UNSET
    due_on: date | UnsetType | None = UNSET
    obligation: str | None = None  # its identifier
    done: bool = False
    officer: str | UnsetType = UNSET


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that happens: a record, days that pass, or the same record once more. Exactly one of them is set."""

    on: date | UnsetType = UNSET
    channel: str | UnsetType = UNSET
    subject: Subject = Subject()
    determination: DeterminationSays | None = None
    ending: EndingSays | None = None
    correction: CorrectionSays | None = None
    feedback: FeedbackSays | None = None
    case: PersonCaseSays | None = None
    consent: ConsentSays | None = None
    order: OrderSays | None = None
    ticks_until: date | None = None
    tick: bool = False
    again: int | None = None  # the record given as number N, word for word


class Case(Struct, frozen=True):
    """One event, one day, what must come out."""

    name: str
    cites: str
    law_on: date
    when: Step
    then: dict[str, Any]
    given: tuple[Step, ...] = ()


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """What must come out on one day."""

    law_on: date
    then: dict[str, Any]


class CaseSays(Struct, frozen=True, forbid_unknown_fields=True):
    """A case as written: one day with ``law_on`` and ``then``, or one event on several days under ``answers``."""

    name: str
    cites: str
    when: Step
    law_on: date | UnsetType = UNSET
    then: dict[str, Any] | UnsetType = UNSET
    answers: tuple[Answer, ...] = ()
    given: tuple[Step, ...] = ()


class CaseFile(Struct, frozen=True, forbid_unknown_fields=True):
    about: str
    cases: tuple[CaseSays, ...]
