"""The decisions of one cause for one subject while they are being made: numbered, dated, folded as they come.

Each decision is folded at once, so that the next one of the same cause sees what it did.
"""

from datetime import date
from typing import TypedDict, Unpack

from msgspec.structs import replace

from streams.core import disclosure, limits
from streams.core.decisions import (
    IN_DOUBT,
    Case,
    Cause,
    ConsentGiven,
    Considered,
    Decision,
    DecisionKind,
    Entry,
    Fault,
    Missed,
    Notice,
    Obligation,
    Order,
    Outcome,
    Receipt,
    Waiting,
)
from streams.core.disclosed import Move
from streams.core.events import Accepted, Correction, Ending, EventKind, Feedback, PersonCase, SubjectKind
from streams.core.evolve import MAY_COME_AGAIN, evolve
from streams.core.ids import decision_id, notice_id
from streams.core.index import Index
from streams.core.lifting import told_again
from streams.core.standing import Standing

LISTED = "listed"  # 列入: what was recorded, what follows, how to object and to repair
BEFORE_BUREAU = "before_bureau"  # told before a credit bureau is fed (征信业管理条例 15)


class Said(TypedDict, total=False):
    """What a decision may state beside its obligations; the fields of Decision with the same names."""

    code: str | None
    key: str | None
    entry: Entry | None
    waiting: Waiting | None
    settles: str | None
    feedback: Feedback | None
    considered: tuple[Considered, ...]
    reasons: tuple[str, ...]
    case: Case | None
    missed: tuple[Missed, ...]
    days_late: int | None
    consent: ConsentGiven | None
    order: Order | None


