"""保存期限: whoever's clocks are all over is erased on that day (docs/adr/0016, 0021), told apart from the core.

Kept are: what lives, what stands or waits for proof that it was lifted, what others see, what is disputed or consented
to, five years from the end of negative conduct (条例 38), thirty days after the last word. What was only held is no
such word, but no day on which something was is the day of the erasure, for thirty days more. Subjects of whom nothing
was ever recorded are not looked at here.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.terms import PROVINCIAL_YEARS, corresponding_day
from monitoring.auditor.view import EntryFact, View

_GRACE = timedelta(31)  # thirty whole days lie between
_PUT_OFF = timedelta(30)
_CLOSED = frozenset({"lifted", "refused", "not_applicable"})
SILENT = frozenset({"held", "review"})  # decisions that keep nobody's record longer


def kept_too_long(view: View) -> Iterator[Finding]:
    """Nobody is still there of whom nothing is needed any more."""
    day = view.last_day
    if day is None or not view.law.publicity:  # a book of before knows no rows of publicity, and no erasure
        return
    needed = _needed(view)
    for subject, places in view.places.items():
        entries = [view.entries[where] for where in places if where in view.entries]
        if subject in needed or not all(one.ended for one in entries):
            continue
        over = max(view.last_word[subject], *(_until(view, one) for one in entries)) + _GRACE
        if over <= (held_on := view.last_held.get(subject, date.min)):
            over = min(held_on + timedelta(1), over + _PUT_OFF)
        if over <= day:
            yield Finding(Invariant.KEPT, f"subject {subject}", f"kept on {day}", f"erased on {over}")


def _until(view: View, entry: EntryFact) -> date:
    assert entry.ended_on is not None
    item = view.law.items.get(entry.item)
    if entry.counted_from is None or (item is not None and item.info_class != "negative"):
        return entry.ended_on
    return max(entry.ended_on, corresponding_day(entry.counted_from, PROVINCIAL_YEARS))


def _needed(view: View) -> set[str]:
    """Subjects of whom something stands, is seen by others, is disputed or consented to."""
    standing = {id(one.entry) for one in view.obligations.values() if one.state not in _CLOSED}
    found = {one.subject for one in view.public.values()} | {one.subject for one in view.reported.values()}
    found |= {subject for subject, placed in view.placed.items() if placed} | {subject for subject, *_ in view.consents}
    for where, entry in view.entries.items():
        if id(entry) in standing or any(case.pending for case in entry.cases.values()):
            found.add(where.partition("|")[0])
    return found
