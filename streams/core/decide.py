"""``decide``: the one door to all decisions. Pure: the same standing, event, book and day give the same verdict."""

from collections.abc import Callable
from datetime import date

from streams.core.cases import decide_case
from streams.core.consents import decide_consent, withdraws
from streams.core.correction import decide_correction
from streams.core.decisions import Fault, Outcome, Receipt, Verdict
from streams.core.determination import decide_determination, settle
from streams.core.docket import Docket
from streams.core.doubt import hold_misnamed
from streams.core.ending import decide_ending
from streams.core.events import Accepted, EventKind, SubjectKind
from streams.core.feedback import decide_feedback
from streams.core.index import Index
from streams.core.law import LawBook
from streams.core.passage import pass_day
from streams.core.standing import Standing, forget_closed
from streams.core.supervision import decide_supervision


def _correct_and_settle(docket: Docket) -> Receipt:
    """A correction of the document number may bring the entry that another record waits for."""
    receipt = decide_correction(docket)
    if docket.decisions and receipt.outcome is not Outcome.HELD:
        settle(docket)
    return receipt


_DECIDE: dict[EventKind, Callable[[Docket], Receipt]] = {
    EventKind.DETERMINATION: decide_determination,
    EventKind.ENDING: decide_ending,
    EventKind.CORRECTION: _correct_and_settle,
    EventKind.FEEDBACK: decide_feedback,
    EventKind.CASE: decide_case,
    EventKind.CONSENT: decide_consent,
    EventKind.SUPERVISION: decide_supervision,
}


def decide(standing: Standing, event: Accepted, law: LawBook, today: date) -> Verdict:
    """What follows from ``event`` for the subject of ``standing`` on ``today`` (the last tick) under ``law``.

    A record gives exactly one receipt. A tick or a law event is asked once per subject (for a law event: with the
    new book) and gives none; its decisions name the receipt id of the tick or law record as their cause.

    A subject's days never go back. Where its partition is behind those that judged for it, the day of its last decision
    counts instead of an earlier one, and what is due waits for the tick of that day: else a rule that began meanwhile
    would look as if it were not in force yet, and its measure would be lifted.
    """
    latest = standing.last_day or today
    if today < latest and event.kind is EventKind.TICK:
        return Verdict((), None)
    today = max(today, latest)
    docket = Docket(standing, event, Index.of(law), today)
    if event.kind in (EventKind.TICK, EventKind.LAW):
        pass_day(docket)
        return Verdict(tuple(docket.decisions), None)
    receipt = _repeated(docket) or _whose(docket) or _DECIDE[event.kind](docket)
    return Verdict(tuple(docket.decisions), receipt)


def _repeated(docket: Docket) -> Receipt | None:
    """A record with the content of an earlier one changes nothing, wherever it landed."""
    digest = docket.event.content_digest
    earlier = forget_closed(docket.standing, docket.today).seen.get(digest)
    if earlier is None and docket.event.kind is EventKind.DETERMINATION:
        entries = docket.standing.entries.values()
        earlier = next((entry.receipt_id for entry in entries if entry.content_digest == digest), None)
    if earlier is None:
        return None
    return docket.receipt(Outcome.DUPLICATE, (Fault("DUPLICATE_RECORD"),), earlier)


def _whose(docket: Docket) -> Receipt | None:
    """Wrong-person safety (design rule 10): a name alone, another name than the one known, or a determination without
    any moves nothing: what is adverse needs number and name. A consent is taken back under whatever name."""
    event = docket.event
    if event.subject_kind is SubjectKind.NAME_ONLY:
        return docket.hold(Fault("NAME_ALONE", "subject.id_number"))
    if event.kind is EventKind.DETERMINATION and not event.name_check:
        return docket.hold(Fault("NAME_MISSING", "subject.name"))
    return hold_misnamed(docket) if docket.misnamed and not withdraws(event) else None
