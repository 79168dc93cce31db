"""终止: the ground of an entry falls, and everything that rests on it is lifted at once (design rule 7)."""

from datetime import date
from typing import NamedTuple

from msgspec.structs import replace

from streams.core.caps import expiry_reason
from streams.core.decisions import Case, DecisionKind, Entry, Fault, Outcome, Receipt, Waiting
from streams.core.docket import Docket
from streams.core.events import Ending, stated
from streams.core.ids import entry_key
from streams.core.law import LawBook
from streams.core.lifting import lift
from streams.core.terms import ground_of
from streams.core.time_limits import PROVIDER_LATE, late_days

ALREADY_ENDED = "already_ended"
TERM_RUNS = "term_runs"


class Closing(NamedTuple):
    """How an entry ends. ``fell_on``: day its document was revoked or changed, where the provider's 3 working days run
    from it; ``case``: the upheld case that ends it."""

    kind: DecisionKind
    reason: str
    settles: Waiting | None = None
    fell_on: date | None = None
    case: Case | None = None


def decide_ending(docket: Docket) -> Receipt:
    """Ends the entry of the same channel that the record names; waits where that entry is not here yet."""
    event, law = docket.event, docket.law
    ending = event.ending
    assert ending is not None
    fault = incomplete(law, ending)
    if fault is not None:
        return docket.hold(fault)
    key = docket.standing.key_now(entry_key(event.channel, ending.target.document_no, ending.target.item))
    entry = docket.standing.entries.get(key)
    if entry is None:
        return docket.hold(
            Fault("TARGET_NOT_SEEN", "target.document_no"),
            docket.waiting(ending=ending),
        )
    why = without_effect(law, entry, ending)
    if why is not None:
        return docket.hold(Fault("ENDING_WITHOUT_EFFECT", "reason", why), key=key)
    end(docket, entry, ending)
    return docket.receipt(Outcome.ACCEPTED)


def incomplete(law: LawBook, ending: Ending) -> Fault | None:
    """What the document lacks that the reason needs."""
    reason = law.endings.get(ending.reason)
    if stated(ending.document_no) or reason is None or not reason.needs_document:
        return None
    return Fault("DOCUMENT_INCOMPLETE", "document_no", None, "document_no")


def without_effect(law: LawBook, entry: Entry, ending: Ending) -> str | None:
    """Why ``ending`` ends nothing: the entry has ended already, or the reason does not help while a term runs
    (法释〔2013〕17号 art. 10(4)). None if it takes effect."""
    if entry.ended_on is not None:
        return ALREADY_ENDED
    reason = law.endings.get(ending.reason)
    ground = ground_of(law, entry.determination)
    if reason is not None and reason.only_without_term and ground is not None and ground.own_term:
        return TERM_RUNS
    return None


def end(docket: Docket, entry: Entry, ending: Ending, settles: Waiting | None = None) -> None:
    """The decision ENDED with all liftings."""
    reason = docket.law.endings.get(ending.reason)
    fell_on = ending.document_date if reason is not None and reason.annuls else None
    close(docket, entry, Closing(DecisionKind.ENDED, ending.reason, settles, fell_on))


def expire(docket: Docket, entry: Entry) -> None:
    """The decision EXPIRED with all liftings: the entry's last day is over."""
    close(docket, entry, Closing(DecisionKind.EXPIRED, expiry_reason(docket.law, entry)))


def close(docket: Docket, entry: Entry, how: Closing) -> None:
    """The one decision by which an entry ends and everything that rests on it is lifted."""
    late = None if how.fell_on is None else late_days(docket, how.fell_on, how.settles)
    docket.add(
        how.kind,
        code=how.reason,
        key=entry.key,
        entry=replace(entry, ended_on=docket.today, ended_reason=how.reason),
        case=how.case,
        days_late=late,
        settles=None if how.settles is None else how.settles.receipt_id,
        lifted=lift(docket.index, docket.standing.obligations.get(entry.key, ()), how.reason, docket.today),
        told=() if how.case is None else ("case_upheld",),
        reasons=(how.reason,) if late is None else (how.reason, PROVIDER_LATE),
    )
