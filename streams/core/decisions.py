"""What casework decides. A decision explains itself and is all that ``evolve`` needs (design rules 5, 6)."""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from streams.core.disclosed import Moves
from streams.core.events import (
    CaseStep,
    Correction,
    Determination,
    Duty,
    Ending,
    EventKind,
    Feedback,
    Handling,
    Matter,
    PersonCase,
    SubjectKind,
)


class DecisionKind(StrEnum):
    RECORDED = "recorded"  # a determination entered the standing
    CORRECTED = "corrected"  # an entry's content was replaced
    ENDED = "ended"  # an entry's ground fell by a document (performed, revoked, ...)
    EXPIRED = "expired"  # an entry's term ran out at a tick
    HELD = "held"  # waits (target not seen) or goes to review
    REVIEW = "review"  # waited 30 ticks for its target in vain
    LAW_APPLIED = "law_applied"  # a law book change or the end of a legal basis moved standing obligations
    ANSWERED = "answered"  # an officer's feedback moved one obligation
    CASE_OPENED = "case_opened"  # an objection, reconsideration or lawsuit marks its entry as disputed; a repair waits
    CASE_CLOSED = "case_closed"  # rejected, withdrawn, or upheld about an entry that had ended already
    REPAIRED = "repaired"  # a repair granted: publication, sharing and use end, what is no statutory ban is lifted
    OVERDUE = "overdue"  # a due day passed unanswered; that is all it says: nothing is confirmed, nothing falls
    SUPERVISED = "supervised"  # an order to a department, or its answer
    CONSENTED = "consented"  # the person gave a consent or took it back
    DISCLOSED = "disclosed"  # a day or a law moved only what others see: publication, bureau, red list
    ERASED = "erased"  # all clocks of the subject are over


