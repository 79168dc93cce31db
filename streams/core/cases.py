"""案件: objection, reconsideration, lawsuit and repair, step by step as the body that issued the document decides them.

While one is pending every output about its entry says so; nothing is suspended, and no day that passes decides
anything. Upheld, everything that rests on the entry falls in the same batch as the decision (design rule 7).
"""

from msgspec.structs import replace

from streams.core import limits
from streams.core.decisions import Case, DecisionKind, Due, Entry, Fault, Outcome, Receipt, Waiting
from streams.core.docket import Docket
from streams.core.ending import Closing, close
from streams.core.events import CaseStep, Matter, PersonCase, stated
from streams.core.ids import entry_key
from streams.core.lifting import lift, told_again
from streams.core.repair import BAN_STAYS, REPAIRED, earliest, is_ban, reason_of, scheme_on, statutory
from streams.core.time_limits import case_due, correction_due, of_a_court

AFTER_THE_END = "case_upheld_after_the_end"
NO_SUSPENSION = "court_no_suspension"
_CLOSED = {
    CaseStep.REJECTED: "case_rejected",
    CaseStep.AMENDED: "case_amended",
    CaseStep.WITHDRAWN: "case_withdrawn",
}


def decide_case(docket: Docket) -> Receipt:
    """One step of a case about the entry of the same channel that the record names; waits where it is not here yet."""
    event = docket.event
    case = event.case
    assert case is not None
    lacks = incomplete(case)
    if lacks is not None:
        return docket.hold(lacks)
    key = docket.standing.key_now(entry_key(event.channel, case.target.document_no, case.target.item))
    entry = docket.standing.entries.get(key)
    if entry is None:
        return docket.hold(Fault("TARGET_NOT_SEEN", "target.document_no"), docket.waiting(case=case))
    fault = unfit(docket, entry, case)
    if fault is not None:
        return docket.hold(fault, key=key)
    if limits.records_full(docket.standing) and _only_adds(docket, entry, case):
        return docket.hold(Fault(limits.OVERFLOW), key=key)
    take_step(docket, entry, case)
    return docket.receipt(Outcome.ACCEPTED)


def incomplete(case: PersonCase) -> Fault | None:
    """What a step that moves the record lacks."""
    if case.step is not CaseStep.UPHELD or (stated(case.document_no) and case.document_digest):
        return None
    lacking = "document_digest" if stated(case.document_no) else "document_no"
    return Fault("DOCUMENT_INCOMPLETE", lacking, None, "document_no, document_digest")


def _only_adds(docket: Docket, entry: Entry, case: PersonCase) -> bool:
    """Whether the step neither decides a case that is there nor ends the entry: of such there is no end."""
    ends = case.step is CaseStep.UPHELD and entry.ended_on is None
    return _known(docket, entry, case) is None and not ends


def unfit(docket: Docket, entry: Entry, case: PersonCase) -> Fault | None:
    """Why the step cannot be taken. A decision whose opening has not come is taken all the same: no order between
    the partitions of a topic is assumed."""
    known = _known(docket, entry, case)
    if known is not None and not known.pending:
        return Fault("CASE_ALREADY_DECIDED", "case_no", known.state.value)
    if known is not None and (case.step is CaseStep.OPENED or known.matter is not case.matter):
        return Fault("CASE_OUT_OF_ORDER", "step", case.step.value, "a step after opened, or another case_no")
    if case.matter is not Matter.REPAIR or case.step is not CaseStep.UPHELD or entry.ended_on is not None:
        return None
    if entry.key in docket.standing.repaired:
        return Fault("REPAIR_ALREADY_GRANTED", "case_no")
    first = earliest(docket.law, entry, case.day)
    if first is not None and case.day < first:
        return Fault("REPAIR_TOO_EARLY", "day", case.day.isoformat(), f">= {first}")
    return None


def take_step(docket: Docket, entry: Entry, case: PersonCase, settles: Waiting | None = None) -> None:
    """The decision that the step is, with everything that follows from it."""
    if case.step is CaseStep.OPENED:
        _open(docket, entry, case, settles)
    elif case.step is not CaseStep.UPHELD:
        _close(docket, entry, case, settles, _refused(case))
    elif entry.ended_on is not None:
        _close(docket, entry, case, settles, AFTER_THE_END)
    elif case.matter is Matter.REPAIR:
        _repair(docket, entry, case, settles)
    else:
        moved, fell_on = _moved(docket, entry, case, settles), case.revoked_on or case.day
        close(docket, entry, Closing(DecisionKind.ENDED, _upheld(docket, entry, case), settles, fell_on, moved))