class Docket:
    """Collects the decisions about ``standing`` caused by ``event`` on ``today`` under the book of ``index``.

    ``raising`` False: whatever is decided raises nothing, because the ground is known to have fallen already.
    ``doubted``: something was said against the ground, and it is not known whether it was meant.
    """

    def __init__(
        self,
        standing: Standing,
        event: Accepted,
        index: Index,
        today: date,
        *,
        raising: bool = True,
        doubted: bool = False,
    ) -> None:
        self.first = standing
        self.standing = standing
        self.event = event
        self.index = index
        self.law = index.law
        self.today = today
        self.raising = raising
        self.doubted = doubted
        self.decisions: list[Decision] = []
        self._next_id: str | None = None  # once worked out: every obligation of the decision asks for it
        self.cause = Cause(event.kind, event.receipt_id, event.channel, event.event_id, event.content_digest)

    def afresh(self, raising: bool, doubted: bool = False) -> "Docket":
        """An empty docket for the same cause."""
        return Docket(self.first, self.event, self.index, self.today, raising=raising, doubted=doubted)

    def take(self, work: "Docket") -> None:
        """Make the decisions of ``work``, done afresh for the same cause, this docket's own."""
        self.standing, self.decisions, self._next_id = work.standing, work.decisions, None

    def next_id(self) -> str:
        """Identifier the next decision will have."""
        if self._next_id is None:
            self._next_id = decision_id(self.cause.receipt_id, self.standing.subject, len(self.decisions))
        return self._next_id

    def add(
        self,
        kind: DecisionKind,
        *,
        raised: tuple[Obligation, ...] = (),
        lifted: tuple[Obligation, ...] = (),
        changed: tuple[Obligation, ...] = (),
        told: tuple[str, ...] = (),
        **said: Unpack[Said],
    ) -> None:
        """Make one decision. ``lifted`` and ``changed`` are both changes; only the former are news to the person.
        ``told``: kinds of further notices."""
        identifier = self.next_id()
        decision = Decision(
            decision_id=identifier,
            subject=self.standing.subject,
            kind=kind,
            cause=self.cause,
            decided_on=self.today,
            law_digest=self.law.digest,
            ordinal=len(self.decisions),
            name_check=self.event.name_check or self.standing.name_check,
            department_tokens=self._new_tokens(),
            raised=raised,
            changed=lifted + changed,
            notices=_notices(identifier, kind, raised, lifted, _also(kind, said.get("entry"), told)),
            **said,
        )
        now = evolve(self.standing, decision)
        moves = disclosure.moves(self.index, now, self.today, self.ticking, identifier)
        if moves is not None:
            told = tuple(one.record.record_id for one in moves.bureau if one.move is Move.BEGUN)
            notices = tuple(Notice(notice_id(identifier, record), BEFORE_BUREAU) for record in told)
            decision = replace(decision, moves=moves, notices=decision.notices + notices)
            now = evolve(self.standing, decision)
        self.decisions.append(decision)
        self._next_id = None
        self.standing = now

    @property
    def ticking(self) -> bool:
        return self.cause.kind is EventKind.TICK

    @property
    def misnamed(self) -> bool:
        """Whether the record names its subject, and otherwise than the name in force."""
        said, known = self.event.name_check, self.standing.name_check
        return bool(said and known and said != known)

    def disclose(self) -> None:
        """A decision of its own for what the day or the law moves of what others see, if anything is left to move."""
        moves = disclosure.moves(self.index, self.standing, self.today, self.ticking, self.next_id())
        if moves is not None:
            self.add(DecisionKind.DISCLOSED, code=moves.reasons[0], key=moves.key, reasons=moves.reasons)

    def _new_tokens(self) -> dict[str, str]:
        """The departments' tokens that the standing does not hold yet."""
        known = self.standing.department_tokens
        return {
            channel: token for channel, token in self.event.department_tokens.items() if known.get(channel) != token
        }

    def receipt(
        self,
        outcome: Outcome,
        faults: tuple[Fault, ...] = (),
        refers_to: str | None = None,
        warned: tuple[Fault, ...] = (),
    ) -> Receipt:
        """The record's one receipt. ``warned``: what is told beside intake's own warnings."""
        warnings = (*(Fault(code) for code in self.event.warnings), *warned)
        if outcome is Outcome.ACCEPTED and warnings:
            outcome = Outcome.WARNED
        return Receipt(
            receipt_id=self.event.receipt_id,
            outcome=outcome,
            source_topic=self.event.source_topic,
            source_partition=self.event.source_partition,
            source_offset=self.event.source_offset,
            event_id=self.event.event_id,
            schema_id=self.event.schema_id,
            day=self.today,
            law_digest=self.law.digest,
            faults=faults,
            warnings=warnings,
            refers_to=refers_to,
            sent_digest=self.event.sent_digest,
        )

    def waiting(
        self, ending: Ending | None = None, correction: Correction | None = None, case: PersonCase | None = None
    ) -> Waiting:
        """This record as it waits for its target."""
        event = self.event
        return Waiting(
            event.receipt_id,
            event.event_id,
            event.channel,
            event.content_digest,
            self.today,
            event.name_check,
            ending,
            correction,
            event.bars,
            case,
        )

    def hold(
        self, fault: Fault, waiting: Waiting | None = None, key: str | None = None, doubted: Entry | None = None
    ) -> Receipt:
        """The record is kept and raises nothing; ``fault`` says what is missing. If keeping it would let the standing
        grow over its bounds, only the receipt and the decision tell of it. ``doubted``: the entry that is in doubt
        because of it; the first doubt about each passes at the bounds, and departments see the mark come."""
        new_doubt = doubted is not None and doubted.receipt_id not in self.standing.doubts
        grows = self.event.kind is not EventKind.FEEDBACK and fault.code not in MAY_COME_AGAIN and not new_doubt
        if (grows and limits.records_full(self.standing)) or (waiting and limits.waiting_full(self.standing)):
            fault, waiting, doubted = Fault(limits.OVERFLOW), None, None
        self.add(
            DecisionKind.HELD,
            code=fault.code,
            key=key,
            entry=doubted,
            waiting=waiting,
            changed=told_again(self.standing.obligations.get(key or "", ())) if new_doubt else (),
            reasons=(fault.code,),
        )
        return self.receipt(Outcome.HELD, (fault,))


def _also(kind: DecisionKind, entry: Entry | None, told: tuple[str, ...]) -> tuple[str, ...]:
    """A natural person is told of every determination that is recorded about him, whether or not a measure follows: how
    to object and to repair is told together with it (两书同达). What is in doubt waits for its department."""
    begins = kind is DecisionKind.RECORDED and entry is not None and tells_person(entry)
    return (*told, LISTED) if begins else told


def tells_person(entry: Entry) -> bool:
    """Whether ``entry`` is a live, undoubted record of a natural person."""
    person = entry.subject_kind is SubjectKind.PERSON
    return person and entry.ended_on is None and entry.record_only not in IN_DOUBT


def _notices(
    decision: str,
    kind: DecisionKind,
    raised: tuple[Obligation, ...],
    lifted: tuple[Obligation, ...],
    also: tuple[str, ...],
) -> tuple[Notice, ...]:
    """What the person learns (条例 37): what is proposed for him or against him, that it is over, every correction,
    the result of his case."""
    told = list(also)
    if kind is DecisionKind.CORRECTED:
        told.append("corrected")
    elif raised and LISTED not in told:
        told.append(LISTED)
    if lifted and kind is not DecisionKind.REPAIRED:  # that notice says so itself
        told.append("lifted")
    return tuple(Notice(notice_id(decision, one), one) for one in told)