class ObligationState(StrEnum):
    """Design rule 5. Open = everything but refused, not_applicable, lifted."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    NOT_APPLICABLE = "not_applicable"
    IN_EFFECT = "in_effect"
    LIFTING = "lifting"
    LIFTED = "lifted"


class DueState(StrEnum):
    """Whether a deadline is known."""

    SET = "set"
    NOT_IN_TEXT = "not_in_text"  # no text read sets a term
    AWAITING_CALENDAR = "awaiting_calendar"  # the holiday calendar of that year is not loaded yet


class Due(Struct, frozen=True):
    state: DueState
    day: date | None = None


class Severity(Struct, frozen=True):
    """Severity of one determination, never of a person (design rule 1)."""

    level: str  # minor | ordinary | serious | none (incentives, record-only entities)
    scale: str  # key of the scale version, e.g. "sd-2020"
    reasons: tuple[str, ...]  # codes of the scale file that led here


class Obligation(Struct, frozen=True):
    """One proposed measure for one executing department."""

    obligation_id: str  # hash(decision id, rule id, executor)
    rule: str  # rule id "<memorandum>.v<N>/<no>"
    memorandum: str
    memorandum_version: int
    measure: str  # code of measures.yaml
    clause: str  # place in the text
    basis: tuple[str, ...]  # instruments the rule rests on
    executor: str  # channel
    executor_body: str  # body code
    executor_source: str  # text | project_mapping
    binding: bool  # binding or recommended
    incentive: bool
    state: ObligationState
    since: date
    ends_on: date | None  # last day of the ground as known today; None = open-ended
    due: Due  # until when the executor answers (proposed) or proves (lifting)
    version: int = 1  # grows by one with each change, for snapshot + delta
    lift_reason: str | None = None


class Considered(Struct, frozen=True):
    """A rule that was looked at and did not apply, with the reason code."""

    rule: str
    reason: str


class Notice(Struct, frozen=True):
    """What the person is told; the kinds are the templates of ``streams.notices``."""

    notice_id: str
    kind: str


ENDING_GIVEN_UP = "ending_given_up"  # what was said about it came first and waited in vain: it raises nothing
OVERTAKEN = "overtaken_by_ending"  # its ending was here first: it raises nothing
IN_DOUBT = (ENDING_GIVEN_UP, OVERTAKEN)  # of Entry.record_only: nobody else is shown such an entry


class Entry(Struct, frozen=True):
    """One determination in a standing, with what was decided about it."""

    key: str  # "<channel>|<document no>|<item>"
    channel: str
    receipt_id: str
    event_id: str | None
    content_digest: str
    subject_kind: SubjectKind
    determination: Determination
    severity: Severity
    record_only: str | None  # reason code why it raises nothing, else None
    recorded_on: date
    ends_on: date | None  # last day of its term; None = no term
    ended_on: date | None = None
    ended_reason: str | None = None


class Case(Struct, frozen=True, omit_defaults=True):
    """案件: where an objection, a reconsideration, a lawsuit or a repair about one entry stands."""

    case_no: str
    matter: Matter
    state: CaseStep
    receipt_id: str  # of the record that brought it to this state
    since: date  # day of that record as it states it
    handling: Handling
    due: Due  # until when the body decides; kept when it has
    correction_due: Due | None = None  # amended: until when the provider sends the correction; None = it came, or none

    @property
    def pending(self) -> bool:
        return self.state is CaseStep.OPENED

    @property
    def disputes(self) -> bool:
        """Whether the entry is marked as disputed because of it."""
        return self.pending and self.matter is not Matter.REPAIR


class MissedKind(StrEnum):
    ANSWER = "answer"  # an executor did not answer a proposal
    PROOF = "proof"  # an executor did not prove a lifting
    CASE = "case"  # a body did not decide a case
    ORDER = "order"  # a department did not answer a supervision order
    CORRECTION = "correction"  # a provider did not send the correction that a case ordered


class Missed(Struct, frozen=True):
    """超期: a due day that passed. Whose duty it was, and what of."""

    kind: MissedKind
    ref: str  # obligation id, case number or order number
    channel: str  # the department or body whose duty it was
    due_on: date


class Order(Struct, frozen=True):
    """督导: an order as it stands, in the standing of the department it is to."""

    order_no: str
    by: str  # channel that ordered
    to: str  # channel of the department
    duty: Duty
    obligation_id: str | None
    ordered_on: date
    due_on: date
    answered_on: date | None = None
    done: bool = False  # what the answer said


class ConsentGiven(Struct, frozen=True):
    """同意: one recipient may have what its purpose names, until the person takes it back."""

    recipient: str
    purpose: str
    since: date
    receipt_id: str
    channel: str  # of the body that took it down
    withdrawn_on: date | None = None


class Waiting(Struct, frozen=True):
    """An ending, a correction or a step of a case whose target has not arrived (TARGET_NOT_SEEN)."""

    receipt_id: str
    event_id: str | None
    channel: str
    content_digest: str
    since: date
    name_check: str = ""  # of the record; judged against the name in force when the target is there
    ending: Ending | None = None
    correction: Correction | None = None
    bars: tuple[str, ...] = ()  # of a correction: why its target must not stand at all
    case: PersonCase | None = None


class Cause(Struct, frozen=True):
    """What led to the decision: a record, a tick, or a law event."""

    kind: EventKind
    receipt_id: str
    channel: str
    event_id: str | None
    content_digest: str = ""  # of the record; "" for ticks and law events. Equal content later = duplicate


class Decision(Struct, frozen=True):
    """One change of one standing with its reasons. ``evolve(standing, decision)`` needs nothing else."""

    decision_id: str  # hash(cause receipt id, subject, ordinal)
    subject: str  # token
    kind: DecisionKind
    cause: Cause
    decided_on: date  # the last tick seen, never a wall clock
    law_digest: str
    ordinal: int  # position among the decisions of one cause and subject
    code: str | None = None  # reason code of held, review, ended
    key: str | None = None  # entry the decision is about
    name_check: str = ""  # of the record, or the one in force for ticks and law events
    department_tokens: dict[str, str] = {}  # only those the standing did not hold yet
    entry: Entry | None = None  # the entry as it stands after the decision; of held: the live one it puts in doubt
    waiting: Waiting | None = None  # set for held TARGET_NOT_SEEN
    settles: str | None = None  # receipt id of the waiting record this decision settles
    feedback: Feedback | None = None
    raised: tuple[Obligation, ...] = ()
    changed: tuple[Obligation, ...] = ()  # lifting, answered: the obligation after the change
    considered: tuple[Considered, ...] = ()
    notices: tuple[Notice, ...] = ()
    reasons: tuple[str, ...] = ()  # codes that explain the outcome, in order
    case: Case | None = None  # the case as it stands after the decision
    missed: tuple[Missed, ...] = ()  # of overdue
    days_late: int | None = None  # days after the provider's 3 working days (条例 40); None = in time, or not counted
    consent: ConsentGiven | None = None
    order: Order | None = None
    moves: Moves | None = None  # of what others than the executing departments see


class Outcome(StrEnum):
    """What a receipt says. Exactly one per record (design section 3)."""

    ACCEPTED = "accepted"
    WARNED = "warned"
    REJECTED = "rejected"
    HELD = "held"
    DUPLICATE = "duplicate"
    NEEDS_CORRECTION = "needs_correction"


class Fault(Struct, frozen=True):
    """One thing wrong with a record: code, place, what was seen (masked), what was expected, how to cure."""

    code: str
    field: str | None = None
    seen: str | None = None
    expected: str | None = None


class Receipt(Struct, frozen=True):
    """The fate of one record, for the channel that sent it."""

    receipt_id: str
    outcome: Outcome
    source_topic: str
    source_partition: int
    source_offset: int
    event_id: str | None
    schema_id: int | None
    day: date | None  # the last tick
    law_digest: str | None
    faults: tuple[Fault, ...] = ()  # of rejected, held, needs_correction
    warnings: tuple[Fault, ...] = ()
    refers_to: str | None = None  # receipt id of the earlier record (duplicate, needs_correction)
    sent_digest: str | None = None  # keyed digest of what was sent, which its channel can make again


class Verdict(Struct, frozen=True):
    """What ``decide`` gives: decisions in order, and the record's one receipt (None for ticks and law events)."""

    decisions: tuple[Decision, ...]
    receipt: Receipt | None
