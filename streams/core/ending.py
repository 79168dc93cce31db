"""终止: the ground of an entry falls, and everything that rests on it is lifted at once (design rule 7)."""

from msgspec.structs import replace

from streams.core.caps import expiry_reason
from streams.core.decisions import DecisionKind, Entry, Fault, Outcome, Receipt, Waiting
from streams.core.docket import Docket
from streams.core.events import Ending
from streams.core.ids import entry_key
from streams.core.law import LawBook
from streams.core.lifting import lift
from streams.core.terms import ground_of

ALREADY_ENDED = "already_ended"
TERM_RUNS = "term_runs"


def decide_ending(docket: Docket) -> Receipt:
    """Ends the entry of the same channel that the record names; waits where that entry is not here yet."""
    event, law = docket.event, docket.law
    ending = event.ending
    assert ending is not None
    reason = law.endings.get(ending.reason)
    if not ending.document_no and reason is not None and reason.needs_document:
        return docket.hold(Fault("DOCUMENT_INCOMPLETE", "document_no", None, "document_no"))
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
    _close(docket, DecisionKind.ENDED, entry, ending.reason, settles)


def expire(docket: Docket, entry: Entry) -> None:
    """The decision EXPIRED with all liftings: the entry's last day is over."""
    _close(docket, DecisionKind.EXPIRED, entry, expiry_reason(docket.law, entry), None)


def _close(docket: Docket, kind: DecisionKind, entry: Entry, reason: str, settles: Waiting | None) -> None:
    docket.add(
        kind,
        code=reason,
        key=entry.key,
        entry=replace(entry, ended_on=docket.today, ended_reason=reason),
        settles=None if settles is None else settles.receipt_id,
        lifted=lift(docket.index, docket.standing.obligations.get(entry.key, ()), reason, docket.today),
        reasons=(reason,),
    )
