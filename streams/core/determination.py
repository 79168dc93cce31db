"""认定: a document in legal effect enters the standing, and the measures it justifies are proposed."""

from streams.core import cases, limits
from streams.core.caps import capped_stop, expiry_reason
from streams.core.chain import hold_caps
from streams.core.correction import TERM_ALREADY_ENDED, correct
from streams.core.decisions import ENDING_GIVEN_UP, OVERTAKEN, DecisionKind, Entry, Fault, Outcome, Receipt, Waiting
from streams.core.docket import Docket
from streams.core.doubt import speaks_against
from streams.core.ending import end, without_effect
from streams.core.events import Determination, PersonCase, SubjectKind, stated
from streams.core.evolve import NAME_MISMATCH
from streams.core.ids import entry_key
from streams.core.law import LawBook
from streams.core.lifting import told_again
from streams.core.measures import barred_by_item, judge, propose
from streams.core.severity import classify
from streams.core.standing import target_key
from streams.core.terms import ground_of

WITHOUT_TERM = "without_term"
FOR_LIFE = "for_life"


def missing(determination: Determination) -> tuple[str, ...]:
    """What a document lacks to be one in legal effect (design rule 2); such a record is held."""
    parts = ("document_no", "document_date", "effect_date")
    return tuple(part for part in parts if not stated(getattr(determination, part)))


def incomplete(fields: tuple[str, ...]) -> Fault:
    """The fault of a record whose document lacks ``fields``."""
    return Fault("DOCUMENT_INCOMPLETE", fields[0], None, ", ".join(fields))


def decide_determination(docket: Docket) -> Receipt:
    """Record the determination, then settle what waited for it.

    If that ends it at once, the same is decided again with nothing raised: no department is asked to act on a
    ground that is known to have fallen. Nor on one against which something waited that names the person otherwise:
    that is held, and until the channel says more the entry is barred (docs/adr/0008).
    """
    determination = docket.event.determination
    assert determination is not None
    lacking = missing(determination)
    if lacking:
        return docket.hold(incomplete(lacking))
    key = entry_key(docket.event.channel, determination.document_no, determination.item)
    there = docket.standing.entries.get(docket.standing.key_now(key))
    if there is not None:
        fault = Fault("CONTENT_CHANGED", "document_no", None, "correction")
        return docket.receipt(Outcome.NEEDS_CORRECTION, (fault,), there.receipt_id)
    if limits.entries_full(docket.standing):
        return docket.hold(Fault(limits.OVERFLOW))
    final = _recorded_and_settled(docket, determination)
    if final.raising and _ended_by_a_waiting_record(final):
        final = _recorded_and_settled(docket.afresh(raising=False), determination)
    elif final.raising and any(one.code == NAME_MISMATCH and one.entry is not None for one in final.decisions):
        final = _recorded_and_settled(docket.afresh(raising=True, doubted=True), determination)
    docket.take(final)
    return docket.receipt(Outcome.ACCEPTED)


def _recorded_and_settled(docket: Docket, determination: Determination) -> Docket:
    work = docket.afresh(docket.raising, docket.doubted)
    _record(work, determination)
    settle(work)
    return work


def _ended_by_a_waiting_record(docket: Docket) -> bool:
    """Whether the record ends in the very decisions that follow it; one that was over when it came raised nothing."""
    own = docket.event.receipt_id
    return any(
        one.kind is not DecisionKind.RECORDED
        and one.entry is not None
        and one.entry.receipt_id == own
        and one.entry.ended_on is not None
        for one in docket.decisions
    )


def _record(docket: Docket, determination: Determination) -> None:
    kind = docket.event.subject_kind or SubjectKind.PERSON
    judged = judge(docket.index, determination, kind, docket.today)
    entry = _entry(docket, determination, kind, judged.record_only)
    rules = judged.applying if entry.record_only is None else ()
    docket.add(
        DecisionKind.RECORDED,
        code=entry.record_only,
        key=entry.key,
        entry=entry,
        raised=tuple(propose(docket.law, rule, docket.next_id(), entry.ends_on, docket.today) for rule in rules),
        considered=judged.considered,
        reasons=(
            *entry.severity.reasons,
            _clock(docket.law, entry),
            *(() if entry.record_only is None else (entry.record_only,)),
        ),
    )