def _known(docket: Docket, entry: Entry, case: PersonCase) -> Case | None:
    known = docket.standing.cases.get(entry.key, ())
    return next((one for one in known if one.case_no == case.case_no), None)


def _moved(docket: Docket, entry: Entry, case: PersonCase, settles: Waiting | None) -> Case:
    """The case in the state that the step brings it to."""
    receipt_id = docket.event.receipt_id if settles is None else settles.receipt_id
    known = _known(docket, entry, case)
    handling = case.handling if known is None else known.handling
    due = case_due(docket.index, entry, case.matter, handling, case.day) if known is None else known.due
    return Case(case.case_no, case.matter, case.step, receipt_id, case.day, handling, due)


def _correction_due(docket: Docket, entry: Entry, case: PersonCase) -> Due | None:
    """Until when the correction is due that the step orders; None where it orders none, or it came before the step.
    No order of arrival is assumed: what was corrected since the case was opened has been."""
    if case.step is not CaseStep.AMENDED or entry.ended_on is not None:
        return None
    known, corrected = _known(docket, entry, case), docket.standing.corrected.get(entry.receipt_id)
    if corrected is not None and corrected >= (case.day if known is None else known.since):
        return None
    return correction_due(docket.index, entry, case.day)


def _open(docket: Docket, entry: Entry, case: PersonCase, settles: Waiting | None) -> None:
    new = _moved(docket, entry, case, settles)
    word = f"{case.matter.value}_opened"
    suspends_nothing = new.disputes and of_a_court(docket.index, entry)
    marks = new.disputes and not docket.standing.disputed(entry.key)
    docket.add(
        DecisionKind.CASE_OPENED,
        code=word,
        key=entry.key,
        case=new,
        settles=None if settles is None else settles.receipt_id,
        changed=told_again(docket.standing.obligations.get(entry.key, ())) if marks else (),
        reasons=(word, NO_SUSPENSION) if suspends_nothing else (word,),
    )


def _close(docket: Docket, entry: Entry, case: PersonCase, settles: Waiting | None, reason: str) -> None:
    new = replace(_moved(docket, entry, case, settles), correction_due=_correction_due(docket, entry, case))
    others = [one for one in docket.standing.cases.get(entry.key, ()) if one.case_no != case.case_no]
    unmarks = docket.standing.disputed(entry.key) and not any(one.disputes for one in others)
    docket.add(
        DecisionKind.CASE_CLOSED,
        code=reason,
        key=entry.key,
        case=new,
        settles=None if settles is None else settles.receipt_id,
        changed=told_again(docket.standing.obligations.get(entry.key, ())) if unmarks else (),
        told=_result(case),
        reasons=(reason,),
    )


def _repair(docket: Docket, entry: Entry, case: PersonCase, settles: Waiting | None) -> None:
    """Granted: the entry ends with all that rests on it. Where a law sets its period, the ban itself goes on."""
    obligations = docket.standing.obligations.get(entry.key, ())
    stays = statutory(docket.law, entry)
    fallen = tuple(one for one in obligations if not (stays and is_ban(docket.index, one)))
    reason = reason_of(scheme_on(docket.law, case.day))
    docket.add(
        DecisionKind.REPAIRED,
        code=REPAIRED,
        key=entry.key,
        entry=None if stays else replace(entry, ended_on=docket.today, ended_reason=REPAIRED),
        case=_moved(docket, entry, case, settles),
        settles=None if settles is None else settles.receipt_id,
        lifted=lift(docket.index, fallen, REPAIRED, docket.today),
        told=("repaired",),
        reasons=(REPAIRED, reason, BAN_STAYS) if stays else (REPAIRED, reason),
    )


def _upheld(docket: Docket, entry: Entry, case: PersonCase) -> str:
    """Reason code of the end that an upheld case brings; a code of endings.yaml."""
    court = case.matter is Matter.OBJECTION and of_a_court(docket.index, entry)
    return "court_objection_upheld" if court else f"{case.matter.value}_upheld"


def _refused(case: PersonCase) -> str:
    return "repair_refused" if (case.matter, case.step) == (Matter.REPAIR, CaseStep.REJECTED) else _CLOSED[case.step]


def _result(case: PersonCase) -> tuple[str, ...]:
    """What the person is told of the result (条例 39); who withdrew knows it."""
    if case.step is CaseStep.WITHDRAWN:
        return ()
    refused = case.matter is Matter.REPAIR and case.step is CaseStep.REJECTED
    return ("repair_refused" if refused else f"case_{case.step.value}",)