def _clock(law: LawBook, entry: Entry) -> str:
    """Reason code of what will end the entry by itself, or of why nothing will."""
    if entry.ends_on is not None:
        return expiry_reason(law, entry)
    ground = ground_of(law, entry.determination)
    return FOR_LIFE if ground is not None and ground.life else WITHOUT_TERM


def _entry(docket: Docket, determination: Determination, kind: SubjectKind, record_only: str | None) -> Entry:
    event, law, today = docket.event, docket.law, docket.today
    stop = capped_stop(law, determination, docket.standing.entries.values())
    over = stop is not None and stop.last_day < today
    if record_only is None and not docket.raising:
        record_only = OVERTAKEN
    if record_only is None and over:
        record_only = TERM_ALREADY_ENDED
    key = entry_key(event.channel, determination.document_no, determination.item)
    if record_only is None and (docket.doubted or key in docket.standing.given_up):
        record_only = ENDING_GIVEN_UP
    return Entry(
        key=key,
        channel=event.channel,
        receipt_id=event.receipt_id,
        event_id=event.event_id,
        content_digest=event.content_digest,
        subject_kind=kind,
        determination=determination,
        severity=classify(law, determination, barred_by_item(law, determination, kind), today),
        record_only=record_only,
        recorded_on=today,
        ends_on=None if stop is None else stop.last_day,
        ended_on=today if over else None,
        ended_reason=stop.reason if over and stop is not None else None,
    )


def settle(docket: Docket) -> None:
    """Decide every waiting record whose target is here now: corrections first, so that an ending is judged by the
    corrected content; each in order of arrival. One pass is enough for each record, for settling removes it. What came
    may shorten other entries of its chain."""
    while (waiting := _next_to_settle(docket)) is not None:
        key = docket.standing.key_now(target_key(waiting))
        entry = docket.standing.entries[key]
        known = docket.standing.name_check
        if waiting.name_check and known and waiting.name_check != known:
            _settle_misnamed(docket, entry, waiting)
        elif waiting.correction is not None:
            correct(docket, entry, waiting.correction, settles=waiting)
        elif waiting.ending is not None:
            if without_effect(docket.law, entry, waiting.ending):
                code = "ENDING_WITHOUT_EFFECT"
                docket.add(DecisionKind.HELD, code=code, key=key, settles=waiting.receipt_id, reasons=(code,))
            else:
                end(docket, entry, waiting.ending, settles=waiting)
        elif waiting.case is not None:
            _settle_case(docket, entry, waiting, waiting.case)
    hold_caps(docket)


def _settle_misnamed(docket: Docket, entry: Entry, waiting: Waiting) -> None:
    doubted = entry if speaks_against(docket, entry, waiting) else None
    new_doubt = doubted is not None and entry.receipt_id not in docket.standing.doubts
    docket.add(
        DecisionKind.HELD,
        code=NAME_MISMATCH,
        key=entry.key,
        entry=doubted,
        settles=waiting.receipt_id,
        changed=told_again(docket.standing.obligations.get(entry.key, ())) if new_doubt else (),
        reasons=(NAME_MISMATCH,),
    )


def _settle_case(docket: Docket, entry: Entry, waiting: Waiting, case: PersonCase) -> None:
    fault = cases.unfit(docket, entry, case)
    if fault is None:
        cases.take_step(docket, entry, case, settles=waiting)
        return
    docket.add(DecisionKind.HELD, code=fault.code, key=entry.key, settles=waiting.receipt_id, reasons=(fault.code,))


def _next_to_settle(docket: Docket) -> Waiting | None:
    now = docket.standing
    here = [one for one in now.waiting if now.key_now(target_key(one)) in now.entries]
    corrections = [one for one in here if one.correction is not None]
    return next(iter(corrections or here), None)
